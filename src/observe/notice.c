/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ground floor: marks of frames, what the sink is told, time, and what the capture may have
 * done to a frame itself. It knows no protocol, and phones only by name.
 */
#include "observe/private.h"

#include "base/text.h"

#include <stdio.h>

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
void observe_local_host(struct segment_facts *segment, const struct frame *frame)
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
