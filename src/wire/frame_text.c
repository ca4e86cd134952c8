/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line about a frame for people. Every text that came from the network passes text_escape; the
 * line is cut where the room ends.
 */
#include "wire/frame.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ESCAPED_SIZE 256

/* A line that grows inside the caller's room. */
struct line {
    char *chars;
    size_t size;
    size_t length;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    int added;

    va_start(arguments, format);
    added = vsnprintf(line->chars + line->length, line->size - line->length, format, arguments);
    va_end(arguments);
    if (added > 0)
        line->length += (size_t)added;
    if (line->length >= line->size)
        line->length = line->size - 1;
}

static void add_escaped(struct line *line, const char *before, const char *text)
{
    char escaped[ESCAPED_SIZE];

    if (text != NULL && text[0] != '\0')
        add(line, "%s%s", before, text_escape(text, strlen(text), escaped, sizeof escaped));
}

const char *frame_kind_name(enum frame_kind kind)
{
    static const char *const names[FRAME_KIND_COUNT] = {
        [FRAME_UNKNOWN] = "unknown", [FRAME_OTHER] = "other",   [FRAME_ARP] = "ARP",
        [FRAME_IPV4_OTHER] = "IPv4", [FRAME_UDP_OTHER] = "UDP", [FRAME_DHCP] = "DHCP",
        [FRAME_TFTP] = "TFTP",       [FRAME_RECM] = "RECM",     [FRAME_DNS] = "DNS",
        [FRAME_IGMP] = "IGMP",       [FRAME_TCP] = "TCP",       [FRAME_ICMP] = "ICMP",
        [FRAME_STP] = "STP",         [FRAME_CDP] = "CDP",       [FRAME_LLDP] = "LLDP",
    };

    return (unsigned)kind < FRAME_KIND_COUNT ? names[kind] : "unknown";
}

static void describe_arp(const struct frame *frame, struct line *line)
{
    const struct arp_packet *arp = &frame->arp;

    if (arp->operation == ARP_REPLY_OPERATION)
        add(line, " %s is at %s", ipv4_format(arp->sender_ip).text,
            mac_format(&arp->sender_mac).text);
    else
        add(line, " who has %s, tell %s", ipv4_format(arp->target_ip).text,
            ipv4_format(arp->sender_ip).text);
}

static void describe_dhcp(const struct frame *frame, struct line *line)
{
    static const char *const types[] = {"(BOOTP)", "DISCOVER", "OFFER",   "REQUEST", "DECLINE",
                                        "ACK",     "NAK",      "RELEASE", "INFORM"};
    const struct dhcp_message *dhcp = &frame->dhcp;
    char vendor[ESCAPED_SIZE];

    add(line, " %s", dhcp->type < sizeof types / sizeof types[0] ? types[dhcp->type] : "(type ?)");
    add(line, " xid %08x client %s", dhcp->transaction_id, mac_format(&dhcp->client_mac).text);
    if (dhcp->your_ip != 0)
        add(line, " address %s", ipv4_format(dhcp->your_ip).text);
    if (dhcp->has_requested_ip)
        add(line, " requested %s", ipv4_format(dhcp->requested_ip).text);
    if (dhcp->has_server_identifier)
        add(line, " server %s", ipv4_format(dhcp->server_identifier).text);
    if (dhcp->vendor_class.bytes != NULL)
        add(line, " class \"%s\"",
            text_escape(dhcp->vendor_class.bytes, dhcp->vendor_class.length, vendor,
                        sizeof vendor));
}

static void describe_tftp(const struct frame *frame, struct line *line)
{
    const struct tftp_packet *tftp = &frame->tftp;

    switch (tftp->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        add(line, tftp->opcode == TFTP_RRQ ? " RRQ" : " WRQ");
        add_escaped(line, " file ", tftp->file_name);
        add_escaped(line, " mode ", tftp->mode);
        break;
    case TFTP_DATA:
        add(line, " DATA block %u (%zu bytes)", tftp->block, tftp->wire_length);
        break;
    case TFTP_ACK:
        add(line, " ACK block %u", tftp->block);
        break;
    case TFTP_ERROR:
        add(line, " ERROR %u", tftp->error_code);
        add_escaped(line, ": ", tftp->error_text);
        break;
    default:
        add(line, " OACK");
        break;
    }
    for (unsigned i = 0; i < tftp->option_count; i++) {
        add_escaped(line, " ", tftp->options[i].name);
        add_escaped(line, "=", tftp->options[i].value);
    }
}

static void describe_recm(const struct frame *frame, struct line *line)
{
    const struct recm_message *recm = &frame->recm;

    switch (recm->operation) {
    case RECM_REQUEST:
        add(line, " REQUEST");
        add_escaped(line, " serial ", recm->serial);
        break;
    case RECM_REPLY:
        add(line, " REPLY");
        add_escaped(line, " serial ", recm->serial);
        add_escaped(line, " product ", recm->product);
        add(line, " MAC %s", mac_format(&recm->mac).text);
        add_escaped(line, " software ", recm->software);
        add_escaped(line, " hardware ", recm->hardware);
        add(line, " address %s", ipv4_format(recm->ip).text);
        break;
    case RECM_UPGRADE:
        add(line, recm->from_phone ? " UPGRADE echo" : " UPGRADE");
        add_escaped(line, " serial ", recm->serial);
        add(line, " port %u", recm->tftp_port);
        add_escaped(line, " file ", recm->file_name);
        break;
    default:
        add(line, " operation %u", recm->operation);
        break;
    }
}

