/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer's door: one frame after the other, each at constant cost. It finds the phones at the
 * ends of the frame, hands it to the function of its format, and keeps what belongs to the segment
 * as a whole. It never takes one side for "us".
 */
#include "observe/private.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAP_SPAN_NS                                                                               \
    (120 * NS_PER_S) /* three carrier drops within it: docs: verdicts, link-flapping */

/* ---- marks ---- */

void marks_add(struct marks *marks, const struct observer *observer, const struct frame *frame)
{
    if (marks->total == 0)
        marks->first_ns = observer->now_ns;
    marks->newest_ns = observer->now_ns;
    if (marks->total < MARKS_FIRST)
        marks->first[marks->total] = frame->number;
    else
        marks->newest[(marks->total - MARKS_FIRST) % MARKS_NEWEST] = frame->number;
    marks->total++;
}

uint64_t marks_newest(const struct marks *marks)
{
    if (marks->total == 0)
        return 0;
    if (marks->total <= MARKS_FIRST)
        return marks->first[marks->total - 1];
    return marks->newest[(marks->total - MARKS_FIRST - 1) % MARKS_NEWEST];
}

/* ---- observations for the sink ---- */

static void tell_text(struct observer *observer, struct observation *observation,
                      const struct frame *frame, const struct phone_facts *phone)
{
    observation->time_ns = observer->now_ns;
    if (phone) {
        observation->has_phone = true;
        observation->phone = phone->mac;
    }
    if (frame) {
        observation->number = frame->number;
        observation->has_frame = true;
        observation->from = frame->ethernet.source;
        observation->to = frame->ethernet.destination;
        observation->from_phone = phone && mac_equal(&phone->mac, &frame->ethernet.source);
        if (frame->kind == FRAME_TFTP)
            observation->block = frame->tftp.block;
    }
    observer->sink(observer->sink_context, observation);
}

void observe_tell(struct observer *observer, enum observation_kind kind, const struct frame *frame,
                  const struct phone_facts *phone, bool repeated)
{
    if (!observer->sink)
        return;
    struct observation observation = {.kind = kind, .repeated = repeated};
    frame_summary(frame, observation.text, sizeof(observation.text));
    tell_text(observer, &observation, frame, phone);
}

void observe_tell_concluded(struct observer *observer, enum observation_kind kind,
                            const struct frame *frame, const struct phone_facts *phone,
                            const char *text)
{
    if (!observer->sink)
        return;
    struct observation observation = {.kind = kind, .concluded = true};
    snprintf(observation.text, sizeof(observation.text), "%s", text);
    tell_text(observer, &observation, frame, phone);
}

/* ---- artefacts of capturing ---- */

bool facts_is_local_host(const struct segment_facts *segment, const struct mac_address *mac)
{
    for (unsigned i = 0; i < segment->local_host_count; i++)
        if (mac_equal(&segment->local_hosts[i], mac))
            return true;
    return false;
}

/*
 * A frame shorter than Ethernet allows, or a checksum left to the network card, was never on a wire
 * in that form: the capture was made on the host that sent it (docs: verdicts, checksum offload).
 */
static void note_local_host(struct segment_facts *segment, const struct frame *frame)
{
    bool offload = frame->has_udp && frame->udp.checksum_state == UDP_CHECKSUM_PARTIAL;
    bool unpadded =
        frame->length < ETHERNET_MINIMUM_LENGTH && frame->length >= ETHERNET_HEADER_LENGTH;

    if ((!offload && !unpadded) || segment->local_host_count == LOCAL_HOSTS_MAXIMUM ||
        facts_is_local_host(segment, &frame->ethernet.source))
        return;
    segment->local_hosts[segment->local_host_count++] = frame->ethernet.source;
}

enum loader_drop observe_drop(const struct observer *observer, const struct frame *frame)
{
    struct frame untagged;
    enum loader_drop drop = loader_drop(frame);

    if (drop == LOADER_DROPS_TAG) {
        untagged = *frame;
        untagged.ethernet.tag_count = 0;
        drop = loader_drop(&untagged);
    }
    bool capture_may_have_done_it =
        drop == LOADER_DROPS_UDP_CHECKSUM || drop == LOADER_DROPS_LENGTH;
    if (capture_may_have_done_it &&
        facts_is_local_host(&observer->facts.segment, &frame->ethernet.source))
        return LOADER_TAKES;
    return drop;
}

