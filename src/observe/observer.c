/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer's door: one frame after the other, each at constant cost. It finds the phones at the
 * ends of the frame, hands it to the function of its format, and keeps what belongs to the segment
 * as a whole. It never takes one side for "us".
 */
#include "observe/protocol/protocol.h"

#include <stdlib.h>

#define FLAP_SPAN_NS                                                                               \
    (120 * NS_PER_S) /* three carrier drops within it: docs: verdicts, link-flapping */

/* ---- the segment ---- */

static void note_unicast(struct observer *observer, struct phone_facts *to,
                         const struct frame *frame)
{
    struct boot *boot = &to->boot;

    if (boot->unicast_to.total == 0)
        boot->unicast_from = frame->ethernet.source;
    else if (!mac_equal(&boot->unicast_from, &frame->ethernet.source))
        boot->unicast_from_many = true;
    marks_add(&boot->unicast_to, observer, frame);
}

/* ---- the door ---- */

void observer_frame(struct observer *observer, const struct frame *frame)
{
    observer_keep_time(observer, frame->time_ns, frame->number);
    if (frame->captured < ETHERNET_HEADER_LENGTH)
        return;
    observe_local_host(&observer->facts.segment, frame);

    struct phone_facts *from = phone_find(observer, &frame->ethernet.source);
    struct phone_facts *to = NULL;
    if (!mac_is_group(&frame->ethernet.destination) && !frame->destination_unknown)
        to = phone_find(observer, &frame->ethernet.destination);
    if (to && to != from)
        note_unicast(observer, to, frame);

    switch (frame->kind) {
    case FRAME_DHCP:
        observe_dhcp(observer, frame);
        break;
    case FRAME_RECM:
        observe_recm(observer, frame);
        break;
    case FRAME_TFTP:
    case FRAME_UDP_OTHER:
    case FRAME_IPV4_OTHER:
        observe_tftp(observer, frame, from, to);
        break;
    case FRAME_ARP:
        observe_arp(observer, frame, from, to);
        break;
    case FRAME_DNS:
    case FRAME_TCP:
        observe_url(observer, frame, from, to);
        break;
    case FRAME_STP:
        observe_spanning_tree(observer, frame);
        break;
    case FRAME_CDP:
    case FRAME_LLDP:
        observe_neighbour(observer, frame, from);
        break;
    case FRAME_IGMP:
        observe_igmp(observer, frame);
        break;
    default:
        break;
    }
}

void observer_link(struct observer *observer, enum link_state state, instant_ns now_ns)
{
    bool up = state == LINK_UP;
    struct segment_facts *segment = &observer->facts.segment;

    if (now_ns > observer->now_ns)
        observer->now_ns = now_ns;
    observer->facts.end_ns = observer->now_ns;
    bool dropped = !up && (!segment->carrier_known || segment->carrier_up);
    bool fell = dropped && segment->carrier_known;
    segment->carrier_known = true;
    segment->carrier_up = up;
    segment->interface_disabled = state == LINK_DISABLED;
    segment->carrier_ns = observer->now_ns;
    observe_tell_concluded(observer, OBSERVED_CARRIER, NULL, NULL,
                           up                       ? "the cable carries a link"
                           : state == LINK_DISABLED ? "the interface is switched off"
                                                    : "the cable carries no link");
    if (!fell || state == LINK_DISABLED)
        return;
    segment->carrier_drops++;
    segment->carrier_drop_ns[0] = segment->carrier_drop_ns[1];
    segment->carrier_drop_ns[1] = segment->carrier_drop_ns[2];
    segment->carrier_drop_ns[2] = observer->now_ns;
    if (segment->carrier_drops >= 3 &&
        observer->now_ns - segment->carrier_drop_ns[0] <= FLAP_SPAN_NS)
        segment->carrier_flapped = true;
    for (struct phone_facts *phone = observer->facts.phones; phone; phone = phone->by_mac.next)
        if (phone->attempt.complete && !phone->attempt.carrier_lost) {
            phone->attempt.carrier_lost = true;
            phone->attempt.carrier_lost_ns = observer->now_ns;
        }
}

void observer_end(struct observer *observer, instant_ns now_ns)
{
    if (now_ns > observer->facts.end_ns)
        observer->facts.end_ns = now_ns;
}

void observer_set_sink(struct observer *observer, observation_sink *sink, void *context)
{
    observer->sink = sink;
    observer->sink_context = context;
}

void observer_set_flash_limit(struct observer *observer, duration_ns limit_ns)
{
    observer->facts.flash_limit_ns = limit_ns;
}

void observer_set_quality(struct observer *observer, const struct capture_quality *quality)
{
    observer->facts.quality = *quality;
}

void observer_set_ending(struct observer *observer, enum observer_ending ending)
{
    observer->facts.ending = ending;
}

void observer_set_own_mac(struct observer *observer, const struct mac_address *mac)
{
    observer->facts.own_mac = *mac;
}

const struct facts *observer_facts(const struct observer *observer)
{
    return &observer->facts;
}

struct observer *observer_new(void)
{
    struct observer *observer = calloc(1, sizeof(*observer));
    if (!observer)
        abort();
    observer->facts.flash_limit_ns = 600 * NS_PER_S;
    return observer;
}

void observer_free(struct observer *observer)
{
    if (!observer)
        return;
    struct phone_facts *phone, *next;
    HASH_CLEAR(by_ip, observer->phones_by_ip);
    HASH_ITER(by_mac, observer->facts.phones, phone, next)
    {
        HASH_DELETE(by_mac, observer->facts.phones, phone);
        transfer_image_free(phone->attempt.rebuild);
        free(phone);
    }
    free(observer);
}

const char *observation_kind_name(enum observation_kind kind)
{
    static const char *const names[OBSERVATION_KIND_COUNT] = {
        [OBSERVED_DHCP] = "dhcp",         [OBSERVED_ARP] = "arp",
        [OBSERVED_REQUEST] = "request",   [OBSERVED_REPLY] = "reply",
        [OBSERVED_UPGRADE] = "upgrade",   [OBSERVED_ECHO] = "echo",
        [OBSERVED_RRQ] = "rrq",           [OBSERVED_DATA] = "data",
        [OBSERVED_ACK] = "ack",           [OBSERVED_TFTP_ERROR] = "error",
        [OBSERVED_URL] = "url",           [OBSERVED_FIRMWARE] = "firmware",
        [OBSERVED_NETWORK] = "network",   [OBSERVED_REBOOT] = "reboot",
        [OBSERVED_COMPLETE] = "complete", [OBSERVED_CARRIER] = "carrier",
        [OBSERVED_CLOCK] = "clock",
    };
    return (unsigned)kind < OBSERVATION_KIND_COUNT ? names[kind] : "unknown";
}
