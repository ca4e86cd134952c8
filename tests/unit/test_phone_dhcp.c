/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot, listening and DHCP client of the simulated phone: docs/protocol.md sections 4 and 5. */
#include "phone_bench.h"

#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define S  NS_PER_S

static struct bench *powered(void)
{
    struct phone_config config = phone_config_default();
    return bench_new(&config);
}

static void expect_dhcp(struct bench *bench, uint8_t type, duration_ns patience_ns)
{
    assert_true(bench_next(bench, patience_ns));
    assert_int_equal(bench->last.kind, FRAME_DHCP);
    assert_int_equal(bench->last.dhcp.type, type);
}

/* DISCOVER, OFFER, REQUEST; the REQUEST is in bench->last. */
static void expect_request_after_offer(struct bench *bench)
{
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
}

static bool replies(struct bench *bench)
{
    bench_request(bench, RECM_WILDCARD_SERIAL);
    return bench_next(bench, S) && bench->last.kind == FRAME_RECM;
}

static bool answers_arp(struct bench *bench)
{
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    return bench_next(bench, S) && bench->last.kind == FRAME_ARP;
}

/* Leases with one thing changed, then asks. Returns: does the phone listen? */
static bool listens_with(uint32_t mask, uint32_t router, uint32_t server_ip)
{
    struct bench *bench = powered();
    expect_request_after_offer(bench);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    ack.mask = mask;
    ack.router = router;
    ack.server_ip = server_ip;
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    bool listens = replies(bench);
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
    expect_dhcp(bench, DHCP_DISCOVER, 20 * S);
    assert_int_equal(bench->last.time_ns, 5500 * MS);
    bench_free(bench);
    config.timing = PHONE_TIMING_NOMINAL;
    bench = bench_new(&config);
    expect_dhcp(bench, DHCP_DISCOVER, 20 * S);
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
    assert_false(replies(bench));
    bench_free(bench);
    config.static_ip = 0xc0a80014;
    bench = bench_new(&config);
    bench_run_for(bench, S);
    assert_true(replies(bench));
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.recm.operation, RECM_UPGRADE);
    assert_true(bench_is_silent(bench, 60 * S));
    assert_true(replies(bench));
    bench_free(bench);
}

