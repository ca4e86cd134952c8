/* SPDX-License-Identifier: BSD-2-Clause */
/* What a live run adds: the cable, the end of the run, and our own way of asking. */
#include "diagnose_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static struct bench bench;
    bench_open(&bench);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    bench_close(*state);
    return 0;
}

static void end_after(struct bench *bench, double seconds)
{
    bench_wait(bench, seconds);
    observer_end(bench->observer, bench->now_ns);
}

static void a_cable_without_link_is_named(void **state)
{
    struct bench *bench = *state;
    observer_link(bench->observer, LINK_NONE, bench->now_ns);
    end_after(bench, 5);
    bench_expect(bench, VERDICT_NO_LINK, CONFIDENCE_CERTAIN);
}

/* The kernel switches an interface off before it removes it, and both may be heard apart. */
static void an_interface_that_went_away_is_not_told_as_switched_off(void **state)
{
    struct bench *bench = *state;
    observer_link(bench->observer, LINK_UP, bench->now_ns);
    bench_wait(bench, 3);
    observer_link(bench->observer, LINK_DISABLED, bench->now_ns);
    end_after(bench, 0.2);
    observer_set_ending(bench->observer, ENDING_FAILED);
    bench_expect(bench, VERDICT_INTERRUPTED, CONFIDENCE_POSSIBLE);
}

/* It had no link long before: the loss leads, and the cable stays a finding. */
static void a_cable_without_link_does_not_lead_before_a_lost_interface(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    observer_link(bench->observer, LINK_NONE, bench->now_ns);
    end_after(bench, 60);
    observer_set_ending(bench->observer, ENDING_FAILED);
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_INTERRUPTED);
    assert_int_equal(diagnosis.finding_count, 1);
    assert_int_equal(diagnosis.findings[0].id, VERDICT_NO_LINK);
    diagnosis_free(&diagnosis);
}

static void a_link_that_came_is_no_fault(void **state)
{
    struct bench *bench = *state;
    observer_link(bench->observer, LINK_NONE, bench->now_ns);
    bench_wait(bench, 3);
    observer_link(bench->observer, LINK_UP, bench->now_ns);
    end_after(bench, 5);
    bench_expect(bench, VERDICT_CAPTURE_TOO_SHORT, CONFIDENCE_POSSIBLE);
}

static void flap(struct bench *bench, unsigned times, double every_s)
{
    observer_link(bench->observer, LINK_UP, bench->now_ns);
    for (unsigned i = 0; i < times; i++) {
        bench_wait(bench, every_s);
        observer_link(bench->observer, LINK_NONE, bench->now_ns);
        bench_wait(bench, 2);
        observer_link(bench->observer, LINK_UP, bench->now_ns);
    }
}

static void three_drops_in_two_minutes_are_flapping(void **state)
{
    struct bench *bench = *state;
    flap(bench, 3, 30);
    end_after(bench, 5);
    bench_expect(bench, VERDICT_LINK_FLAPPING, CONFIDENCE_LIKELY);
}

static void two_drops_or_slow_ones_are_not(void **state)
{
    struct bench *bench = *state;
    flap(bench, 2, 20);
    bench_wait(bench, 100);
    flap(bench, 1, 1);
    bench_request_group(bench);
    end_after(bench, 70);
    bench_expect(bench, VERDICT_NO_PHONE_SEEN, CONFIDENCE_LIKELY);
}

static void a_phone_that_speaks_is_not_flapping(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    flap(bench, 4, 10);
    bench_lease(bench, &phone);
    bench_wait(bench, 1);
    bench_request_group(bench);
    bench_wait(bench, 0.6);
    bench_reply(bench, &phone, "CBT14190000");
    bench_expect(bench, VERDICT_FOUND, CONFIDENCE_CERTAIN);
}

/* discover -t 5: the user wants to know that nothing was found (exit status 5), not "too short". */
static void a_short_search_says_that_nobody_answered(void **state)
{
    struct bench *bench = *state;
    bench_request_group(bench);
    bench_wait(bench, 1.5);
    bench_request_group(bench);
    end_after(bench, 3);
    bench_expect(bench, VERDICT_NO_PHONE_SEEN, CONFIDENCE_POSSIBLE);
}

static void a_short_watch_cannot_tell(void **state)
{
    struct bench *bench = *state;
    end_after(bench, 20);
    bench_expect(bench, VERDICT_CAPTURE_TOO_SHORT, CONFIDENCE_POSSIBLE);
}

static void a_run_that_times_out_is_no_capture(void **state)
{
    struct bench *bench = *state;
    end_after(bench, 20);
    observer_set_ending(bench->observer, ENDING_TIMED_OUT);
    bench_expect(bench, VERDICT_TIMED_OUT, CONFIDENCE_POSSIBLE);
}

