/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4, UDP and TCP headers, the Internet checksum, and how checksum offload is told from a fault.
 */
#include "base/bytes.h"
#include "wire/tcp.h"
#include "wire/udp.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PC    UINT32_C(0xc0a84d01)
#define PHONE UINT32_C(0xc0a84d14)

/* The header of the REPLY in the protocol description. */
static const char reply_header[] = "45000080 0001 4000 3c11 3ea1 c0a84d14 ea04080a";

static void computes_the_checksum_of_rfc_1071(void **state)
{
    static const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    static const uint8_t odd[] = {0x00, 0x01, 0xf2};

    (void)state;
    assert_int_equal(ipv4_checksum_finish(ipv4_checksum_add(0, example, sizeof example)),
                     0xffff - 0xddf2);
    assert_int_equal(ipv4_checksum_finish(ipv4_checksum_add(0, odd, sizeof odd)), 0xffff - 0xf201);
    assert_int_equal(ipv4_checksum_finish(ipv4_checksum_add(0, odd, 0)), 0xffff);
    /* A sum that is not folded yet may already be large. */
    assert_int_equal(ipv4_checksum_finish(ipv4_checksum_add(UINT32_MAX, example, 2)), 0xffff - 1);
}

static void pseudo_header_counts_every_field(void **state)
{
    uint32_t sum = ipv4_checksum_pseudo_header(0x00010002, 0x00030004, 17, 0x20);

    (void)state;
    assert_int_equal(sum, 1 + 2 + 3 + 4 + 17 + 0x20);
}

static void bare_pseudo_header_sum_is_recognised_in_both_byte_orders(void **state)
{
    uint32_t sum = ipv4_checksum_pseudo_header(PC, RECM_GROUP_IP, 17, 168);

    (void)state;
    uint16_t bare = (uint16_t)~ipv4_checksum_finish(sum);
    assert_true(ipv4_checksum_is_partial(bare, sum));
    assert_true(ipv4_checksum_is_partial((uint16_t)(bare << 8 | bare >> 8), sum));
    assert_false(ipv4_checksum_is_partial((uint16_t)(bare + 1), sum));
    assert_false(ipv4_checksum_is_partial((uint16_t)~bare, sum));
}

static void reads_every_field_of_an_ipv4_header(void **state)
{
    uint8_t bytes[128] = {0};
    struct ipv4_header ipv4;

    (void)state;
    bytes_from_hex(reply_header, bytes, sizeof bytes);
    assert_int_equal(ipv4_parse_header(bytes, sizeof bytes, &ipv4), WIRE_OK);
    assert_int_equal(ipv4.header_length, 20);
    assert_int_equal(ipv4.type_of_service, 0);
    assert_int_equal(ipv4.total_length, 128);
    assert_int_equal(ipv4.identification, 1);
    assert_int_equal(ipv4.fragment, 0x4000);
    assert_int_equal(ipv4.time_to_live, 60);
    assert_int_equal(ipv4.protocol, IPV4_PROTOCOL_UDP);
    assert_true(ipv4.checksum_good);
    assert_int_equal(ipv4.source, PHONE);
    assert_int_equal(ipv4.destination, RECM_GROUP_IP);
    assert_int_equal(ipv4.payload_length, 108);
}

/* Sets one byte of the header, makes the checksum right again, and parses it with 108 bytes behind.
 */
static enum wire_reason parse_changed(size_t offset, uint8_t value, struct ipv4_header *ret)
{
    uint8_t bytes[128] = {0};

    bytes_from_hex(reply_header, bytes, sizeof bytes);
    bytes[offset] = value;
    bytes_store_be16(bytes + 10, 0);
    bytes_store_be16(bytes + 10,
                     ipv4_checksum_finish(ipv4_checksum_add(0, bytes, (bytes[0] & 0x0fU) * 4)));
    return ipv4_parse_header(bytes, sizeof bytes, ret);
}

