/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds whole frames with libnet in construct-only mode. Each frame starts from a cleared context:
 * libnet keeps stale lengths when a reused block changes its size.
 */
#include "wire/craft.h"

#include "base/bytes.h"
#include "wire/dhcp.h"
#include "wire/ethernet.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <libnet.h>
#include <stdlib.h>
#include <string.h>

#define TCP_HEADER_LENGTH    20
#define TCP_MSS_LENGTH       4
#define IGMP_LENGTH          8
#define ROUTER_ALERT_LENGTH  4
#define ROUTER_ALERT_SECOND  0x94 /* copied, option 20 (RFC 2113) */
#define TOS_INTERNET_CONTROL 0xc0
#define NEW_BLOCK            0 /* libnet: build a new block */
#define AUTO_CHECKSUM        0 /* libnet: compute the checksum */

struct craft {
    libnet_t *context;
};

/* What the link layer needs for every kind of frame. */
struct link {
    const struct mac_address *source;
    const struct mac_address *destination;
    int vlan;
    uint16_t type;
};

struct craft *craft_new(struct error *ret_error)
{
    char message[LIBNET_ERRBUF_SIZE] = "";
    struct craft *craft = calloc(1, sizeof *craft);

    if (craft == NULL) {
        error_set(ret_error, ERROR_ENVIRONMENT, "no memory for the frame builder");
        return NULL;
    }
    craft->context = libnet_init(LIBNET_NONE, NULL, message);
    if (craft->context == NULL) {
        error_set(ret_error, ERROR_ENVIRONMENT, "libnet could not be started: %s", message);
        free(craft);
        return NULL;
    }
    return craft;
}

void craft_free(struct craft *craft)
{
    if (craft == NULL)
        return;
    libnet_destroy(craft->context);
    free(craft);
}

static bool add_link(struct craft *craft, const struct link *link)
{
    if (link->vlan == CRAFT_NO_VLAN)
        return libnet_build_ethernet(link->destination->octet, link->source->octet, link->type,
                                     NULL, 0, craft->context, NEW_BLOCK) >= 0;
    return libnet_build_802_1q(link->destination->octet, link->source->octet, ETHERTYPE_VLAN_VALUE,
                               0, 0, (uint16_t)link->vlan, link->type, NULL, 0, craft->context,
                               NEW_BLOCK) >= 0;
}

/* Takes the finished frame out of libnet, which computes the checksums here, and pads it. */
static size_t finish(struct craft *craft, const struct link *link, uint8_t ret[CRAFT_FRAME_SIZE])
{
    uint8_t *packet = NULL;
    uint32_t length = 0;
    size_t minimum = ETHERNET_MINIMUM_LENGTH;

    if (!add_link(craft, link) || libnet_pblock_coalesce(craft->context, &packet, &length) < 0)
        return 0;
    if (length <= CRAFT_FRAME_SIZE) {
        memcpy(ret, packet, length);
        if (length < minimum) {
            memset(ret + length, 0, minimum - length);
            length = (uint32_t)minimum;
        }
    } else {
        length = 0;
    }
    free(packet);
    return length;
}

static bool fits(size_t headers, size_t payload_length, int vlan)
{
    size_t tag = vlan == CRAFT_NO_VLAN ? 0 : ETHERNET_TAG_LENGTH;

    return payload_length <= CRAFT_FRAME_SIZE &&
           ETHERNET_HEADER_LENGTH + tag + headers + payload_length <= CRAFT_FRAME_SIZE;
}

/* libnet stores addresses in the byte order of the wire. */
static uint32_t wire_order(uint32_t ip)
{
    return htonl(ip);
}

size_t craft_udp(struct craft *craft, const struct craft_udp *header, const uint8_t *payload,
                 size_t payload_length, uint8_t ret[CRAFT_FRAME_SIZE])
{
    const struct link link = {&header->source_mac, &header->destination_mac, header->vlan,
                              ETHERTYPE_IPV4_VALUE};
    uint16_t udp_length = (uint16_t)(UDP_HEADER_LENGTH + payload_length);
    size_t checksum_offset;
    size_t length;

    if (!fits(IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH, payload_length, header->vlan))
        return 0;
    libnet_clear_packet(craft->context);
    if (libnet_build_udp(header->source_port, header->destination_port, udp_length, AUTO_CHECKSUM,
                         payload, (uint32_t)payload_length, craft->context, NEW_BLOCK) < 0 ||
        libnet_build_ipv4((uint16_t)(IPV4_HEADER_LENGTH + udp_length), 0, header->ip_identification,
                          0, header->time_to_live, IPV4_PROTOCOL_UDP, AUTO_CHECKSUM,
                          wire_order(header->source_ip), wire_order(header->destination_ip), NULL,
                          0, craft->context, NEW_BLOCK) < 0)
        return 0;
    length = finish(craft, &link, ret);

    /* RFC 768: a sum of zero is sent as all ones, for zero means that there is none. */
    checksum_offset = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + 6 +
                      (header->vlan == CRAFT_NO_VLAN ? 0 : ETHERNET_TAG_LENGTH);
    if (length > 0 && bytes_load_be16(ret + checksum_offset) == 0)
        bytes_store_be16(ret + checksum_offset, UINT16_MAX);
    return length;
}