static void a_run_that_times_out_leaves_a_known_cause_in_front(void **state)
{
    struct bench *bench = *state;
    bench_request_group(bench);
    end_after(bench, 70);
    observer_set_ending(bench->observer, ENDING_TIMED_OUT);
    bench_expect(bench, VERDICT_NO_PHONE_SEEN, CONFIDENCE_LIKELY);
}

static void transfer_some(struct bench *bench)
{
    struct mac_address phone = bench_phone(1);
    bench_lease(bench, &phone);
    bench_request_group(bench);
    bench_wait(bench, 0.6);
    bench_reply(bench, &phone, "CBT14190000");
    bench_order(bench, "CBT14190000");
    bench_echo(bench, &phone, "CBT14190000");
    bench_transfer(bench, &phone, 5, false);
}

static void interrupted_in_mid_transfer_it_says_that_nothing_was_written(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    transfer_some(bench);
    observer_set_ending(bench->observer, ENDING_INTERRUPTED);
    bench_expect(bench, VERDICT_INTERRUPTED, CONFIDENCE_CERTAIN);
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    assert_non_null(strstr(diagnosis.leading.sentence, "Nothing was written"));
    assert_non_null(strstr(diagnosis.leading.advice, "Start again"));
    assert_null(strstr(diagnosis.leading.detail, "capture"));
    diagnosis_free(&diagnosis);
}

/* The user gave up because it stood still: that is the cause, not the signal. */
static void interrupted_after_a_standstill_the_standstill_leads(void **state)
{
    struct bench *bench = *state;
    transfer_some(bench);
    end_after(bench, 60);
    observer_set_ending(bench->observer, ENDING_INTERRUPTED);
    bench_expect(bench, VERDICT_TRANSFER_STALLED, CONFIDENCE_LIKELY);
}

static void interrupted_before_any_phone_it_says_so(void **state)
{
    struct bench *bench = *state;
    bench_request_group(bench);
    end_after(bench, 1);
    observer_set_ending(bench->observer, ENDING_INTERRUPTED);
    bench_expect(bench, VERDICT_INTERRUPTED, CONFIDENCE_POSSIBLE);
}

/* spa-sos discover alternates its destinations for a minute: that must not look like a firewall. */
static void our_own_search_is_found_and_not_filtered(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1), group = mac_of_group(RECM_GROUP_IP);
    bench_lease(bench, &phone);
    for (unsigned i = 0; i < 40; i++) {
        bench_wait(bench, 0.9);
        bench_request(bench, RECM_WILDCARD_SERIAL, i % 3 ? &group : &mac_broadcast);
        bench_wait(bench, 0.6);
        bench_reply(bench, &phone, "CBT14190000");
    }
    bench_expect(bench, VERDICT_FOUND, CONFIDENCE_CERTAIN);
}

static void order(struct bench *bench, const struct mac_address *phone)
{
    bench_lease(bench, phone);
    bench_wait(bench, 1);
    bench_request_group(bench);
    bench_wait(bench, 0.6);
    bench_reply(bench, phone, "CBT14190000");
    bench_order(bench, "CBT14190000");
    bench_wait(bench, 0.5);
    bench_echo(bench, phone, "CBT14190000");
    bench_wait(bench, 0.2);
}

static void deliver(struct bench *bench, const struct mac_address *phone)
{
    order(bench, phone);
    bench_transfer(bench, phone, 5, true);
}

/* The file of this bench is no valid image; without the bytes nobody can know. */
static void the_last_ack_leads_through_all_outcomes(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    deliver(bench, &phone);
    bench_expect(bench, VERDICT_IMAGE_CORRUPT_ON_WIRE, CONFIDENCE_CERTAIN);
    bench_wait(bench, 15);
    bench_firmware(bench, &phone);
    bench_expect(bench, VERDICT_RECOVERED, CONFIDENCE_CERTAIN);
}

static void after_the_flash_limit_it_is_only_delivered(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    bench_transfer(bench, &phone, 1, false);
    bench_wait(bench, 0.1);
    bench_close(bench);
    bench_open(bench);
    deliver(bench, &phone);
    struct diagnosis diagnosis;
    observer_set_flash_limit(bench->observer, 0);
    end_after(bench, 100);
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    for (size_t i = 0; i < diagnosis.finding_count; i++)
        assert_int_not_equal(diagnosis.findings[i].id, VERDICT_FLASHING);
    diagnosis_free(&diagnosis);
}

static void a_link_lost_while_writing_is_a_power_loss(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    observer_link(bench->observer, LINK_UP, bench->now_ns);
    deliver(bench, &phone);
    bench_wait(bench, 2);
    observer_link(bench->observer, LINK_NONE, bench->now_ns);
    end_after(bench, 20);
    bench_expect(bench, VERDICT_POWER_LOST_WHILE_WRITING, CONFIDENCE_LIKELY);
}

