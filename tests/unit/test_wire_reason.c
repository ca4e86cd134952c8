/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every reason code is produced by some frame, has a name of its own and a text: a code that
 * nothing can cause, or that nobody can read, fails here.
 */
#include "base/bytes.h"
#include "wire/frame.h"
#include "wire_support.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OTHER_PORT 4099 /* belongs to no protocol */

enum level { RAW, ETHERNET, IPV4, UDP };

/* A frame from its parts: a byte may be changed and the frame be cut afterwards. */
struct sample {
    enum wire_reason reason;
    enum frame_kind kind;
    enum level level;
    unsigned type; /* ethertype, or IPv4 protocol, or destination port */
    const char *payload;
    unsigned zeros;  /* appended to the payload */
    unsigned offset; /* of the frame: 0 = nothing is changed */
    uint8_t value;   /* put there */
    unsigned cut;    /* captured bytes, 0 = all */
    bool fix_ipv4;   /* the header checksum is set anew after the change */
};

#define DHCP_FIXED_HEX                                                                             \
    "02010600 15a1b2c3 00000000 00000000 00000000 00000000 00000000 002414a1b2c3 0000 0000 0000"   \
    "0000 0000" ZEROS_64 ZEROS_64 ZEROS_64
#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_64 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16
#define COOKIE   "63825363"
#define RECM_HEX "00000000 5245434d"
#define SERIAL   "43425431343131303048520000000000 00000000"
#define UPGRADE  "02000000 5245434d" SERIAL "0045 0000"
#define ARP_HEX  "0001 0800 06 04 0001 002414a1b2c3 c0a84d14 000000000000 c0a84d01"
#define DATA_64                                                                                    \
    "66666666666666666666666666666666 66666666666666666666666666666666"                            \
    "66666666666666666666666666666666 66666666666666666666666666666666"

