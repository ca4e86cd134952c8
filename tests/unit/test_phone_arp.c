/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated phone and ARP (docs: protocol, section 6), statement by statement. */
#include "loader/loader.h"
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define S  NS_PER_S

/* ---- Section 6 ---- */

static void P6_1_arp_requests_and_probes_are_answered_with_60_bytes(void **state)
{
    (void)state;
    static const uint32_t senders[] = {BENCH_PC_IP, 0, UINT32_MAX};
    struct bench *bench = bench_listening();
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        bench_arp(bench, ARP_REQUEST_OPERATION, senders[i], BENCH_PHONE_IP);
        assert_true(bench_next(bench, 10 * MS));
        assert_int_equal(bench->last.kind, FRAME_ARP);
        assert_int_equal(bench->last.length, 60);
        assert_int_equal(bench->last.arp.operation, ARP_REPLY_OPERATION);
        assert_int_equal(bench->last.arp.sender_ip, BENCH_PHONE_IP);
        assert_int_equal(bench->last.arp.target_ip, senders[i]);
        assert_memory_equal(bench->last.bytes, bench->pc_mac.octet, 6);
    }
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_FOREIGN_IP);
    assert_true(bench_is_silent(bench, S));
    bench_free(bench);
}

static void put_arp_of_length(struct bench *bench, size_t length)
{
    struct arp_packet packet = {.operation = ARP_REQUEST_OPERATION,
                                .sender_mac = bench->pc_mac,
                                .sender_ip = BENCH_PC_IP,
                                .target_ip = BENCH_PHONE_IP};
    uint8_t frame[CRAFT_FRAME_SIZE] = {0};
    craft_arp(bench->craft, &bench->pc_mac, &bench->phone_mac, CRAFT_NO_VLAN, &packet, frame);
    bench_put(bench, frame, length);
}

static void P6_2_arp_frames_longer_than_62_bytes_damage_the_heap(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    put_arp_of_length(bench, 62);
    bench_run_for(bench, S);
    assert_null(phone_damage(bench->phone));
    put_arp_of_length(bench, 63);
    bench_run_for(bench, S);
    assert_string_equal(phone_damage(bench->phone),
                        "ARP request of 63 bytes overflowed the reply buffer");
    bench_free(bench);
}

static void P6_3_a_request_from_its_own_address_is_only_a_warning(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PHONE_IP, BENCH_PHONE_IP);
    assert_true(bench_is_silent(bench, S));
    assert_true(bench_console_says(bench, "ARP request from my own address"));
    bench_free(bench);
}

static void P6_4_its_requests_have_62_bytes_and_begin_with_its_own_address(void **state)
{
    (void)state;
    static const uint8_t zeros[18];
    struct bench *bench = bench_listening();
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x.bin");
    assert_true(bench_next(bench, S)); /* echo */
    for (unsigned i = 0; i < 2; i++) {
        assert_true(bench_next(bench, S));
        assert_int_equal(bench->last.kind, FRAME_ARP);
        assert_int_equal(bench->last.length, 62);
        assert_memory_equal(bench->last.bytes, mac_broadcast.octet, 6);
        assert_memory_equal(bench->last.bytes + 42, zeros, sizeof zeros);
        assert_int_equal(bench->last.arp.sender_ip, BENCH_PHONE_IP);
        assert_int_equal(bench->last.arp.target_ip, i == 0 ? BENCH_PHONE_IP : BENCH_PC_IP);
    }
    bench_free(bench);
}

static void P6_5_three_requests_then_the_attempt_fails_without_a_frame(void **state)
{
    (void)state;
    struct bench *bench = bench_resolving();
    for (unsigned i = 0; i < 2; i++) {
        instant_ns before_ns = bench->last.time_ns;
        assert_true(bench_next(bench, S));
        assert_int_equal(bench->last.arp.target_ip, BENCH_PC_IP);
        assert_in_range(bench->last.time_ns - before_ns, 270 * MS, 300 * MS);
    }
    assert_true(bench_is_silent(bench, 60 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    bench_free(bench);
}

static bool reply_resolves(uint32_t sender_ip, uint32_t target_ip)
{
    struct bench *bench = bench_resolving();
    bench_arp(bench, ARP_REPLY_OPERATION, sender_ip, target_ip);
    bool resolves = bench_next(bench, 10 * MS) && bench->last.kind == FRAME_TFTP;
    bench_free(bench);
    return resolves;
}

static void P6_6_a_reply_counts_with_the_right_two_addresses(void **state)
{
    (void)state;
    assert_true(reply_resolves(BENCH_PC_IP, BENCH_PHONE_IP));
    assert_false(reply_resolves(BENCH_FOREIGN_IP, BENCH_PHONE_IP));
    assert_false(reply_resolves(BENCH_PC_IP, BENCH_FOREIGN_IP));
}

static void P6_7_any_request_it_answers_ends_the_wait(void **state)
{
    (void)state;
    struct bench *bench = bench_resolving();
    bench_arp(bench, ARP_REQUEST_OPERATION, 0, BENCH_PHONE_IP); /* a probe claims nothing */
    assert_true(bench_next(bench, 10 * MS));
    assert_int_equal(bench->last.arp.operation, ARP_REPLY_OPERATION);
    bench_expect_tftp(bench, TFTP_RRQ, 10 * MS);
    bench_free(bench);
    bench = bench_resolving();
    bench_arp(bench, ARP_REQUEST_OPERATION, 0, BENCH_FOREIGN_IP); /* not for it */
    assert_false(bench_next(bench, 10 * MS));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P6_1_arp_requests_and_probes_are_answered_with_60_bytes),
        cmocka_unit_test(P6_2_arp_frames_longer_than_62_bytes_damage_the_heap),
        cmocka_unit_test(P6_3_a_request_from_its_own_address_is_only_a_warning),
        cmocka_unit_test(P6_4_its_requests_have_62_bytes_and_begin_with_its_own_address),
        cmocka_unit_test(P6_5_three_requests_then_the_attempt_fails_without_a_frame),
        cmocka_unit_test(P6_6_a_reply_counts_with_the_right_two_addresses),
        cmocka_unit_test(P6_7_any_request_it_answers_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
