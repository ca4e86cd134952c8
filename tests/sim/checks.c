/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of the station's conduct: see checks.h. */
#include "tests/sim/checks.h"
#include "loader/loader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PHONE_FRAME_MAXIMUM 1496
#define DOWNLOAD_IP_IDS     256 /* of a download of this image; a loader counts one per packet */

void checks_fail(struct checks *checks, instant_ns now_ns, const char *format, ...)
{
    if (checks->violation[0])
        return;
    int used = snprintf(checks->violation, sizeof checks->violation,
                        "at %.6f s: ", (double)now_ns / (double)NS_PER_S);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(checks->violation + used, sizeof checks->violation - (size_t)used, format, arguments);
    va_end(arguments);
}

static struct checked_phone *find(struct checks *checks, const struct mac_address *mac)
{
    for (unsigned i = 0; i < checks->phone_count; i++) {
        if (mac_equal(&checks->phones[i].mac, mac))
            return &checks->phones[i];
    }
    return NULL;
}

static struct checked_phone *find_or_add(struct checks *checks, const struct mac_address *mac)
{
    struct checked_phone *phone = find(checks, mac);
    if (phone || checks->phone_count == CHECKED_PHONES)
        return phone;
    phone = &checks->phones[checks->phone_count++];
    phone->mac = *mac;
    return phone;
}

/* A damaged REPLY states another one than the rest. */
static bool has_stated(const struct checked_phone *phone, const char *serial)
{
    for (unsigned i = 0; i < CHECKED_SERIALS; i++) {
        if (strcmp(phone->serials[i], serial) == 0)
            return true;
    }
    return false;
}

static void state_serial(struct checked_phone *phone, const char *serial)
{
    if (!has_stated(phone, serial))
        snprintf(phone->serials[phone->serial_count++ % CHECKED_SERIALS], sizeof phone->serials[0],
                 "%s", serial);
}

/* ---- What is sent ---- */

static void check_form(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    if (frame->reason != WIRE_OK)
        checks_fail(checks, now_ns, "a malformed frame was sent: %s",
                    wire_reason_text(frame->reason));
    if (!mac_equal(&frame->ethernet.source, &checks->config->source_mac))
        checks_fail(checks, now_ns, "a frame from a foreign MAC address was sent");
    if (frame->length < 60 || frame->length > PHONE_FRAME_MAXIMUM)
        checks_fail(checks, now_ns, "a frame of %zu bytes was sent", frame->length);
    if (frame->kind == FRAME_ARP && frame->length != 60)
        checks_fail(checks, now_ns, "an ARP frame of %zu bytes was sent", frame->length);
    if (frame->kind != FRAME_IGMP && frame->kind != FRAME_ARP && frame->kind != FRAME_TCP &&
        loader_drop(frame) != LOADER_TAKES)
        checks_fail(checks, now_ns, "a frame was sent that no loader takes");
}

static void check_recm(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    const struct recm_message *message = &frame->recm;
    if (message->length != RECM_PC_LENGTH || frame->udp.source_port != RECM_PC_PORT)
        checks_fail(checks, now_ns, "a RECM message of %zu bytes from port %u was sent",
                    message->length, frame->udp.source_port);
    if (message->operation == RECM_REQUEST) {
        if (checks->request_ns && now_ns - checks->request_ns < NS_PER_S)
            checks_fail(checks, now_ns, "two REQUESTs within a second");
        checks->request_ns = now_ns;
        return;
    }
    if (checks->config->mode != STATION_RECOVER)
        checks_fail(checks, now_ns, "an UPGRADE was sent in a mode that orders nothing");
    if (strcmp(message->serial, RECM_WILDCARD_SERIAL) == 0)
        checks_fail(checks, now_ns, "an UPGRADE with the wildcard was sent");
    if (!recm_file_name_is_sendable(message->file_name))
        checks_fail(checks, now_ns, "an UPGRADE with an unsendable file name was sent");
    for (unsigned i = 0; i < checks->phone_count; i++) {
        if (has_stated(&checks->phones[i], message->serial) ||
            mac_equal(&checks->phones[i].mac, &frame->ethernet.destination))
            checks->phones[i].ordered = true;
    }
}

