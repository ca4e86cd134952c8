/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames this program builds, byte for byte: against the REPLY of the protocol description, and
 * against the recorded conversation of pcaps/delivered.pcap, whose frames are rebuilt from what the
 * dissection says about them. Bytes that are stale memory in the phone's frames are left out.
 */
#include "wire/craft.h"

#include "base/bytes.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEADERS_LENGTH (ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH)

static struct craft *craft;
static struct trace delivered;

static int set_up(void **state)
{
    struct error error = {0};

    (void)state;
    craft = craft_new(&error);
    delivered = trace_read("delivered.pcap");
    return craft == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    craft_free(craft);
    trace_free(&delivered);
    return 0;
}

static struct frame frame_number(size_t number)
{
    const struct trace_frame *recorded = &delivered.frames[number - 1];
    struct frame frame;

    assert_true(number <= delivered.count);
    frame_dissect(recorded->bytes, recorded->captured, recorded->length, &frame);
    assert_int_equal(frame.reason, WIRE_OK);
    return frame;
}

/* The addresses and header fields of a dissected datagram. */
static struct craft_udp header_of(const struct frame *frame)
{
    return (struct craft_udp){
        .source_mac = frame->ethernet.source,
        .destination_mac = frame->ethernet.destination,
        .source_ip = frame->ipv4.source,
        .destination_ip = frame->ipv4.destination,
        .source_port = frame->udp.source_port,
        .destination_port = frame->udp.destination_port,
        .ip_identification = frame->ipv4.identification,
        .time_to_live = frame->ipv4.time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
}

/* Builds a frame around `payload` with the headers of `frame`, and compares all but the padding. */
static void assert_rebuilt(const struct frame *frame, const uint8_t *payload, size_t length)
{
    const struct craft_udp header = header_of(frame);
    uint8_t rebuilt[CRAFT_FRAME_SIZE];
    size_t rebuilt_length = craft_udp(craft, &header, payload, length, rebuilt);
    size_t compared = HEADERS_LENGTH + length;

    assert_int_equal(rebuilt_length,
                     compared < ETHERNET_MINIMUM_LENGTH ? ETHERNET_MINIMUM_LENGTH : compared);
    assert_true(frame->captured >= compared);
    assert_memory_equal(rebuilt, frame->bytes, compared);
    for (size_t i = compared; i < rebuilt_length; i++)
        assert_int_equal(rebuilt[i], 0);
}

static void builds_the_reply_of_the_protocol_description(void **state)
{
    static const char sample[] =
        "01005e04080a 002414a1b2c3 0800 45000080 0000 0000 3c11 7ea2 c0a84d14 ea04080a"
        "12ca 12cb 006c 637e"
        "010000005245434d43425431343139303041310000000000000000005350413530344700000000000000000000"
        "000000002414a1b2c3372e342e34726563000000000000000000000000312e302e320000000000000000000000"
        "00"
        "000000c0a84d14ffff";
    const struct recm_message reply = {
        .serial = "CBT141900A1",
        .product = "SPA504G",
        .mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}},
        .software = "7.4.4rec",
        .hardware = "1.0.2",
        .ip = 0xc0a84d14,
    };
    const struct craft_udp header = {
        .source_mac = reply.mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = reply.ip,
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PHONE_PORT,
        .destination_port = RECM_PC_PORT,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
    uint8_t expected[CRAFT_FRAME_SIZE], payload[RECM_PHONE_LENGTH], built[CRAFT_FRAME_SIZE];
    size_t expected_length = bytes_from_hex(sample, expected, sizeof expected);

    (void)state;
    recm_build_reply(&reply, payload);
    assert_int_equal(craft_udp(craft, &header, payload, sizeof payload, built), 142);
    assert_int_equal(expected_length, 142);
    assert_memory_equal(built, expected, expected_length);
}

static void write_view(struct writer *writer, uint8_t option, struct dhcp_option_view view)
{
    assert_non_null(view.bytes);
    dhcp_write_option(writer, option, view.bytes, (uint8_t)view.length);
}

/* DISCOVER or REQUEST as the loader writes them. */
static void assert_loader_dhcp_rebuilt(size_t number, uint8_t type)
{
    struct frame frame = frame_number(number);
    const struct dhcp_message *dhcp = &frame.dhcp;
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);

    assert_int_equal(frame.kind, FRAME_DHCP);
    assert_int_equal(dhcp->type, type);
    dhcp_write_fixed(&writer, dhcp);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    write_view(&writer, DHCP_OPTION_CLIENT_IDENTIFIER, dhcp->client_identifier);
    write_view(&writer, DHCP_OPTION_HOST_NAME, dhcp->host_name);
    write_view(&writer, DHCP_OPTION_VENDOR_CLASS, dhcp->vendor_class);
    if (type == DHCP_REQUEST) {
        dhcp_write_option_ip(&writer, DHCP_OPTION_REQUESTED_IP, dhcp->requested_ip);
        dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, dhcp->server_identifier);
    }
    write_view(&writer, DHCP_OPTION_PARAMETER_LIST,
               dhcp_find_option(frame.payload, frame.payload_length, DHCP_OPTION_PARAMETER_LIST));
    dhcp_write_end(&writer, DHCP_LOADER_LENGTH);
    assert_false(writer.failed);
    assert_rebuilt(&frame, payload, writer.length);
}