static void names_each_fault_of_an_ipv4_header(void **state)
{
    struct ipv4_header ipv4;

    (void)state;
    assert_int_equal(parse_changed(0, 0x65, &ipv4), WIRE_IPV4_VERSION);
    assert_int_equal(parse_changed(0, 0x44, &ipv4), WIRE_IPV4_HEADER_LENGTH);
    assert_int_equal(parse_changed(3, 0x81, &ipv4), WIRE_IPV4_TOTAL_LENGTH);
    assert_int_equal(ipv4.payload_length, 108);
    assert_int_equal(parse_changed(3, 19, &ipv4), WIRE_IPV4_TOTAL_LENGTH);
    assert_int_equal(ipv4.payload_length, 108);
    assert_int_equal(parse_changed(3, 20, &ipv4), WIRE_OK);
    assert_int_equal(ipv4.payload_length, 0);
    assert_int_equal(parse_changed(6, 0x20, &ipv4), WIRE_IPV4_FRAGMENT);
    assert_int_equal(parse_changed(7, 1, &ipv4), WIRE_IPV4_FRAGMENT);

    uint8_t bytes[128] = {0};
    bytes_from_hex(reply_header, bytes, sizeof bytes);
    bytes[11] ^= 1;
    assert_int_equal(ipv4_parse_header(bytes, sizeof bytes, &ipv4), WIRE_IPV4_CHECKSUM);
    assert_false(ipv4.checksum_good);
    assert_int_equal(ipv4.source, PHONE);
}

static void counts_options_as_header(void **state)
{
    struct ipv4_header ipv4;

    (void)state;
    assert_int_equal(parse_changed(0, 0x46, &ipv4), WIRE_OK);
    assert_int_equal(ipv4.header_length, 24);
    assert_int_equal(ipv4.payload_length, 104);
}

static void tells_a_cut_packet_from_a_wrong_length(void **state)
{
    uint8_t bytes[128] = {0};

    (void)state;
    bytes_from_hex(reply_header, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct ipv4_header ipv4;
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(ipv4_parse_cut_header(copy, cut, sizeof bytes, &ipv4),
                         cut < 20 ? WIRE_IPV4_SHORT : WIRE_OK);
        assert_int_equal(ipv4.payload_length, cut < 20 ? 0 : cut - 20);
        assert_int_equal(ipv4_parse_header(copy, cut, &ipv4), cut < 20 ? WIRE_IPV4_SHORT
                                                              : cut < sizeof bytes
                                                                  ? WIRE_IPV4_TOTAL_LENGTH
                                                                  : WIRE_OK);
        free(copy);
    }
    /* Options that the capture has lost. */
    struct ipv4_header ipv4;
    bytes[0] = 0x4f;
    assert_int_equal(ipv4_parse_cut_header(bytes, 59, sizeof bytes, &ipv4), WIRE_IPV4_SHORT);
    assert_int_equal(ipv4_parse_header(bytes, 59, &ipv4), WIRE_IPV4_HEADER_LENGTH);
}

static const struct ipv4_header from_pc = {.source = PC, .destination = RECM_GROUP_IP};

/* A datagram of 8 + 4 bytes with a right checksum. */
static void good_datagram(uint8_t ret[12])
{
    uint8_t frame[SUPPORT_FRAME_SIZE];

    udp_frame(4811, 4810, (const uint8_t *)"data", 4, frame);
    memcpy(ret, frame + 34, 12);
}

static void reads_every_field_of_a_udp_header(void **state)
{
    uint8_t bytes[12];
    struct udp_header udp;

    (void)state;
    good_datagram(bytes);
    assert_int_equal(udp_parse(bytes, sizeof bytes, sizeof bytes, &from_pc, &udp), WIRE_OK);
    assert_int_equal(udp.source_port, 4811);
    assert_int_equal(udp.destination_port, 4810);
    assert_int_equal(udp.length, 12);
    assert_int_equal(udp.checksum, bytes_load_be16(bytes + 6));
    assert_int_equal(udp.checksum_state, UDP_CHECKSUM_GOOD);
    assert_int_equal(udp.payload_length, 4);
}

