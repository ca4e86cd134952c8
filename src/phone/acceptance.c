/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader accepts at link, IP and UDP level, in its order (docs: protocol, what the phone
 * accepts). It compares no destination MAC with a destination IP and looks at no source address;
 * every drop is silent.
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/dhcp.h"
#include "wire/dns.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/recm.h"
#include "wire/tftp.h"
#include "wire/udp.h"

#include <string.h>

#define IPV4_VERSION_AND_LENGTH 0x45
#define IPV4_FRAGMENT_MASK      0xbfff /* all but "do not fragment" */

bool acceptance_mac_filter(const struct phone *phone, const uint8_t *bytes, size_t length)
{
    if (length < ETHERNET_HEADER_LENGTH)
        return false;
    return (bytes[0] & 1) || memcmp(bytes, phone->config.mac.octet, 6) == 0;
}

static void udp_packet(struct phone *phone, const struct packet *packet)
{
    /* Resolution and the HTTP client eat whatever is not theirs. */
    if (phone->state == PHONE_ARP_WAIT || phone->state == PHONE_URL_HTTP)
        return;
    switch (packet->destination_port) {
    case DHCP_CLIENT_PORT:
        dhcp_client_packet(phone, packet);
        break;
    case TFTP_PHONE_PORT:
        tftp_client_packet(phone, packet);
        break;
    case RECM_PHONE_PORT:
        recovery_packet(phone, packet);
        break;
    case DNS_PHONE_PORT:
        url_dns_packet(phone, packet);
        break;
    default:
        break;
    }
}

static bool udp_checksum_holds(const struct packet *packet, const uint8_t *udp, size_t there)
{
    if (bytes_load_be16(udp + 6) == 0)
        return true;
    if (packet->udp_length < UDP_HEADER_LENGTH || packet->udp_length > there)
        return false;
    uint32_t sum = ipv4_checksum_pseudo_header(packet->source_ip, packet->destination_ip,
                                               IPV4_PROTOCOL_UDP, packet->udp_length);
    return ipv4_checksum_finish(ipv4_checksum_add(sum, udp, packet->udp_length)) == 0;
}

static void udp_datagram(struct phone *phone, struct packet *packet, const uint8_t *udp,
                         size_t there)
{
    if (there < UDP_HEADER_LENGTH)
        return;
    packet->source_port = bytes_load_be16(udp);
    packet->destination_port = bytes_load_be16(udp + 2);
    packet->udp_length = bytes_load_be16(udp + 4);
    packet->payload = udp + UDP_HEADER_LENGTH;
    if (!udp_checksum_holds(packet, udp, there))
        return;
    size_t end = packet->udp_length < there ? packet->udp_length : there;
    packet->payload_length = end > UDP_HEADER_LENGTH ? end - UDP_HEADER_LENGTH : 0;
    udp_packet(phone, packet);
}

static void ipv4_packet(struct phone *phone, const uint8_t *bytes, size_t length)
{
    const uint8_t *ip = bytes + ETHERNET_HEADER_LENGTH;
    size_t there = length - ETHERNET_HEADER_LENGTH;
    if (there < IPV4_HEADER_LENGTH || ip[0] != IPV4_VERSION_AND_LENGTH)
        return;
    if (ipv4_checksum_finish(ipv4_checksum_add(0, ip, IPV4_HEADER_LENGTH)) != 0)
        return;
    if (bytes_load_be16(ip + 6) & IPV4_FRAGMENT_MASK)
        return;
    struct packet packet = {.source_ip = bytes_load_be32(ip + 12),
                            .destination_ip = bytes_load_be32(ip + 16)};
    bool for_us = packet.destination_ip == RECM_GROUP_IP ||
                  (packet.destination_ip == phone->ip && phone->ip != 0);
    if (!for_us && phone->state != PHONE_DHCP)
        return;
    const uint8_t *payload = ip + IPV4_HEADER_LENGTH;
    there -= IPV4_HEADER_LENGTH;
    if (ip[9] == IPV4_PROTOCOL_UDP) {
        udp_datagram(phone, &packet, payload, there);
    } else if (ip[9] == IPV4_PROTOCOL_TCP && phone->state == PHONE_URL_HTTP) {
        size_t total = bytes_load_be16(ip + 2);
        packet.payload = payload;
        packet.payload_length = total >= IPV4_HEADER_LENGTH && total - IPV4_HEADER_LENGTH < there
                                    ? total - IPV4_HEADER_LENGTH
                                    : there;
        http_client_segment(phone, &packet);
    } else {
        phone_print_cost(phone, LOADER_WARNING_PRINT_NS);
        phone_note(phone, "console: warning, IP packet of protocol %u", ip[9]);
    }
}

void acceptance_frame(struct phone *phone, const uint8_t *bytes, size_t length)
{
    if (length > LOADER_FRAME_MAXIMUM)
        return;
    uint16_t type = bytes_load_be16(bytes + 12);
    if (type == ETHERTYPE_ARP_VALUE)
        arp_frame(phone, bytes, length);
    else if (type == ETHERTYPE_IPV4_VALUE)
        ipv4_packet(phone, bytes, length);
}
