/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated phone's DHCP client (docs: protocol, section 5), statement by statement. */
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define S  NS_PER_S

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
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
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
    bench_expect_dhcp(bench, DHCP_REQUEST, S);
    assert_int_equal(bench->last.length, 590);
    assert_memory_equal(bench->last.payload + 240, request_options, sizeof request_options - 1);
    bench_free(bench);
}

static void P5_2_P5_3_two_discovers_with_numbers_made_of_the_mac_5_s_apart(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    instant_ns first_ns = bench->last.time_ns;
    assert_int_equal(bench->last.dhcp.transaction_id, 0x15a1b2c3);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_int_equal(bench->last.dhcp.transaction_id, 0x16a1b2c3);
    assert_int_equal(bench->last.time_ns - first_ns, 5 * S);
    assert_true(bench_reach(bench, PHONE_SERIAL_PROMPT, 10 * S));
    assert_int_equal(bench->now_ns - first_ns, 10 * S);
    bench_free(bench);
}

static void P5_4_the_request_is_repeated_once_and_then_given_up(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_request_after_offer(bench);
    instant_ns first_ns = bench->last.time_ns;
    assert_int_equal(bench->last.dhcp.transaction_id, 0x15a1b2c3);
    assert_int_equal(bench->last.dhcp.requested_ip, BENCH_PHONE_IP);
    assert_int_equal(bench->last.dhcp.server_identifier, BENCH_PC_IP);
    bench_expect_dhcp(bench, DHCP_REQUEST, 10 * S);
    assert_int_equal(bench->last.time_ns - first_ns, 5 * S);
    assert_true(bench_is_silent(bench, 100 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    bench_free(bench);
}

static void P5_5_a_nak_starts_it_over_without_end(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    instant_ns refused_ns = 0;
    for (unsigned round = 1; round <= 300; round++) {
        bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
        assert_int_equal(bench->last.dhcp.transaction_id, 0x14a1b2c3u + (round << 24));
        if (round > 1)
            assert_in_range(bench->last.time_ns - refused_ns, 990 * MS, 1010 * MS);
        struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
        bench_dhcp(bench, &offer);
        bench_expect_dhcp(bench, DHCP_REQUEST, S);
        struct bench_lease nak = bench_lease(bench, DHCP_NAK);
        nak.your_ip = 0;
        bench_dhcp(bench, &nak);
        refused_ns = bench->now_ns;
    }
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S); /* the server falls silent */
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    assert_true(bench_is_silent(bench, 100 * S));
    assert_int_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    bench_free(bench);
}

static void P5_6_any_packet_to_port_68_restarts_the_wait(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(bench_is_silent(bench, 4900 * MS));
        const uint8_t junk[3] = {1, 2, 3};
        struct craft_udp header = bench_header(bench, UINT32_MAX, 4000, DHCP_CLIENT_PORT);
        header.destination_mac = mac_broadcast;
        bench_udp(bench, &header, junk, sizeof junk);
    }
    bench_expect_dhcp(bench, DHCP_DISCOVER, 5100 * MS);
    bench_free(bench);
}

static void P5_7_an_offer_to_the_first_discover_is_too_late_after_the_second(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, 4 * S));
    offer.transaction_id += 0x01000000;
    bench_dhcp(bench, &offer);
    bench_expect_dhcp(bench, DHCP_REQUEST, S);
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
        struct bench *bench = bench_powered();
        uint8_t payload[600];
        bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
        size_t length = build_offer(bench, payload);
        payload[length++] = DHCP_OPTION_END;
        struct craft_udp header = bench_header(bench, destinations[i], 1234, DHCP_CLIENT_PORT);
        if (i == 0)
            header.destination_mac = mac_broadcast;
        bench_udp(bench, &header, payload, length);
        bench_expect_dhcp(bench, DHCP_REQUEST, S);
        bench_free(bench);
    }
}

static void P5_9_an_offer_needs_options_53_and_54_and_an_ack_needs_53(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    offer.server_identifier = 0;
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, S));
    offer = bench_lease(bench, DHCP_ACK); /* an ACK is no OFFER */
    bench_dhcp(bench, &offer);
    assert_true(bench_is_silent(bench, S));
    offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    bench_expect_dhcp(bench, DHCP_REQUEST, S);
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
    struct bench *bench = bench_powered();
    uint8_t payload[600] = {0};
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
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
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    struct bench_lease bootp = bench_lease(bench, DHCP_TYPE_NONE);
    bench_dhcp(bench, &bootp);
    assert_true(bench_is_silent(bench, 1000 * S));
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    bench_expect_dhcp(bench, DHCP_REQUEST, S);
    bench_free(bench);
}

static void P5_12_the_ack_counts_and_of_several_routers_the_first(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_request_after_offer(bench);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    ack.your_ip = 0xc0a84d63; /* 192.168.77.99: another address than the OFFER's */
    ack.router = BENCH_FOREIGN_IP;
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    assert_true(bench_replies(bench));
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
    struct bench *bench = bench_powered();
    assert_true(bench_get_address(bench));
    assert_true(bench_is_silent(bench, 100000 * S)); /* no announcement, no renewal */
    bench_free(bench);
}

static void P5_14_an_upgrade_before_the_ack_fails_and_spoils_the_address(void **state)
{
    (void)state;
    struct bench *bench = bench_powered();
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * S);
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.recm.operation, RECM_UPGRADE);
    bench_expect_dhcp(bench, DHCP_DISCOVER, 6 * S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    bench_expect_dhcp(bench, DHCP_REQUEST, S);
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    bench_dhcp(bench, &ack);
    bench_run_for(bench, S);
    assert_false(bench_replies(bench));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