static void judging_twice_gives_the_same_and_changes_nothing(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    bench_discover(bench, &phone, 1);
    bench_wait(bench, 5);
    bench_discover(bench, &phone, 2);
    bench_wait(bench, 20);
    bench_request_group(bench);
    bench_expect(bench, VERDICT_NO_DHCP, CONFIDENCE_LIKELY);
    bench_expect(bench, VERDICT_NO_DHCP, CONFIDENCE_LIKELY);
    bench_lease(bench, &phone); /* switched off and on */
    bench_wait(bench, 1);
    bench_request_group(bench);
    bench_wait(bench, 0.6);
    bench_reply(bench, &phone, "CBT14190000");
    bench_expect(bench, VERDICT_FOUND, CONFIDENCE_CERTAIN);
}

#define LIVE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- copies and crowds ---- */

/* A copy of the RRQ that arrives 1.0 s late, in mid-transfer, is no restart of the phone. */
static void late_copy_of_the_rrq(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    order(bench, &phone);
    uint16_t of_the_rrq = bench->phone_identification;
    bench_transfer(bench, &phone, 3, false);
    uint16_t newest = bench->phone_identification;
    bench_wait(bench, 1.0);
    bench->phone_identification = of_the_rrq;
    bench_transfer(bench, &phone, 0, false);
    bench->phone_identification = newest;
    bench_wait(bench, 120);
    observer_end(bench->observer, bench->now_ns);
    bench_expect(bench, VERDICT_TRANSFER_STALLED, CONFIDENCE_LIKELY);
}

/* Of `count` phones the first answers nothing, the last every REQUEST. */
static enum verdict_id first_of(unsigned count)
{
    struct bench bench;
    struct diagnosis diagnosis;
    struct mac_address first = bench_phone(0), last = bench_phone((uint8_t)(count - 1));
    bench_open(&bench);
    for (unsigned i = 0; i < count; i++) {
        struct mac_address phone = bench_phone((uint8_t)i);
        bench.phone_ip = BENCH_PHONE_IP + i;
        bench_lease(&bench, &phone);
    }
    for (unsigned i = 0; i < 45; i++) {
        bench_wait(&bench, 0.9);
        bench_request_group(&bench);
        bench_wait(&bench, 0.6);
        bench.phone_ip = BENCH_PHONE_IP + count - 1;
        bench_reply(&bench, &last, "CBT14190000");
        bench.phone_ip = BENCH_PHONE_IP;
        bench_arp(&bench, &first, false);
    }
    observer_end(bench.observer, bench.now_ns);
    diagnosis_make(observer_facts(bench.observer), &diagnosis);
    assert_int_equal(diagnosis.phone_count, count);
    enum verdict_id id = diagnosis.phones[0].verdict.id;
    diagnosis_free(&diagnosis);
    bench_close(&bench);
    return id;
}

static void any_number_of_phones(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(first_of(64)), verdict_name(VERDICT_PHONE_DEAF));
    assert_string_equal(verdict_name(first_of(65)), verdict_name(VERDICT_PHONE_DEAF));
    assert_string_equal(verdict_name(first_of(200)), verdict_name(VERDICT_PHONE_DEAF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(a_cable_without_link_is_named),
        LIVE_TEST(an_interface_that_went_away_is_not_told_as_switched_off),
        LIVE_TEST(a_cable_without_link_does_not_lead_before_a_lost_interface),
        LIVE_TEST(a_link_that_came_is_no_fault),
        LIVE_TEST(three_drops_in_two_minutes_are_flapping),
        LIVE_TEST(two_drops_or_slow_ones_are_not),
        LIVE_TEST(a_phone_that_speaks_is_not_flapping),
        LIVE_TEST(a_short_search_says_that_nobody_answered),
        LIVE_TEST(a_short_watch_cannot_tell),
        LIVE_TEST(a_run_that_times_out_is_no_capture),
        LIVE_TEST(a_run_that_times_out_leaves_a_known_cause_in_front),
        LIVE_TEST(interrupted_in_mid_transfer_it_says_that_nothing_was_written),
        LIVE_TEST(interrupted_after_a_standstill_the_standstill_leads),
        LIVE_TEST(interrupted_before_any_phone_it_says_so),
        LIVE_TEST(our_own_search_is_found_and_not_filtered),
        LIVE_TEST(the_last_ack_leads_through_all_outcomes),
        LIVE_TEST(after_the_flash_limit_it_is_only_delivered),
        LIVE_TEST(a_link_lost_while_writing_is_a_power_loss),
        LIVE_TEST(judging_twice_gives_the_same_and_changes_nothing),
        LIVE_TEST(late_copy_of_the_rrq),
        cmocka_unit_test(any_number_of_phones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
