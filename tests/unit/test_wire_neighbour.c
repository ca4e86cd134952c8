/* SPDX-License-Identifier: BSD-2-Clause */
/* What else is on a segment: IGMP, spanning tree, CDP and LLDP. */
#include "base/bytes.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/neighbour.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef enum wire_reason (*neighbour_parser)(const uint8_t *bytes, size_t length,
                                             struct neighbour_message *ret);

static enum wire_reason parse_igmp(const char *hex, struct igmp_message *ret)
{
    uint8_t bytes[64];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);

    bytes_store_be16(bytes + 2, 0);
    bytes_store_be16(bytes + 2, ipv4_checksum_finish(ipv4_checksum_add(0, bytes, length)));
    return igmp_parse(bytes, length, ret);
}

static void reads_igmp_of_every_version(void **state)
{
    static const struct {
        const char *hex;
        uint8_t type;
        uint32_t group;
        enum wire_reason reason;
    } cases[] = {
        {"11640000 00000000", IGMP_QUERY, 0, WIRE_OK},
        {"11640000 ea04080a 02 7d 0000", IGMP_QUERY, 0xea04080a, WIRE_OK},
        {"12000000 ea04080a", IGMP_V1_REPORT, 0xea04080a, WIRE_OK},
        {"16000000 ea04080a", IGMP_V2_REPORT, 0xea04080a, WIRE_OK},
        {"17000000 ea04080a", IGMP_V2_LEAVE, 0xea04080a, WIRE_OK},
        {"22000000 00000001 04000000 ea04080a", IGMP_V3_REPORT, 0xea04080a, WIRE_OK},
        {"22000000 00000000", IGMP_V3_REPORT, 0, WIRE_OK},
        {"22000000 00000001 04000000", IGMP_V3_REPORT, 0, WIRE_IGMP_SHORT},
        {"13000000 ea04080a", 0x13, 0xea04080a, WIRE_IGMP_TYPE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct igmp_message igmp;
        assert_int_equal(parse_igmp(cases[i].hex, &igmp), cases[i].reason);
        assert_int_equal(igmp.type, cases[i].type);
        assert_int_equal(igmp.group, cases[i].group);
    }
}

static void names_faults_of_igmp(void **state)
{
    static const uint8_t query[8] = {0x11, 0x64, 0xee, 0x9c};
    struct igmp_message igmp;

    (void)state;
    for (size_t cut = 0; cut < sizeof query; cut++) {
        uint8_t *copy = exact_copy(query, cut);
        assert_int_equal(igmp_parse(copy, cut, &igmp), WIRE_IGMP_SHORT);
        free(copy);
    }
    assert_int_equal(igmp_parse(query, sizeof query, &igmp), WIRE_IGMP_CHECKSUM);
    assert_int_equal(igmp.max_response_time, 100);
}

static void reads_spanning_tree(void **state)
{
    static const struct {
        const char *hex;
        uint8_t version, type, flags;
        unsigned port_state;
        enum wire_reason reason;
    } cases[] = {
        {"0000 00 00 01", 0, 0, 1, 0, WIRE_OK},
        {"0000 00 00 30", 0, 0, 0x30, 0, WIRE_OK}, /* no port state in the old protocol */
        {"0000 02 02 0e", 2, 2, 0x0e, 0, WIRE_OK}, /* discarding */
        {"0000 02 02 1e", 2, 2, 0x1e, 1, WIRE_OK}, /* learning */
        {"0000 03 02 3e", 3, 2, 0x3e, 3, WIRE_OK}, /* forwarding */
        {"0000 00 80", 0, 0x80, 0, 0, WIRE_OK},
        {"0001 00 00 00", 0, 0, 0, 0, WIRE_STP_PROTOCOL},
        {"0000 00 00", 0, 0, 0, 0, WIRE_STP_SHORT},
        {"0000 00", 0, 0, 0, 0, WIRE_STP_SHORT},
        {"", 0, 0, 0, 0, WIRE_STP_SHORT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[8];
        size_t length = bytes_from_hex(cases[i].hex, bytes, sizeof bytes);
        uint8_t *copy = exact_copy(bytes, length);
        struct stp_message stp;
        assert_int_equal(stp_parse(copy, length, &stp), cases[i].reason);
        assert_int_equal(stp.version, cases[i].version);
        assert_int_equal(stp.type, cases[i].type);
        assert_int_equal(stp.flags, cases[i].flags);
        assert_int_equal(stp.port_state, cases[i].port_state);
        free(copy);
    }
}

static enum wire_reason parse(neighbour_parser parser, const char *hex,
                              struct neighbour_message *ret)
{
    uint8_t bytes[400];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);
    uint8_t *copy = exact_copy(bytes, length);
    enum wire_reason reason = parser(copy, length, ret);

    free(copy);
    return reason;
}

/* "SEP1", "7.6", "SPA504G", a phone, voice VLAN 100. */
static const char cdp_hex[] = "02 b4 0000"
                              "0001 0008 53455031"
                              "0005 0007 372e36"
                              "0006 000b 53504135303447"
                              "0004 0008 00000490"
                              "000e 0007 01 0064"
                              "ffff 0004";

static void reads_cdp(void **state)
{
    struct neighbour_message cdp;

    (void)state;
    assert_int_equal(parse(cdp_parse, cdp_hex, &cdp), WIRE_OK);
    assert_string_equal(cdp.device, "SEP1");
    assert_string_equal(cdp.software, "7.6");
    assert_string_equal(cdp.platform, "SPA504G");
    assert_true(cdp.from_phone);
    assert_true(cdp.has_voice_vlan);
    assert_int_equal(cdp.voice_vlan, 100);
    assert_int_equal(cdp.kind, NEIGHBOUR_PHONE);
}

static void names_faults_of_cdp(void **state)
{
    struct neighbour_message cdp;

    (void)state;
    assert_int_equal(parse(cdp_parse, "02 b4 00", &cdp), WIRE_CDP_SHORT);
    assert_int_equal(parse(cdp_parse, "02 b4 0000", &cdp), WIRE_OK);
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0001 0003", &cdp), WIRE_CDP_TLV);
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0001 0000", &cdp), WIRE_CDP_TLV);
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0001", &cdp), WIRE_CDP_TLV);
    /* What came before the fault counts. */
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0006 000a 535041333033 0001 0008 5345", &cdp),
                     WIRE_CDP_TLV);
    assert_string_equal(cdp.platform, "SPA303");
    assert_int_equal(cdp.kind, NEIGHBOUR_PHONE);
    /* Fields that are too short for their value. */
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0004 0006 0090 000e 0006 0100", &cdp), WIRE_OK);
    assert_false(cdp.from_phone || cdp.has_voice_vlan);
}

