/* SPDX-License-Identifier: BSD-2-Clause */
/* What tells of the segment and its switches: spanning tree, CDP and LLDP, IGMP. */
#include "observe/protocol/protocol.h"

#include <string.h>

void observe_spanning_tree(struct observer *observer, const struct frame *frame)
{
    struct segment_facts *segment = &observer->facts.segment;

    marks_add(&segment->bpdus, observer, frame);
    /* RSTP says in its BPDUs whether this port forwards; STP says nothing. */
    if (frame->stp.version >= 2 && frame->stp.type == 2 && !(frame->stp.port_state & 2U))
        marks_add(&segment->bpdus_not_forwarding, observer, frame);
    observe_tell(observer, OBSERVED_NETWORK, frame, NULL, segment->bpdus.total > 1);
}

/* CDP and LLDP: of a phone with its normal firmware, or of a switch. */
void observe_neighbour(struct observer *observer, const struct frame *frame,
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

void observe_igmp(struct observer *observer, const struct frame *frame)
{
    if (frame->igmp.type != IGMP_QUERY)
        return;
    marks_add(&observer->facts.segment.igmp_queries, observer, frame);
    observe_tell(observer, OBSERVED_NETWORK, frame, NULL,
                 observer->facts.segment.igmp_queries.total > 1);
}