static void rebuilds_the_loaders_dhcp_messages(void **state)
{
    (void)state;
    assert_loader_dhcp_rebuilt(1, DHCP_DISCOVER);
    assert_loader_dhcp_rebuilt(3, DHCP_REQUEST);
}

/* OFFER or ACK of the server that was recorded: options 53, 54, 51, 58, 59, 1, 3, 6. */
static void assert_server_dhcp_rebuilt(size_t number, uint8_t type)
{
    struct frame frame = frame_number(number);
    const struct dhcp_message *dhcp = &frame.dhcp;
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);

    assert_int_equal(dhcp->type, type);
    assert_true(dhcp->has_subnet_mask && dhcp->has_router && dhcp->has_lease_time);
    assert_int_equal(dhcp->dns_server_count, 1);
    dhcp_write_fixed(&writer, dhcp);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, dhcp->server_identifier);
    dhcp_write_option_ip(&writer, DHCP_OPTION_LEASE_TIME, dhcp->lease_time_s);
    dhcp_write_option_ip(&writer, 58, dhcp->lease_time_s / 2);
    dhcp_write_option_ip(&writer, 59, dhcp->lease_time_s / 8 * 7);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, dhcp->subnet_mask);
    dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, dhcp->router);
    dhcp_write_option_ip(&writer, DHCP_OPTION_DNS_SERVER, dhcp->dns_servers[0]);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    assert_false(writer.failed);
    assert_rebuilt(&frame, payload, writer.length);
}

static void rebuilds_the_servers_dhcp_messages(void **state)
{
    (void)state;
    assert_server_dhcp_rebuilt(2, DHCP_OFFER);
    assert_server_dhcp_rebuilt(4, DHCP_ACK);
}

static void rebuilds_request_and_upgrade(void **state)
{
    struct frame request = frame_number(5);
    struct frame upgrade = frame_number(7);
    uint8_t payload[RECM_PC_LENGTH];

    (void)state;
    recm_build_request(request.recm.serial, payload);
    assert_rebuilt(&request, payload, sizeof payload);
    recm_build_upgrade(upgrade.recm.serial, upgrade.recm.tftp_port, upgrade.recm.file_name,
                       payload);
    assert_rebuilt(&upgrade, payload, sizeof payload);
}

/* The bytes behind the NUL of a text field are old memory of the phone. */
static void copy_garbage(uint8_t *payload, const uint8_t *recorded, size_t offset, size_t size)
{
    size_t text = strnlen((const char *)payload + offset, size);

    memcpy(payload + offset + text, recorded + offset + text, size - text);
    assert_int_equal(text < size ? payload[offset + text] : 0, 0);
}

static void rebuilds_reply_and_echo_but_for_the_garbage(void **state)
{
    struct frame reply = frame_number(6);
    struct frame echo = frame_number(8);
    uint8_t payload[RECM_PHONE_LENGTH];

    (void)state;
    recm_build_reply(&reply.recm, payload);
    memcpy(payload + 1, reply.payload + 1, 3);
    copy_garbage(payload, reply.payload, 54, RECM_TEXT_SIZE);
    copy_garbage(payload, reply.payload, 74, RECM_TEXT_SIZE);
    assert_rebuilt(&reply, payload, sizeof payload);

    recm_build_echo(echo.recm.serial, echo.recm.tftp_port, echo.recm.file_name, payload);
    copy_garbage(payload, echo.payload, 32, sizeof payload - 32);
    assert_rebuilt(&echo, payload, sizeof payload);
}

static void rebuilds_arp(void **state)
{
    (void)state;
    for (size_t number = 9; number <= 11; number++) {
        struct frame frame = frame_number(number);
        uint8_t rebuilt[CRAFT_FRAME_SIZE];

        assert_int_equal(frame.kind, FRAME_ARP);
        assert_int_equal(craft_arp(craft, &frame.ethernet.source, &frame.ethernet.destination,
                                   CRAFT_NO_VLAN, &frame.arp, rebuilt),
                         ETHERNET_MINIMUM_LENGTH);
        assert_memory_equal(rebuilt, frame.bytes, ETHERNET_MINIMUM_LENGTH);
    }
}