vlan_path observe_vlan(const struct frame *frame)
{
    vlan_path path = NO_VLAN;
    for (unsigned i = 0; i < frame->ethernet.tag_count; i++) {
        vlan_path id = ethernet_tag_vlan(frame->ethernet.tags[i]);
        path = id ? path << VLAN_PATH_BITS | id : path;
    }
    return frame->ethernet.tag_count ? VLAN_TAGGED | path : NO_VLAN;
}

/* ---- the segment ---- */

static void observe_spanning_tree(struct observer *observer, const struct frame *frame)
{
    struct segment_facts *segment = &observer->facts.segment;

    marks_add(&segment->bpdus, observer, frame);
    /* RSTP says in its BPDUs whether this port forwards; STP says nothing. */
    if (frame->stp.version >= 2 && frame->stp.type == 2 && !(frame->stp.port_state & 2U))
        marks_add(&segment->bpdus_not_forwarding, observer, frame);
    observe_tell(observer, OBSERVED_NETWORK, frame, NULL, segment->bpdus.total > 1);
}

/* A device that is no phone of this family. */
void observe_device_seen(struct observer *observer, const struct frame *frame,
                         enum neighbour_kind kind, const char *name, size_t length)
{
    struct segment_facts *segment = &observer->facts.segment;
    unsigned known = segment->device_count;
    struct seen_device *device = segment->devices;

    if (known > DEVICES_MAXIMUM)
        known = DEVICES_MAXIMUM;
    while (device < segment->devices + known && !mac_equal(&device->mac, &frame->ethernet.source))
        device++;
    if (device == segment->devices + known) {
        segment->device_count++;
        if (known == DEVICES_MAXIMUM)
            return;
        *device = (struct seen_device){
            .mac = frame->ethernet.source, .kind = kind, .by_lldp = frame->kind == FRAME_LLDP};
        text_escape(name, length, device->name, sizeof(device->name));
    }
    marks_add(&device->frames, observer, frame);
}

/* CDP and LLDP: of a phone with its normal firmware, or of a switch. */
static void observe_neighbour(struct observer *observer, const struct frame *frame,
                              struct phone_facts *from)
{
    struct segment_facts *segment = &observer->facts.segment;

    if (from || frame->neighbour.kind == NEIGHBOUR_PHONE) {
        struct phone_facts *phone =
            from ? from : phone_get(observer, &frame->ethernet.source, frame);
        phone_spoke_as_firmware(observer, phone, frame);
        observe_tell(observer, OBSERVED_FIRMWARE, frame, phone, phone->firmware_frames.total > 1);
        return;
    }
    if (frame->neighbour.kind != NEIGHBOUR_OTHER) {
        const char *name =
            frame->neighbour.device[0] ? frame->neighbour.device : frame->neighbour.platform;
        observe_device_seen(observer, frame, frame->neighbour.kind, name, strlen(name));
        observe_tell(observer, OBSERVED_NETWORK, frame, NULL, true);
        return;
    }
    marks_add(&segment->neighbours, observer, frame);
    if (frame->neighbour.has_voice_vlan) {
        marks_add(&segment->voice_vlan_marks, observer, frame);
        segment->voice_vlan = frame->neighbour.voice_vlan;
    }
    observe_tell(observer, OBSERVED_NETWORK, frame, NULL, segment->neighbours.total > 1);
}

static void observe_igmp(struct observer *observer, const struct frame *frame)
{
    if (frame->igmp.type != IGMP_QUERY)
        return;
    marks_add(&observer->facts.segment.igmp_queries, observer, frame);
    observe_tell(observer, OBSERVED_NETWORK, frame, NULL,
                 observer->facts.segment.igmp_queries.total > 1);
}

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

void observer_keep_time(struct observer *observer, instant_ns time_ns, uint64_t number)
{
    if (observer->facts.frame_count++ == 0 && observer->now_ns == 0) {
        observer->now_ns = time_ns;
    } else if (time_ns < observer->now_ns) {
        if (observer->backward_steps++ == 0)
            observe_tell_concluded(observer, OBSERVED_CLOCK, &(struct frame){.number = number},
                                   NULL,
                                   "the recorded time runs backwards; taken as standing still");
    } else {
        observer->now_ns = time_ns;
    }
    if (observer->facts.frame_count == 1)
        observer->facts.first_ns = observer->now_ns;
    observer->facts.last_ns = observer->now_ns;
    if (observer->facts.end_ns < observer->now_ns || observer->facts.frame_count == 1)
        observer->facts.end_ns = observer->now_ns;
}

void observer_frame(struct observer *observer, const struct frame *frame)
{
    observer_keep_time(observer, frame->time_ns, frame->number);
    if (frame->captured < ETHERNET_HEADER_LENGTH)
        return;
    note_local_host(&observer->facts.segment, frame);

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
