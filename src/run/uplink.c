/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated segment as a peer: see uplink.h. */
#include "run/uplink.h"

#include <stdlib.h>
#include <string.h>

struct uplink_frame {
    struct uplink_frame *next;
    size_t length;
    uint8_t bytes[];
};

static void deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct uplink *uplink = context;
    struct uplink_frame *frame = malloc(sizeof *frame + length);
    (void)now_ns;
    if (!frame)
        abort();
    frame->next = NULL;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    *uplink->end = frame;
    uplink->end = &frame->next;
}

/* Lets everything happen that is due. */
static void tick(struct peer *peer, instant_ns now_ns)
{
    while (segment_step(((struct uplink *)peer)->segment, now_ns))
        ;
}

static void take_frame(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    tick(peer, now_ns);
    segment_send(((struct uplink *)peer)->endpoint, frame->bytes, frame->captured);
    tick(peer, now_ns);
}

static instant_ns deadline(const struct peer *peer)
{
    return segment_deadline(((const struct uplink *)peer)->segment);
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct uplink *uplink = (struct uplink *)peer;
    free(uplink->sent);
    uplink->sent = uplink->first;
    if (!uplink->sent)
        return false;
    uplink->first = uplink->sent->next;
    if (!uplink->first)
        uplink->end = &uplink->first;
    *ret = (struct peer_output){uplink->sent->bytes, uplink->sent->length};
    return true;
}

const struct peer_operations uplink_operations = {
    .frame = take_frame,
    .tick = tick,
    .deadline = deadline,
    .next_output = next_output,
};

void uplink_attach(struct uplink *ret, struct segment *segment)
{
    static const struct segment_device device = {.deliver = deliver};
    *ret = (struct uplink){.peer = {&uplink_operations}, .segment = segment};
    ret->end = &ret->first;
    ret->endpoint = segment_attach(segment, NULL, &device, ret);
}

void uplink_free(struct uplink *uplink)
{
    struct peer_output ignored;
    while (uplink->segment && next_output(&uplink->peer, &ignored))
        ;
}