static void rebuilds_every_tftp_packet_of_the_transfer(void **state)
{
    unsigned rebuilt = 0;

    (void)state;
    for (size_t number = 1; number <= delivered.count; number++) {
        struct frame frame = frame_number(number);
        const struct tftp_packet *tftp = &frame.tftp;
        uint8_t payload[600];
        struct writer writer = writer_over(payload, sizeof payload);

        if (frame.kind != FRAME_TFTP)
            continue;
        if (tftp->opcode == TFTP_RRQ)
            tftp_write_rrq(&writer, tftp->file_name);
        else if (tftp->opcode == TFTP_DATA)
            tftp_write_data(&writer, tftp->block, tftp->data, tftp->data_length);
        else
            tftp_write_ack(&writer, tftp->block);
        assert_false(writer.failed);
        assert_rebuilt(&frame, payload, writer.length);
        rebuilt++;
    }
    assert_int_equal(rebuilt, 81); /* RRQ, 40 blocks, 40 ACKs */
}

static void rebuilds_the_loaders_syn_and_reset(void **state)
{
    struct trace trace = trace_read("busy-with-url-http.pcap");
    unsigned rebuilt = 0;

    (void)state;
    for (size_t i = 0; i < trace.count; i++) {
        struct frame frame;
        uint8_t built[CRAFT_FRAME_SIZE];

        frame_dissect(trace.frames[i].bytes, trace.frames[i].captured, trace.frames[i].length,
                      &frame);
        if (frame.kind != FRAME_TCP)
            continue;
        const struct craft_tcp header = {
            .source_mac = frame.ethernet.source,
            .destination_mac = frame.ethernet.destination,
            .source_ip = frame.ipv4.source,
            .destination_ip = frame.ipv4.destination,
            .source_port = frame.tcp.source_port,
            .destination_port = frame.tcp.destination_port,
            .sequence = frame.tcp.sequence,
            .acknowledgement = frame.tcp.acknowledgement,
            .flags = frame.tcp.flags,
            .window = frame.tcp.window,
            .mss = frame.tcp.mss,
            .ip_identification = frame.ipv4.identification,
            .time_to_live = frame.ipv4.time_to_live,
            .vlan = CRAFT_NO_VLAN,
        };
        assert_int_equal(
            craft_tcp(craft, &header, frame.tcp.payload, frame.tcp.payload_length, built), 60);
        assert_memory_equal(built, frame.bytes, ETHERNET_HEADER_LENGTH + frame.ipv4.total_length);
        rebuilt++;
    }
    assert_true(rebuilt > 10);
    trace_free(&trace);
}