size_t craft_arp(struct craft *craft, const struct mac_address *source,
                 const struct mac_address *destination, int vlan, const struct arp_packet *packet,
                 uint8_t ret[CRAFT_FRAME_SIZE])
{
    const struct link link = {source, destination, vlan, ETHERTYPE_ARP_VALUE};
    uint8_t sender[4], target[4];

    bytes_store_be32(sender, packet->sender_ip);
    bytes_store_be32(target, packet->target_ip);
    libnet_clear_packet(craft->context);
    if (libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IPV4_VALUE, sizeof packet->sender_mac.octet,
                         sizeof sender, packet->operation, packet->sender_mac.octet, sender,
                         packet->target_mac.octet, target, NULL, 0, craft->context, NEW_BLOCK) < 0)
        return 0;
    return finish(craft, &link, ret);
}

size_t craft_igmp_report(struct craft *craft, const struct mac_address *source, int vlan,
                         uint32_t source_ip, uint32_t group_ip, uint8_t ret[CRAFT_FRAME_SIZE])
{
    static const uint8_t router_alert[ROUTER_ALERT_LENGTH] = {ROUTER_ALERT_SECOND, 4, 0, 0};
    const struct mac_address destination = mac_of_group(group_ip);
    const struct link link = {source, &destination, vlan, ETHERTYPE_IPV4_VALUE};

    libnet_clear_packet(craft->context);
    if (libnet_build_igmp(IGMP_V2_REPORT, 0, AUTO_CHECKSUM, wire_order(group_ip), NULL, 0,
                          craft->context, NEW_BLOCK) < 0 ||
        libnet_build_ipv4_options(router_alert, sizeof router_alert, craft->context, NEW_BLOCK) <
            0 ||
        libnet_build_ipv4(IPV4_HEADER_LENGTH + ROUTER_ALERT_LENGTH + IGMP_LENGTH,
                          TOS_INTERNET_CONTROL, 0, 0, 1, IPV4_PROTOCOL_IGMP, AUTO_CHECKSUM,
                          wire_order(source_ip), wire_order(group_ip), NULL, 0, craft->context,
                          NEW_BLOCK) < 0)
        return 0;
    return finish(craft, &link, ret);
}

size_t craft_tcp(struct craft *craft, const struct craft_tcp *header, const uint8_t *payload,
                 size_t payload_length, uint8_t ret[CRAFT_FRAME_SIZE])
{
    const struct link link = {&header->source_mac, &header->destination_mac, header->vlan,
                              ETHERTYPE_IPV4_VALUE};
    const uint8_t mss[TCP_MSS_LENGTH] = {2, sizeof mss, (uint8_t)(header->mss >> 8),
                                         (uint8_t)header->mss};
    size_t options = header->mss != 0 ? sizeof mss : 0;
    size_t tcp_length = TCP_HEADER_LENGTH + options + payload_length;

    if (!fits(IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH + options, payload_length, header->vlan))
        return 0;
    libnet_clear_packet(craft->context);
    if (options > 0 && libnet_build_tcp_options(mss, sizeof mss, craft->context, NEW_BLOCK) < 0)
        return 0;
    if (libnet_build_tcp(header->source_port, header->destination_port, header->sequence,
                         header->acknowledgement, header->flags, header->window, AUTO_CHECKSUM, 0,
                         (uint16_t)tcp_length, payload, (uint32_t)payload_length, craft->context,
                         NEW_BLOCK) < 0 ||
        libnet_build_ipv4((uint16_t)(IPV4_HEADER_LENGTH + tcp_length), 0, header->ip_identification,
                          0, header->time_to_live, IPV4_PROTOCOL_TCP, AUTO_CHECKSUM,
                          wire_order(header->source_ip), wire_order(header->destination_ip), NULL,
                          0, craft->context, NEW_BLOCK) < 0)
        return 0;
    return finish(craft, &link, ret);
}