static const struct sample samples[] = {
    {.reason = WIRE_OK, .kind = FRAME_ARP, .level = ETHERNET, .type = 0x0806, .payload = ARP_HEX},
    {.reason = WIRE_TRUNCATED,
     .kind = FRAME_ARP,
     .level = ETHERNET,
     .type = 0x0806,
     .payload = ARP_HEX,
     .cut = 41},
    {.reason = WIRE_ETHERNET_SHORT,
     .kind = FRAME_UNKNOWN,
     .payload = "ffffffffffff 002414a1b2c3 08"},
    {.reason = WIRE_ETHERNET_TAG_SHORT,
     .kind = FRAME_UNKNOWN,
     .level = ETHERNET,
     .type = 0x8100,
     .payload = "000a 08"},
    {.reason = WIRE_ETHERNET_TYPE_UNKNOWN,
     .kind = FRAME_OTHER,
     .level = ETHERNET,
     .type = 0x88b5,
     .payload = "00"},
    {.reason = WIRE_ARP_SHORT,
     .kind = FRAME_ARP,
     .level = ETHERNET,
     .type = 0x0806,
     .payload = "0001 0800 06 04 0001"},
    {.reason = WIRE_ARP_NOT_ETHERNET_IPV4,
     .kind = FRAME_ARP,
     .level = ETHERNET,
     .type = 0x0806,
     .payload = ARP_HEX,
     .offset = 15,
     .value = 6},
    {.reason = WIRE_ARP_OPERATION,
     .kind = FRAME_ARP,
     .level = ETHERNET,
     .type = 0x0806,
     .payload = ARP_HEX,
     .offset = 21,
     .value = 9},
    {.reason = WIRE_IPV4_SHORT,
     .kind = FRAME_UNKNOWN,
     .level = ETHERNET,
     .type = 0x0800,
     .payload = "45000014"},
    {.reason = WIRE_IPV4_VERSION,
     .kind = FRAME_UNKNOWN,
     .level = IPV4,
     .type = 1,
     .payload = ZEROS_16,
     .offset = 14,
     .value = 0x65},
    {.reason = WIRE_IPV4_HEADER_LENGTH,
     .kind = FRAME_UNKNOWN,
     .level = IPV4,
     .type = 1,
     .payload = ZEROS_16,
     .offset = 14,
     .value = 0x44},
    {.reason = WIRE_IPV4_TOTAL_LENGTH,
     .kind = FRAME_ICMP,
     .level = IPV4,
     .type = 1,
     .payload = ZEROS_16,
     .offset = 17,
     .value = 37,
     .fix_ipv4 = true},
    {.reason = WIRE_IPV4_CHECKSUM,
     .kind = FRAME_ICMP,
     .level = IPV4,
     .type = 1,
     .payload = ZEROS_16,
     .offset = 22,
     .value = 63},
    {.reason = WIRE_IPV4_FRAGMENT,
     .kind = FRAME_IPV4_OTHER,
     .level = IPV4,
     .type = 1,
     .payload = ZEROS_16,
     .offset = 20,
     .value = 0x20,
     .fix_ipv4 = true},
    {.reason = WIRE_IPV4_PROTOCOL_UNKNOWN,
     .kind = FRAME_IPV4_OTHER,
     .level = IPV4,
     .type = 89,
     .payload = ZEROS_16},
    {.reason = WIRE_UDP_SHORT,
     .kind = FRAME_IPV4_OTHER,
     .level = IPV4,
     .type = 17,
     .payload = "12cb12ca0008"},
    {.reason = WIRE_UDP_LENGTH,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = RECM_HEX SERIAL,
     .zeros = 132,
     .offset = 39,
     .value = 7},
    {.reason = WIRE_UDP_CHECKSUM,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = RECM_HEX SERIAL,
     .zeros = 132,
     .offset = 60,
     .value = 'x'},
    {.reason = WIRE_UDP_PORT_UNKNOWN,
     .kind = FRAME_UDP_OTHER,
     .level = UDP,
     .type = 5353,
     .payload = ""},
    {.reason = WIRE_DHCP_SHORT, .kind = FRAME_DHCP, .level = UDP, .type = 67, .payload = "0201"},
    {.reason = WIRE_DHCP_OPERATION,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = "00010600 " ZEROS_64 ZEROS_64 ZEROS_64 ZEROS_16 ZEROS_16 "0000000000000000" COOKIE
                "350101ff"},
    {.reason = WIRE_DHCP_HARDWARE_TYPE,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = "01060600 " ZEROS_64 ZEROS_64 ZEROS_64 ZEROS_16 ZEROS_16 "0000000000000000" COOKIE
                "350101ff"},
    {.reason = WIRE_DHCP_COOKIE,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = DHCP_FIXED_HEX "00000000"},
    {.reason = WIRE_DHCP_OPTION_TRUNCATED,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = DHCP_FIXED_HEX COOKIE "3501053c0c"},
    {.reason = WIRE_DHCP_OPTION_LENGTH,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = DHCP_FIXED_HEX COOKIE "3501050102ff00ff"},
    {.reason = WIRE_DHCP_OVERLOAD,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = DHCP_FIXED_HEX COOKIE "350105340101ff"},
    {.reason = WIRE_DHCP_NO_END,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 67,
     .payload = DHCP_FIXED_HEX COOKIE "350105"},
    {.reason = WIRE_DHCP_NO_MESSAGE_TYPE,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 68,
     .payload = DHCP_FIXED_HEX COOKIE "ff"},
    {.reason = WIRE_DHCP_MESSAGE_TYPE,
     .kind = FRAME_DHCP,
     .level = UDP,
     .type = 68,
     .payload = DHCP_FIXED_HEX COOKIE "35010aff"},
    {.reason = WIRE_TFTP_SHORT,
     .kind = FRAME_TFTP,
     .level = UDP,
     .type = 2000,
     .payload = "000300"},
    {.reason = WIRE_TFTP_OPCODE,
     .kind = FRAME_UDP_OTHER,
     .level = UDP,
     .type = 69,
     .payload = "0007"},
    {.reason = WIRE_TFTP_STRING, .kind = FRAME_TFTP, .level = UDP, .type = 69, .payload = "000161"},
    {.reason = WIRE_TFTP_MODE,
     .kind = FRAME_TFTP,
     .level = UDP,
     .type = 69,
     .payload = "0001 6100 6200"},
    {.reason = WIRE_TFTP_OPTION,
     .kind = FRAME_TFTP,
     .level = UDP,
     .type = 69,
     .payload = "0001 6100 6f6374657400 6200"},
    {.reason = WIRE_TFTP_TRAILING,
     .kind = FRAME_TFTP,
     .level = UDP,
     .type = 69,
     .payload = "0004 0001 00"},
    {.reason = WIRE_RECM_SHORT, .kind = FRAME_RECM, .level = UDP, .type = 4810, .payload = "00"},
    {.reason = WIRE_RECM_LENGTH,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = RECM_HEX SERIAL,
     .zeros = 133},
    {.reason = WIRE_RECM_MAGIC,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = "00000000 7265636d" SERIAL,
     .zeros = 132},
    {.reason = WIRE_RECM_OPERATION,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = "01000000 5245434d" SERIAL,
     .zeros = 132},
    {.reason = WIRE_RECM_PORT,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4811,
     .payload = RECM_HEX SERIAL,
     .zeros = 132},
    {.reason = WIRE_RECM_SERIAL_UNTERMINATED,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = RECM_HEX DATA_64,
     .zeros = 88},
    {.reason = WIRE_RECM_FILE_NAME_UNTERMINATED,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = UPGRADE DATA_64 DATA_64},
    {.reason = WIRE_RECM_FILE_NAME_LENGTH,
     .kind = FRAME_RECM,
     .level = UDP,
     .type = 4810,
     .payload = UPGRADE DATA_64 "66666666",
     .zeros = 60},
    {.reason = WIRE_DNS_SHORT, .kind = FRAME_DNS, .level = UDP, .type = 53, .payload = "0001"},
    {.reason = WIRE_DNS_NAME,
     .kind = FRAME_DNS,
     .level = UDP,
     .type = 53,
     .payload = "0001 0100 0001 0000 0000 0000 c00c 0001 0001"},
    {.reason = WIRE_IGMP_SHORT, .kind = FRAME_IGMP, .level = IPV4, .type = 2, .payload = "1164"},
    {.reason = WIRE_IGMP_CHECKSUM,
     .kind = FRAME_IGMP,
     .level = IPV4,
     .type = 2,
     .payload = "11640000 00000000"},
    {.reason = WIRE_IGMP_TYPE,
     .kind = FRAME_IGMP,
     .level = IPV4,
     .type = 2,
     .payload = "1300ecff 00000000"},
    {.reason = WIRE_TCP_SHORT, .kind = FRAME_TCP, .level = IPV4, .type = 6, .payload = "01cb0050"},
    {.reason = WIRE_TCP_HEADER_LENGTH,
     .kind = FRAME_TCP,
     .level = IPV4,
     .type = 6,
     .payload = ZEROS_16,
     .zeros = 4},
    {.reason = WIRE_TCP_CHECKSUM,
     .kind = FRAME_TCP,
     .level = IPV4,
     .type = 6,
     .payload = "01cb0050 00000000 00000000 50020400 dead0000"},
    {.reason = WIRE_ICMP_SHORT, .kind = FRAME_ICMP, .level = IPV4, .type = 1, .payload = "0800"},
    {.reason = WIRE_STP_SHORT,
     .kind = FRAME_STP,
     .level = ETHERNET,
     .type = 7,
     .payload = "424203 00000000"},
    {.reason = WIRE_STP_PROTOCOL,
     .kind = FRAME_STP,
     .level = ETHERNET,
     .type = 8,
     .payload = "424203 0001000000"},
    {.reason = WIRE_CDP_SHORT,
     .kind = FRAME_CDP,
     .level = ETHERNET,
     .type = 9,
     .payload = "aaaa03 00000c 2000 02"},
    {.reason = WIRE_CDP_TLV,
     .kind = FRAME_CDP,
     .level = ETHERNET,
     .type = 16,
     .payload = "aaaa03 00000c 2000 02b40000 00010008"},
    {.reason = WIRE_LLDP_TLV,
     .kind = FRAME_LLDP,
     .level = ETHERNET,
     .type = 0x88cc,
     .payload = "0a03 7370"},
};

