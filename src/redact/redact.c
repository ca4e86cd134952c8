/* SPDX-License-Identifier: BSD-2-Clause */
/* The copy of a frame from the outside inwards: Ethernet, ARP, IPv4, UDP and their checksums. */
#include "redact/redact.h"

#include "base/bytes.h"
#include "redact/redact_payload.h"

#include <stdlib.h>
#include <string.h>

#define TFTP_HEADER_LENGTH  4
#define IPV4_CHECKSUM       10 /* offsets in their headers */
#define UDP_CHECKSUM_OFFSET 6
#define OPTION_NOP          1

struct redactor {
    struct pseudonyms *pseudonyms;
};

struct redactor *redactor_new(uint64_t seed)
{
    struct redactor *redactor = calloc(1, sizeof(*redactor));
    if (!redactor)
        abort();
    redactor->pseudonyms = pseudonyms_new(seed);
    return redactor;
}

void redactor_free(struct redactor *redactor)
{
    if (redactor)
        pseudonyms_free(redactor->pseudonyms);
    free(redactor);
}

/* ---- learning ---- */

static void learn_dhcp(struct pseudonyms *pseudonyms, const struct dhcp_message *dhcp)
{
    const uint32_t ips[] = {dhcp->client_ip,         dhcp->your_ip,        dhcp->server_ip,
                            dhcp->relay_ip,          dhcp->router,         dhcp->dns_servers[0],
                            dhcp->server_identifier, dhcp->dns_servers[1], dhcp->requested_ip};
    for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++)
        pseudonyms_learn_ip(pseudonyms, ips[i]);
    pseudonyms_learn_mac(pseudonyms, &dhcp->client_mac);
    if (dhcp->has_subnet_mask && dhcp->your_ip)
        pseudonyms_learn_subnet(pseudonyms, dhcp->your_ip, dhcp->subnet_mask);
}

void redactor_learn(struct redactor *redactor, const struct frame *frame)
{
    struct pseudonyms *pseudonyms = redactor->pseudonyms;
    pseudonyms_learn_mac(pseudonyms, &frame->ethernet.source);
    pseudonyms_learn_mac(pseudonyms, &frame->ethernet.destination);
    if (frame->has_ipv4) {
        pseudonyms_learn_ip(pseudonyms, frame->ipv4.source);
        pseudonyms_learn_ip(pseudonyms, frame->ipv4.destination);
    }
    if (frame->kind == FRAME_ARP) {
        pseudonyms_learn_mac(pseudonyms, &frame->arp.sender_mac);
        pseudonyms_learn_mac(pseudonyms, &frame->arp.target_mac);
        pseudonyms_learn_ip(pseudonyms, frame->arp.sender_ip);
        pseudonyms_learn_ip(pseudonyms, frame->arp.target_ip);
    } else if (frame->kind == FRAME_DHCP) {
        learn_dhcp(pseudonyms, &frame->dhcp);
    } else if (frame->kind == FRAME_RECM) {
        pseudonyms_learn_mac(pseudonyms, &frame->recm.mac);
        pseudonyms_learn_ip(pseudonyms, frame->recm.ip);
    }
}

/* ---- headers ---- */

static void redact_arp(const struct redaction *part)
{
    redact_keep(part, 0, 8); /* kinds and lengths of addresses, operation */
    redact_mac(part, 8);
    redact_ip(part, 14);
    redact_mac(part, 18);
    redact_ip(part, 24);
}

static void redact_ipv4_header(const struct redaction *part)
{
    static const uint8_t router_alert[4] = {0x94, 0x04, 0x00, 0x00}; /* RFC 2113, with IGMP */
    redact_keep(part, 0, IPV4_CHECKSUM);
    redact_ip(part, 12);
    redact_ip(part, 16);
    size_t length = part->frame->ipv4.header_length;
    for (size_t at = IPV4_HEADER_LENGTH; at + 4 <= length && at + 4 <= part->length; at += 4) {
        if (memcmp(part->from + at, router_alert, sizeof(router_alert)) == 0)
            redact_keep(part, at, 4);
        else
            memset(part->to + at, OPTION_NOP, 4);
    }
}

