/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded frame made to fit the live world: see recorded.h. */
#include "phone/recorded_internal.h"

#include <string.h>

#define PAYLOAD_SIZE     1500
#define DISCOVER_ID_STEP UINT32_C(0x01000000) /* docs: protocol, DHCP client */

/* An address of the recorded world as it is called today; others stay. */
static uint32_t translate(const struct recorded_phone *phone, uint32_t ip)
{
    if (ip == 0)
        return 0;
    if (ip == phone->recorded.ip && phone->live.ip != 0)
        return phone->live.ip;
    if (ip == phone->recorded.router && phone->live.router != 0)
        return phone->live.router;
    return ip;
}

static size_t render_arp(struct recorded_phone *phone, const struct frame *frame,
                         uint8_t ret[CRAFT_FRAME_SIZE])
{
    struct arp_packet packet = frame->arp;
    packet.sender_ip = translate(phone, packet.sender_ip);
    packet.target_ip = translate(phone, packet.target_ip);
    size_t length = craft_arp(phone->craft, &frame->ethernet.source, &frame->ethernet.destination,
                              CRAFT_NO_VLAN, &packet, ret);
    /* The loader's own requests are 62 bytes long, a fingerprint: the tail stays as recorded. */
    if (frame->captured > length && frame->captured <= CRAFT_FRAME_SIZE) {
        memcpy(ret + length, frame->bytes + length, frame->captured - length);
        length = frame->captured;
    }
    return length;
}

/* Options 50 and 54 of the loader's REQUEST name the lease and the server of today. */
static void patch_dhcp(const struct recorded_phone *phone, uint8_t *payload, size_t length)
{
    struct dhcp_option_view requested = dhcp_find_option(payload, length, DHCP_OPTION_REQUESTED_IP);
    struct dhcp_option_view server =
        dhcp_find_option(payload, length, DHCP_OPTION_SERVER_IDENTIFIER);
    if (requested.bytes && requested.length == 4 && phone->live.ip != 0)
        bytes_store_be32(payload + (requested.bytes - payload), phone->live.ip);
    if (server.bytes && server.length == 4 && phone->live.server_identifier != 0)
        bytes_store_be32(payload + (server.bytes - payload), phone->live.server_identifier);
}

static void patch_recm(const struct recorded_phone *phone, enum script_kind kind, uint8_t *payload,
                       size_t length)
{
    if (length != RECM_PHONE_LENGTH)
        return;
    if (kind == SCRIPT_REPLY) {
        bytes_store_be32(payload + 94, translate(phone, bytes_load_be32(payload + 94)));
        return;
    }
    size_t name_length = strnlen(phone->live.file_name, length - 32 - 1);
    bytes_store_be16(payload + 28, phone->live.announced_port);
    memcpy(payload + 32, phone->live.file_name, name_length);
    payload[32 + name_length] = 0;
}

static size_t patch_read_request(const struct recorded_phone *phone, uint8_t *payload,
                                 size_t length)
{
    if (phone->live.file_name[0] == '\0')
        return length;
    struct writer writer = writer_over(payload, PAYLOAD_SIZE);
    tftp_write_rrq(&writer, phone->live.file_name);
    return writer.length;
}

static size_t render_udp(struct recorded_phone *phone, const struct script_step *step,
                         uint16_t block, const struct frame *frame, uint8_t ret[CRAFT_FRAME_SIZE])
{
    uint8_t payload[PAYLOAD_SIZE];
    size_t length = frame->payload_length;
    if (length > sizeof payload)
        return 0;
    memcpy(payload, frame->payload, length);
    struct craft_udp header = {
        .source_mac = frame->ethernet.source,
        .destination_mac = frame->ethernet.destination,
        .source_ip = translate(phone, frame->ipv4.source),
        .destination_ip = translate(phone, frame->ipv4.destination),
        .source_port = frame->udp.source_port,
        .destination_port = frame->udp.destination_port,
        .ip_identification = phone->next_identification++,
        .time_to_live = frame->ipv4.time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
    if (step->kind == SCRIPT_DISCOVER && phone->plays > 1) {
        /* The transaction id steps with each DISCOVER; the last one heard is the base. */
        bytes_store_be32(payload + 4, phone->last_transaction_id + DISCOVER_ID_STEP);
        phone->last_transaction_id += DISCOVER_ID_STEP;
    } else if (step->kind == SCRIPT_DISCOVER) {
        phone->last_transaction_id = bytes_load_be32(payload + 4);
    } else if (step->kind == SCRIPT_DHCP_REQUEST) {
        bytes_store_be32(payload + 4, phone->last_transaction_id);
        patch_dhcp(phone, payload, length);
    } else if (step->kind == SCRIPT_REPLY || step->kind == SCRIPT_ECHO) {
        patch_recm(phone, step->kind, payload, length);
    } else if (step->kind == SCRIPT_READ_REQUEST) {
        length = patch_read_request(phone, payload, length);
    } else if (step->kind == SCRIPT_DATA_ACK && length == 4) {
        bytes_store_be16(payload + 2, block);
        if (phone->live.transfer_port != 0)
            header.destination_port = phone->live.transfer_port;
    }
    size_t used = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH + length;
    length = craft_udp(phone->craft, &header, payload, length, ret);
    /* The loader pads with stale memory; a partner that looks at it shall see it. */
    if (length > used && length == frame->captured)
        memcpy(ret + used, frame->bytes + used, length - used);
    return length;
}

size_t script_render(struct recorded_phone *phone, const struct script_step *step, uint16_t block,
                     uint8_t ret[CRAFT_FRAME_SIZE])
{
    struct frame frame;
    frame_dissect(step->bytes, step->length, step->length, &frame);
    /* A restart of the recorded IP id series is a restart of the phone. */
    if (frame.has_ipv4 && frame.ipv4.identification == 0)
        phone->next_identification = 0;
    if (frame.kind == FRAME_ARP && frame.reason == WIRE_OK)
        return render_arp(phone, &frame, ret);
    if (frame.has_udp && frame.payload && step->kind != SCRIPT_OTHER)
        return render_udp(phone, step, block, &frame, ret);
    if (step->length > CRAFT_FRAME_SIZE)
        return 0;
    memcpy(ret, step->bytes, step->length);
    return step->length;
}
