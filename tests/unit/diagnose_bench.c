/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of a small segment: see diagnose_bench.h. */
#include "diagnose_bench.h"
#include "loader/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mac_address pc_mac = {{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};

static struct craft_udp from_pc(void)
{
    return (struct craft_udp){
        .source_mac = pc_mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = BENCH_PC_IP,
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PC_PORT,
        .destination_port = RECM_PHONE_PORT,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
}

void bench_open(struct bench *ret)
{
    struct error error;
    *ret = (struct bench){
        .observer = observer_new(),
        .craft = craft_new(&error),
        .now_ns = INT64_C(1795400000) * NS_PER_S,
        .next = from_pc(),
        .phone_ip = BENCH_PHONE_IP,
    };
    assert_non_null(ret->craft);
}

void bench_close(struct bench *bench)
{
    observer_free(bench->observer);
    craft_free(bench->craft);
}

void bench_wait(struct bench *bench, double seconds)
{
    bench->now_ns += (duration_ns)(seconds * 1e9);
}

void bench_frame(struct bench *bench, const uint8_t *bytes, size_t captured, size_t length)
{
    struct frame frame;
    frame_dissect(bytes, captured, length, &frame);
    frame.time_ns = bench->now_ns;
    frame.number = ++bench->number;
    observer_frame(bench->observer, &frame);
}

static void send_udp(struct bench *bench, const struct craft_udp *header, const uint8_t *payload,
                     size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t size = craft_udp(bench->craft, header, payload, length, bytes);
    assert_int_not_equal(size, 0);
    bench_frame(bench, bytes, size, size);
}

void bench_udp(struct bench *bench, const uint8_t *payload, size_t length)
{
    bench->next.ip_identification++;
    send_udp(bench, &bench->next, payload, length);
}

/* ---- the PC ---- */

void bench_request(struct bench *bench, const char *serial, const struct mac_address *to)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(serial, payload);
    bench->next.destination_mac = *to;
    bench_udp(bench, payload, sizeof(payload));
}

void bench_request_group(struct bench *bench)
{
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    bench_request(bench, RECM_WILDCARD_SERIAL, &group);
}

void bench_order(struct bench *bench, const char *serial)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(serial, TFTP_SERVER_PORT, "spa50x-30x-7-5-2b.bin", payload);
    bench_udp(bench, payload, sizeof(payload));
}

/* ---- the phone ---- */

struct mac_address bench_phone(uint8_t octet)
{
    return (struct mac_address){{0x00, 0x24, 0x14, 0xa1, 0xb2, octet}};
}

static struct craft_udp from_phone(struct bench *bench, const struct mac_address *phone)
{
    return (struct craft_udp){
        .source_mac = *phone,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = bench->phone_ip,
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PHONE_PORT,
        .destination_port = RECM_PC_PORT,
        .ip_identification = bench->phone_identification++,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
}

static void send_dhcp(struct bench *bench, const struct craft_udp *header,
                      const struct dhcp_message *message, const char *vendor_class)
{
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof(payload));

    dhcp_write_fixed(&writer, message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, message->type);
    if (vendor_class)
        dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, vendor_class,
                          (uint8_t)strlen(vendor_class));
    if (message->type == DHCP_REQUEST)
        dhcp_write_option_ip(&writer, DHCP_OPTION_REQUESTED_IP, bench->phone_ip);
    if (message->type != DHCP_DISCOVER)
        dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, BENCH_PC_IP);
    if (message->operation == DHCP_BOOTREPLY) {
        dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, ipv4_mask(24));
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, BENCH_PC_IP);
    }
    dhcp_write_end(&writer, sizeof(payload));
    send_udp(bench, header, payload, sizeof(payload));
}

static void phone_dhcp(struct bench *bench, const struct mac_address *phone, uint8_t type,
                       unsigned n)
{
    struct craft_udp header = from_phone(bench, phone);
    struct dhcp_message message = {
        .operation = DHCP_BOOTREQUEST,
        .type = type,
        .transaction_id = loader_transaction_id(phone, n),
        .client_mac = *phone,
    };
    header.destination_mac = mac_broadcast;
    header.source_ip = 0;
    header.destination_ip = UINT32_MAX;
    header.source_port = DHCP_CLIENT_PORT;
    header.destination_port = DHCP_SERVER_PORT;
    send_dhcp(bench, &header, &message, DHCP_LOADER_VENDOR_CLASS);
}

static void server_dhcp(struct bench *bench, const struct mac_address *phone, uint8_t type)
{
    struct craft_udp header = from_pc();
    struct dhcp_message message = {
        .operation = DHCP_BOOTREPLY,
        .type = type,
        .transaction_id = loader_transaction_id(phone, 1),
        .client_mac = *phone,
        .your_ip = bench->phone_ip,
        .server_ip = BENCH_PC_IP,
    };
    header.destination_mac = *phone;
    header.destination_ip = bench->phone_ip;
    header.source_port = DHCP_SERVER_PORT;
    header.destination_port = DHCP_CLIENT_PORT;
    send_dhcp(bench, &header, &message, NULL);
}

void bench_discover(struct bench *bench, const struct mac_address *phone, unsigned n)
{
    phone_dhcp(bench, phone, DHCP_DISCOVER, n);
}

