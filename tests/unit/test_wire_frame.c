/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole frames: captures that were cut, padding and lengths that disagree, tags, options,
 * fragments.
 */
#include "loader/loader.h"
#include "wire/frame.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IPV4_OFFSET    14
#define UDP_OFFSET     34
#define PAYLOAD_OFFSET 42

/* The traces this program records itself hold 64 bytes of each DATA frame. */
static void data_of_a_cut_capture_keeps_block_and_length(void **state)
{
    static const size_t lengths[] = {0, 1, 14, 22, 100, 511, 512};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE] = {0};
        size_t length = data_frame(lengths[i], bytes);
        size_t padded = length < 60 ? 60 : length;
        size_t captured = padded < 64 ? padded : 64;
        struct frame frame = dissect_copy(bytes, captured, padded);
        assert_int_equal(frame.kind, FRAME_TFTP);
        assert_int_equal(frame.reason, WIRE_OK);
        assert_int_equal(frame.tftp.opcode, TFTP_DATA);
        assert_int_equal(frame.tftp.block, 7);
        assert_int_equal(frame.tftp.wire_length, lengths[i]);
        assert_int_equal(frame.tftp.data_length, lengths[i] < 18 ? lengths[i] : 18);
    }
}

static void every_cut_of_a_request_says_so(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        struct frame frame = dissect_copy(bytes, cut, length);
        /* Operation, magic and serial number are needed; the rest of a request is not read. */
        bool needed = cut >= PAYLOAD_OFFSET + 28;
        assert_int_equal(frame.reason, needed ? WIRE_OK : WIRE_TRUNCATED);
        assert_int_equal(frame.kind, cut < UDP_OFFSET       ? FRAME_UNKNOWN
                                     : cut < PAYLOAD_OFFSET ? FRAME_IPV4_OTHER
                                                            : FRAME_RECM);
        assert_int_equal(frame.length, length);
        assert_int_equal(frame.captured, cut);
        assert_int_equal(loader_drop(&frame), LOADER_TAKES);
        /* The same bytes as a whole frame are a broken frame, not a cut one. */
        frame = dissect_copy(bytes, cut, cut);
        assert_int_equal(frame.reason == WIRE_OK, cut == length);
        assert_int_not_equal(frame.reason, WIRE_TRUNCATED);
    }
}

static void a_captured_length_beyond_the_wire_is_believed(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    assert_int_equal(dissect_copy(bytes, length, 0).reason, WIRE_OK);
    assert_int_equal(dissect_copy(bytes, length, 0).length, length);
}

static void padding_does_not_count(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    uint8_t ack[4] = {0, 4, 0, 9};
    size_t length = udp_frame(TFTP_PHONE_PORT, 6900, ack, sizeof ack, bytes);

    (void)state;
    memset(bytes + length, 0xaa, 60 - length);
    struct frame frame = dissect_copy(bytes, 60, 60);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(frame.tftp.opcode, TFTP_ACK);
    assert_int_equal(frame.payload_length, 4);
    /* The UDP length rules within the IPv4 length: bytes between them are no payload. */
    bytes_store_be16(bytes + IPV4_OFFSET + 2, 46);
    fix_ipv4_checksum(bytes);
    frame = dissect_copy(bytes, 60, 60);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(frame.payload_length, 4);
}

static void a_udp_length_beyond_the_packet_is_named_and_the_rest_read(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    bytes_store_be16(bytes + UDP_OFFSET + 4, 169);
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.reason, WIRE_UDP_LENGTH);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_string_equal(frame.recm.serial, "CBT141900A1");
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_BROKEN);
}

static void the_first_fault_counts_and_the_message_is_read_in_any_case(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    bytes[PAYLOAD_OFFSET + 4] = 'r';
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.reason, WIRE_UDP_CHECKSUM);
    assert_int_equal(frame.udp.checksum_state, UDP_CHECKSUM_BAD);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_false(frame.recm.magic_good);
    bytes[IPV4_OFFSET + 10] ^= 1;
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.reason, WIRE_IPV4_CHECKSUM);
    assert_string_equal(frame.recm.serial, "CBT141900A1");
    bytes_store_be16(bytes + UDP_OFFSET + 6, 0);
    fix_ipv4_checksum(bytes);
    assert_int_equal(dissect_copy(bytes, length, length).reason, WIRE_RECM_MAGIC);
}

