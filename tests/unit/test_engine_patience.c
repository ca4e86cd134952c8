/* SPDX-License-Identifier: BSD-2-Clause */
/* How long the station waits for whom, what counts as progress, and when a run ends. */
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void nothing_is_sent_while_the_cable_is_dead_and_patience_waits(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    station_link(rig->station, LINK_NONE, rig->now_ns);
    size_t from = rig->sent_count;
    rig_wait(rig, 100 * NS_PER_S);
    assert_int_equal(rig->sent_count, from);
    station_link(rig->station, LINK_UP, rig->now_ns);
    rig_wait(rig, 30 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_true(rig_count(rig, from, FRAME_IGMP, -1) > 0);
    rig_ack(rig, &phone, 2);
    rig_ack(rig, &phone, 3);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_free(rig);
}

static void timeout_counts_time_without_progress(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 30 * NS_PER_S;
    rig_start(rig);
    rig_wait(rig, 20 * NS_PER_S);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 20 * NS_PER_S);
    assert_false(station_done(rig->station));
    rig_wait(rig, 20 * NS_PER_S);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static struct rig *one_falls_silent_while_another_waits(struct rig_phone *silent,
                                                        struct rig_phone *next)
{
    struct rig *rig = rig_new();
    *silent = rig_phone(0);
    *next = rig_phone(1);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_up_to_request(rig, silent);
    rig_ack(rig, silent, 1);
    rig_reply(rig, next);
    rig_wait(rig, 15 * NS_PER_S);
    assert_int_equal(rig_state(rig, silent), SESSION_TRANSFER);
    assert_int_equal(rig_state(rig, next), SESSION_WAITING);
    return rig;
}

static void who_falls_silent_in_its_transfer_holds_nobody_up(void **state)
{
    (void)state;
    struct rig_phone silent, next;
    struct rig *rig = one_falls_silent_while_another_waits(&silent, &next);
    rig_wait(rig, 10 * NS_PER_S);
    assert_int_equal(rig_state(rig, &next), SESSION_ORDERED);
    assert_int_equal(rig_state(rig, &silent), SESSION_TRANSFER);
    assert_true(rig_said(rig, "silent for 20 s in its transfer"));
    rig_wait(rig, 45 * NS_PER_S);
    assert_int_equal(rig_state(rig, &silent), SESSION_RETRY);
    rig_free(rig);
}

static void and_goes_on_when_it_answers(void **state)
{
    (void)state;
    struct rig_phone silent, next;
    struct rig *rig = one_falls_silent_while_another_waits(&silent, &next);
    rig_wait(rig, 10 * NS_PER_S);
    rig_ack(rig, &silent, 2);
    rig_ack(rig, &silent, 3);
    assert_int_equal(rig_state(rig, &silent), SESSION_DELIVERED);
    assert_int_equal(rig_state(rig, &next), SESSION_ORDERED);
    /* The turns are counted rightly afterwards: a third one waits for the second. */
    struct rig_phone third = rig_phone(2);
    rig_reply(rig, &third);
    rig_wait(rig, NS_PER_S);
    assert_int_equal(rig_state(rig, &third), SESSION_WAITING);
    rig_free(rig);
}

static void others_are_asked_for_meanwhile(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 19 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 0);
    rig_wait(rig, 10 * NS_PER_S);
    assert_in_range(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 2, 10);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_free(rig);
}

static void the_only_phone_is_left_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 50 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 0);
    rig_free(rig);
}

static void assert_attempt(const struct rig *rig, unsigned number, unsigned at_s,
                           const char *outcome)
{
    duration_ns at_ns;
    const char *text;
    assert_true(station_attempt(rig->station, 0, number, &at_ns, &text));
    assert_in_range((uint64_t)(at_ns / NS_PER_S), at_s, at_s + 1);
    if (!strstr(text, outcome) || (!*outcome && *text))
        fail_msg("attempt %u: \"%s\" instead of \"%s\"", number, text, outcome);
}

static void every_attempt_is_accounted_for(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    duration_ns at_ns;
    const char *text;
    rig_start(rig);
    rig_reply(rig, &phone);
    rig_wait(rig, 20 * NS_PER_S); /* orders without echo */
    assert_attempt(rig, 0, 2, "did not confirm the order");
    instant_ns begin_ns = rig->now_ns;
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    rig_echo(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 70 * NS_PER_S);
    unsigned second_s = (unsigned)((begin_ns - RIG_START_NS) / NS_PER_S);
    assert_attempt(rig, 1, second_s, "the transfer broke off at 39 %; nothing was written");
    phone.ip_id = 0;
    unsigned third_s = (unsigned)((rig->now_ns - RIG_START_NS) / NS_PER_S);
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, &phone, block);
    assert_attempt(rig, 2, third_s + 7, ""); /* not over yet */
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_attempt(rig, 2, third_s + 7, "recovered");
    assert_false(station_attempt(rig->station, 0, 3, &at_ns, &text));
    assert_false(station_attempt(rig->station, 1, 0, &at_ns, &text));
    rig_free(rig);
}

