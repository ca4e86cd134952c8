/* SPDX-License-Identifier: BSD-2-Clause */
/* Learning the script of a recorded phone from its trace: see recorded.h. */
#include "phone/constants.h"
#include "phone/recorded_internal.h"

#include <stdlib.h>
#include <string.h>

#define FRAGMENT_MASK 0xbfff /* all but "do not fragment" */

static bool is_of_loader(const struct dhcp_message *message)
{
    const struct dhcp_option_view *vendor_class = &message->vendor_class;
    return message->operation == DHCP_BOOTREQUEST &&
           vendor_class->length == strlen(DHCP_LOADER_VENDOR_CLASS) &&
           memcmp(vendor_class->bytes, DHCP_LOADER_VENDOR_CLASS, vendor_class->length) == 0;
}

/* docs: protocol, what the phone accepts; of frames taken apart already. */
static bool is_taken(const struct frame *frame)
{
    if (frame->length > LOADER_FRAME_MAXIMUM || frame->ethernet.tag_count > 0)
        return false;
    if (!frame->has_ipv4)
        return frame->kind == FRAME_ARP && frame->reason == WIRE_OK;
    size_t headers = frame->ethernet.header_length + frame->ipv4.header_length;
    return frame->ipv4.header_length == IPV4_HEADER_LENGTH && frame->ipv4.checksum_good &&
           (frame->ipv4.fragment & FRAGMENT_MASK) == 0 && frame->has_udp &&
           frame->udp.length >= UDP_HEADER_LENGTH && frame->udp.length <= frame->length - headers &&
           frame->udp.checksum_state != UDP_CHECKSUM_BAD;
}

static enum script_kind classify_dhcp(const struct dhcp_message *message, bool own)
{
    /* The normal firmware's own messages are played as recorded. */
    if (own && !is_of_loader(message))
        return SCRIPT_OTHER;
    if (own)
        return message->type == DHCP_DISCOVER  ? SCRIPT_DISCOVER
               : message->type == DHCP_REQUEST ? SCRIPT_DHCP_REQUEST
                                               : SCRIPT_OTHER;
    switch (message->type) {
    case DHCP_OFFER:
        return SCRIPT_OFFER;
    case DHCP_ACK:
        return SCRIPT_ACK_LEASE;
    case DHCP_NAK:
        return SCRIPT_NAK;
    default:
        return SCRIPT_NOTHING;
    }
}

static enum script_kind classify_tftp(const struct tftp_packet *packet, bool own)
{
    switch (packet->opcode) {
    case TFTP_RRQ:
        return own ? SCRIPT_READ_REQUEST : SCRIPT_NOTHING;
    case TFTP_ACK:
        return own ? SCRIPT_DATA_ACK : SCRIPT_NOTHING;
    case TFTP_DATA:
        return own ? SCRIPT_OTHER : SCRIPT_DATA;
    case TFTP_ERROR:
        return own ? SCRIPT_OTHER : SCRIPT_TFTP_ERROR;
    default:
        return own ? SCRIPT_OTHER : SCRIPT_NOTHING;
    }
}

static enum script_kind classify_recm(const struct recorded_phone *phone,
                                      const struct recm_message *message, bool own)
{
    if (own)
        return message->operation == RECM_REPLY     ? SCRIPT_REPLY
               : message->operation == RECM_UPGRADE ? SCRIPT_ECHO
                                                    : SCRIPT_OTHER;
    bool for_it = phone->serial[0] == '\0' || strcmp(message->serial, phone->serial) == 0 ||
                  strcmp(message->serial, RECM_WILDCARD_SERIAL) == 0;
    if (message->from_phone || !for_it)
        return SCRIPT_NOTHING;
    return message->operation == RECM_UPGRADE ? SCRIPT_UPGRADE : SCRIPT_REQUEST;
}

static enum script_kind classify_arp(const struct recorded_phone *phone,
                                     const struct script_world *world,
                                     const struct arp_packet *packet, bool own)
{
    if (own)
        return packet->operation == ARP_REPLY_OPERATION ? SCRIPT_ARP_REPLY : SCRIPT_ARP_REQUEST;
    if (packet->operation == ARP_REPLY_OPERATION)
        return mac_equal(&packet->target_mac, &phone->mac) ? SCRIPT_ARP_REPLY : SCRIPT_NOTHING;
    return world->ip != 0 && packet->target_ip == world->ip ? SCRIPT_ARP_REQUEST : SCRIPT_NOTHING;
}

/* True for frames that get through the phone's MAC filter. */
static bool reaches_phone(const struct recorded_phone *phone, const struct frame *frame)
{
    return mac_is_group(&frame->ethernet.destination) ||
           mac_equal(&frame->ethernet.destination, &phone->mac);
}

enum script_kind script_classify(const struct recorded_phone *phone, const struct frame *frame)
{
    bool own = mac_equal(&frame->ethernet.source, &phone->mac);
    const struct script_world *world = phone->live.ip ? &phone->live : &phone->recorded;
    if (!own && (!reaches_phone(phone, frame) || !is_taken(frame)))
        return SCRIPT_NOTHING;
    switch (frame->kind) {
    case FRAME_DHCP:
        if (!mac_equal(&frame->dhcp.client_mac, &phone->mac))
            return SCRIPT_NOTHING;
        return classify_dhcp(&frame->dhcp, own);
    case FRAME_RECM:
        if (!own && frame->reason != WIRE_OK)
            return SCRIPT_NOTHING;
        return classify_recm(phone, &frame->recm, own);
    case FRAME_TFTP:
        return classify_tftp(&frame->tftp, own);
    case FRAME_ARP:
        return classify_arp(phone, world, &frame->arp, own);
    default:
        return own ? SCRIPT_OTHER : SCRIPT_NOTHING;
    }
}