static void describe_dns(const struct frame *frame, struct line *line)
{
    const struct dns_message *dns = &frame->dns;

    add(line, dns->is_response ? " answer" : " query");
    add_escaped(line, " ", dns->name);
    if (dns->has_address)
        add(line, " is %s", ipv4_format(dns->address).text);
    else if (dns->is_response)
        add(line, " without address (code %u)", dns->response_code);
}

static void describe_igmp(const struct frame *frame, struct line *line)
{
    const struct igmp_message *igmp = &frame->igmp;

    add(line, igmp->type == IGMP_QUERY      ? " query"
              : igmp->type == IGMP_V2_LEAVE ? " leave"
                                            : " report");
    if (igmp->group != 0)
        add(line, " group %s", ipv4_format(igmp->group).text);
}

static void describe_tcp(const struct frame *frame, struct line *line)
{
    const struct tcp_segment *tcp = &frame->tcp;

    add(line, " %u > %u", tcp->source_port, tcp->destination_port);
    add(line, "%s%s%s%s%s", (tcp->flags & TCP_FLAG_SYN) != 0 ? " SYN" : "",
        (tcp->flags & TCP_FLAG_ACK) != 0 ? " ACK" : "",
        (tcp->flags & TCP_FLAG_PSH) != 0 ? " PSH" : "",
        (tcp->flags & TCP_FLAG_FIN) != 0 ? " FIN" : "",
        (tcp->flags & TCP_FLAG_RST) != 0 ? " RST" : "");
    add(line, " seq %u window %u (%zu bytes)", tcp->sequence, tcp->window, tcp->payload_length);
}

static void describe_neighbour(const struct frame *frame, struct line *line)
{
    const struct neighbour_message *neighbour = &frame->neighbour;

    add_escaped(line, " device ", neighbour->device);
    add_escaped(line, " platform ", neighbour->platform);
    add_escaped(line, " software ", neighbour->software);
    if (neighbour->has_voice_vlan)
        add(line, " voice VLAN %u", neighbour->voice_vlan);
}

static void describe_stp(const struct frame *frame, struct line *line)
{
    add(line, " version %u type 0x%02x%s", frame->stp.version, frame->stp.type,
        (frame->stp.port_state & 2U) != 0 ? " forwarding" : "");
}

static void describe_message(const struct frame *frame, struct line *line)
{
    static void (*const describers[FRAME_KIND_COUNT])(const struct frame *, struct line *) = {
        [FRAME_ARP] = describe_arp,   [FRAME_DHCP] = describe_dhcp,
        [FRAME_TFTP] = describe_tftp, [FRAME_RECM] = describe_recm,
        [FRAME_DNS] = describe_dns,   [FRAME_IGMP] = describe_igmp,
        [FRAME_TCP] = describe_tcp,   [FRAME_CDP] = describe_neighbour,
        [FRAME_STP] = describe_stp,   [FRAME_LLDP] = describe_neighbour,
    };

    add(line, "%s", frame_kind_name(frame->kind));
    if ((unsigned)frame->kind < FRAME_KIND_COUNT && describers[frame->kind] != NULL)
        describers[frame->kind](frame, line);
    else if (frame->kind == FRAME_OTHER)
        add(line, " ethertype 0x%04x", frame->ethernet.type);
    else if (frame->kind == FRAME_IPV4_OTHER)
        add(line, " protocol %u", frame->ipv4.protocol);
}

static void describe_addresses(const struct frame *frame, struct line *line)
{
    if (frame->has_ipv4)
        add(line, ", %s", ipv4_format(frame->ipv4.source).text);
    else
        add(line, ", %s", mac_format(&frame->ethernet.source).text);
    if (frame->has_udp)
        add(line, ":%u", frame->udp.source_port);
    if (frame->has_ipv4)
        add(line, " > %s", ipv4_format(frame->ipv4.destination).text);
    else
        add(line, " > %s", mac_format(&frame->ethernet.destination).text);
    if (frame->has_udp)
        add(line, ":%u", frame->udp.destination_port);
}

char *frame_summary(const struct frame *frame, char *ret, size_t size)
{
    struct line line = {ret, size, 0};

    if (size == 0)
        return ret;
    ret[0] = '\0';
    describe_message(frame, &line);
    if (frame->captured >= ETHERNET_HEADER_LENGTH)
        describe_addresses(frame, &line);
    for (unsigned i = 0; i < frame->ethernet.tag_count; i++)
        add(&line, ", VLAN %u", ethernet_tag_vlan(frame->ethernet.tags[i]));
    if (frame->reason != WIRE_OK)
        add(&line, " [%s]", wire_reason_text(frame->reason));
    return ret;
}
