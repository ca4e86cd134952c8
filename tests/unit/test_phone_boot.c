/* SPDX-License-Identifier: BSD-2-Clause */
/* When the simulated phone listens (docs: protocol, section 4), statement by statement. */
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define S  NS_PER_S

static bool answers_arp(struct bench *bench)
{
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    return bench_next(bench, S) && bench->last.kind == FRAME_ARP;
}

/* Leases with one thing changed, then asks. Returns: does the phone listen? */
static bool listens_with(uint32_t mask, uint32_t router, uint32_t server_ip)
{
    struct bench *bench = bench_powered();
    bench_expect_request_after_offer(bench);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    ack.mask = mask;
    ack.router = router;
    ack.server_ip = server_ip;
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    bool listens = bench_replies(bench);
    assert_int_equal(answers_arp(bench), listens); /* deaf to everything, or to nothing */
    bench_free(bench);
    return listens;
}

/* ---- Section 4 ---- */

static void P4_1_the_first_frame_comes_after_a_fixed_wait(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 20 * S);
    assert_int_equal(bench->last.time_ns, 5500 * MS);
    bench_free(bench);
    config.timing = PHONE_TIMING_NOMINAL;
    bench = bench_new(&config);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 20 * S);
    assert_int_equal(bench->last.time_ns, 3 * S);
    bench_free(bench);
}

static void P4_3_an_ack_without_a_mask_is_deadly(void **state)
{
    (void)state;
    assert_true(listens_with(BENCH_MASK, BENCH_PC_IP, BENCH_PC_IP));
    assert_false(listens_with(0, BENCH_PC_IP, BENCH_PC_IP));
}

static void P4_4_an_ack_without_a_router_is_deadly_unless_siaddr_is_in_the_subnet(void **state)
{
    (void)state;
    assert_true(listens_with(BENCH_MASK, 0, BENCH_PC_IP));
    assert_false(listens_with(BENCH_MASK, 0, 0));
    assert_false(listens_with(BENCH_MASK, 0, 0x0a000001));
    assert_true(listens_with(BENCH_MASK, BENCH_PC_IP, 0));
}

static void
P4_5_static_without_a_gateway_works_only_in_192_168_0_0_and_without_upgrade(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    config.is_static = true;
    config.static_mask = BENCH_MASK;
    config.static_ip = BENCH_PHONE_IP;
    struct bench *bench = bench_new(&config);
    bench_run_for(bench, S);
    assert_false(bench_replies(bench));
    bench_free(bench);
    config.static_ip = 0xc0a80014;
    bench = bench_new(&config);
    bench_run_for(bench, S);
    assert_true(bench_replies(bench));
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.recm.operation, RECM_UPGRADE);
    assert_true(bench_is_silent(bench, 60 * S));
    assert_true(bench_replies(bench));
    bench_free(bench);
}