enum script_way script_way(const struct frame *frame)
{
    if (mac_equal(&frame->ethernet.destination, &mac_broadcast))
        return SCRIPT_WAY_BROADCAST;
    return mac_is_group(&frame->ethernet.destination) ? SCRIPT_WAY_GROUP : SCRIPT_WAY_UNICAST;
}

void script_observe(const struct recorded_phone *phone, struct script_world *world,
                    const struct frame *frame, enum script_kind kind)
{
    bool own = mac_equal(&frame->ethernet.source, &phone->mac);
    switch (kind) {
    case SCRIPT_OFFER:
    case SCRIPT_ACK_LEASE:
        world->ip = frame->dhcp.your_ip;
        world->router = frame->dhcp.has_router ? frame->dhcp.router : 0;
        world->server_identifier = frame->dhcp.server_identifier;
        break;
    case SCRIPT_UPGRADE:
        memcpy(world->file_name, frame->recm.file_name, sizeof world->file_name);
        world->announced_port = frame->recm.tftp_port;
        world->transfer_port = 0;
        break;
    case SCRIPT_DATA:
        if (world->transfer_port == 0)
            world->transfer_port = frame->udp.source_port;
        break;
    case SCRIPT_REPLY:
    case SCRIPT_READ_REQUEST:
        if (own && frame->ipv4.source != 0)
            world->ip = frame->ipv4.source;
        break;
    case SCRIPT_ARP_REQUEST:
        if (own && frame->arp.target_ip != frame->arp.sender_ip)
            world->router = frame->arp.target_ip;
        break;
    default:
        break;
    }
}

/* Which stimulus an answer of this kind belongs to. */
static enum script_kind stimulus_of(enum script_kind answer)
{
    switch (answer) {
    case SCRIPT_DISCOVER:
        return SCRIPT_NAK;
    case SCRIPT_DHCP_REQUEST:
        return SCRIPT_OFFER;
    case SCRIPT_REPLY:
        return SCRIPT_REQUEST;
    case SCRIPT_ECHO:
        return SCRIPT_UPGRADE;
    case SCRIPT_ARP_REPLY:
        return SCRIPT_ARP_REQUEST;
    case SCRIPT_READ_REQUEST:
        return SCRIPT_ARP_REPLY;
    case SCRIPT_DATA_ACK:
        return SCRIPT_DATA;
    default:
        return SCRIPT_NOTHING;
    }
}

static struct script_step *append_step(struct recorded_phone *phone)
{
    if (phone->step_count == phone->step_capacity) {
        size_t capacity = phone->step_capacity ? 2 * phone->step_capacity : 64;
        struct script_step *steps = reallocarray(phone->steps, capacity, sizeof *steps);
        if (!steps)
            abort();
        phone->steps = steps;
        phone->step_capacity = capacity;
    }
    struct script_step *step = &phone->steps[phone->step_count++];
    *step = (struct script_step){0};
    return step;
}

static void learn_step(struct recorded_phone *phone, const struct frame *frame,
                       enum script_kind kind)
{
    struct script_step *step = append_step(phone);
    enum script_kind stimulus = stimulus_of(kind);
    step->kind = kind;
    step->length = frame->captured;
    step->bytes = malloc(frame->captured);
    if (!step->bytes)
        abort();
    memcpy(step->bytes, frame->bytes, frame->captured);
    if (stimulus != SCRIPT_NOTHING && phone->stimulus_ns[stimulus] != 0) {
        step->stimulus = stimulus;
        step->delay_ns = frame->time_ns - phone->stimulus_ns[stimulus];
        phone->stimulus_ns[stimulus] = 0;
        phone->unanswered[stimulus] = 0;
        if (stimulus == SCRIPT_REQUEST || stimulus == SCRIPT_UPGRADE)
            phone->way_answered[phone->last_way]++;
    } else {
        step->delay_ns = frame->time_ns - phone->last_own_ns;
    }
    if (kind == SCRIPT_DATA_ACK) {
        step->block = frame->tftp.block;
        step->last_block = step->stimulus == SCRIPT_DATA && phone->stimulus_short &&
                           phone->stimulus_block == step->block;
    }
    if (kind == SCRIPT_READ_REQUEST || kind == SCRIPT_DISCOVER)
        memset(phone->stimulus_ns, 0, sizeof phone->stimulus_ns);
    if (kind == SCRIPT_REPLY && frame->kind == FRAME_RECM)
        memcpy(phone->serial, frame->recm.serial, sizeof phone->serial);
    phone->last_own_ns = frame->time_ns;
}

void recorded_phone_learn(struct recorded_phone *phone, const struct frame *frame)
{
    enum script_kind kind = script_classify(phone, frame);
    if (phone->last_own_ns == 0)
        phone->last_own_ns = frame->time_ns;
    if (kind == SCRIPT_NOTHING || frame->captured < ETHERNET_HEADER_LENGTH)
        return; /* what was cut before its header's end cannot be played */
    if (mac_equal(&frame->ethernet.source, &phone->mac)) {
        learn_step(phone, frame, kind);
    } else {
        phone->stimulus_ns[kind] = frame->time_ns;
        phone->unanswered[kind]++;
        if (kind == SCRIPT_REQUEST || kind == SCRIPT_UPGRADE)
            phone->way_asked[phone->last_way = script_way(frame)]++;
        if (kind == SCRIPT_DATA) {
            phone->stimulus_block = frame->tftp.block;
            phone->stimulus_short = frame->tftp.wire_length < TFTP_BLOCK_LENGTH;
        }
    }
    script_observe(phone, &phone->recorded, frame, kind);
}
