/* SPDX-License-Identifier: BSD-2-Clause */
/* A peer on a simulated segment: see plug.h. */
#include "run/plug.h"

static void send_all(struct plug *plug)
{
    struct peer_output output;
    while (plug->peer->operations->next_output(plug->peer, &output))
        segment_send(plug->endpoint, output.bytes, output.length);
}

static void drain(struct plug *plug, instant_ns now_ns)
{
    const struct peer_operations *operations = plug->peer->operations;
    struct peer_event event;
    send_all(plug);
    while (operations->next_event && operations->next_event(plug->peer, &event))
        if (plug->observer)
            plug->observer(plug->context, plug->peer, &event, now_ns);
    if (plug->observer)
        plug->observer(plug->context, plug->peer, NULL, now_ns);
}

static void deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct plug *plug = context;
    const struct captured_frame frame = {
        .time_ns = now_ns, .bytes = bytes, .captured = length, .length = length};
    plug->peer->operations->frame(plug->peer, &frame, now_ns);
    send_all(plug);
    if (plug->peer->operations->settle)
        plug->peer->operations->settle(plug->peer);
    drain(plug, now_ns);
}

static instant_ns deadline(void *context)
{
    const struct plug *plug = context;
    return plug->peer->operations->deadline(plug->peer);
}

static void tick(void *context, instant_ns now_ns)
{
    struct plug *plug = context;
    plug->peer->operations->tick(plug->peer, now_ns);
    drain(plug, now_ns);
}

static void carrier(void *context, bool up, instant_ns now_ns)
{
    struct plug *plug = context;
    if (!plug->peer->operations->link)
        return;
    plug->peer->operations->link(plug->peer, up ? LINK_UP : LINK_NONE, now_ns);
    drain(plug, now_ns);
}

void plug_in(struct plug *ret, struct segment *segment, const struct segment_cable *cable,
             struct peer *peer)
{
    static const struct segment_device device = {
        .deliver = deliver, .deadline = deadline, .tick = tick, .carrier = carrier};
    *ret = (struct plug){.peer = peer};
    ret->endpoint = segment_attach(segment, cable, &device, ret);
}

void plug_start(struct plug *plug)
{
    if (plug->peer->operations->start)
        plug->peer->operations->start(plug->peer, segment_endpoint_now(plug->endpoint));
    plug_touch(plug);
}

void plug_touch(struct plug *plug)
{
    drain(plug, segment_endpoint_now(plug->endpoint));
    segment_touch(plug->endpoint);
}
