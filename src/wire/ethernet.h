/* SPDX-License-Identifier: BSD-2-Clause */
/* Ethernet II, 802.3 with LLC/SNAP, and 802.1Q/802.1ad tags: reading. */
#ifndef WIRE_ETHERNET_H
#define WIRE_ETHERNET_H

#include "base/address.h"
#include "wire/reason.h"

#include <stddef.h>
#include <stdint.h>

#define ETHERNET_HEADER_LENGTH  14
#define ETHERNET_MINIMUM_LENGTH 60   /* without FCS; shorter frames are padded */
#define ETHERNET_MAXIMUM_LENGTH 1514 /* without FCS, untagged */
#define ETHERNET_TAG_LENGTH     4
#define ETHERNET_TAGS_MAXIMUM   4 /* a trunk inside a provider's trunk, mirrored into a third */

#define ETHERTYPE_IPV4_VALUE 0x0800
#define ETHERTYPE_ARP_VALUE  0x0806
#define ETHERTYPE_VLAN_VALUE 0x8100
#define ETHERTYPE_QINQ_VALUE 0x88a8
#define ETHERTYPE_IPV6_VALUE 0x86dd
#define ETHERTYPE_LLDP_VALUE 0x88cc

struct ethernet_header {
    struct mac_address destination;
    struct mac_address source;
    uint16_t type;      /* ethertype behind all tags; below 0x0600 a length (802.3, LLC follows) */
    unsigned tag_count; /* 802.1Q tags, at most ETHERNET_TAGS_MAXIMUM */
    uint16_t tags[ETHERNET_TAGS_MAXIMUM]; /* tag control information, outermost first */
    size_t header_length;                 /* bytes up to the payload: 14 + 4 per tag */
};

/* VLAN number (0 to 4095) of a tag. */
static inline unsigned ethernet_tag_vlan(uint16_t tag)
{
    return tag & 0x0fffU;
}

/* Returns: WIRE_OK, or why not; `ret` is zeroed and filled as far as the bytes go. */
enum wire_reason ethernet_parse(const uint8_t *bytes, size_t length, struct ethernet_header *ret);

#endif