/* Chassis and port, "spa", "Cisco SPA502G", a telephone, voice VLAN 10, MED inventory. */
static const char lldp_hex[] = "0207 04002414a1b2c3 0402 0731 0602 0078"
                               "0a03 737061"
                               "0c0d 436973636f20535041353032 47"
                               "0e04 0024 0024"
                               "fe08 0012bb 02 01 40 14 00"
                               "fe07 0012bb 07 372e36"
                               "fe08 0012bb 0a 53504131"
                               "fe03 0080c2"
                               "0000";

static void reads_lldp(void **state)
{
    struct neighbour_message lldp;

    (void)state;
    assert_int_equal(parse(lldp_parse, lldp_hex, &lldp), WIRE_OK);
    assert_string_equal(lldp.device, "spa");
    assert_string_equal(lldp.platform, "Cisco SPA502G");
    assert_string_equal(lldp.software, "7.6");
    assert_true(lldp.from_phone);
    assert_true(lldp.has_voice_vlan);
    assert_int_equal(lldp.voice_vlan, 10);
    assert_int_equal(lldp.kind, NEIGHBOUR_PHONE);
    /* The model stands in for a system description that is missing. */
    assert_int_equal(parse(lldp_parse, "fe0a 0012bb 0a 535041333033 0000", &lldp), WIRE_OK);
    assert_string_equal(lldp.platform, "SPA303");
    /* Policies of other applications, other organizations and short fields say nothing. */
    assert_int_equal(parse(lldp_parse,
                           "fe08 0012bb 02 02 40 14 00 fe08 0080c2 02 01 40 14 00"
                           "fe06 0012bb 02 01 40 0e01 00 0000",
                           &lldp),
                     WIRE_OK);
    assert_false(lldp.has_voice_vlan || lldp.from_phone || lldp.kind != NEIGHBOUR_OTHER);
}

static void a_text_longer_than_its_room_is_cut(void **state)
{
    uint8_t bytes[4 + 4 + 300] = {2, 180, 0, 0, 0, 1, 304 >> 8, 304 & 0xff};
    struct neighbour_message cdp;

    (void)state;
    memset(bytes + 8, 'd', 300);
    assert_int_equal(cdp_parse(bytes, sizeof bytes, &cdp), WIRE_OK);
    assert_int_equal(strlen(cdp.device), NEIGHBOUR_TEXT_SIZE - 1);
}