static void offloaded_checksums_are_no_fault(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);
    uint32_t sum = ipv4_checksum_pseudo_header(0xc0a84d01, RECM_GROUP_IP, IPV4_PROTOCOL_UDP, 168);

    (void)state;
    bytes_store_be16(bytes + UDP_OFFSET + 6, (uint16_t)~ipv4_checksum_finish(sum));
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(frame.udp.checksum_state, UDP_CHECKSUM_PARTIAL);
    assert_int_equal(loader_drop(&frame), LOADER_TAKES);
}

static void recognises_protocols_by_their_ports(void **state)
{
    static const struct {
        uint16_t source, destination;
        const char *payload;
        enum frame_kind kind;
    } cases[] = {
        {4811, 4810, "", FRAME_RECM},
        {4810, 4811, "", FRAME_RECM},
        {4810, 9, "", FRAME_RECM},
        {9, 4811, "", FRAME_RECM},
        {68, 67, "", FRAME_DHCP},
        {67, 68, "", FRAME_DHCP},
        {9, 68, "", FRAME_DHCP},
        {44821, 53, "", FRAME_DNS},
        {53, 44821, "", FRAME_DNS},
        {2000, 69, "000161006f6374657400", FRAME_TFTP},
        {6900, 2000, "00030001", FRAME_TFTP},
        {2000, 6900, "00040001", FRAME_TFTP},
        {6900, 69, "00030001", FRAME_TFTP},
        {69, 2000, "00050001 00", FRAME_TFTP},
        {2000, 6900, "0006", FRAME_TFTP},
        {2000, 9, "0000", FRAME_UDP_OTHER},
        {2000, 9, "0007", FRAME_UDP_OTHER},
        {2000, 9, "", FRAME_UDP_OTHER},
        {6900, 6901, "00030001", FRAME_UDP_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE], payload[32];
        size_t length = bytes_from_hex(cases[i].payload, payload, sizeof payload);
        length = udp_frame(cases[i].source, cases[i].destination, payload, length, bytes);
        struct frame frame = dissect_copy(bytes, length, length);
        if (frame.kind != cases[i].kind)
            fail_msg("UDP %u > %u is taken for %s", cases[i].source, cases[i].destination,
                     frame_kind_name(frame.kind));
        assert_true(frame.has_ipv4 && frame.has_udp);
    }
}

static void fragments_keep_their_ports_where_they_have_them(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    bytes[IPV4_OFFSET + 6] = 0x20;
    fix_ipv4_checksum(bytes);
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_IPV4_OTHER);
    assert_int_equal(frame.reason, WIRE_IPV4_FRAGMENT);
    assert_true(frame.has_udp);
    assert_int_equal(frame.udp.destination_port, RECM_PHONE_PORT);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_FRAGMENT);

    for (unsigned bit = 0x0001; bit <= 0x1000; bit <<= 1) {
        bytes_store_be16(bytes + IPV4_OFFSET + 6, (uint16_t)bit);
        fix_ipv4_checksum(bytes);
        frame = dissect_copy(bytes, length, length);
        assert_int_equal(frame.kind, FRAME_IPV4_OTHER);
        assert_false(frame.has_udp);
        assert_int_equal(loader_drop(&frame), LOADER_DROPS_FRAGMENT);
    }
    /* The reserved bit is nothing to us, but the loader wants it to be zero. */
    bytes_store_be16(bytes + IPV4_OFFSET + 6, 0x8000);
    fix_ipv4_checksum(bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_FRAGMENT);

    bytes_store_be16(bytes + IPV4_OFFSET + 6, 0x4000);
    fix_ipv4_checksum(bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_int_equal(loader_drop(&frame), LOADER_TAKES);
}

static void reads_llc_with_and_without_snap(void **state)
{
    static const struct {
        const char *payload;
        enum frame_kind kind;
    } cases[] = {
        {"424203 0000 00 00 00", FRAME_STP},
        {"aaaa03 00000c 010b 0000 02 02 3e", FRAME_STP}, /* per-VLAN spanning tree */
        {"aaaa03 00000c 2000 02b40000", FRAME_CDP},
        {"aaaa03 00000c 2004 02b40000", FRAME_OTHER}, /* DTP */
        {"e0e003 00", FRAME_OTHER},
        {"", FRAME_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE], payload[60] = {0};
        size_t length = bytes_from_hex(cases[i].payload, payload, sizeof payload);
        size_t padded = ethernet_frame((uint16_t)length, payload, 46, bytes);
        struct frame frame = dissect_copy(bytes, padded, padded);
        assert_int_equal(frame.kind, cases[i].kind);
        assert_int_equal(frame.reason == WIRE_OK, cases[i].kind != FRAME_OTHER);
    }
}

