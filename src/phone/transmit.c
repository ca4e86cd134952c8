/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader puts on the wire: TTL 60, an IP id series from 0 since power-on, frames padded
 * with stale memory (docs: protocol, what the phone accepts).
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/dhcp.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/recm.h"
#include "wire/tcp.h"

#include <string.h>

#define UDP_FRAME_HEADERS 42 /* Ethernet, IPv4, UDP */
#define ARP_FRAME_BYTES   42 /* Ethernet, ARP; zeros follow up to byte 60 */

void phone_transmit_garbage(struct phone *phone, uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(random_u64(&phone->random) >> 32);
}

/* Room for one more frame, due at cpu_ns; NULL if there is none. */
static struct phone_output *take_slot(struct phone *phone)
{
    if (phone->output_count == PHONE_OUTPUT_RING)
        return NULL;
    unsigned place = (phone->output_first + phone->output_count++) % PHONE_OUTPUT_RING;
    phone->outputs[place].due_ns = phone->cpu_ns;
    return &phone->outputs[place].output;
}

/* A finished frame: a liar may still lay hands on it. */
static void leave(struct phone *phone, struct phone_output *output, size_t length)
{
    output->length = length;
    if (length == 0)
        phone->output_count--;
    else if (phone->config.faults.liar)
        fault_distort(phone, output);
}

void phone_transmit_udp(struct phone *phone, uint32_t destination_ip, uint16_t source_port,
                        uint16_t destination_port, const uint8_t *payload, size_t length)
{
    struct craft_udp header = {.source_mac = phone->config.mac,
                               .destination_mac = phone->next_hop,
                               .source_ip = phone->ip,
                               .destination_ip = destination_ip,
                               .source_port = source_port,
                               .destination_port = destination_port,
                               .ip_identification = phone->ip_identification++,
                               .time_to_live = LOADER_TIME_TO_LIVE,
                               .vlan = CRAFT_NO_VLAN};
    if (destination_ip == RECM_GROUP_IP)
        header.destination_mac = mac_of_group(RECM_GROUP_IP);
    if (destination_port == DHCP_SERVER_PORT) {
        header.source_ip = 0; /* also after an UPGRADE spoilt the address */
        header.destination_mac = mac_broadcast;
    }
    struct phone_output *output = take_slot(phone);
    if (!output)
        return;
    size_t built = craft_udp(phone->craft, &header, payload, length, output->bytes);
    if (built != 0 && UDP_FRAME_HEADERS + length < ETHERNET_MINIMUM_LENGTH)
        phone_transmit_garbage(phone, output->bytes + UDP_FRAME_HEADERS + length,
                               ETHERNET_MINIMUM_LENGTH - UDP_FRAME_HEADERS - length);
    leave(phone, output, built);
}

void phone_transmit_arp(struct phone *phone, const struct arp_packet *packet,
                        const struct mac_address *destination, size_t frame_length)
{
    struct phone_output *output = take_slot(phone);
    if (!output)
        return;
    size_t built = craft_arp(phone->craft, &phone->config.mac, destination, CRAFT_NO_VLAN, packet,
                             output->bytes);
    if (built != 0 && built < frame_length) {
        phone_transmit_garbage(phone, output->bytes + built, frame_length - built);
        built = frame_length;
    }
    leave(phone, output, built);
}

void phone_transmit_tcp(struct phone *phone, uint8_t flags, uint16_t mss, const uint8_t *payload,
                        size_t length)
{
    struct http_client *http = &phone->http;
    struct craft_tcp header = {.source_mac = phone->config.mac,
                               .destination_mac = phone->next_hop,
                               .source_ip = phone->ip,
                               .destination_ip = phone->attempt.host_ip,
                               .source_port = LOADER_HTTP_SOURCE_PORT,
                               .destination_port = phone->attempt.host_port,
                               .sequence = http->sequence,
                               .acknowledgement = http->acknowledgement,
                               .flags = flags,
                               .window = LOADER_HTTP_WINDOW,
                               .mss = mss,
                               .ip_identification = http->identification++,
                               .time_to_live = LOADER_HTTP_TIME_TO_LIVE,
                               .vlan = CRAFT_NO_VLAN};
    if (phone->config.is_static) {
        /* Its HTTP client knows addresses from DHCP only (docs: protocol, URL attempts). */
        header.source_mac = mac_zero;
        header.source_ip = 0;
    }
    struct phone_output *output = take_slot(phone);
    if (output)
        leave(phone, output, craft_tcp(phone->craft, &header, payload, length, output->bytes));
}

void phone_transmit_raw(struct phone *phone, const uint8_t *bytes, size_t length)
{
    struct phone_output *output = take_slot(phone);
    if (!output || length > sizeof output->bytes)
        return;
    memcpy(output->bytes, bytes, length);
    leave(phone, output, length);
}