static void a_device_is_known_by_its_vendors_words(void **state)
{
    static const struct {
        const char *words; /* a platform or model */
        enum neighbour_kind kind;
    } cases[] = {
        {"Cisco SPA504G", NEIGHBOUR_PHONE},
        {"SPA303", NEIGHBOUR_PHONE},
        {"Cisco IP Phone SPA508G", NEIGHBOUR_PHONE},
        {"Cisco Small Business IP Phone SPA501G, 7.5.5", NEIGHBOUR_PHONE},
        {"LINKSYS SPA942", NEIGHBOUR_OTHER_PHONE},
        {"Cisco SPA525G2", NEIGHBOUR_OTHER_PHONE},
        {"Cisco SPA514G", NEIGHBOUR_OTHER_PHONE},
        {"Cisco IP Phone CP-7942G", NEIGHBOUR_OTHER_PHONE},
        {"SPA3030", NEIGHBOUR_OTHER_PHONE},
        {"CISCO ATA190", NEIGHBOUR_ADAPTER},
        {"Cisco ATA 186", NEIGHBOUR_ADAPTER},
        {"CISCO SPA112", NEIGHBOUR_ADAPTER},
        {"Cisco SPA122", NEIGHBOUR_ADAPTER},
        {"LINKSYS SPA8000", NEIGHBOUR_ADAPTER},
        {"LINKSYS PAP2T", NEIGHBOUR_ADAPTER},
        {"cisco WS-C2960X-48FPD-L", NEIGHBOUR_OTHER},
        {"MADSPA01-ACC-SW2", NEIGHBOUR_OTHER},
        {"Dell SPA504G dock", NEIGHBOUR_OTHER},
        {"spare SPA504G of room 5", NEIGHBOUR_OTHER},
        {"SPA", NEIGHBOUR_OTHER},
        {"ATAXX", NEIGHBOUR_OTHER},
        {"", NEIGHBOUR_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (neighbour_kind_of(cases[i].words) != cases[i].kind)
            fail_msg("\"%s\" is taken for %d", cases[i].words, neighbour_kind_of(cases[i].words));
}

static void a_name_makes_no_phone(void **state)
{
    struct neighbour_message message;

    (void)state;
    /* Device id or system name SPA504G, no platform; then with the capability of a phone. */
    assert_int_equal(parse(cdp_parse, "02 b4 0000 0001 000b 53504135303447", &message), WIRE_OK);
    assert_int_equal(message.kind, NEIGHBOUR_OTHER);
    assert_int_equal(parse(lldp_parse, "0a07 53504135303447 0000", &message), WIRE_OK);
    assert_int_equal(message.kind, NEIGHBOUR_OTHER);
    assert_int_equal(parse(lldp_parse, "0a07 53504135303447 0e04 0024 0020 0000", &message),
                     WIRE_OK);
    assert_int_equal(message.kind, NEIGHBOUR_OTHER_PHONE);
    /* The model of LLDP-MED counts where the description says nothing. */
    assert_int_equal(
        parse(lldp_parse, "0c03 61 62 63 fe0b 0012bb 0a 53504135303447 0000", &message), WIRE_OK);
    assert_int_equal(message.kind, NEIGHBOUR_PHONE);
}

static void finds_every_cut_of_cdp_and_lldp(void **state)
{
    static const struct {
        const char *hex;
        neighbour_parser parser;
    } cases[] = {{cdp_hex, cdp_parse}, {lldp_hex, lldp_parse}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[200];
        size_t length = bytes_from_hex(cases[i].hex, bytes, sizeof bytes);
        unsigned whole = 0;
        for (size_t cut = 0; cut <= length; cut++) {
            uint8_t *copy = exact_copy(bytes, cut);
            struct neighbour_message message;
            whole += cases[i].parser(copy, cut, &message) == WIRE_OK;
            free(copy);
        }
        /* CDP may end behind each of its fields; LLDP only behind its end. */
        assert_int_equal(whole, cases[i].parser == cdp_parse ? 7 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_igmp_of_every_version),
        cmocka_unit_test(names_faults_of_igmp),
        cmocka_unit_test(reads_spanning_tree),
        cmocka_unit_test(reads_cdp),
        cmocka_unit_test(names_faults_of_cdp),
        cmocka_unit_test(reads_lldp),
        cmocka_unit_test(a_text_longer_than_its_room_is_cut),
        cmocka_unit_test(a_device_is_known_by_its_vendors_words),
        cmocka_unit_test(a_name_makes_no_phone),
        cmocka_unit_test(finds_every_cut_of_cdp_and_lldp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
