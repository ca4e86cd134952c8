/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux cooked captures as Ethernet frames: see cooked.h. */
#include "port/cooked.h"

#include "base/bytes.h"

#include <string.h>

#define PACKET_TYPE_BROADCAST 1
#define PACKET_TYPE_MULTICAST 2
#define ETHERTYPE_IPV4        0x0800
#define ETHERTYPE_ARP         0x0806
#define ETHERTYPE_VLAN        0x8100
#define PROTOCOL_ALL          0x0003 /* ETH_P_ALL of linux/if_ether.h: whatever it is */
#define ETHERTYPE_MINIMUM     0x0600 /* below: IEEE 802.3, the field is a length */
#define ARP_IPV4_LENGTH       28
#define ARP_OPERATION_REPLY   2
#define IPV4_HEADER_LENGTH    20

/* One for frames of a known sender to nobody known: no vendor's and no device's. */
static const struct mac_address unknown_station = {{0x02, 0, 0, 0, 0, 0}};
static const struct mac_address unknown_group = {{0x03, 0, 0, 0, 0, 0}};

struct cooked_header {
    unsigned packet_type;
    uint16_t protocol;
    struct mac_address source;
};

static struct cooked_header read_header(size_t header_length, const uint8_t *bytes)
{
    struct cooked_header header = {.source = mac_zero};
    unsigned address_length;
    const uint8_t *address;
    if (header_length == COOKED_V1_LENGTH) {
        header.packet_type = bytes_load_be16(bytes);
        address_length = bytes_load_be16(bytes + 4);
        address = bytes + 6;
        header.protocol = bytes_load_be16(bytes + 14);
    } else {
        header.protocol = bytes_load_be16(bytes);
        header.packet_type = bytes[10];
        address_length = bytes[11];
        address = bytes + 12;
    }
    if (address_length == sizeof header.source.octet)
        memcpy(header.source.octet, address, sizeof header.source.octet);
    return header;
}

static struct cooked_neighbour *neighbour_of(struct cooked *cooked, uint32_t ip)
{
    uint32_t mixed = ip * UINT32_C(0x9e3779b1);
    return &cooked->neighbours[mixed >> 24 & (COOKED_NEIGHBOURS - 1)];
}

static struct mac_address destination_of_ip(struct cooked *cooked, uint32_t ip)
{
    if (ip >> 28 == 0xe)
        return mac_of_group(ip);
    const struct cooked_neighbour *neighbour = neighbour_of(cooked, ip);
    return neighbour->ip == ip && ip != 0 ? neighbour->mac : unknown_station;
}

/* What a packet socket for all protocols sent: the payload alone says what it is. */
static uint16_t protocol_of_payload(const struct reader *payload)
{
    static const uint8_t arp_start[] = {0, 1, 0x08, 0, 6, 4};
    struct reader look = *payload;
    const uint8_t *arp =
        reader_left(&look) >= ARP_IPV4_LENGTH ? reader_view(&look, sizeof arp_start) : NULL;
    if (arp && memcmp(arp, arp_start, sizeof arp_start) == 0)
        return ETHERTYPE_ARP;
    look = *payload;
    if (reader_left(&look) < IPV4_HEADER_LENGTH)
        return PROTOCOL_ALL;
    const uint8_t *ipv4 = reader_view(&look, IPV4_HEADER_LENGTH);
    bool is_ipv4 =
        ipv4[0] >= 0x45 && ipv4[0] <= 0x4f && bytes_load_be16(ipv4 + 2) >= IPV4_HEADER_LENGTH;
    return is_ipv4 ? ETHERTYPE_IPV4 : PROTOCOL_ALL;
}

bool cooked_ethernet_header(struct cooked *cooked, size_t header_length, const uint8_t *bytes,
                            size_t captured, size_t length, uint8_t ret[14])
{
    struct cooked_header header = read_header(header_length, bytes);
    struct reader payload = reader_over(bytes + header_length, captured - header_length);
    if (header.protocol == PROTOCOL_ALL)
        header.protocol = protocol_of_payload(&payload);
    uint16_t protocol = header.protocol;
    if (protocol == ETHERTYPE_VLAN) {
        reader_skip(&payload, 2);
        protocol = reader_be16(&payload);
    }

    struct mac_address destination = unknown_station;
    uint32_t source_ip = 0;
    if (protocol == ETHERTYPE_IPV4 && reader_left(&payload) >= IPV4_HEADER_LENGTH) {
        const uint8_t *ipv4 = reader_view(&payload, IPV4_HEADER_LENGTH);
        source_ip = bytes_load_be32(ipv4 + 12);
        destination = destination_of_ip(cooked, bytes_load_be32(ipv4 + 16));
    } else if (protocol == ETHERTYPE_ARP && reader_left(&payload) >= ARP_IPV4_LENGTH) {
        const uint8_t *arp = reader_view(&payload, ARP_IPV4_LENGTH);
        source_ip = bytes_load_be32(arp + 14);
        if (bytes_load_be16(arp + 6) == ARP_OPERATION_REPLY)
            memcpy(destination.octet, arp + 18, sizeof destination.octet);
        else
            destination = destination_of_ip(cooked, bytes_load_be32(arp + 24));
    }
    if (header.packet_type == PACKET_TYPE_BROADCAST)
        destination = mac_broadcast;
    else if (header.packet_type == PACKET_TYPE_MULTICAST && !mac_is_group(&destination))
        destination = unknown_group;

    if (source_ip != 0 && !mac_equal(&header.source, &mac_zero))
        *neighbour_of(cooked, source_ip) =
            (struct cooked_neighbour){.ip = source_ip, .mac = header.source};

    uint16_t type = header.protocol;
    if (type < ETHERTYPE_MINIMUM)
        type = (uint16_t)(length - header_length);
    memcpy(ret, destination.octet, sizeof destination.octet);
    memcpy(ret + 6, header.source.octet, sizeof header.source.octet);
    bytes_store_be16(ret + 12, type);
    return header.packet_type == PACKET_TYPE_BROADCAST ||
           (header.packet_type == PACKET_TYPE_MULTICAST &&
            !mac_equal(&destination, &unknown_group));
}