static void judges_udp_checksums(void **state)
{
    uint16_t bare =
        (uint16_t)~ipv4_checksum_finish(ipv4_checksum_pseudo_header(PC, RECM_GROUP_IP, 17, 12));
    const struct {
        uint16_t checksum;
        enum udp_checksum_state state;
        enum udp_checksum_state cut_state;
        enum wire_reason reason;
    } cases[] = {
        {0, UDP_CHECKSUM_ABSENT, UDP_CHECKSUM_ABSENT, WIRE_OK},
        {bare, UDP_CHECKSUM_PARTIAL, UDP_CHECKSUM_PARTIAL, WIRE_OK},
        {(uint16_t)(bare << 8 | bare >> 8), UDP_CHECKSUM_PARTIAL, UDP_CHECKSUM_PARTIAL, WIRE_OK},
        {(uint16_t)~bare, UDP_CHECKSUM_BAD, UDP_CHECKSUM_UNKNOWN, WIRE_UDP_CHECKSUM},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[12];
        struct udp_header udp;
        good_datagram(bytes);
        bytes_store_be16(bytes + 6, cases[i].checksum);
        assert_int_equal(udp_parse(bytes, 12, 12, &from_pc, &udp), cases[i].reason);
        assert_int_equal(udp.checksum_state, cases[i].state);
        assert_int_equal(udp_parse(bytes, 11, 12, &from_pc, &udp), WIRE_OK);
        assert_int_equal(udp.checksum_state, cases[i].cut_state);
    }
}

static void udp_length_must_fit_the_packet(void **state)
{
    uint8_t bytes[12];
    struct udp_header udp;

    (void)state;
    good_datagram(bytes);
    for (unsigned length = 0; length <= 20; length++) {
        bytes_store_be16(bytes + 6, 0);
        bytes_store_be16(bytes + 4, (uint16_t)length);
        assert_int_equal(udp_parse(bytes, 12, 12, &from_pc, &udp),
                         length < 8 || length > 12 ? WIRE_UDP_LENGTH : WIRE_OK);
        assert_int_equal(udp.payload_length, length < 8 ? 0 : length > 12 ? 4 : length - 8);
        assert_int_equal(udp.source_port, 4811);
    }
}

static void finds_every_cut_of_a_udp_header(void **state)
{
    uint8_t bytes[12];

    (void)state;
    good_datagram(bytes);
    for (size_t cut = 0; cut < 8; cut++) {
        struct udp_header udp;
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(udp_parse(copy, cut, 12, &from_pc, &udp), WIRE_UDP_SHORT);
        free(copy);
    }
}

/* The SYN of the loader's HTTP client, without a right checksum. */
static const char syn_hex[] = "01cb 0050 00000000 00000000 6002 0400 0000 0000 02040578";

static size_t syn(uint8_t ret[24])
{
    size_t length = bytes_from_hex(syn_hex, ret, 24);
    uint32_t sum = ipv4_checksum_pseudo_header(PC, RECM_GROUP_IP, 6, length);

    bytes_store_be16(ret + 16, ipv4_checksum_finish(ipv4_checksum_add(sum, ret, length)));
    return length;
}

static void reads_every_field_of_a_tcp_header(void **state)
{
    uint8_t bytes[24];
    size_t length = syn(bytes);
    struct tcp_segment tcp;

    (void)state;
    assert_int_equal(tcp_parse(bytes, length, length, &from_pc, &tcp), WIRE_OK);
    assert_int_equal(tcp.source_port, 459);
    assert_int_equal(tcp.destination_port, 80);
    assert_int_equal(tcp.sequence, 0);
    assert_int_equal(tcp.acknowledgement, 0);
    assert_int_equal(tcp.header_length, 24);
    assert_int_equal(tcp.flags, TCP_FLAG_SYN);
    assert_int_equal(tcp.window, 1024);
    assert_int_equal(tcp.mss, 1400);
    assert_true(tcp.checksum_good);
    assert_int_equal(tcp.payload_length, 0);
}