/* Restarts every 25 s until the run ends, having come as far as `round` lets it. Returns: s. */
static unsigned circles_until_the_end(void (*round)(struct rig *rig, struct rig_phone *phone))
{
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 60 * NS_PER_S;
    rig_start(rig);
    for (unsigned i = 0; i < 100 && !station_done(rig->station); i++) {
        instant_ns end_ns = rig->now_ns + 25 * NS_PER_S;
        phone.ip_id = 0;
        round(rig, &phone);
        if (end_ns > rig->now_ns)
            rig_wait(rig, end_ns - rig->now_ns);
    }
    unsigned seconds = (unsigned)((rig->now_ns - RIG_START_NS) / NS_PER_S);
    assert_true(station_done(rig->station));
    rig_free(rig);
    return seconds;
}

static void only_asks(struct rig *rig, struct rig_phone *phone)
{
    rig_discover(rig, phone, 1);
}

static void asks_again_and_again(struct rig *rig, struct rig_phone *phone)
{
    for (unsigned i = 1; i <= 4; i++) {
        rig_discover(rig, phone, i);
        rig_wait(rig, 5 * NS_PER_S);
    }
}

static void gets_the_first_block(struct rig *rig, struct rig_phone *phone)
{
    rig_up_to_request(rig, phone);
    rig_ack(rig, phone, 1);
}

static void timeout_ends_a_run_against_a_phone_that_restarts_for_ever(void **state)
{
    (void)state;
    /* Four rounds at most, the timeout, and the step of the test. */
    const unsigned most_s = 4 * 25 + 60 + 25;
    assert_in_range(circles_until_the_end(only_asks), 60, most_s);
    assert_in_range(circles_until_the_end(asks_again_and_again), 60, most_s);
    assert_in_range(circles_until_the_end(gets_the_first_block), 60, most_s + 30);
}

static void stopping_sends_nothing_any_more(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    station_stop(rig->station, rig->now_ns);
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 60 * NS_PER_S);
    assert_int_equal(rig->sent_count, from);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void phone_that_runs_its_firmware_fails_nobody_but_ends_the_run(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    rig_firmware(rig, &phone);
    assert_true(rig_said(rig, "runs its normal firmware"));
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void foreign_lease_and_silence_end_the_run_at_its_timeout(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 45 * NS_PER_S;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, UINT32_C(0xc0a80101), UINT32_C(0xc0a80109));
    rig_wait(rig, 48 * NS_PER_S); /* a lease was the last thing that went forward */
    assert_false(station_done(rig->station));
    rig_wait(rig, 20 * NS_PER_S);
    assert_true(station_done(rig->station));
    assert_true(rig_said(rig, "probably lacks a subnet mask or a router"));
    assert_true(rig_count(rig, 0, FRAME_ARP, ARP_REQUEST_OPERATION) >= 2);
    rig_free(rig);
}

/* The second transfer is as much progress as the first: a run does not end in the middle of it. */
static void blocks_of_a_second_transfer_are_progress_too(void **state)
{
    (void)state;
    static uint8_t image[40 * 512];
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 30 * NS_PER_S;
    rig->config.image = image;
    rig->config.image_length = sizeof image;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 41; block++)
        rig_ack(rig, &phone, block);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 2 * NS_PER_S);
    rig_reply(rig, &phone); /* it refused the image */
    rig_wait(rig, 2 * NS_PER_S);
    rig_echo(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    for (uint16_t block = 1; block <= 40; block++) {
        rig_wait(rig, 2 * NS_PER_S);
        rig_ack(rig, &phone, block);
        assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
        assert_false(station_done(rig->station));
    }
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_while_the_cable_is_dead_and_patience_waits),
        cmocka_unit_test(timeout_counts_time_without_progress),
        cmocka_unit_test(who_falls_silent_in_its_transfer_holds_nobody_up),
        cmocka_unit_test(and_goes_on_when_it_answers),
        cmocka_unit_test(others_are_asked_for_meanwhile),
        cmocka_unit_test(the_only_phone_is_left_alone),
        cmocka_unit_test(every_attempt_is_accounted_for),
        cmocka_unit_test(timeout_ends_a_run_against_a_phone_that_restarts_for_ever),
        cmocka_unit_test(stopping_sends_nothing_any_more),
        cmocka_unit_test(phone_that_runs_its_firmware_fails_nobody_but_ends_the_run),
        cmocka_unit_test(foreign_lease_and_silence_end_the_run_at_its_timeout),
        cmocka_unit_test(blocks_of_a_second_transfer_are_progress_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