static void P4_6_without_dhcp_it_is_deaf_until_power_cycled(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(bench_is_silent(bench, 6 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    for (unsigned i = 0; i < 60; i++) {
        assert_false(replies(bench));
        assert_false(answers_arp(bench));
        bench_run_for(bench, 10 * S);
    }
    phone_power_off(bench->phone, bench->now_ns);
    phone_power_on(bench->phone, bench->now_ns);
    assert_true(bench_get_address(bench));
    assert_true(replies(bench));
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
    struct bench *bench = powered();
    assert_true(bench_get_address(bench));
    for (unsigned i = 0; i < 100; i++) {
        assert_true(replies(bench));
        bench_run_for(bench, 60 * S);
    }
    bench_free(bench);
}

static void P4_9_while_dhcp_runs_it_replies_from_address_0(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(replies(bench));
    assert_int_equal(bench->last.ipv4.source, 0);
    assert_int_equal(bench->last.recm.ip, 0);
    bench_free(bench);
}

static void P4_10_the_arp_stage_eats_requests(void **state)
{
    (void)state;
    struct bench *bench = powered();
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
    assert_true(replies(bench));
    bench_free(bench);
}

static void P4_11_a_request_in_mid_transfer_is_answered_and_costs_0_6_s(void **state)
{
    (void)state;
    const uint8_t block[512] = {0};
    struct bench *bench = powered();
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
    struct bench *bench = powered();
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

/* ---- Section 5 ---- */

static void P5_1_the_form_of_discover_and_request(void **state)
{
    (void)state;
    static const uint8_t options[] =
        "\x35\x01\x01\x3d\x07\x01\x00\x24\x14\xa1\xb2\xc3\x0c\x0cTNETV1050SDB\x3c\x0bTI-dhcp 0.1"
        "\x37\x08\x01\x03\x06\x0c\x0f\x1c\x42\x43\xff";
    static const uint8_t request_options[] =
        "\x35\x01\x03\x3d\x07\x01\x00\x24\x14\xa1\xb2\xc3\x0c\x0cTNETV1050SDB\x3c\x0bTI-dhcp 0.1"
        "\x32\x04\xc0\xa8\x4d\x14\x36\x04\xc0\xa8\x4d\x01\x37\x08\x01\x03\x06\x0c\x0f\x1c\x42\x43"
        "\xff";
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_int_equal(bench->last.length, 590);
    assert_int_equal(bench->last.payload_length, 548);
    assert_memory_equal(bench->last.bytes, mac_broadcast.octet, 6);
    assert_int_equal(bench->last.ipv4.source, 0);
    assert_int_equal(bench->last.ipv4.destination, UINT32_MAX);
    assert_int_equal(bench->last.udp.source_port, 68);
    assert_int_equal(bench->last.udp.destination_port, 67);
    assert_int_equal(bench->last.dhcp.flags, 0);
    assert_int_equal(bench->last.dhcp.seconds, 0);
    assert_memory_equal(bench->last.payload + 240, options, sizeof options - 1);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
    assert_int_equal(bench->last.length, 590);
    assert_memory_equal(bench->last.payload + 240, request_options, sizeof request_options - 1);
    bench_free(bench);
}

static void P5_2_P5_3_two_discovers_with_numbers_made_of_the_mac_5_s_apart(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    instant_ns first_ns = bench->last.time_ns;
    assert_int_equal(bench->last.dhcp.transaction_id, 0x15a1b2c3);
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_int_equal(bench->last.dhcp.transaction_id, 0x16a1b2c3);
    assert_int_equal(bench->last.time_ns - first_ns, 5 * S);
    assert_true(bench_reach(bench, PHONE_SERIAL_PROMPT, 10 * S));
    assert_int_equal(bench->now_ns - first_ns, 10 * S);
    bench_free(bench);
}

static void P5_4_the_request_is_repeated_once_and_then_given_up(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_request_after_offer(bench);
    instant_ns first_ns = bench->last.time_ns;
    assert_int_equal(bench->last.dhcp.transaction_id, 0x15a1b2c3);
    assert_int_equal(bench->last.dhcp.requested_ip, BENCH_PHONE_IP);
    assert_int_equal(bench->last.dhcp.server_identifier, BENCH_PC_IP);
    expect_dhcp(bench, DHCP_REQUEST, 10 * S);
    assert_int_equal(bench->last.time_ns - first_ns, 5 * S);
    assert_true(bench_is_silent(bench, 100 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    bench_free(bench);
}

static void P5_5_a_nak_starts_it_over_without_end(void **state)
{
    (void)state;
    struct bench *bench = powered();
    instant_ns refused_ns = 0;
    for (unsigned round = 1; round <= 300; round++) {
        expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
        assert_int_equal(bench->last.dhcp.transaction_id, 0x14a1b2c3u + (round << 24));
        if (round > 1)
            assert_in_range(bench->last.time_ns - refused_ns, 990 * MS, 1010 * MS);
        struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
        bench_dhcp(bench, &offer);
        expect_dhcp(bench, DHCP_REQUEST, S);
        struct bench_lease nak = bench_lease(bench, DHCP_NAK);
        nak.your_ip = 0;
        bench_dhcp(bench, &nak);
        refused_ns = bench->now_ns;
    }
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S); /* the server falls silent */
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(bench_is_silent(bench, 100 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    bench_free(bench);
}

static void P5_6_any_packet_to_port_68_restarts_the_wait(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(bench_is_silent(bench, 4900 * MS));
        const uint8_t junk[3] = {1, 2, 3};
        struct craft_udp header = bench_header(bench, UINT32_MAX, 4000, DHCP_CLIENT_PORT);
        header.destination_mac = mac_broadcast;
        bench_udp(bench, &header, junk, sizeof junk);
    }
    expect_dhcp(bench, DHCP_DISCOVER, 5100 * MS);
    bench_free(bench);
}

static void P5_7_an_offer_to_the_first_discover_is_too_late_after_the_second(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, 4 * S));
    offer.transaction_id += 0x01000000;
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
    assert_int_equal(bench->last.dhcp.transaction_id, 0x16a1b2c3);
    bench_free(bench);
}

/* An OFFER of 300 bytes with the usual options, for tests that bend it. */
static size_t build_offer(struct bench *bench, uint8_t payload[600])
{
    struct dhcp_message message = {.operation = DHCP_BOOTREPLY,
                                   .transaction_id = bench->last.dhcp.transaction_id,
                                   .your_ip = BENCH_PHONE_IP,
                                   .client_mac = bench->phone_mac};
    struct writer writer = writer_over(payload, 600);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_OFFER);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, BENCH_PC_IP);
    return writer.length;
}

static bool offer_is_taken(struct bench *bench, const uint8_t *payload, size_t length)
{
    struct craft_udp header = bench_header(bench, UINT32_MAX, DHCP_SERVER_PORT, DHCP_CLIENT_PORT);
    bench_udp(bench, &header, payload, length);
    return bench_next(bench, S) && bench->last.dhcp.type == DHCP_REQUEST;
}

static void P5_8_any_destination_address_and_source_port_will_do(void **state)
{
    (void)state;
    static const uint32_t destinations[] = {UINT32_MAX, BENCH_PHONE_IP, 0x0a0b0c0d};
    for (size_t i = 0; i < sizeof destinations / sizeof destinations[0]; i++) {
        struct bench *bench = powered();
        uint8_t payload[600];
        expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
        size_t length = build_offer(bench, payload);
        payload[length++] = DHCP_OPTION_END;
        struct craft_udp header = bench_header(bench, destinations[i], 1234, DHCP_CLIENT_PORT);
        if (i == 0)
            header.destination_mac = mac_broadcast;
        bench_udp(bench, &header, payload, length);
        expect_dhcp(bench, DHCP_REQUEST, S);
        bench_free(bench);
    }
}

static void P5_9_an_offer_needs_options_53_and_54_and_an_ack_needs_53(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    offer.server_identifier = 0;
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, S));
    offer = bench_lease(bench, DHCP_ACK); /* an ACK is no OFFER */
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, S));
    offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
    bench_dhcp(bench, &offer); /* an OFFER is no ACK, and needs no second REQUEST */
    assert_true(bench_is_silent(bench, S));
    assert_int_equal(phone_state(bench->phone), PHONE_DHCP);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    ack.server_identifier = 0; /* not needed in an ACK */
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    bench_free(bench);
}