static void check_data(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    struct checked_phone *phone = find(checks, &frame->ethernet.destination);
    unsigned block = frame->tftp.block;
    if (frame->tftp.opcode != TFTP_DATA) {
        checks_fail(checks, now_ns, "TFTP opcode %u was sent", frame->tftp.opcode);
        return;
    }
    if (!phone || (!phone->ordered && !phone->asked_by_itself)) {
        checks_fail(checks, now_ns, "DATA was sent to a phone that was not ordered");
        return;
    }
    phone->transfer_port = frame->udp.source_port;
    if (block == 1 && phone->request_open) {
        phone->request_open = false;
        phone->acknowledged = 0;
        phone->block = 1;
        return;
    }
    if (block == phone->block && (phone->acknowledged < block || phone->is_doubtful))
        return; /* a repeat of the newest */
    if (block == phone->block + 1 && phone->acknowledged == phone->block && phone->block)
        phone->block = block;
    else
        checks_fail(checks, now_ns, "DATA %u was sent after DATA %u and ACK %u", block,
                    phone->block, phone->acknowledged);
}

/* A forged acknowledgement is one that this program need not believe: the one before counts too. */
static bool has_acknowledged(const struct checks *checks, const struct checked_phone *phone,
                             uint32_t sequence)
{
    unsigned newest = phone->tcp_count - 1;
    bool is_newest =
        phone->tcp_count && phone->tcp_acknowledged[newest % CHECKED_SEGMENTS] == sequence;
    bool is_one_before = phone->tcp_count > 1 &&
                         phone->tcp_acknowledged[(newest - 1) % CHECKED_SEGMENTS] == sequence;
    return is_newest || (checks->may_be_forged && is_one_before);
}

/* Only for URLs: to a phone that asked, in frames it takes, one segment after the other. */
static void check_tcp(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    struct checked_phone *phone = find(checks, &frame->ethernet.destination);
    const struct tcp_segment *segment = &frame->tcp;
    if (!phone || !phone->connects || !checks->config->answer_urls) {
        checks_fail(checks, now_ns, "a TCP segment was sent to a phone that did not ask");
        return;
    }
    if (frame->ipv4.destination != phone->tcp_ip || frame->ipv4.source != phone->tcp_host_ip)
        checks_fail(checks, now_ns, "a TCP segment of another connection was sent");
    if (segment->payload_length > 1024)
        checks_fail(checks, now_ns, "a TCP segment of %zu bytes was sent", segment->payload_length);
    bool has_bytes = segment->payload_length > 0 || (segment->flags & TCP_FLAG_FIN);
    if (has_bytes && !has_acknowledged(checks, phone, segment->sequence))
        checks_fail(checks, now_ns,
                    "a TCP segment was sent before the one in front of it was "
                    "acknowledged, or after it was itself");
}

static void check_arp(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    if (mac_is_group(&frame->ethernet.destination))
        checks_fail(checks, now_ns, "an ARP frame was sent to more than one host");
}

static void check_dhcp(struct checks *checks, const struct frame *frame, instant_ns now_ns)
{
    const struct dhcp_message *message = &frame->dhcp;
    const struct checked_phone *phone = find(checks, &message->client_mac);
    if (message->type != DHCP_OFFER && message->type != DHCP_ACK)
        checks_fail(checks, now_ns, "DHCP message type %u was sent", message->type);
    if (!phone || !phone->loader_asked)
        checks_fail(checks, now_ns, "a lease was given to a host that is no recovery loader");
    if (checks->config->dhcp == DHCP_POLICY_NEVER)
        checks_fail(checks, now_ns, "a lease was given against --dhcp never");
}