void bench_lease(struct bench *bench, const struct mac_address *phone)
{
    bench->phone_identification = 0;
    bench_discover(bench, phone, 1);
    server_dhcp(bench, phone, DHCP_OFFER);
    phone_dhcp(bench, phone, DHCP_REQUEST, 1);
    server_dhcp(bench, phone, DHCP_ACK);
}

void bench_reply(struct bench *bench, const struct mac_address *phone, const char *serial)
{
    struct craft_udp header = from_phone(bench, phone);
    struct recm_message message = {
        .mac = *phone, .product = "SPA504G", .software = "7.4.4rec", .ip = bench->phone_ip};
    uint8_t payload[RECM_PHONE_LENGTH];
    snprintf(message.serial, sizeof(message.serial), "%s", serial);
    recm_build_reply(&message, payload);
    send_udp(bench, &header, payload, sizeof(payload));
}

void bench_echo(struct bench *bench, const struct mac_address *phone, const char *serial)
{
    struct craft_udp header = from_phone(bench, phone);
    uint8_t payload[RECM_PHONE_LENGTH];
    recm_build_echo(serial, TFTP_SERVER_PORT, "spa50x-30x-7-5-2b.bin", payload);
    send_udp(bench, &header, payload, sizeof(payload));
}

void bench_arp(struct bench *bench, const struct mac_address *phone, bool answers)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct arp_packet packet = {ARP_REQUEST_OPERATION, pc_mac, BENCH_PC_IP, mac_zero,
                                bench->phone_ip};
    size_t size = craft_arp(bench->craft, &pc_mac, &mac_broadcast, CRAFT_NO_VLAN, &packet, bytes);
    bench_frame(bench, bytes, size, size);
    if (!answers)
        return;
    packet = (struct arp_packet){ARP_REPLY_OPERATION, *phone, bench->phone_ip, pc_mac, BENCH_PC_IP};
    size = craft_arp(bench->craft, phone, &pc_mac, CRAFT_NO_VLAN, &packet, bytes);
    bench_frame(bench, bytes, size, size);
}

static void phone_tftp(struct bench *bench, const struct mac_address *phone, uint16_t port,
                       const struct writer *packet)
{
    struct craft_udp header = from_phone(bench, phone);
    header.source_port = TFTP_PHONE_PORT;
    header.destination_port = port;
    send_udp(bench, &header, packet->start, packet->length);
}

void bench_transfer(struct bench *bench, const struct mac_address *phone, unsigned count, bool ends)
{
    static const uint8_t data[TFTP_BLOCK_LENGTH] = "SkOsMo5 fIrMwArE";
    uint8_t payload[4 + TFTP_BLOCK_LENGTH];
    struct writer writer = writer_over(payload, sizeof(payload));

    if (bench->file && ends)
        count = (unsigned)(bench->file_length / TFTP_BLOCK_LENGTH) + 1;
    tftp_write_rrq(&writer, "spa50x-30x-7-5-2b.bin");
    phone_tftp(bench, phone, TFTP_SERVER_PORT, &writer);
    for (unsigned block = 1; block <= count; block++) {
        struct craft_udp header = from_pc();
        header.destination_mac = *phone;
        header.destination_ip = bench->phone_ip;
        header.source_port = 6900;
        header.destination_port = TFTP_PHONE_PORT;
        writer = writer_over(payload, sizeof(payload));
        size_t at = (size_t)(block - 1) * TFTP_BLOCK_LENGTH;
        size_t length = ends && block == count && !bench->file ? 100 : TFTP_BLOCK_LENGTH;
        if (bench->file && bench->file_length - at < length)
            length = bench->file_length - at;
        tftp_write_data(&writer, (uint16_t)block, bench->file ? bench->file + at : data, length);
        send_udp(bench, &header, payload, writer.length);
        writer = writer_over(payload, sizeof(payload));
        tftp_write_ack(&writer, (uint16_t)block);
        phone_tftp(bench, phone, 6900, &writer);
    }
}

void bench_firmware(struct bench *bench, const struct mac_address *phone)
{
    struct craft_udp header = from_phone(bench, phone);
    struct dhcp_message message = {.operation = DHCP_BOOTREQUEST,
                                   .type = DHCP_DISCOVER,
                                   .transaction_id = 0x5eed + (uint32_t)bench->number,
                                   .client_mac = *phone};
    header.destination_mac = mac_broadcast;
    header.source_ip = 0;
    header.destination_ip = UINT32_MAX;
    header.source_port = DHCP_CLIENT_PORT;
    header.destination_port = DHCP_SERVER_PORT;
    header.time_to_live = 64;
    send_dhcp(bench, &header, &message, "Cisco SPA504G");
}

void bench_expect(const struct bench *bench, enum verdict_id id, enum confidence confidence)
{
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    const struct verdict *leading = &diagnosis.leading;
    if (leading->id != id || leading->confidence != confidence)
        print_message("# %s (%s): %s %s\n", verdict_name(leading->id),
                      confidence_name(leading->confidence), leading->sentence, leading->detail);
    assert_string_equal(verdict_name(leading->id), verdict_name(id));
    assert_string_equal(confidence_name(leading->confidence), confidence_name(confidence));
    diagnosis_free(&diagnosis);
}
