/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole frames, built by libnet in construct-only mode (LIBNET_NONE: no privileges, no socket).
 * Frames are padded with zeros to 60 bytes; checksums are always set.
 */
#ifndef WIRE_CRAFT_H
#define WIRE_CRAFT_H

#include "base/address.h"
#include "base/error.h"
#include "wire/arp.h"

#include <stddef.h>
#include <stdint.h>

#define CRAFT_FRAME_SIZE 1518 /* room for any frame this program builds: 1514 + one tag */
#define CRAFT_NO_VLAN    (-1)

struct craft; /* a builder; not for two threads at once */

/* Returns: a builder to be freed with craft_free, or NULL with ret_error filled. */
struct craft *craft_new(struct error *ret_error);
void craft_free(struct craft *craft); /* NULL is allowed */

/* Addresses and header fields of a UDP datagram in one untagged or tagged frame. */
struct craft_udp {
    struct mac_address source_mac, destination_mac;
    uint32_t source_ip, destination_ip;
    uint16_t source_port, destination_port;
    uint16_t ip_identification;
    uint8_t time_to_live; /* 64 for the tool, 60 for the loader */
    int vlan;             /* CRAFT_NO_VLAN, or 0 to 4094 */
};

/* Each returns the frame's length in bytes; 0 if it did not fit `CRAFT_FRAME_SIZE` or libnet
 * failed. */
size_t craft_udp(struct craft *craft, const struct craft_udp *header, const uint8_t *payload,
                 size_t payload_length, uint8_t ret[CRAFT_FRAME_SIZE]);
/* Ethernet source and destination are given apart from the packet's own addresses. */
size_t craft_arp(struct craft *craft, const struct mac_address *source,
                 const struct mac_address *destination, int vlan, const struct arp_packet *packet,
                 uint8_t ret[CRAFT_FRAME_SIZE]);
/* IGMPv2 membership report for `group_ip`: TTL 1, router alert option (RFC 2236 section 2). */
size_t craft_igmp_report(struct craft *craft, const struct mac_address *source, int vlan,
                         uint32_t source_ip, uint32_t group_ip, uint8_t ret[CRAFT_FRAME_SIZE]);

struct craft_tcp {
    struct mac_address source_mac, destination_mac;
    uint32_t source_ip, destination_ip;
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgement;
    uint8_t flags; /* TCP_FLAG_... */
    uint16_t window;
    uint16_t mss; /* 0 = no option */
    uint16_t ip_identification;
    uint8_t time_to_live;
    int vlan;
};
size_t craft_tcp(struct craft *craft, const struct craft_tcp *header, const uint8_t *payload,
                 size_t payload_length, uint8_t ret[CRAFT_FRAME_SIZE]);

#endif