void checks_sent(struct checks *checks, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct frame frame;
    frame_dissect(bytes, length, length, &frame);
    checks->sent++;
    if (checks->ended || checks->config->mode == STATION_WATCH)
        checks_fail(checks, now_ns, "a frame was sent after the end");
    bool is_order = frame.kind == FRAME_RECM && frame.recm.operation == RECM_UPGRADE;
    checks->orders += is_order;
    if (is_order && checks->first_order_ns == 0)
        checks->first_order_ns = now_ns;
    checks->answers +=
        frame.kind == FRAME_TFTP || frame.kind == FRAME_TCP || frame.kind == FRAME_DNS;
    check_form(checks, &frame, now_ns);
    if (frame.kind == FRAME_RECM)
        check_recm(checks, &frame, now_ns);
    else if (frame.kind == FRAME_TFTP)
        check_data(checks, &frame, now_ns);
    else if (frame.kind == FRAME_TCP)
        check_tcp(checks, &frame, now_ns);
    else if (frame.kind == FRAME_ARP)
        check_arp(checks, &frame, now_ns);
    else if (frame.kind == FRAME_DHCP)
        check_dhcp(checks, &frame, now_ns);
}

/* ---- What is received ---- */

static void note_tftp(struct checks *checks, const struct frame *frame)
{
    struct checked_phone *phone = find_or_add(checks, &frame->ethernet.source);
    if (!phone)
        return;
    if (frame->tftp.opcode == TFTP_RRQ) {
        phone->request_open = true;
        phone->request_ip_id = frame->ipv4.identification;
        phone->asked_by_itself =
            checks->config->answer_urls && frame->ipv4.destination != RECM_GROUP_IP;
    } else if (frame->tftp.opcode == TFTP_ACK && frame->tftp.block == phone->block &&
               frame->udp.destination_port == phone->transfer_port) {
        phone->acknowledged = phone->block;
        /* One that does not follow its request is of another download, or somebody else's. */
        phone->is_doubtful =
            (uint16_t)(frame->ipv4.identification - phone->request_ip_id) > DOWNLOAD_IP_IDS;
    }
}

static void note_tcp(struct checks *checks, const struct frame *frame)
{
    struct checked_phone *phone = find_or_add(checks, &frame->ethernet.source);
    if (!phone)
        return;
    phone->connects = true;
    phone->tcp_ip = frame->ipv4.source;
    phone->tcp_host_ip = frame->ipv4.destination;
    if (frame->tcp.flags & TCP_FLAG_ACK)
        phone->tcp_acknowledged[phone->tcp_count++ % CHECKED_SEGMENTS] = frame->tcp.acknowledgement;
}

void checks_received(struct checks *checks, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct frame frame;
    frame_dissect(bytes, length, length, &frame);
    if (frame.reason != WIRE_OK || mac_equal(&frame.ethernet.source, &checks->config->source_mac))
        return;
    struct checked_phone *phone;
    switch (frame.kind) {
    case FRAME_DHCP:
        phone = loader_is_dhcp(&frame.dhcp) ? find_or_add(checks, &frame.dhcp.client_mac) : NULL;
        if (phone)
            phone->loader_asked = true;
        break;
    case FRAME_RECM:
        /* A damaged one tells nothing: no checksum covers the frame's source. */
        if (frame.recm.operation != RECM_REPLY ||
            !mac_equal(&frame.recm.mac, &frame.ethernet.source))
            break;
        if (checks->first_reply_ns == 0)
            checks->first_reply_ns = now_ns;
        phone = find_or_add(checks, &frame.ethernet.source);
        if (phone)
            state_serial(phone, frame.recm.serial);
        break;
    case FRAME_TFTP:
        note_tftp(checks, &frame);
        break;
    case FRAME_TCP:
        note_tcp(checks, &frame);
        break;
    default:
        break;
    }
}
