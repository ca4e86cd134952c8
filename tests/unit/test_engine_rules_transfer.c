/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules 5 to 7 for the PC side (docs: protocol): whom to serve, in lockstep, and again. */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- R5: whom to serve ---- */

static void r5_only_phones_that_were_ordered_are_served(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    rig_up_to_request(rig, &phone);
    size_t from = rig->sent_count;
    rig_rrq(rig, &other, station_file_name(rig->station), 69);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    rig_free(rig);
}

static void r5_another_file_name_is_not_served(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_echo(&phone, GATEWAY_POLICY_AUTO);
    rig_rrq(rig, &phone, "spa504g.bin", 69);
    assert_int_equal(rig_count(rig, 0, FRAME_TFTP, -1), 0);
    assert_true(rig_said(rig, "spa504g.bin"));
    rig_free(rig);
}

static void r5_request_is_served_although_the_echo_was_lost(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(rig_first(rig, FRAME_TFTP, TFTP_DATA)->frame.tftp.block, 1);
    rig_free(rig);
}

static void r5_request_is_known_on_the_announced_and_the_transfer_port(void **state)
{
    (void)state;
    static const uint16_t ports[] = {69, 6969, 50000};
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = rig_new();
        struct rig_phone phone = rig_phone(0);
        rig->config.tftp_port = 6969;
        rig->config.transfer_port = 50000;
        rig_start(rig);
        rig_reply(rig, &phone);
        rig_wait(rig, 3 * NS_PER_S);
        rig_rrq(rig, &phone, station_file_name(rig->station), 70);
        assert_int_equal(rig_count(rig, 0, FRAME_TFTP, -1), 0);
        rig_rrq(rig, &phone, station_file_name(rig->station), ports[i]);
        assert_int_equal(rig_count(rig, 0, FRAME_TFTP, TFTP_DATA), 1);
        assert_int_equal(rig_first(rig, FRAME_TFTP, TFTP_DATA)->frame.udp.source_port, 50000);
        rig_free(rig);
    }
}

static void send_rival_request(struct rig *rig, uint8_t time_to_live)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    rig_foreign_udp_ttl(rig, RECM_GROUP_IP, &group, RECM_PC_PORT, RECM_PHONE_PORT, payload,
                        sizeof payload, time_to_live);
}

/* A kernel sends to groups with TTL 1; this program does not. */
static void r5_nothing_is_ordered_beside_another_program(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    for (unsigned i = 0; i < 30; i++) {
        send_rival_request(rig, 1);
        rig_wait(rig, 2 * NS_PER_S);
        rig_reply(rig, &phone);
    }
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    assert_true(rig_said(rig, "Another program recovers phones"));
    assert_int_equal(rig_state(rig, &phone), SESSION_WAITING);
    rig_wait(rig, 29 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_wait(rig, 3 * NS_PER_S);
    assert_true(rig_said(rig, "It has been silent for 30 s: this one goes on."));
    rig_reply(rig, &phone);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    rig_free(rig);
}

static void r5_one_stray_request_decides_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    send_rival_request(rig, 1);
    rig_reply(rig, &phone);
    rig_wait(rig, 4900 * NS_PER_MS);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    assert_false(rig_said(rig, "Another program"));
    rig_free(rig);
}

/* The server of the program that was taken over from lives, and answers our request as well. */
static void r5_a_server_that_takes_our_phone_stops_this_program(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_up_to_request(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_ack_to(rig, &phone, 40001, 1);
    rig_ack_to(rig, &phone, 40001, 1); /* one frame and its copy are no proof */
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    size_t from = rig->sent_count;
    rig_ack_to(rig, &phone, 40001, 2);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_true(rig_said(rig, "another TFTP server answered the phone's request for the file, and "
                              "the phone takes its blocks"));
    assert_true(rig_said(rig, "This one orders nothing and watches"));
    for (uint16_t block = 3; block <= 30; block++) {
        rig_wait(rig, 2 * NS_PER_S);
        rig_ack_to(rig, &phone, 40001, block);
    }
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, -1), 0);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    assert_true(rig_said(rig, "recovered by the other program"));
    rig_free(rig);
}

static void r5_force_orders_beside_another_program(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.force = true;
    rig_start(rig);
    send_rival_request(rig, 1);
    send_rival_request(rig, 1);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    assert_true(rig_said(rig, "Going on all the same (--force)."));
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    rig_free(rig);
}

/* ---- R6: lockstep ---- */

static void r6_data_goes_to_the_phone_alone_from_one_port(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 2);
    uint16_t port = rig_first(rig, FRAME_TFTP, TFTP_DATA)->frame.udp.source_port;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from))) {
        assert_true(mac_equal(&sent->frame.ethernet.destination, &phone.mac));
        assert_int_equal(sent->frame.ipv4.destination, phone.ip);
        assert_int_equal(sent->frame.ipv4.header_length, 20);
        assert_int_equal(sent->frame.udp.destination_port, TFTP_PHONE_PORT);
        assert_int_equal(sent->frame.udp.source_port, port);
        assert_true(sent->frame.tftp.data_length <= 512);
    }
    rig_free(rig);
}

static void r6_duplicate_and_foreign_acks_move_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 3);
    rig_ack(rig, &phone, 0);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(rig_newest_block(rig), 2);
    rig_free(rig);
}