static void builds_the_membership_report_of_rfc_2236(void **state)
{
    static const char expected_hex[] =
        "01005e04080a 3c970e4b2107 0800 46c00020 0000 0000 0102 2460 c0a84d01 ea04080a 94040000"
        "1600 f7f0 ea04080a";
    const struct mac_address source = {{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
    uint8_t expected[ETHERNET_MINIMUM_LENGTH] = {0}, built[CRAFT_FRAME_SIZE];
    struct frame frame;

    (void)state;
    bytes_from_hex(expected_hex, expected, sizeof expected);
    assert_int_equal(
        craft_igmp_report(craft, &source, CRAFT_NO_VLAN, 0xc0a84d01, RECM_GROUP_IP, built),
        ETHERNET_MINIMUM_LENGTH);
    assert_memory_equal(built, expected, sizeof expected);
    frame_dissect(built, sizeof expected, sizeof expected, &frame);
    assert_int_equal(frame.reason, WIRE_OK);
}

static void tags_every_kind_of_frame(void **state)
{
    struct frame request = frame_number(5);
    struct frame arp = frame_number(11);
    struct craft_udp header = header_of(&request);
    struct craft_tcp tcp = {.vlan = 4094, .time_to_live = 250};
    uint8_t built[CRAFT_FRAME_SIZE];
    struct frame frame;
    size_t length;

    (void)state;
    header.vlan = 10;
    length = craft_udp(craft, &header, request.payload, request.payload_length, built);
    assert_int_equal(length, request.length + ETHERNET_TAG_LENGTH);
    assert_memory_equal(built, request.bytes, 12);
    assert_memory_equal(built + 12, "\x81\x00\x00\x0a", 4);
    assert_memory_equal(built + 16, request.bytes + 12, request.length - 12);

    length = craft_arp(craft, &arp.ethernet.source, &arp.ethernet.destination, 0, &arp.arp, built);
    assert_int_equal(length, ETHERNET_MINIMUM_LENGTH);
    frame_dissect(built, length, length, &frame);
    assert_int_equal(frame.kind, FRAME_ARP);
    assert_int_equal(frame.ethernet.tag_count, 1);
    assert_int_equal(frame.ethernet.tags[0], 0);

    length = craft_tcp(craft, &tcp, (const uint8_t *)"x", 1, built);
    frame_dissect(built, length, length, &frame);
    assert_int_equal(frame.kind, FRAME_TCP);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(ethernet_tag_vlan(frame.ethernet.tags[0]), 4094);

    length = craft_igmp_report(craft, &arp.ethernet.source, 7, 1, RECM_GROUP_IP, built);
    frame_dissect(built, length, length, &frame);
    assert_int_equal(frame.kind, FRAME_IGMP);
    assert_int_equal(frame.reason, WIRE_OK);
}

/* A sum of zero must go out as ffff: 0000 would say that there is no checksum (RFC 768). */
static void sends_a_zero_udp_checksum_as_ones(void **state)
{
    struct craft_udp header = {.time_to_live = 64, .vlan = CRAFT_NO_VLAN};
    uint8_t payload[2] = {0, 0}, built[CRAFT_FRAME_SIZE];
    struct frame frame;

    (void)state;
    assert_int_equal(craft_udp(craft, &header, payload, sizeof payload, built), 60);
    /* The payload that makes the sum all ones. */
    memcpy(payload, built + 40, 2);
    for (header.vlan = CRAFT_NO_VLAN; header.vlan <= 1; header.vlan++) {
        size_t length = craft_udp(craft, &header, payload, sizeof payload, built);
        frame_dissect(built, length, length, &frame);
        assert_int_equal(frame.udp.checksum, 0xffff);
        assert_int_equal(frame.udp.checksum_state, UDP_CHECKSUM_GOOD);
    }
}

static void pads_to_sixty_bytes(void **state)
{
    const struct craft_udp header = {.time_to_live = 64, .vlan = CRAFT_NO_VLAN};

    (void)state;
    for (size_t length = 0; length <= 20; length++) {
        uint8_t payload[20], built[CRAFT_FRAME_SIZE];
        memset(payload, 0xaa, sizeof payload);
        memset(built, 0xbb, sizeof built);
        size_t whole = HEADERS_LENGTH + length;
        size_t padded = whole < ETHERNET_MINIMUM_LENGTH ? ETHERNET_MINIMUM_LENGTH : whole;
        assert_int_equal(craft_udp(craft, &header, payload, length, built), padded);
        for (size_t i = whole; i < padded; i++)
            assert_int_equal(built[i], 0);
    }
}

static void refuses_what_does_not_fit(void **state)
{
    static const uint8_t payload[CRAFT_FRAME_SIZE];
    struct craft_udp udp = {.time_to_live = 64, .vlan = CRAFT_NO_VLAN};
    struct craft_tcp tcp = {.time_to_live = 64, .vlan = 1, .mss = 1400};
    uint8_t built[CRAFT_FRAME_SIZE];

    (void)state;
    assert_int_equal(craft_udp(craft, &udp, payload, CRAFT_FRAME_SIZE - 42, built),
                     CRAFT_FRAME_SIZE);
    assert_int_equal(craft_udp(craft, &udp, payload, CRAFT_FRAME_SIZE - 41, built), 0);
    assert_int_equal(craft_udp(craft, &udp, payload, SIZE_MAX, built), 0);
    udp.vlan = 1;
    assert_int_equal(craft_udp(craft, &udp, payload, CRAFT_FRAME_SIZE - 45, built), 0);
    assert_int_equal(craft_tcp(craft, &tcp, payload, CRAFT_FRAME_SIZE - 62, built),
                     CRAFT_FRAME_SIZE);
    assert_int_equal(craft_tcp(craft, &tcp, payload, CRAFT_FRAME_SIZE - 61, built), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_the_reply_of_the_protocol_description),
        cmocka_unit_test(rebuilds_the_loaders_dhcp_messages),
        cmocka_unit_test(rebuilds_the_servers_dhcp_messages),
        cmocka_unit_test(rebuilds_request_and_upgrade),
        cmocka_unit_test(rebuilds_reply_and_echo_but_for_the_garbage),
        cmocka_unit_test(rebuilds_arp),
        cmocka_unit_test(rebuilds_every_tftp_packet_of_the_transfer),
        cmocka_unit_test(rebuilds_the_loaders_syn_and_reset),
        cmocka_unit_test(builds_the_membership_report_of_rfc_2236),
        cmocka_unit_test(tags_every_kind_of_frame),
        cmocka_unit_test(sends_a_zero_udp_checksum_as_ones),
        cmocka_unit_test(pads_to_sixty_bytes),
        cmocka_unit_test(refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
