/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel lets through to a live port, as a capture filter (pcap-filter(7)). */
#ifndef PORT_LIVE_FILTER_H
#define PORT_LIVE_FILTER_H

#include <stdint.h>

#define LIVE_FILTER_SIZE 2048

/*
 * Writes the expression for what the station and the observer can use, tagged or not: everything of
 * the recovery, ARP, IGMP, ICMP, spanning tree, CDP, LLDP. Of TCP: connections that begin or end,
 * all that a loader sends (TTL 250; docs: protocol, URL attempts), and all from or to `address`
 * unless it is 0.
 */
void live_filter_write(uint32_t address, char ret[LIVE_FILTER_SIZE]);

#endif