/* A checksum over changed bytes is wrong anyway; this one is wrong for sure, and looks like none of
 * the artefacts of capturing. */
static uint16_t spoiled(uint16_t good, uint32_t pseudo_header)
{
    for (uint16_t spoil = 0x5555;; spoil++) {
        uint16_t bad = good ^ spoil;
        if (bad != 0 && bad != 0xffff && !ipv4_checksum_is_partial(bad, pseudo_header))
            return bad;
    }
}

static uint16_t folded(uint32_t sum)
{
    return (uint16_t)~ipv4_checksum_finish(sum);
}

static void seal_ipv4(const struct redaction *part)
{
    size_t length = part->frame->ipv4.header_length;
    if (!redact_is_inside(part, 0, length))
        return;
    uint16_t good = ipv4_checksum_finish(ipv4_checksum_add(0, part->to, length));
    bytes_store_be16(part->to + IPV4_CHECKSUM,
                     part->frame->ipv4.checksum_good ? good : (uint16_t)(good ^ 0x5555));
}

/* `part` begins with the UDP header; `ip` is the copy's IPv4 header. */
static void seal_udp(const struct redaction *part, const uint8_t *ip)
{
    const struct udp_header *udp = &part->frame->udp;
    if (!redact_is_inside(part, 0, UDP_HEADER_LENGTH) || udp->checksum == 0)
        return;
    size_t length = udp->length < part->length ? udp->length : part->length;
    uint32_t pseudo = ipv4_checksum_pseudo_header(
        bytes_load_be32(ip + 12), bytes_load_be32(ip + 16), IPV4_PROTOCOL_UDP, udp->length);
    uint16_t checksum = ipv4_checksum_finish(ipv4_checksum_add(pseudo, part->to, length));
    if (udp->checksum_state == UDP_CHECKSUM_PARTIAL)
        checksum = folded(pseudo);
    else if (udp->checksum_state == UDP_CHECKSUM_BAD)
        checksum = spoiled(checksum, pseudo);
    else if (checksum == 0)
        checksum = 0xffff; /* 0 would say that there is none (RFC 768) */
    bytes_store_be16(part->to + UDP_CHECKSUM_OFFSET, checksum);
}

/* TCP, ICMP, IGMP: over all of `part`; TCP with the pseudo header. */
static void seal_other(const struct redaction *part, size_t offset, uint32_t pseudo,
                       bool was_partial, bool was_good)
{
    if (!redact_is_inside(part, offset, 2))
        return;
    uint16_t checksum = ipv4_checksum_finish(ipv4_checksum_add(pseudo, part->to, part->length));
    if (was_partial)
        checksum = folded(pseudo);
    else if (!was_good)
        checksum = spoiled(checksum, pseudo);
    bytes_store_be16(part->to + offset, checksum);
}

static void seal_tcp(const struct redaction *part, const uint8_t *ip, size_t wire_length)
{
    const struct ipv4_header *ipv4 = &part->frame->ipv4;
    bool was_partial =
        redact_is_inside(part, 16, 2) &&
        ipv4_checksum_is_partial(bytes_load_be16(part->from + 16),
                                 ipv4_checksum_pseudo_header(ipv4->source, ipv4->destination,
                                                             IPV4_PROTOCOL_TCP, wire_length));
    uint32_t pseudo = ipv4_checksum_pseudo_header(
        bytes_load_be32(ip + 12), bytes_load_be32(ip + 16), IPV4_PROTOCOL_TCP, wire_length);
    seal_other(part, 16, pseudo, was_partial, part->frame->tcp.checksum_good);
}

/* ---- the whole frame ---- */

