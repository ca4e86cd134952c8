/* SPDX-License-Identifier: BSD-2-Clause */
/* The line about a frame: what it says of each kind, and that text from the network stays harmless.
 */
#include "base/bytes.h"
#include "wire/frame.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void says_what_each_recorded_frame_is(void **state)
{
    static const struct {
        const char *trace;
        size_t number;
        const char *summary;
    } lines[] = {
        {"delivered.pcap", 1,
         "DHCP DISCOVER xid 15a1b225 client 00:24:14:a1:b2:25 class \"TI-dhcp 0.1\", "
         "0.0.0.0:68 > 255.255.255.255:67"},
        {"delivered.pcap", 2,
         "DHCP OFFER xid 15a1b225 client 00:24:14:a1:b2:25 address 192.168.77.20 server "
         "192.168.77.1, 192.168.77.1:67 > 192.168.77.20:68"},
        {"delivered.pcap", 5,
         "RECM REQUEST serial FFFFFFFFFFFF, 192.168.77.1:4811 > 234.4.8.10:4810"},
        {"delivered.pcap", 6,
         "RECM REPLY serial CBT141903A3 product SPA502G MAC 00:24:14:a1:b2:25 software 7.4.4rec "
         "hardware 1.0.2 address 192.168.77.20, 192.168.77.20:4810 > 234.4.8.10:4811"},
        {"delivered.pcap", 7,
         "RECM UPGRADE serial CBT141903A3 port 69 file spa50x-30x-7-6-2f.bin, 192.168.77.1:4811 > "
         "234.4.8.10:4810"},
        {"delivered.pcap", 8,
         "RECM UPGRADE echo serial CBT141903A3 port 69 file spa50x-30x-7-6-2f.bin, "
         "192.168.77.20:4810 > 234.4.8.10:4811"},
        {"delivered.pcap", 10,
         "ARP who has 192.168.77.1, tell 192.168.77.20, 00:24:14:a1:b2:25 > ff:ff:ff:ff:ff:ff"},
        {"delivered.pcap", 11,
         "ARP 192.168.77.1 is at 3c:97:0e:4b:21:07, 3c:97:0e:4b:21:07 > 00:24:14:a1:b2:25"},
        {"delivered.pcap", 12,
         "TFTP RRQ file spa50x-30x-7-6-2f.bin mode octet, 192.168.77.20:2000 > 234.4.8.10:69"},
        {"delivered.pcap", 13,
         "TFTP DATA block 1 (512 bytes), 192.168.77.1:6900 > 192.168.77.20:2000"},
        {"delivered.pcap", 14, "TFTP ACK block 1, 192.168.77.20:2000 > 234.4.8.10:6900"},
        {"busy-with-url-http.pcap", 11,
         "TCP 459 > 80 SYN seq 0 window 1024 (0 bytes), 192.168.77.20 > 192.168.77.111"},
        {"firmware-running.pcap", 7,
         "CDP device SEP002414A1B24F platform Cisco SPA504G software 7.5.2b, 00:24:14:a1:b2:4f > "
         "01:00:0c:cc:cc:cc"},
        {"tagged-port.pcap", 1,
         "LLDP device sw-lab-1 voice VLAN 10, 00:1b:d4:3f:80:04 > 01:80:c2:00:00:0e"},
        {"snooping.pcap", 1, "IGMP report group 234.4.8.10, 192.168.77.1 > 234.4.8.10"},
        {"snooping.pcap", 3, "IGMP query, 192.168.77.250 > 224.0.0.1"},
        {"no-phone-seen.pcap", 4, "STP version 0 type 0x00, 00:1b:d4:3f:80:04 > 01:80:c2:00:00:00"},
        {"no-phone-seen.pcap", 2,
         "UDP, 192.168.77.227:5353 > 224.0.0.251:5353 [the UDP ports belong to no protocol of the "
         "recovery]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct trace trace = trace_read(lines[i].trace);
        const struct trace_frame *recorded = &trace.frames[lines[i].number - 1];
        char summary[512];
        struct frame frame;

        assert_true(lines[i].number <= trace.count);
        frame_dissect(recorded->bytes, recorded->captured, recorded->length, &frame);
        frame_summary(&frame, summary, sizeof summary);
        trace_free(&trace);
        assert_string_equal(summary, lines[i].summary);
    }
}

static void assert_summary(const uint8_t *bytes, size_t length, const char *expected)
{
    char summary[512];
    struct frame frame;

    frame_dissect(bytes, length, length, &frame);
    assert_string_equal(frame_summary(&frame, summary, sizeof summary), expected);
}

static void says_what_the_traces_do_not_hold(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE], payload[600] = {0};
    struct writer writer = writer_over(payload, sizeof payload);
    size_t length;

    (void)state;
    dns_write_query(&writer, 7, "tftp.example");
    length = udp_frame(DNS_PHONE_PORT, DNS_SERVER_PORT, payload, writer.length, bytes);
    assert_summary(bytes, length, "DNS query tftp.example, 192.168.77.1:44821 > 234.4.8.10:53");

    uint8_t answer[600];
    writer = writer_over(answer, sizeof answer);
    dns_write_answer(&writer, payload, 30, 0xc6120001, 60);
    length = udp_frame(DNS_SERVER_PORT, DNS_PHONE_PORT, answer, writer.length, bytes);
    assert_summary(bytes, length,
                   "DNS answer tftp.example is 198.18.0.1, 192.168.77.1:53 > 234.4.8.10:44821");

    writer = writer_over(payload, sizeof payload);
    tftp_write_error(&writer, 1, "File not found");
    length = udp_frame(69, TFTP_PHONE_PORT, payload, writer.length, bytes);
    assert_summary(bytes, length,
                   "TFTP ERROR 1: File not found, 192.168.77.1:69 > 234.4.8.10:2000");

    length = ipv4_frame(IPV4_PROTOCOL_ICMP, payload, 8, bytes);
    assert_summary(bytes, length, "ICMP, 192.168.77.1 > 234.4.8.10");
    length = ipv4_frame(89, payload, 8, bytes);
    assert_summary(bytes, length,
                   "IPv4 protocol 89, 192.168.77.1 > 234.4.8.10 [the IPv4 protocol is not known]");
    length = ethernet_frame(ETHERTYPE_IPV6_VALUE, payload, 40, bytes);
    assert_summary(bytes, length, "other ethertype 0x86dd, 3c:97:0e:4b:21:07 > 01:00:5e:04:08:0a");
    length = tcp_frame(payload, 3, bytes);
    assert_summary(bytes, length,
                   "TCP 459 > 80 ACK PSH seq 1 window 1024 (3 bytes), 192.168.77.1 > 234.4.8.10");
    assert_summary(bytes, 5, "unknown [the frame is shorter than an Ethernet header]");
    length = ethernet_frame(ETHERTYPE_VLAN_VALUE, (const uint8_t *)"\0\x0a\x86\xdd", 4, bytes);
    assert_summary(bytes, length,
                   "other ethertype 0x86dd, 3c:97:0e:4b:21:07 > 01:00:5e:04:08:0a, VLAN 10");
}

