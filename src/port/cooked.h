/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux cooked captures ("tcpdump -i any") as Ethernet frames. A cooked header holds the packet
 * type, the sender's MAC address and the Ethertype, but not the destination, which is invented:
 *
 *   - packet type broadcast: ff:ff:ff:ff:ff:ff;
 *   - an IPv4 group: the group's MAC address (RFC 1112 section 6.4);
 *   - an ARP reply: the target hardware address that the packet itself names;
 *   - other IPv4 and ARP: the MAC address from which that IPv4 address last sent something;
 *   - else 02:00:00:00:00:00 (no device has it), or 03:00:00:00:00:00 for packet type multicast.
 *
 * A sender without an Ethernet address (a tunnel) becomes 00:00:00:00:00:00. A frame that was sent
 * through a packet socket for all protocols has the Ethertype 0x0003 (ETH_P_ALL, which the kernel
 * notes there): it gets the one that its payload shows, IPv4 or ARP. Nothing else changes.
 */
#ifndef PORT_COOKED_H
#define PORT_COOKED_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COOKED_V1_LENGTH  16 /* bytes of the cooked header */
#define COOKED_V2_LENGTH  20
#define COOKED_NEIGHBOURS 256 /* a power of two */

struct cooked_neighbour {
    uint32_t ip; /* 0 = free */
    struct mac_address mac;
};

/* Who sent with which IPv4 address so far; start with zeros. */
struct cooked {
    struct cooked_neighbour neighbours[COOKED_NEIGHBOURS];
};

/*
 * Writes to `ret` the Ethernet header of a cooked frame: 14 bytes that stand for the first
 * `header_length` (COOKED_V1_LENGTH or COOKED_V2_LENGTH) bytes of it. `length` is the length on the
 * wire, cooked header included; `captured` must be at least `header_length`.
 * Returns: true if the header records what kind of destination it was (broadcast, or a group that
 * the IPv4 header names); false if the destination is one of the guesses above.
 */
bool cooked_ethernet_header(struct cooked *cooked, size_t header_length, const uint8_t *bytes,
                            size_t captured, size_t length, uint8_t ret[14]);

#endif
