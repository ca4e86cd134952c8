/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run says of several phones: whom it counts, who leads, and that headline, table, JSON,
 * result and exit status agree whatever became of them.
 */
#include "base/random.h"
#include "diagnose_bench.h"
#include "loader/loader.h"
#include "report/report.h"
#include "tests/support/report_check.h"
#include "tests/support/synthetic_image.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PHONES_MAXIMUM_HERE 6
#define RANDOM_RUNS         1500

static uint8_t *image;
static size_t image_length;

static int make_image(void **state)
{
    (void)state;
    image = synthetic_image(3000, 1, &image_length);
    return image ? 0 : -1;
}

static int free_image(void **state)
{
    (void)state;
    free(image);
    return 0;
}

/* The PC of the bench is this program. */
static void open_bench(struct bench *ret)
{
    static const struct mac_address own = {{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
    bench_open(ret);
    observer_set_own_mac(ret->observer, &own);
    ret->file = image;
    ret->file_length = image_length;
}

static int set_up(void **state)
{
    static struct bench bench;
    open_bench(&bench);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    bench_close(*state);
    return 0;
}

enum story { RECOVERED, DELIVERED, STALLED, REFUSED_TO_ANSWER, FOUND, HEALTHY, STORY_COUNT };

static const char *serial_of(unsigned index)
{
    static const char *const serials[] = {"CBT14190000", "CBT14190001", "CBT14190002",
                                          "CBT14190003", "CBT14190004", "CBT14190005"};
    return serials[index];
}

static void play(struct bench *bench, unsigned index, enum story story)
{
    struct mac_address phone = bench_phone((uint8_t)(index + 1));
    const char *serial = serial_of(index);
    bench->phone_ip = BENCH_PHONE_IP + index;
    bench->phone_identification = 0;
    if (story == HEALTHY) {
        bench_firmware(bench, &phone);
        return;
    }
    if (story == REFUSED_TO_ANSWER) {
        bench_discover(bench, &phone, 2);
        bench_wait(bench, 8);
        return;
    }
    bench_lease(bench, &phone);
    bench_request(bench, serial, &mac_broadcast);
    bench_wait(bench, 0.6);
    bench_reply(bench, &phone, serial);
    if (story == FOUND)
        return;
    bench_order(bench, serial);
    bench_echo(bench, &phone, serial);
    bench_transfer(bench, &phone, 4, story != STALLED);
    bench_wait(bench, story == STALLED ? 40 : 200);
    if (story == RECOVERED)
        bench_firmware(bench, &phone);
}

static void judge(const struct bench *bench, const struct run_scope *scope, struct diagnosis *ret)
{
    observer_end(bench->observer, bench->now_ns);
    observer_set_ending(bench->observer, ENDING_DONE);
    diagnosis_make_for(observer_facts(bench->observer), scope, ret);
}

static const struct run_scope everything = {.purpose = PURPOSE_RECOVER, .takes_all = true};

static void assert_headline(const struct bench *bench, const struct run_scope *scope,
                            const char *headline)
{
    struct diagnosis diagnosis;
    judge(bench, scope, &diagnosis);
    assert_string_equal(diagnosis.headline, headline);
    diagnosis_free(&diagnosis);
}

static void the_headline_counts_and_names_the_others(void **state)
{
    struct bench *bench = *state;
    static const struct phone_name names[] = {{.serial = "CBT14190000"},
                                              {.serial = "CBT14190001"},
                                              {.serial = "CBT14190002"},
                                              {.serial = "CBT1419AAA9"}};
    const struct run_scope scope = {.purpose = PURPOSE_RECOVER, .names = names, .name_count = 4};
    play(bench, 0, RECOVERED);
    play(bench, 1, STALLED);
    play(bench, 2, RECOVERED);
    assert_headline(bench, &scope,
                    "2 of 4 phones recovered; CBT14190001 broke off the transfer; CBT1419AAA9 was "
                    "not seen.");
}

static void when_all_succeeded_it_says_so(void **state)
{
    struct bench *bench = *state;
    play(bench, 0, RECOVERED);
    play(bench, 1, RECOVERED);
    assert_headline(bench, &everything, "All 2 phones recovered.");
}

static void one_phone_is_not_counted(void **state)
{
    struct bench *bench = *state;
    play(bench, 0, RECOVERED);
    assert_headline(bench, &everything, "The phone was recovered: its normal firmware runs.");
}

static void many_of_a_kind_are_counted_not_named(void **state)
{
    struct bench *bench = *state;
    for (unsigned i = 0; i < 5; i++)
        play(bench, i, DELIVERED);
    play(bench, 5, RECOVERED);
    assert_headline(bench, &everything, "1 of 6 phones recovered; 5 have the image.");
}

/* A healthy phone beside the shelf is no part of it; one asked for by name is. */
static void bystanders_do_not_count(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    play(bench, 0, RECOVERED);
    play(bench, 1, HEALTHY);
    play(bench, 2, RECOVERED);
    judge(bench, &everything, &diagnosis);
    assert_string_equal(diagnosis.headline, "All 2 phones recovered.");
    assert_int_equal(diagnosis.status, 0);
    assert_int_equal(diagnosis.phone_count, 3);
    diagnosis_free(&diagnosis);
}

static void somebody_elses_phone_is_no_answer(void **state)
{
    struct bench *bench = *state;
    static const struct phone_name names[] = {{.serial = "CBT1419AAA9"}};
    const struct run_scope scope = {.purpose = PURPOSE_FIND, .names = names, .name_count = 1};
    struct diagnosis diagnosis;
    play(bench, 0, FOUND);
    judge(bench, &scope, &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_NO_PHONE_SEEN);
    assert_string_equal(diagnosis.headline, "CBT1419AAA9 was not seen.");
    assert_int_equal(diagnosis.status, 5);
    assert_false(diagnosis.phones[0].is_seen);
    diagnosis_free(&diagnosis);
}

static void a_phone_that_was_only_found_was_not_recovered(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    struct run_scope scope = everything;
    scope.interface = "eth7";
    scope.image = "spa.bin";
    play(bench, 0, RECOVERED);
    play(bench, 1, FOUND);
    judge(bench, &scope, &diagnosis);
    assert_int_equal(diagnosis.status, 1);
    assert_string_equal(diagnosis.headline,
                        "1 of 2 phones recovered; CBT14190001 answers in recovery mode.");
    assert_non_null(
        strstr(diagnosis.leading.advice, "spa-sos recover -i eth7 -s CBT14190001 spa.bin"));
    diagnosis_free(&diagnosis);
}

/* What a shell would not take as one word stays a placeholder. */
static void commands_hold_only_what_can_be_typed(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    struct run_scope scope = everything;
    scope.interface = "eth7";
    scope.image = "my image.bin; reboot";
    play(bench, 0, FOUND);
    judge(bench, &scope, &diagnosis);
    assert_non_null(strstr(diagnosis.leading.advice, "-i eth7 -s CBT14190000 IMAGE"));
    diagnosis_free(&diagnosis);
}

static void flashing_that_was_waited_for_in_vain_is_told_as_that(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    play(bench, 0, DELIVERED);
    bench_wait(bench, 400);
    judge(bench, &everything, &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_DELIVERED);
    assert_non_null(strstr(diagnosis.leading.sentence, "was not seen within 10 min"));
    assert_null(strstr(diagnosis.leading.sentence, "capture"));
    diagnosis_free(&diagnosis);
}

static void interrupted_after_the_last_block_it_warns(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    play(bench, 0, DELIVERED);
    observer_end(bench->observer, bench->now_ns);
    observer_set_ending(bench->observer, ENDING_INTERRUPTED);
    diagnosis_make_for(observer_facts(bench->observer), &everything, &diagnosis);
    assert_non_null(strstr(diagnosis.leading.sentence,
                           "may be writing flash: do NOT unplug it. It restarts by itself within"));
    diagnosis_free(&diagnosis);
}

static void another_program_leads_where_this_run_stood_back(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    const struct mac_address own = {{2, 0, 0, 0, 0, 9}};
    observer_set_own_mac(bench->observer, &own); /* the bench's PC is somebody else */
    play(bench, 0, FOUND);
    bench_request(bench, serial_of(0), &mac_broadcast);
    judge(bench, &everything, &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_ANOTHER_TOOL);
    assert_int_equal(diagnosis.status, 1);
    assert_non_null(strstr(diagnosis.leading.sentence, "192.168.77.1"));
    diagnosis_free(&diagnosis);
}

static void another_program_that_recovered_the_phone_is_a_finding(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    const struct mac_address own = {{2, 0, 0, 0, 0, 9}};
    observer_set_own_mac(bench->observer, &own);
    play(bench, 0, STALLED);
    judge(bench, &everything, &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_TRANSFER_STALLED);
    assert_true(diagnosis.finding_count > 0);
    assert_int_equal(diagnosis.findings[0].id, VERDICT_ANOTHER_TOOL);
    diagnosis_free(&diagnosis);
}

/* What was checked before it was sent is not to be unpacked from another container. */
static void a_refusal_after_our_own_check_does_not_advise_another_container(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    struct mac_address phone = bench_phone(1);
    play(bench, 0, DELIVERED);
    bench_reply(bench, &phone, serial_of(0));
    judge(bench, &everything, &diagnosis);
    assert_int_equal(diagnosis.leading.id, VERDICT_IMAGE_REJECTED);
    assert_null(strstr(diagnosis.leading.advice, ".zip"));
    assert_non_null(strstr(diagnosis.leading.advice, "The file itself is valid"));
    diagnosis_free(&diagnosis);
}

/* The disk was full: frames that are not in the trace prove nothing to its reader. */
static void evidence_ends_with_the_trace(void **state)
{
    struct bench *bench = *state;
    struct diagnosis diagnosis;
    play(bench, 0, RECOVERED);
    judge(bench, &everything, &diagnosis);
    size_t before = diagnosis.leading.evidence_count;
    uint64_t last = diagnosis.leading.evidence[before - 1];
    assert_true(before > 1);
    diagnosis_limit_evidence(&diagnosis, last - 1);
    assert_int_equal(diagnosis.leading.evidence_count, before - 1);
    diagnosis_limit_evidence(&diagnosis, 0);
    assert_int_equal(diagnosis.leading.evidence_count, 0);
    assert_int_equal(diagnosis.phones[0].verdict.evidence_count, 0);
    diagnosis_free(&diagnosis);
}

/* ---- everything agrees ---- */

static void one_random_run(struct random *random)
{
    struct bench bench;
    struct diagnosis diagnosis;
    struct phone_name names[PHONES_MAXIMUM_HERE] = {{0}};
    static const enum run_purpose purposes[] = {PURPOSE_RECOVER, PURPOSE_DELIVER, PURPOSE_FIND};
    struct run_scope scope = {.purpose = purposes[random_below(random, 3)], .names = names};
    unsigned phones = (unsigned)random_below(random, PHONES_MAXIMUM_HERE + 1);
    open_bench(&bench);
    scope.takes_all = random_below(random, 2);
    for (unsigned i = 0; i < PHONES_MAXIMUM_HERE; i++)
        if (scope.takes_all == 0 && random_below(random, 2))
            names[scope.name_count++] =
                random_below(random, 3) ? (struct phone_name){.serial = serial_of(i)}
                                        : (struct phone_name){.mac = bench_phone((uint8_t)(i + 1))};
    for (unsigned i = 0; i < phones; i++)
        play(&bench, i, (enum story)random_below(random, STORY_COUNT));
    bench_wait(&bench, 70);
    judge(&bench, &scope, &diagnosis);
    char why[512];
    if (!report_agrees(&diagnosis, sizeof why, why))
        fail_msg("%s", why);
    if (scope.name_count) {
        size_t meant = 0;
        for (size_t i = 0; i < diagnosis.phone_count; i++)
            meant += diagnosis.phones[i].is_meant;
        assert_int_equal(meant, scope.name_count);
        for (size_t i = 0; i < scope.name_count; i++) {
            const struct diagnosis_phone *phone = &diagnosis.phones[i];
            if (!names[i].serial)
                assert_true(mac_equal(&phone->mac, &names[i].mac));
            else if (phone->answered)
                assert_string_equal(phone->serial, names[i].serial);
        }
    }
    diagnosis_free(&diagnosis);
    bench_close(&bench);
}

static void headline_table_json_result_and_status_agree(void **state)
{
    (void)state;
    struct random random = random_from_seed(20261125);
    for (unsigned i = 0; i < RANDOM_RUNS; i++)
        one_random_run(&random);
}

/* A phone with a static address goes for its URL; nothing else of it was captured. Its request
 * comes so many seconds after its ARP. */
static void ask_for_url_in(struct bench *bench, int vlan, bool asks_first, double seconds)
{
    struct mac_address phone = bench_phone(7);
    const struct arp_packet packet = {.operation = ARP_REQUEST_OPERATION,
                                      .sender_mac = phone,
                                      .sender_ip = BENCH_PHONE_IP,
                                      .target_ip = BENCH_PC_IP};
    uint8_t bytes[CRAFT_FRAME_SIZE] = {0}, payload[64];
    if (asks_first) {
        craft_arp(bench->craft, &phone, &mac_broadcast, vlan, &packet, bytes);
        size_t on_wire = LOADER_TFTP_ARP_LENGTH + (vlan == CRAFT_NO_VLAN ? 0 : ETHERNET_TAG_LENGTH);
        bench_frame(bench, bytes, on_wire, on_wire);
    }
    bench_wait(bench, seconds);
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_rrq(&writer, "/a/spa504g.bin");
    struct craft_udp header = {.source_mac = phone,
                               .destination_mac = bench->next.source_mac,
                               .source_ip = BENCH_PHONE_IP,
                               .destination_ip = UINT32_C(0xcb007109),
                               .source_port = TFTP_PHONE_PORT,
                               .destination_port = TFTP_SERVER_PORT,
                               .time_to_live = LOADER_UDP_TTL,
                               .vlan = vlan};
    size_t length = craft_udp(bench->craft, &header, payload, writer.length, bytes);
    bench_frame(bench, bytes, length, length);
}

static void ask_for_url(struct bench *bench, bool asks_first, double seconds)
{
    ask_for_url_in(bench, CRAFT_NO_VLAN, asks_first, seconds);
}

static size_t count_phones(const struct bench *bench)
{
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    size_t count = diagnosis.phone_count;
    diagnosis_free(&diagnosis);
    return count;
}

static void a_unicast_request_is_a_phones_if_it_asked_by_arp_like_one(void **state)
{
    struct bench *bench = *state;
    size_t before = count_phones(bench);
    ask_for_url(bench, false, 0.5); /* may be anybody's TFTP client */
    assert_int_equal(count_phones(bench), before);
    ask_for_url(bench, true, 60); /* so may this */
    assert_int_equal(count_phones(bench), before);
    ask_for_url(bench, true, 0.5);
    assert_int_equal(count_phones(bench), before + 1);
}

/* It asks for the file five times; the first four can be lost. */
static void a_request_that_comes_late_is_a_phones_all_the_same(void **state)
{
    struct bench *bench = *state;
    size_t before = count_phones(bench);
    ask_for_url(bench, true, 40);
    assert_int_equal(count_phones(bench), before + 1);
}

static void a_tag_on_the_way_hides_no_loader(void **state)
{
    struct bench *bench = *state;
    size_t before = count_phones(bench);
    ask_for_url_in(bench, 12, true, 0.5);
    assert_int_equal(count_phones(bench), before + 1);
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_BENCH(the_headline_counts_and_names_the_others),
        WITH_BENCH(when_all_succeeded_it_says_so),
        WITH_BENCH(one_phone_is_not_counted),
        WITH_BENCH(many_of_a_kind_are_counted_not_named),
        WITH_BENCH(bystanders_do_not_count),
        WITH_BENCH(somebody_elses_phone_is_no_answer),
        WITH_BENCH(a_phone_that_was_only_found_was_not_recovered),
        WITH_BENCH(commands_hold_only_what_can_be_typed),
        WITH_BENCH(a_unicast_request_is_a_phones_if_it_asked_by_arp_like_one),
        WITH_BENCH(a_request_that_comes_late_is_a_phones_all_the_same),
        WITH_BENCH(a_tag_on_the_way_hides_no_loader),
        WITH_BENCH(flashing_that_was_waited_for_in_vain_is_told_as_that),
        WITH_BENCH(interrupted_after_the_last_block_it_warns),
        WITH_BENCH(another_program_leads_where_this_run_stood_back),
        WITH_BENCH(another_program_that_recovered_the_phone_is_a_finding),
        WITH_BENCH(a_refusal_after_our_own_check_does_not_advise_another_container),
        WITH_BENCH(evidence_ends_with_the_trace),
        cmocka_unit_test(headline_table_json_result_and_status_agree),
    };
    return cmocka_run_group_tests(tests, make_image, free_image);
}