/* Terminal escapes, line ends and backslashes in every text a stranger can send. */
static void text_from_the_network_is_escaped(void **state)
{
    static const char hostile[] = "\x1b[2J\r\n\\\xff";
    uint8_t bytes[SUPPORT_FRAME_SIZE], payload[600];
    struct writer writer;
    size_t length;

    (void)state;
    recm_build_upgrade(hostile, 69, hostile, payload);
    length = udp_frame(RECM_PC_PORT, RECM_PHONE_PORT, payload, RECM_PC_LENGTH, bytes);
    assert_summary(bytes, length,
                   "RECM UPGRADE serial \\x1b[2J\\x0d\\x0a\\x5c\\xff port 69 file "
                   "\\x1b[2J\\x0d\\x0a\\x5c\\xff, 192.168.77.1:4811 > 234.4.8.10:4810");

    writer = writer_over(payload, sizeof payload);
    tftp_write_rrq(&writer, hostile);
    length = udp_frame(2000, 69, payload, writer.length, bytes);
    assert_summary(bytes, length,
                   "TFTP RRQ file \\x1b[2J\\x0d\\x0a\\x5c\\xff mode octet, 192.168.77.1:2000 > "
                   "234.4.8.10:69");

    writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &(struct dhcp_message){.operation = DHCP_BOOTREQUEST});
    dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, "\x1b\0x", 3);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    length = udp_frame(68, 67, payload, writer.length, bytes);
    assert_summary(bytes, length,
                   "DHCP (BOOTP) xid 00000000 client 00:00:00:00:00:00 class \"\\x1b\\x00x\", "
                   "192.168.77.1:68 > 234.4.8.10:67 [DHCP option 53 (message type) is missing: "
                   "plain BOOTP]");

    length =
        ethernet_frame(ETHERTYPE_LLDP_VALUE, (const uint8_t *)"\x0a\x02\x1b\x07\0\0", 6, bytes);
    assert_summary(bytes, length, "LLDP device \\x1b\\x07, 3c:97:0e:4b:21:07 > 01:00:5e:04:08:0a");
}

static void a_line_is_cut_where_the_room_ends(void **state)
{
    static const uint8_t nothing[14];
    struct frame frame;
    char summary[64];

    (void)state;
    frame_dissect(nothing, sizeof nothing, sizeof nothing, &frame);
    for (size_t size = 1; size < sizeof summary; size++) {
        memset(summary, 'x', sizeof summary);
        frame_summary(&frame, summary, size);
        assert_int_equal(strlen(summary), size - 1);
        assert_int_equal(summary[size], 'x');
    }
    summary[0] = 'x';
    frame_summary(&frame, summary, 0);
    assert_int_equal(summary[0], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_each_recorded_frame_is),
        cmocka_unit_test(says_what_the_traces_do_not_hold),
        cmocka_unit_test(text_from_the_network_is_escaped),
        cmocka_unit_test(a_line_is_cut_where_the_room_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