/* A capture that lacks the end of a right frame may say "truncated", but not name a fault. */
static void a_cut_never_invents_a_fault(void **state)
{
    static const struct {
        uint16_t source, destination; /* 0: `destination` is an ethertype or length */
        const char *payload;
    } cases[] = {
        {44821, 53, "0001 0100 0001 0000 0000 0000 0474667470 00 0001 0001"},
        {53, 44821,
         "0001 8180 0001 0001 0000 0000 0161 00 0001 0001"
         "c00c 0001 0001 0000003c 0004 c0a84d01"},
        {2000, 69, "0001 6100 6f6374657400 7473697a6500 3000"},
        {69, 2000, "0006 7473697a6500 3000"},
        {69, 2000, "0005 0001 4e6f00"},
        {0, 11, "424203 0000 02 02 3e 000000"},
        {0, 28, "aaaa03 00000c 2000 02b40000 0001 0008 53455031 0004 0008 00000090"},
        {0, ETHERTYPE_LLDP_VALUE, "0a03737061 0e0400240024 0000"},
        {0, ETHERTYPE_ARP_VALUE,
         "0001 0800 06 04 0001 002414a1b2c3 c0a84d14 000000000000 c0a84d01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE], payload[128];
        size_t length = bytes_from_hex(cases[i].payload, payload, sizeof payload);
        bool truncated = false;

        if (cases[i].source != 0)
            length = udp_frame(cases[i].source, cases[i].destination, payload, length, bytes);
        else
            length = ethernet_frame(cases[i].destination, payload, length, bytes);
        assert_int_equal(dissect_copy(bytes, length, length).reason, WIRE_OK);
        for (size_t cut = 0; cut < length; cut++) {
            struct frame frame = dissect_copy(bytes, cut, length);
            if (frame.reason != WIRE_OK && frame.reason != WIRE_TRUNCATED)
                fail_msg("case %zu cut to %zu bytes: %s", i, cut, wire_reason_name(frame.reason));
            truncated |= frame.reason == WIRE_TRUNCATED;
        }
        assert_true(truncated);
    }
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = ipv4_frame(IPV4_PROTOCOL_ICMP, (const uint8_t *)"12345678", 8, bytes);
    assert_int_equal(dissect_copy(bytes, length, length).reason, WIRE_OK);
    assert_int_equal(dissect_copy(bytes, length - 1, length).reason, WIRE_TRUNCATED);
    /* A query of version 3 is longer than what is read of it, but its checksum covers all. */
    length = ipv4_frame(IPV4_PROTOCOL_IGMP, (const uint8_t *)"\x11\x64\xec\x1e\0\0\0\0\2\x7d\0\0",
                        12, bytes);
    assert_int_equal(dissect_copy(bytes, length, length).reason, WIRE_OK);
    assert_int_equal(dissect_copy(bytes, length - 3, length).reason, WIRE_TRUNCATED);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < FRAME_KIND_COUNT; kind++)
        assert_true(strlen(frame_kind_name((enum frame_kind)kind)) >= 3);
    assert_string_equal(frame_kind_name(FRAME_RECM), "RECM");
    assert_string_equal(frame_kind_name(FRAME_KIND_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_of_a_cut_capture_keeps_block_and_length),
        cmocka_unit_test(every_cut_of_a_request_says_so),
        cmocka_unit_test(a_captured_length_beyond_the_wire_is_believed),
        cmocka_unit_test(padding_does_not_count),
        cmocka_unit_test(a_udp_length_beyond_the_packet_is_named_and_the_rest_read),
        cmocka_unit_test(the_first_fault_counts_and_the_message_is_read_in_any_case),
        cmocka_unit_test(offloaded_checksums_are_no_fault),
        cmocka_unit_test(recognises_protocols_by_their_ports),
        cmocka_unit_test(fragments_keep_their_ports_where_they_have_them),
        cmocka_unit_test(reads_llc_with_and_without_snap),
        cmocka_unit_test(a_cut_never_invents_a_fault),
        cmocka_unit_test(every_kind_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, dissect_drop_copy);
}