static void P4_6_without_dhcp_it_is_deaf_until_power_cycled(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(bench_is_silent(bench, 6 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    for (unsigned i = 0; i < 60; i++) {
        assert_false(bench_replies(bench));
        assert_false(answers_arp(bench));
        bench_run_for(bench, 10 * S);
    }
    phone_power_off(bench->phone, bench->now_ns);
    phone_power_on(bench->phone, bench->now_ns);
    assert_true(bench_get_address(bench));
    assert_true(bench_replies(bench));
    bench_free(bench);
}

static void P4_7_windows_double_from_5_s_to_1280_s_and_begin_again(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    config.timing = PHONE_TIMING_NOMINAL;
    strcpy(config.recovery_url, "tftp://192.168.77.110/a.bin");
    strcpy(config.last_url, "tftp://192.168.77.111/b.bin");
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    instant_ns since_ns = bench->now_ns - S; /* of the ACK */
    duration_ns window_ns = 5 * S;
    for (unsigned round = 0; round < 20; round++) {
        for (uint32_t host = 110; host <= 111; host++) {
            assert_true(bench_next(bench, 2000 * S)); /* own address */
            if (host == 110)
                assert_in_range(bench->last.time_ns - since_ns, window_ns, window_ns + 20 * MS);
            for (unsigned i = 0; i < 3; i++) {
                assert_true(bench_next(bench, S));
                assert_int_equal(bench->last.arp.target_ip, 0xc0a84d00 + host);
            }
            since_ns = bench->last.time_ns + 89 * MS;
        }
        window_ns = window_ns == 1280 * S ? 5 * S : 2 * window_ns;
    }
    bench_free(bench);
}

static void P4_7_the_first_window_lasts_16_s_on_hardware(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, "tftp://192.168.77.111/b.bin");
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    instant_ns ack_ns = bench->now_ns - S;
    assert_true(bench_next(bench, 30 * S));
    assert_in_range(bench->last.time_ns - ack_ns, 16 * S, 17 * S);
    bench_free(bench);
}

static void P4_8_a_phone_without_urls_listens_always(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    assert_true(bench_get_address(bench));
    for (unsigned i = 0; i < 100; i++) {
        assert_true(bench_replies(bench));
        bench_run_for(bench, 60 * S);
    }
    bench_free(bench);
}

static void P4_9_while_dhcp_runs_it_replies_from_address_0(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(bench_replies(bench));
    assert_int_equal(bench->last.ipv4.source, 0);
    assert_int_equal(bench->last.recm.ip, 0);
    bench_free(bench);
}

static void P4_10_the_arp_stage_eats_requests(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    assert_true(bench_get_address(bench));
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    for (unsigned i = 0; i < 3; i++)
        assert_true(bench_next(bench, S));
    assert_int_equal(phone_state(bench->phone), PHONE_ARP_WAIT);
    bench_request(bench, RECM_WILDCARD_SERIAL);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(bench_next(bench, S));
        assert_int_equal(bench->last.kind, FRAME_ARP);
    }
    assert_true(bench_is_silent(bench, 2 * S));
    assert_true(bench_replies(bench));
    bench_free(bench);
}

static void P4_11_a_request_in_mid_transfer_is_answered_and_costs_0_6_s(void **state)
{
    (void)state;
    const uint8_t block[512] = {0};
    struct bench *bench = bench_powered();
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x"));
    bench_data(bench, 6900, 1, block, sizeof block);
    assert_true(bench_next(bench, S));
    bench_run_for(bench, 10 * MS);
    instant_ns asked_ns = bench->now_ns;
    bench_request(bench, RECM_WILDCARD_SERIAL);
    bench_data(bench, 6900, 2, block, sizeof block);
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.kind, FRAME_RECM);
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.tftp.block, 2);
    assert_in_range(bench->last.time_ns - asked_ns, 560 * MS, 620 * MS);
    bench_free(bench);
}

static void P4_13_P7_18_no_answer_while_checking_and_writing(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = bench_read_file("tests/images/good.bin", &length);
    struct bench *bench = bench_powered();
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x"));
    assert_true(bench_transfer(bench, image, length));
    while (phone_state(bench->phone) == PHONE_FLASHING ||
           phone_state(bench->phone) == PHONE_CHECKING) {
        bench_request(bench, RECM_WILDCARD_SERIAL);
        bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
        assert_true(bench_is_silent(bench, 100 * MS));
    }
    assert_int_equal(phone_state(bench->phone), PHONE_NORMAL_FIRMWARE);
    free(image);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P4_1_the_first_frame_comes_after_a_fixed_wait),
        cmocka_unit_test(P4_3_an_ack_without_a_mask_is_deadly),
        cmocka_unit_test(P4_4_an_ack_without_a_router_is_deadly_unless_siaddr_is_in_the_subnet),
        cmocka_unit_test(
            P4_5_static_without_a_gateway_works_only_in_192_168_0_0_and_without_upgrade),
        cmocka_unit_test(P4_6_without_dhcp_it_is_deaf_until_power_cycled),
        cmocka_unit_test(P4_7_windows_double_from_5_s_to_1280_s_and_begin_again),
        cmocka_unit_test(P4_7_the_first_window_lasts_16_s_on_hardware),
        cmocka_unit_test(P4_8_a_phone_without_urls_listens_always),
        cmocka_unit_test(P4_9_while_dhcp_runs_it_replies_from_address_0),
        cmocka_unit_test(P4_10_the_arp_stage_eats_requests),
        cmocka_unit_test(P4_11_a_request_in_mid_transfer_is_answered_and_costs_0_6_s),
        cmocka_unit_test(P4_13_P7_18_no_answer_while_checking_and_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
