/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole frame taken apart: from Ethernet to the innermost message this program knows, with a
 * reason for everything not understood. Pure: no socket, no clock, no log, no allocation.
 *
 * A struct frame holds views into the frame's bytes; it is valid as long as they are.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "base/instant.h"
#include "wire/arp.h"
#include "wire/captured.h"
#include "wire/dhcp.h"
#include "wire/dns.h"
#include "wire/ethernet.h"
#include "wire/igmp.h"
#include "wire/ipv4.h"
#include "wire/neighbour.h"
#include "wire/recm.h"
#include "wire/tcp.h"
#include "wire/tftp.h"
#include "wire/udp.h"

enum frame_kind {
    FRAME_UNKNOWN = 0, /* broken below the level where a kind shows; see reason */
    FRAME_OTHER,       /* whole, of a kind this program has no use for (IPv6, ICMP6, LLC, ...) */
    FRAME_ARP,
    FRAME_IPV4_OTHER, /* an IPv4 packet of another protocol, or a fragment (the first: has_udp) */
    FRAME_UDP_OTHER,
    FRAME_DHCP,
    FRAME_TFTP, /* a UDP port is 69 or 2000 and the opcode is 1 to 6 */
    FRAME_RECM, /* a UDP port is 4810 or 4811 */
    FRAME_DNS,
    FRAME_IGMP,
    FRAME_TCP,
    FRAME_ICMP,
    FRAME_STP,
    FRAME_CDP,
    FRAME_LLDP,
    FRAME_KIND_COUNT
};

struct frame {
    /* Of a captured frame; frame_dissect leaves them 0. */
    instant_ns time_ns;
    uint64_t number; /* from 1: its place in the recorded file */
    /* The recording does not hold the destination MAC address: ethernet.destination is a guess,
     * never evidence. */
    bool destination_unknown;
    bool time_unknown; /* the recording holds no time; time_ns is that of the frame before */

    const uint8_t *bytes;
    size_t captured; /* bytes that are there */
    size_t length;   /* bytes on the wire, without FCS */

    enum frame_kind kind;
    enum wire_reason reason; /* the first thing that is not as its format demands; WIRE_OK */

    struct ethernet_header ethernet;
    bool has_ipv4; /* an IPv4 header was read, even if `reason` finds fault with it */
    struct ipv4_header ipv4;
    bool has_udp;
    struct udp_header udp;
    const uint8_t *payload; /* what follows UDP (or IPv4, or Ethernet, for kinds without) */
    size_t payload_length;  /* captured bytes of it */

    union { /* by kind */
        struct arp_packet arp;
        struct dhcp_message dhcp;
        struct tftp_packet tftp;
        struct recm_message recm;
        struct dns_message dns;
        struct igmp_message igmp;
        struct tcp_segment tcp;
        struct stp_message stp;
        struct neighbour_message neighbour; /* CDP, LLDP */
    };
};

/*
 * Takes apart `captured` bytes of a frame that had `length` bytes on the wire. Never fails: what is
 * broken is said in ret->reason, and ret->kind names the innermost message that was recognised (a
 * RECM message with a bad magic is FRAME_RECM with reason WIRE_RECM_MAGIC). time_ns and number are
 * 0.
 */
void frame_dissect(const uint8_t *bytes, size_t captured, size_t length, struct frame *ret);
/* The same of one that came off a wire, with its time, number and what is not known of it. */
void frame_dissect_captured(const struct captured_frame *captured, struct frame *ret);
/* Bytes on a wire without VLAN tags. */
static inline size_t frame_untagged_length(const struct frame *frame)
{
    return frame->length - frame->ethernet.tag_count * (size_t)ETHERNET_TAG_LENGTH;
}

/* Returns: "RECM", "DHCP", ...: a static string. */
const char *frame_kind_name(enum frame_kind kind);

/*
 * One line about the frame for people ("DHCP DISCOVER xid 15a1b2c3 from 00:24:14:a1:b2:c3"), with
 * text from the network escaped. Returns: ret.
 */
char *frame_summary(const struct frame *frame, char *ret, size_t size);

#endif