static void r6_repeats_double_from_a_quarter_to_four_seconds(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, NS_PER_MS);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    instant_ns last_ns = rig->now_ns;
    rig_wait(rig, 30 * NS_PER_S);
    static const duration_ns waits_ms[] = {250, 500, 1000, 2000, 4000, 4000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        const struct rig_sent *sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from);
        assert_non_null(sent);
        assert_int_equal(sent->frame.tftp.block, 2);
        assert_int_equal(sent->time_ns - last_ns, waits_ms[i] * NS_PER_MS);
        last_ns = sent->time_ns;
    }
    rig_free(rig);
}

static void r6_repeat_waits_ten_measured_turnarounds(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, 60 * NS_PER_MS);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 599 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    rig_wait(rig, 2 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 1);
    rig_free(rig);
}

static void r6_late_repeated_ack_allows_one_immediate_repeat(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 3500 * NS_PER_MS); /* repeats after 0.25, 0.75 and 1.75 s */
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    rig_wait(rig, 300 * NS_PER_MS);
    from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 0);
    rig_free(rig);
}

/* Seeds 45583, 88869 and 98129 of the simulation: a repeated ACK 1 overtook ACK 2 on the way. */
static void r6_ack_overtaken_by_an_older_one_still_counts(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    uint16_t of_ack_2 = phone.ip_id++;
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    uint16_t later = phone.ip_id;
    phone.ip_id = of_ack_2;
    rig_ack(rig, &phone, 2);
    phone.ip_id = later;
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    assert_int_equal(rig_newest_block(rig), 3);
    rig_free(rig);
}

static void r6_late_ack_of_an_earlier_download_moves_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    uint16_t of_first_download = phone.ip_id++;
    rig_rrq(rig, &phone, station_file_name(rig->station), TFTP_SERVER_PORT);
    rig_ack(rig, &phone, 1);
    assert_int_equal(rig_newest_block(rig), 2);
    size_t from = rig->sent_count;
    phone.ip_id = of_first_download;
    rig_ack(rig, &phone, 2);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 0);
    rig_free(rig);
}

/* ---- R7: lost ACKs, restarts, nested downloads ---- */

static void r7_sixty_seconds_of_silence_are_borne(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 59 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_wait(rig, 6 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_true(rig_said(rig, "broke off at 39 %"));
    rig_free(rig);
}

static void r7_new_request_in_mid_transfer_starts_at_block_one(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(rig_newest_block(rig), 1);
    rig_free(rig);
}

static void r7_late_request_in_mid_transfer_starts_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    uint16_t request_id = (uint16_t)(phone.ip_id - 1);
    rig_ack(rig, &phone, 1);
    uint16_t next_id = phone.ip_id;
    phone.ip_id = request_id; /* the same RRQ once more, from a slow path */
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    phone.ip_id = next_id;
    assert_int_equal(rig_newest_block(rig), 2);
    rig_free(rig);
}

static void r7_repeated_request_brings_block_one_again(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, 6 * NS_PER_S);
    size_t from = rig->sent_count;
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    assert_int_equal(rig_newest_block(rig), 1);
    rig_free(rig);
}

/* Whoever asks for this run's file was not ordered by another program. */
static void r5_a_forged_request_for_our_file_is_no_other_program(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), invented = rig_phone(1);
    rig_up_to_request(rig, &phone);
    for (unsigned i = 0; i < 10; i++) {
        invented.mac.octet[5]++;
        rig_rrq(rig, &invented, station_file_name(rig->station), 69);
        rig_wait(rig, 100 * NS_PER_MS);
    }
    assert_false(rig_said(rig, "Another program"));
    rig_acknowledge_all(rig, &phone);
    rig_wait(rig, 4 * NS_PER_S); /* refused? It is asked all the same. */
    rig_reply(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r5_only_phones_that_were_ordered_are_served),
        cmocka_unit_test(r5_another_file_name_is_not_served),
        cmocka_unit_test(r5_request_is_served_although_the_echo_was_lost),
        cmocka_unit_test(r5_request_is_known_on_the_announced_and_the_transfer_port),
        cmocka_unit_test(r5_nothing_is_ordered_beside_another_program),
        cmocka_unit_test(r5_one_stray_request_decides_nothing),
        cmocka_unit_test(r5_a_server_that_takes_our_phone_stops_this_program),
        cmocka_unit_test(r5_force_orders_beside_another_program),
        cmocka_unit_test(r6_data_goes_to_the_phone_alone_from_one_port),
        cmocka_unit_test(r6_duplicate_and_foreign_acks_move_nothing),
        cmocka_unit_test(r6_repeats_double_from_a_quarter_to_four_seconds),
        cmocka_unit_test(r6_repeat_waits_ten_measured_turnarounds),
        cmocka_unit_test(r6_late_repeated_ack_allows_one_immediate_repeat),
        cmocka_unit_test(r6_ack_overtaken_by_an_older_one_still_counts),
        cmocka_unit_test(r6_late_ack_of_an_earlier_download_moves_nothing),
        cmocka_unit_test(r7_sixty_seconds_of_silence_are_borne),
        cmocka_unit_test(r7_new_request_in_mid_transfer_starts_at_block_one),
        cmocka_unit_test(r7_late_request_in_mid_transfer_starts_nothing),
        cmocka_unit_test(r7_repeated_request_brings_block_one_again),
        cmocka_unit_test(r5_a_forged_request_for_our_file_is_no_other_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
