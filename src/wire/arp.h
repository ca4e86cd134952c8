/* SPDX-License-Identifier: BSD-2-Clause */
/* ARP for Ethernet and IPv4 (RFC 826): reading and writing the 28-byte packet. */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

#include "base/address.h"
#include "wire/reason.h"

#include <stddef.h>
#include <stdint.h>

#define ARP_PACKET_LENGTH 28

enum arp_operation {
    ARP_REQUEST_OPERATION = 1,
    ARP_REPLY_OPERATION = 2,
};

struct arp_packet {
    uint16_t operation;
    struct mac_address sender_mac;
    uint32_t sender_ip;
    struct mac_address target_mac;
    uint32_t target_ip;
};

enum wire_reason arp_parse(const uint8_t *bytes, size_t length, struct arp_packet *ret);

#endif