static void finds_the_segment_size_among_other_options(void **state)
{
    static const struct {
        const char *options;
        uint16_t mss;
    } cases[] = {
        {"01 01 02 04 05 b4 01 00", 1460}, /* behind padding */
        {"03 03 07 02 04 05 b4 00", 1460}, /* behind a window scale */
        {"00 02 04 05 b4 00 00 00", 0},    /* behind the end */
        {"02 03 05 02 04 05 b4 00", 1460}, /* behind one of a wrong length */
        {"03 00 02 04 05 b4 00 00", 0},    /* behind an option of length 0 */
        {"03 ff 02 04 05 b4 00 00", 0},    /* behind an option that is too long */
        {"01 01 01 01 01 01 01 02", 0},    /* cut behind its kind */
        {"01 01 01 01 01 02 04 05", 0},    /* cut in its value */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[28];
        struct tcp_segment tcp;
        syn(bytes);
        bytes[12] = 0x70;
        bytes_from_hex(cases[i].options, bytes + 20, 8);
        uint8_t *copy = exact_copy(bytes, sizeof bytes);
        tcp_parse(copy, sizeof bytes, sizeof bytes, &from_pc, &tcp);
        assert_int_equal(tcp.mss, cases[i].mss);
        free(copy);
    }
}

static void names_each_fault_of_a_tcp_header(void **state)
{
    uint8_t bytes[24];
    size_t length = syn(bytes);
    struct tcp_segment tcp;

    (void)state;
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(tcp_parse(copy, cut, length, &from_pc, &tcp), WIRE_TCP_SHORT);
        free(copy);
    }
    bytes[12] = 0x40;
    assert_int_equal(tcp_parse(bytes, length, length, &from_pc, &tcp), WIRE_TCP_HEADER_LENGTH);
    bytes[12] = 0x70;
    assert_int_equal(tcp_parse(bytes, length, length, &from_pc, &tcp), WIRE_TCP_HEADER_LENGTH);
    syn(bytes);
    bytes[17] ^= 1;
    assert_int_equal(tcp_parse(bytes, length, length, &from_pc, &tcp), WIRE_TCP_CHECKSUM);
    assert_false(tcp.checksum_good);
    bytes_store_be16(bytes + 16, (uint16_t)~ipv4_checksum_finish(
                                     ipv4_checksum_pseudo_header(PC, RECM_GROUP_IP, 6, length)));
    assert_int_equal(tcp_parse(bytes, length, length, &from_pc, &tcp), WIRE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes_the_checksum_of_rfc_1071),
        cmocka_unit_test(pseudo_header_counts_every_field),
        cmocka_unit_test(bare_pseudo_header_sum_is_recognised_in_both_byte_orders),
        cmocka_unit_test(reads_every_field_of_an_ipv4_header),
        cmocka_unit_test(names_each_fault_of_an_ipv4_header),
        cmocka_unit_test(counts_options_as_header),
        cmocka_unit_test(tells_a_cut_packet_from_a_wrong_length),
        cmocka_unit_test(reads_every_field_of_a_udp_header),
        cmocka_unit_test(judges_udp_checksums),
        cmocka_unit_test(udp_length_must_fit_the_packet),
        cmocka_unit_test(finds_every_cut_of_a_udp_header),
        cmocka_unit_test(reads_every_field_of_a_tcp_header),
        cmocka_unit_test(finds_the_segment_size_among_other_options),
        cmocka_unit_test(names_each_fault_of_a_tcp_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
