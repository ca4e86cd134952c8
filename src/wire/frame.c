/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a frame apart, from Ethernet inwards. A fault does not end the dissection as long as the
 * next header can still be found: diagnosis needs to know what the broken frame wanted to be.
 */
#include "wire/frame.h"

#include <string.h>

#define SNAP_LENGTH      8 /* LLC aa aa 03, organization, type */
#define LLC_LENGTH       3
#define ICMP_LENGTH      8
#define TYPE_IS_ETHERNET 0x0600 /* below it a length */
#define FRAGMENT_MASK    0x3fff
#define OFFSET_MASK      0x1fff

/* Keeps the first fault that is found. */
static void fault(struct frame *frame, enum wire_reason reason)
{
    if (frame->reason == WIRE_OK)
        frame->reason = reason;
}

/* Faults that a capture which holds only the beginning of a frame produces by itself. */
static bool comes_from_cut(enum wire_reason reason)
{
    switch (reason) {
    case WIRE_ETHERNET_SHORT:
    case WIRE_ETHERNET_TAG_SHORT:
    case WIRE_ARP_SHORT:
    case WIRE_IPV4_SHORT:
    case WIRE_UDP_SHORT:
    case WIRE_DHCP_SHORT:
    case WIRE_DHCP_OPTION_TRUNCATED:
    case WIRE_DHCP_NO_END:
    case WIRE_TFTP_SHORT:
    case WIRE_TFTP_STRING:
    case WIRE_TFTP_OPTION:
    case WIRE_DNS_SHORT:
    case WIRE_IGMP_SHORT:
    case WIRE_IGMP_CHECKSUM:
    case WIRE_TCP_SHORT:
    case WIRE_ICMP_SHORT:
    case WIRE_STP_SHORT:
    case WIRE_CDP_SHORT:
    case WIRE_CDP_TLV:
    case WIRE_LLDP_TLV:
        return true;
    default:
        return false;
    }
}

/* `cut`: the capture lacks bytes of what was parsed. */
static void judge(struct frame *frame, enum frame_kind kind, enum wire_reason reason, bool cut)
{
    frame->kind = kind;
    fault(frame, cut && comes_from_cut(reason) ? WIRE_TRUNCATED : reason);
}

static bool has_port(const struct udp_header *udp, uint16_t port)
{
    return udp->source_port == port || udp->destination_port == port;
}

static void dissect_tftp(struct frame *frame, size_t wire_length)
{
    enum wire_reason reason = tftp_parse(frame->payload, frame->payload_length, &frame->tftp);
    bool known = frame->tftp.opcode >= TFTP_RRQ && frame->tftp.opcode <= TFTP_OACK;

    if (frame->tftp.opcode == TFTP_DATA && reason == WIRE_OK)
        frame->tftp.wire_length += wire_length - frame->payload_length;
    judge(frame, known ? FRAME_TFTP : FRAME_UDP_OTHER, reason, frame->payload_length < wire_length);
}

/* `wire_length`: bytes of the UDP payload on the wire. */
static void dissect_udp_payload(struct frame *frame, size_t wire_length)
{
    const struct udp_header *udp = &frame->udp;
    const uint8_t *payload = frame->payload;
    size_t length = frame->payload_length;
    bool cut = length < wire_length;

    if (has_port(udp, RECM_PHONE_PORT) || has_port(udp, RECM_PC_PORT))
        judge(frame, FRAME_RECM,
              recm_parse(payload, length, wire_length, udp->source_port, udp->destination_port,
                         &frame->recm),
              cut);
    else if (has_port(udp, DHCP_SERVER_PORT) || has_port(udp, DHCP_CLIENT_PORT))
        judge(frame, FRAME_DHCP, dhcp_parse(payload, length, &frame->dhcp), cut);
    else if (has_port(udp, DNS_SERVER_PORT))
        judge(frame, FRAME_DNS, dns_parse(payload, length, &frame->dns), cut);
    else if (has_port(udp, TFTP_SERVER_PORT) || has_port(udp, TFTP_PHONE_PORT))
        dissect_tftp(frame, wire_length);
    else
        judge(frame, FRAME_UDP_OTHER, WIRE_UDP_PORT_UNKNOWN, cut);
}

/* `full_length`: bytes of the IPv4 payload on the wire. */
static void dissect_udp(struct frame *frame, size_t full_length, bool fragment)
{
    size_t length = frame->payload_length;
    enum wire_reason reason =
        udp_parse(frame->payload, length, full_length, &frame->ipv4, &frame->udp);
    size_t wire_end = frame->udp.length < full_length ? frame->udp.length : full_length;

    frame->has_udp = reason != WIRE_UDP_SHORT;
    if (!frame->has_udp || fragment) {
        judge(frame, FRAME_IPV4_OTHER, reason, length < full_length);
        return;
    }
    fault(frame, reason);
    frame->payload += UDP_HEADER_LENGTH;
    frame->payload_length = frame->udp.payload_length;
    dissect_udp_payload(frame, wire_end > UDP_HEADER_LENGTH ? wire_end - UDP_HEADER_LENGTH : 0);
}