static void P5_10_at_most_308_bytes_of_options_with_an_end_and_without_overload(void **state)
{
    (void)state;
    struct bench *bench = powered();
    uint8_t payload[600] = {0};
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    size_t length = build_offer(bench, payload);
    assert_false(offer_is_taken(bench, payload, 240 + 308)); /* pads, no end */
    payload[240 + 308] = DHCP_OPTION_END;
    assert_false(offer_is_taken(bench, payload, 240 + 309));
    memcpy(payload + length, (const uint8_t[]){52, 1, 1, 255}, 4);
    assert_false(offer_is_taken(bench, payload, length + 4));
    memset(payload + length, 0, 4);
    payload[240 + 307] = DHCP_OPTION_END;
    assert_true(offer_is_taken(bench, payload, 240 + 308));
    bench_free(bench);
}

static void P5_11_a_bootp_reply_freezes_it_until_another_dhcp_packet(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease bootp = bench_lease(bench, DHCP_TYPE_NONE);
    bench_dhcp(bench, &bootp);
    assert_true(bench_is_silent(bench, 1000 * S));
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
    bench_free(bench);
}

static void P5_12_the_ack_counts_and_of_several_routers_the_first(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_request_after_offer(bench);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    ack.your_ip = 0xc0a84d63; /* 192.168.77.99: another address than the OFFER's */
    ack.router = BENCH_FOREIGN_IP;
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    assert_true(replies(bench));
    assert_int_equal(bench->last.ipv4.source, 0xc0a84d63);
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    for (unsigned i = 0; i < 3; i++)
        assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.arp.target_ip, BENCH_FOREIGN_IP);
    bench_free(bench);
}

static void P5_13_after_the_ack_it_is_silent_until_asked(void **state)
{
    (void)state;
    struct bench *bench = powered();
    assert_true(bench_get_address(bench));
    assert_true(bench_is_silent(bench, 100000 * S)); /* no announcement, no renewal */
    bench_free(bench);
}

static void P5_14_an_upgrade_before_the_ack_fails_and_spoils_the_address(void **state)
{
    (void)state;
    struct bench *bench = powered();
    expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.recm.operation, RECM_UPGRADE);
    expect_dhcp(bench, DHCP_DISCOVER, 6 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    expect_dhcp(bench, DHCP_REQUEST, S);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    assert_false(replies(bench));
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
        cmocka_unit_test(P5_1_the_form_of_discover_and_request),
        cmocka_unit_test(P5_2_P5_3_two_discovers_with_numbers_made_of_the_mac_5_s_apart),
        cmocka_unit_test(P5_4_the_request_is_repeated_once_and_then_given_up),
        cmocka_unit_test(P5_5_a_nak_starts_it_over_without_end),
        cmocka_unit_test(P5_6_any_packet_to_port_68_restarts_the_wait),
        cmocka_unit_test(P5_7_an_offer_to_the_first_discover_is_too_late_after_the_second),
        cmocka_unit_test(P5_8_any_destination_address_and_source_port_will_do),
        cmocka_unit_test(P5_9_an_offer_needs_options_53_and_54_and_an_ack_needs_53),
        cmocka_unit_test(P5_10_at_most_308_bytes_of_options_with_an_end_and_without_overload),
        cmocka_unit_test(P5_11_a_bootp_reply_freezes_it_until_another_dhcp_packet),
        cmocka_unit_test(P5_12_the_ack_counts_and_of_several_routers_the_first),
        cmocka_unit_test(P5_13_after_the_ack_it_is_silent_until_asked),
        cmocka_unit_test(P5_14_an_upgrade_before_the_ack_fails_and_spoils_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
