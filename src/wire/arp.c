/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads ARP packets for Ethernet and IPv4; other address families are refused by name. */
#include "wire/arp.h"

#include "base/bytes.h"

#define HARDWARE_ETHERNET 1
#define PROTOCOL_IPV4     0x0800

enum wire_reason arp_parse(const uint8_t *bytes, size_t length, struct arp_packet *ret)
{
    struct reader reader = reader_over(bytes, length);
    uint16_t hardware = reader_be16(&reader);
    uint16_t protocol = reader_be16(&reader);
    uint8_t hardware_length = reader_u8(&reader);
    uint8_t protocol_length = reader_u8(&reader);

    *ret = (struct arp_packet){0};
    if (reader.failed)
        return WIRE_ARP_SHORT;
    if (hardware != HARDWARE_ETHERNET || protocol != PROTOCOL_IPV4 || hardware_length != 6 ||
        protocol_length != 4)
        return WIRE_ARP_NOT_ETHERNET_IPV4;

    ret->operation = reader_be16(&reader);
    reader_copy(&reader, ret->sender_mac.octet, sizeof ret->sender_mac.octet);
    ret->sender_ip = reader_be32(&reader);
    reader_copy(&reader, ret->target_mac.octet, sizeof ret->target_mac.octet);
    ret->target_ip = reader_be32(&reader);
    if (reader.failed)
        return WIRE_ARP_SHORT;
    if (ret->operation != ARP_REQUEST_OPERATION && ret->operation != ARP_REPLY_OPERATION)
        return WIRE_ARP_OPERATION;
    return WIRE_OK;
}