static size_t build(const struct sample *sample, uint8_t *frame)
{
    uint8_t payload[600] = {0};
    size_t length = bytes_from_hex(sample->payload, payload, sizeof payload) + sample->zeros;

    switch (sample->level) {
    case ETHERNET:
        length = ethernet_frame((uint16_t)sample->type, payload, length, frame);
        break;
    case IPV4:
        length = ipv4_frame((uint8_t)sample->type, payload, length, frame);
        break;
    case UDP:
        length =
            udp_frame(sample->type == RECM_PHONE_PORT || sample->type == RECM_PC_PORT ? RECM_PC_PORT
                                                                                      : OTHER_PORT,
                      (uint16_t)sample->type, payload, length, frame);
        break;
    case RAW:
        memcpy(frame, payload, length);
        break;
    }
    if (sample->offset != 0)
        frame[sample->offset] = sample->value;
    if (sample->fix_ipv4)
        fix_ipv4_checksum(frame);
    return length;
}

static void every_reason_is_produced_by_some_frame(void **state)
{
    bool produced[WIRE_REASON_COUNT] = {false};

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE];
        struct frame frame;
        size_t length = build(&samples[i], bytes);
        size_t captured = samples[i].cut != 0 ? samples[i].cut : length;
        uint8_t *copy = exact_copy(bytes, captured);
        frame_dissect(copy, captured, length, &frame);
        if (frame.reason != samples[i].reason || frame.kind != samples[i].kind)
            fail_msg("the frame for %s gives %s, kind %s", wire_reason_name(samples[i].reason),
                     wire_reason_name(frame.reason), frame_kind_name(frame.kind));
        produced[frame.reason] = true;
        free(copy);
    }
    for (unsigned reason = 0; reason < WIRE_REASON_COUNT; reason++)
        if (!produced[reason])
            fail_msg("no frame for %s", wire_reason_name((enum wire_reason)reason));
}

static void every_reason_has_a_name_of_its_own_and_a_text(void **state)
{
    (void)state;
    for (unsigned reason = 0; reason < WIRE_REASON_COUNT; reason++) {
        const char *name = wire_reason_name((enum wire_reason)reason);
        const char *text = wire_reason_text((enum wire_reason)reason);
        assert_non_null(name);
        assert_non_null(text);
        for (const char *at = name; *at != '\0'; at++)
            assert_true(islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '-');
        assert_true(strlen(text) > 10);
        assert_true(text[strlen(text) - 1] != '.');
        for (unsigned other = 0; other < reason; other++) {
            assert_string_not_equal(name, wire_reason_name((enum wire_reason)other));
            assert_string_not_equal(text, wire_reason_text((enum wire_reason)other));
        }
    }
    assert_string_equal(wire_reason_name(WIRE_REASON_COUNT), "unknown");
    assert_string_equal(wire_reason_text((enum wire_reason) - 1), "unknown reason");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_produced_by_some_frame),
        cmocka_unit_test(every_reason_has_a_name_of_its_own_and_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
