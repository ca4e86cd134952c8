/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The normal firmware, as far as it shows that the phone was recovered: its DHCP client (option 60
 * "Cisco SPA504G", TTL 64, an own transaction id), its announcement by ARP and by CDP. Not the
 * loader's code: frames as on recorded traces of phones that came back.
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/dhcp.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

#define FIRMWARE_TIME_TO_LIVE 64
#define FIRMWARE_DHCP_WAIT_NS S(4)
#define FIRMWARE_CRASH_NS     S(25) /* of the fault firmware-crash-loop */
#define CDP_INTERVAL_NS       S(60)

enum firmware_step { STEP_DISCOVER, STEP_REQUEST, STEP_ANNOUNCE, STEP_CDP };

static void write_options(const struct phone *phone, struct writer *writer, uint8_t type)
{
    static const uint8_t parameters[] = {1, 3, 6, 12, 15, 28, 42, 66, 67, 120, 125, 159, 160};
    char text[PHONE_TEXT_SIZE + 8];
    const uint8_t *mac = phone->config.mac.octet;
    uint8_t identifier[7] = {1};
    memcpy(identifier + 1, mac, 6);
    dhcp_write_option_u8(writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option(writer, DHCP_OPTION_CLIENT_IDENTIFIER, identifier, sizeof identifier);
    int length = snprintf(text, sizeof text, "SEP%02X%02X%02X%02X%02X%02X", mac[0], mac[1], mac[2],
                          mac[3], mac[4], mac[5]);
    dhcp_write_option(writer, DHCP_OPTION_HOST_NAME, text, (uint8_t)length);
    length = snprintf(text, sizeof text, "Cisco %s", phone->config.product);
    dhcp_write_option(writer, DHCP_OPTION_VENDOR_CLASS, text, (uint8_t)length);
    if (type == DHCP_REQUEST) {
        dhcp_write_option_ip(writer, DHCP_OPTION_REQUESTED_IP, phone->dhcp.offered_ip);
        dhcp_write_option_ip(writer, DHCP_OPTION_SERVER_IDENTIFIER, phone->dhcp.server_identifier);
    }
    dhcp_write_option(writer, DHCP_OPTION_PARAMETER_LIST, parameters, sizeof parameters);
}

static void send_dhcp(struct phone *phone, uint8_t type)
{
    struct dhcp_message message = {.operation = DHCP_BOOTREQUEST,
                                   .transaction_id = phone->firmware_transaction_id,
                                   .client_mac = phone->config.mac};
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    write_options(phone, &writer, type);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    struct craft_udp header = {.source_mac = phone->config.mac,
                               .destination_mac = mac_broadcast,
                               .destination_ip = UINT32_MAX,
                               .source_port = DHCP_CLIENT_PORT,
                               .destination_port = DHCP_SERVER_PORT,
                               .ip_identification = ++phone->ip_identification,
                               .time_to_live = FIRMWARE_TIME_TO_LIVE,
                               .vlan = CRAFT_NO_VLAN};
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = craft_udp(phone->craft, &header, payload, writer.length, frame);
    phone_transmit_raw(phone, frame, length);
    phone_set_timer(phone, FIRMWARE_DHCP_WAIT_NS, false);
}

static void cdp_text(struct writer *writer, uint16_t type, const char *text)
{
    writer_be16(writer, type);
    writer_be16(writer, (uint16_t)(4 + strlen(text)));
    writer_copy(writer, text, strlen(text));
}

static void send_cdp(struct phone *phone)
{
    static const uint8_t snap_header[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00};
    static const struct mac_address group = {{0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc}};
    char text[PHONE_TEXT_SIZE + 8];
    const uint8_t *mac = phone->config.mac.octet;
    uint8_t frame[160];
    struct writer writer = writer_over(frame, sizeof frame);
    writer_copy(&writer, group.octet, 6);
    writer_copy(&writer, mac, 6);
    writer_be16(&writer, 0); /* length of what follows, filled in below */
    writer_copy(&writer, snap_header, sizeof snap_header);
    size_t cdp = writer.length;
    writer_u8(&writer, 2);   /* version */
    writer_u8(&writer, 180); /* time to live in seconds */
    writer_be16(&writer, 0); /* checksum, filled in below */
    snprintf(text, sizeof text, "SEP%02X%02X%02X%02X%02X%02X", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    cdp_text(&writer, 1, text); /* device id */
    cdp_text(&writer, 3, "Port 1");
    writer_be16(&writer, 4); /* capabilities: a host with two ports that is a phone */
    writer_be16(&writer, 8);
    writer_be32(&writer, 0x28);
    cdp_text(&writer, 5, "7.6.2f"); /* software version */
    snprintf(text, sizeof text, "Cisco %s", phone->config.product);
    cdp_text(&writer, 6, text); /* platform */
    bytes_store_be16(frame + 12, (uint16_t)(writer.length - ETHERNET_HEADER_LENGTH));
    bytes_store_be16(frame + cdp + 2,
                     ipv4_checksum_finish(ipv4_checksum_add(0, frame + cdp, writer.length - cdp)));
    phone_transmit_raw(phone, frame, writer.length);
}

static void announce_address(struct phone *phone)
{
    struct arp_packet packet = {.operation = ARP_REQUEST_OPERATION,
                                .sender_mac = phone->config.mac,
                                .sender_ip = phone->ip,
                                .target_ip = phone->ip};
    phone_transmit_arp(phone, &packet, &mac_broadcast, ETHERNET_MINIMUM_LENGTH);
}

static void start_after(struct phone *phone, duration_ns wait_ns)
{
    phone->firmware_step = phone->config.is_static ? STEP_ANNOUNCE : STEP_DISCOVER;
    phone->firmware_transaction_id = (uint32_t)random_u64(&phone->random);
    phone->ip_identification = 0;
    phone->ip = phone->config.is_static ? phone->config.static_ip : 0;
    phone_set_timer(phone, wait_ns, false);
}

void normal_firmware_start(struct phone *phone)
{
    phone->chain.filled = phone->chain.taken = phone->chain.released = 0;
    phone_set_state(phone, PHONE_NORMAL_FIRMWARE);
    duration_ns configured_ns = phone->config.boot_ns;
    start_after(phone, configured_ns > 0 ? configured_ns : FIRMWARE_BOOT_NS);
}

static void crash_and_start_again(struct phone *phone)
{
    phone_note(phone, "the normal firmware crashes");
    start_after(phone, FIRMWARE_CRASH_NS);
}

void normal_firmware_timer(struct phone *phone)
{
    switch (phone->firmware_step) {
    case STEP_DISCOVER:
    case STEP_REQUEST: /* no ACK: begin again */
        phone->firmware_step = STEP_DISCOVER;
        send_dhcp(phone, DHCP_DISCOVER);
        if (phone->config.faults.firmware_crash_loop)
            crash_and_start_again(phone);
        break;
    case STEP_ANNOUNCE:
        announce_address(phone);
        phone->firmware_step = STEP_CDP;
        phone_set_timer(phone, S(1), false);
        break;
    default:
        send_cdp(phone);
        if (phone->config.faults.firmware_crash_loop)
            crash_and_start_again(phone);
        else
            phone_set_timer(phone, CDP_INTERVAL_NS, false);
        break;
    }
}

static void dhcp_reply(struct phone *phone, const uint8_t *payload, size_t length)
{
    struct dhcp_message message;
    dhcp_parse(payload, length, &message);
    if (message.operation != DHCP_BOOTREPLY ||
        message.transaction_id != phone->firmware_transaction_id)
        return;
    if (message.type == DHCP_OFFER && phone->firmware_step == STEP_DISCOVER &&
        message.has_server_identifier) {
        phone->dhcp.offered_ip = message.your_ip;
        phone->dhcp.server_identifier = message.server_identifier;
        phone->firmware_step = STEP_REQUEST;
        send_dhcp(phone, DHCP_REQUEST);
    } else if (message.type == DHCP_ACK && phone->firmware_step == STEP_REQUEST) {
        phone->ip = message.your_ip;
        phone->firmware_step = STEP_ANNOUNCE;
        phone_set_timer(phone, MS(450), false);
    }
}

void normal_firmware_frame(struct phone *phone, const uint8_t *bytes, size_t length)
{
    uint16_t type = bytes_load_be16(bytes + 12);
    const uint8_t *rest = bytes + ETHERNET_HEADER_LENGTH;
    size_t there = length - ETHERNET_HEADER_LENGTH;
    struct arp_packet packet;
    if (type == ETHERTYPE_ARP_VALUE) {
        if (arp_parse(rest, there, &packet) != WIRE_OK || phone->ip == 0 ||
            packet.operation != ARP_REQUEST_OPERATION || packet.target_ip != phone->ip)
            return;
        struct arp_packet reply = {.operation = ARP_REPLY_OPERATION,
                                   .sender_mac = phone->config.mac,
                                   .sender_ip = phone->ip,
                                   .target_mac = packet.sender_mac,
                                   .target_ip = packet.sender_ip};
        phone_transmit_arp(phone, &reply, &packet.sender_mac, ETHERNET_MINIMUM_LENGTH);
    } else if (type == ETHERTYPE_IPV4_VALUE && there > IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH &&
               rest[9] == IPV4_PROTOCOL_UDP && bytes_load_be16(rest + 22) == DHCP_CLIENT_PORT) {
        dhcp_reply(phone, rest + IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH,
                   there - IPV4_HEADER_LENGTH - UDP_HEADER_LENGTH);
    }
}