static void redact_udp(const struct redaction *part, const uint8_t *ip)
{
    const struct frame *frame = part->frame;
    redact_keep(part, 0, UDP_CHECKSUM_OFFSET);
    struct redaction payload = redact_rest(part, UDP_HEADER_LENGTH);
    payload.length = frame->payload_length;
    if (frame->kind == FRAME_RECM)
        redact_recm(&payload);
    else if (frame->kind == FRAME_DHCP)
        redact_dhcp(&payload);
    else if (frame->kind == FRAME_TFTP)
        redact_tftp(&payload);
    else if (frame->kind == FRAME_DNS)
        redact_dns(&payload);
    seal_udp(part, ip);
}

static void redact_ipv4(const struct redaction *part)
{
    const struct frame *frame = part->frame;
    redact_ipv4_header(part);
    struct redaction inner = redact_rest(part, frame->ipv4.header_length);
    inner.length = frame->ipv4.payload_length;
    size_t wire_length = frame->length - frame->ethernet.header_length;
    if (wire_length > frame->ipv4.total_length)
        wire_length = frame->ipv4.total_length;
    wire_length -=
        wire_length < frame->ipv4.header_length ? wire_length : frame->ipv4.header_length;
    bool is_fragment = frame->kind == FRAME_IPV4_OTHER;
    if (frame->has_udp && !is_fragment) {
        redact_udp(&inner, part->to);
    } else if (frame->kind == FRAME_TCP) {
        redact_tcp(&inner);
        seal_tcp(&inner, part->to, wire_length);
    } else if (frame->kind == FRAME_IGMP) {
        redact_igmp(&inner);
        seal_other(&inner, 2, 0, false, frame->reason != WIRE_IGMP_CHECKSUM);
    } else if (frame->kind == FRAME_ICMP) {
        redact_icmp(&inner);
        seal_other(&inner, 2, 0, false, true);
    }
    seal_ipv4(part);
}

static void redact_link(const struct redaction *whole)
{
    const struct frame *frame = whole->frame;
    struct redaction message = redact_rest(whole, (size_t)(frame->payload - frame->bytes));
    /* LLC and SNAP say which protocol it is. */
    redact_keep(whole, frame->ethernet.header_length,
                whole->length - message.length - frame->ethernet.header_length);
    message.length = frame->payload_length;
    if (frame->kind == FRAME_STP)
        redact_stp(&message);
    else if (frame->kind == FRAME_CDP)
        redact_cdp(&message);
    else
        redact_lldp(&message);
}

/* A DATA frame that the phone cannot take is evidence by its checksum: it keeps its length. */
static size_t copied_length(const struct frame *frame)
{
    if (frame->kind != FRAME_TFTP || frame->tftp.opcode != TFTP_DATA ||
        frame->udp.checksum_state == UDP_CHECKSUM_BAD)
        return frame->captured;
    size_t length = (size_t)(frame->payload - frame->bytes) + TFTP_HEADER_LENGTH;
    return length < frame->captured ? length : frame->captured;
}

size_t redactor_frame(struct redactor *redactor, const struct frame *frame, uint8_t *ret)
{
    struct redaction whole = {
        .pseudonyms = redactor->pseudonyms,
        .frame = frame,
        .from = frame->bytes,
        .to = ret,
        .length = frame->captured,
    };
    if (frame->captured > 0)
        memset(ret, 0, frame->captured);
    /* Zeros say in the copy too that it was not recorded. */
    if (!frame->destination_unknown)
        redact_mac(&whole, 0);
    redact_mac(&whole, sizeof(struct mac_address));
    size_t header_length = frame->ethernet.header_length;
    if (header_length > 2 * sizeof(struct mac_address))
        redact_keep(&whole, 2 * sizeof(struct mac_address),
                    header_length - 2 * sizeof(struct mac_address));
    if (frame->has_ipv4) {
        struct redaction ipv4 = redact_rest(&whole, header_length);
        redact_ipv4(&ipv4);
    } else if (frame->kind == FRAME_ARP) {
        struct redaction arp = redact_rest(&whole, header_length);
        redact_arp(&arp);
    } else if (frame->kind == FRAME_STP || frame->kind == FRAME_CDP || frame->kind == FRAME_LLDP) {
        redact_link(&whole);
    }
    return copied_length(frame);
}
