/* SPDX-License-Identifier: BSD-2-Clause */
/* Ethernet headers with and without tags, and ARP packets: every field, every place to be cut. */
#include "wire/arp.h"
#include "wire/ethernet.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum wire_reason parse_ethernet(const char *hex, struct ethernet_header *ret)
{
    uint8_t bytes[64];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);
    uint8_t *copy = exact_copy(bytes, length);
    enum wire_reason reason = ethernet_parse(copy, length, ret);

    free(copy);
    return reason;
}

static void reads_an_untagged_header(void **state)
{
    struct ethernet_header header;

    (void)state;
    assert_int_equal(parse_ethernet("01005e04080a 002414a1b2c3 0800", &header), WIRE_OK);
    assert_string_equal(mac_format(&header.destination).text, "01:00:5e:04:08:0a");
    assert_string_equal(mac_format(&header.source).text, "00:24:14:a1:b2:c3");
    assert_int_equal(header.type, ETHERTYPE_IPV4_VALUE);
    assert_int_equal(header.tag_count, 0);
    assert_int_equal(header.header_length, 14);
}

static void reads_one_tag_and_two_of_every_kind(void **state)
{
    struct ethernet_header header;

    (void)state;
    assert_int_equal(parse_ethernet("ffffffffffff 002414a1b2c3 8100 a00a 0806", &header), WIRE_OK);
    assert_int_equal(header.tag_count, 1);
    assert_int_equal(header.tags[0], 0xa00a);
    assert_int_equal(ethernet_tag_vlan(header.tags[0]), 10);
    assert_int_equal(header.type, ETHERTYPE_ARP_VALUE);
    assert_int_equal(header.header_length, 18);

    static const char *const outer[] = {"8100", "88a8", "9100"};
    for (size_t i = 0; i < 3; i++) {
        char hex[64] = "ffffffffffff 002414a1b2c3 ";
        strcat(strcat(hex, outer[i]), "0fff 8100 0001 0800");
        assert_int_equal(parse_ethernet(hex, &header), WIRE_OK);
        assert_int_equal(header.tag_count, 2);
        assert_int_equal(ethernet_tag_vlan(header.tags[0]), 4095);
        assert_int_equal(ethernet_tag_vlan(header.tags[1]), 1);
        assert_int_equal(header.header_length, 22);
    }
}

static void leaves_a_fifth_tag_as_unknown_type(void **state)
{
    struct ethernet_header header;

    (void)state;
    assert_int_equal(
        parse_ethernet("ffffffffffff 002414a1b2c3 8100 0001 8100 0002 88a8 0003 8100 0004 8100 0005"
                       "0800",
                       &header),
        WIRE_OK);
    assert_int_equal(ethernet_tag_vlan(header.tags[3]), 4);
    assert_int_equal(header.tag_count, ETHERNET_TAGS_MAXIMUM);
    assert_int_equal(header.type, ETHERTYPE_VLAN_VALUE);
}

static void finds_every_cut_of_an_ethernet_header(void **state)
{
    uint8_t bytes[22];
    size_t length =
        bytes_from_hex("ffffffffffff 002414a1b2c3 88a8 0001 8100 0002 0800", bytes, sizeof bytes);

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        struct ethernet_header header;
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(ethernet_parse(copy, cut, &header), cut < 14 ? WIRE_ETHERNET_SHORT
                                                             : cut < length
                                                                 ? WIRE_ETHERNET_TAG_SHORT
                                                                 : WIRE_OK);
        assert_true(header.header_length <= cut);
        free(copy);
    }
}

static const char who_has[] = "0001 0800 06 04 0001 002414a1b2c3 c0a84d14 000000000000 c0a84d01";

static void reads_every_field_of_an_arp_packet(void **state)
{
    uint8_t bytes[ARP_PACKET_LENGTH];
    struct arp_packet arp;

    (void)state;
    assert_int_equal(bytes_from_hex(who_has, bytes, sizeof bytes), ARP_PACKET_LENGTH);
    assert_int_equal(arp_parse(bytes, sizeof bytes, &arp), WIRE_OK);
    assert_int_equal(arp.operation, ARP_REQUEST_OPERATION);
    assert_string_equal(mac_format(&arp.sender_mac).text, "00:24:14:a1:b2:c3");
    assert_int_equal(arp.sender_ip, 0xc0a84d14);
    assert_true(mac_equal(&arp.target_mac, &mac_zero));
    assert_int_equal(arp.target_ip, 0xc0a84d01);
}

static void finds_every_cut_of_an_arp_packet(void **state)
{
    uint8_t bytes[ARP_PACKET_LENGTH];

    (void)state;
    bytes_from_hex(who_has, bytes, sizeof bytes);
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        struct arp_packet arp;
        uint8_t *copy = exact_copy(bytes, cut);
        assert_int_equal(arp_parse(copy, cut, &arp), WIRE_ARP_SHORT);
        free(copy);
    }
}

static void refuses_other_hardware_protocols_and_operations(void **state)
{
    static const struct {
        size_t offset;
        uint8_t value;
        enum wire_reason reason;
    } faults[] = {
        {1, 6, WIRE_ARP_NOT_ETHERNET_IPV4}, {2, 0x86, WIRE_ARP_NOT_ETHERNET_IPV4},
        {4, 8, WIRE_ARP_NOT_ETHERNET_IPV4}, {5, 16, WIRE_ARP_NOT_ETHERNET_IPV4},
        {7, 0, WIRE_ARP_OPERATION},         {7, 2, WIRE_OK},
        {7, 3, WIRE_ARP_OPERATION},
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        uint8_t bytes[ARP_PACKET_LENGTH];
        struct arp_packet arp;
        bytes_from_hex(who_has, bytes, sizeof bytes);
        bytes[faults[i].offset] = faults[i].value;
        assert_int_equal(arp_parse(bytes, sizeof bytes, &arp), faults[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_untagged_header),
        cmocka_unit_test(reads_one_tag_and_two_of_every_kind),
        cmocka_unit_test(leaves_a_fifth_tag_as_unknown_type),
        cmocka_unit_test(finds_every_cut_of_an_ethernet_header),
        cmocka_unit_test(reads_every_field_of_an_arp_packet),
        cmocka_unit_test(finds_every_cut_of_an_arp_packet),
        cmocka_unit_test(refuses_other_hardware_protocols_and_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