static void dissect_ipv4_payload(struct frame *frame, size_t full_length)
{
    const uint8_t *payload = frame->payload;
    size_t length = frame->payload_length;
    bool cut = length < full_length;
    bool first_fragment = (frame->ipv4.fragment & FRAGMENT_MASK) != 0;

    if ((frame->ipv4.fragment & OFFSET_MASK) != 0) {
        judge(frame, FRAME_IPV4_OTHER, WIRE_IPV4_FRAGMENT, cut);
        return;
    }
    if (frame->ipv4.protocol == IPV4_PROTOCOL_UDP) {
        dissect_udp(frame, full_length, first_fragment);
        return;
    }
    if (first_fragment) {
        judge(frame, FRAME_IPV4_OTHER, WIRE_IPV4_FRAGMENT, cut);
        return;
    }
    switch (frame->ipv4.protocol) {
    case IPV4_PROTOCOL_TCP:
        judge(frame, FRAME_TCP, tcp_parse(payload, length, full_length, &frame->ipv4, &frame->tcp),
              cut);
        break;
    case IPV4_PROTOCOL_IGMP:
        judge(frame, FRAME_IGMP, igmp_parse(payload, length, &frame->igmp), cut);
        break;
    case IPV4_PROTOCOL_ICMP:
        judge(frame, FRAME_ICMP, length < ICMP_LENGTH ? WIRE_ICMP_SHORT : WIRE_OK, cut);
        break;
    default:
        judge(frame, FRAME_IPV4_OTHER, WIRE_IPV4_PROTOCOL_UNKNOWN, cut);
        break;
    }
}

static void dissect_ipv4(struct frame *frame, size_t full_length)
{
    size_t captured = frame->payload_length;
    enum wire_reason reason =
        ipv4_parse_cut_header(frame->payload, captured, full_length, &frame->ipv4);
    size_t wire_end = reason == WIRE_IPV4_TOTAL_LENGTH ? full_length : frame->ipv4.total_length;

    switch (reason) {
    case WIRE_IPV4_SHORT:
    case WIRE_IPV4_VERSION:
    case WIRE_IPV4_HEADER_LENGTH:
        judge(frame, FRAME_UNKNOWN, reason, captured < full_length);
        return;
    default:
        break;
    }
    fault(frame, reason);
    frame->has_ipv4 = true;
    frame->payload += frame->ipv4.header_length;
    frame->payload_length = frame->ipv4.payload_length;
    dissect_ipv4_payload(frame, wire_end - frame->ipv4.header_length);
}

/* Skips `prefix` at the start of the payload. Returns: false if it is not there. */
static bool skip_prefix(struct frame *frame, const uint8_t *prefix, size_t length)
{
    if (frame->payload_length < length || memcmp(frame->payload, prefix, length) != 0)
        return false;
    frame->payload += length;
    frame->payload_length -= length;
    return true;
}

/* 802.3: a length instead of an ethertype, then LLC, perhaps with SNAP. */
static void dissect_llc(struct frame *frame, size_t full_length)
{
    static const uint8_t llc_stp[LLC_LENGTH] = {0x42, 0x42, 0x03};
    static const uint8_t snap_pvst[SNAP_LENGTH] = {0xaa, 0xaa, 0x03, 0, 0, 0x0c, 0x01, 0x0b};
    static const uint8_t snap_cdp[SNAP_LENGTH] = {0xaa, 0xaa, 0x03, 0, 0, 0x0c, 0x20, 0x00};
    bool cut = frame->payload_length < full_length && frame->payload_length < frame->ethernet.type;

    /* The length leaves the padding out. */
    if (frame->payload_length > frame->ethernet.type)
        frame->payload_length = frame->ethernet.type;
    if (skip_prefix(frame, snap_cdp, SNAP_LENGTH))
        judge(frame, FRAME_CDP, cdp_parse(frame->payload, frame->payload_length, &frame->neighbour),
              cut);
    else if (skip_prefix(frame, llc_stp, LLC_LENGTH) || skip_prefix(frame, snap_pvst, SNAP_LENGTH))
        judge(frame, FRAME_STP, stp_parse(frame->payload, frame->payload_length, &frame->stp), cut);
    else
        judge(frame, FRAME_OTHER,
              cut && frame->payload_length < SNAP_LENGTH ? WIRE_TRUNCATED
                                                         : WIRE_ETHERNET_TYPE_UNKNOWN,
              cut);
}

void frame_dissect(const uint8_t *bytes, size_t captured, size_t length, struct frame *ret)
{
    enum wire_reason reason;
    size_t full_length;
    bool cut = captured < length;

    memset(ret, 0, sizeof *ret);
    ret->bytes = bytes;
    ret->captured = captured;
    ret->length = cut ? length : captured;

    reason = ethernet_parse(bytes, captured, &ret->ethernet);
    if (reason != WIRE_OK) {
        judge(ret, FRAME_UNKNOWN, reason, cut);
        return;
    }
    ret->payload = bytes + ret->ethernet.header_length;
    ret->payload_length = captured - ret->ethernet.header_length;
    full_length = ret->length - ret->ethernet.header_length;

    switch (ret->ethernet.type) {
    case ETHERTYPE_IPV4_VALUE:
        dissect_ipv4(ret, full_length);
        break;
    case ETHERTYPE_ARP_VALUE:
        judge(ret, FRAME_ARP, arp_parse(ret->payload, ret->payload_length, &ret->arp), cut);
        break;
    case ETHERTYPE_LLDP_VALUE:
        judge(ret, FRAME_LLDP, lldp_parse(ret->payload, ret->payload_length, &ret->neighbour), cut);
        break;
    case ETHERTYPE_IPV6_VALUE:
        judge(ret, FRAME_OTHER, WIRE_OK, cut);
        break;
    default:
        if (ret->ethernet.type < TYPE_IS_ETHERNET)
            dissect_llc(ret, full_length);
        else
            judge(ret, FRAME_OTHER, WIRE_ETHERNET_TYPE_UNKNOWN, cut);
        break;
    }
}

void frame_dissect_captured(const struct captured_frame *captured, struct frame *ret)
{
    frame_dissect(captured->bytes, captured->captured, captured->length, ret);
    ret->time_ns = captured->time_ns;
    ret->number = captured->number;
    ret->destination_unknown = captured->destination_unknown;
    ret->time_unknown = captured->time_unknown;
}
