/* SPDX-License-Identifier: BSD-2-Clause */
/* One more copy of this program: see station_copy.h. */
#include "tests/support/station_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct copy *copy_of(struct peer *peer)
{
    return (struct copy *)peer;
}

static void give(struct copy *copy, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    const struct captured_frame frame = {.time_ns = now_ns,
                                         .bytes = bytes,
                                         .captured = length,
                                         .length = length,
                                         .number = ++copy->frames};
    copy->inner.peer.operations->frame(&copy->inner.peer, &frame, now_ns);
    copy->inner.peer.operations->settle(&copy->inner.peer);
}

static void copy_start(struct peer *peer, instant_ns now_ns)
{
    copy_of(peer)->is_started = true;
    copy_of(peer)->inner.peer.operations->start(&copy_of(peer)->inner.peer, now_ns);
}

static void copy_frame(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    if (copy_of(peer)->is_started)
        give(copy_of(peer), frame->bytes, frame->captured, now_ns);
}

static void copy_tick(struct peer *peer, instant_ns now_ns)
{
    copy_of(peer)->inner.peer.operations->tick(&copy_of(peer)->inner.peer, now_ns);
}

static instant_ns copy_deadline(const struct peer *peer)
{
    const struct copy *copy = (const struct copy *)peer;
    return copy->inner.peer.operations->deadline(&copy->inner.peer);
}

static bool copy_output(struct peer *peer, struct peer_output *ret)
{
    struct copy *copy = copy_of(peer);
    if (!copy->inner.peer.operations->next_output(&copy->inner.peer, ret))
        return false;
    struct frame frame;
    frame_dissect(ret->bytes, ret->length, ret->length, &frame);
    copy->requests += frame.kind == FRAME_RECM && frame.recm.operation == RECM_REQUEST;
    copy->orders += frame.kind == FRAME_RECM && frame.recm.operation == RECM_UPGRADE;
    copy->offers += frame.kind == FRAME_DHCP;
    return true;
}

static bool copy_event(struct peer *peer, struct peer_event *ret)
{
    return copy_of(peer)->inner.peer.operations->next_event(&copy_of(peer)->inner.peer, ret);
}

static void listen_to(void *context, struct peer *peer, const struct peer_event *event,
                      instant_ns now_ns)
{
    struct copy *copy = context;
    (void)peer;
    (void)now_ns;
    if (!event || !event->text[0])
        return;
    size_t length = strlen(copy->said);
    snprintf(copy->said + length, sizeof copy->said - length, "%s\n", event->text);
}

void copy_plug_in(struct copy *copy, const struct station_config *config, struct segment *segment)
{
    static const struct peer_operations operations = {
        .start = copy_start,
        .frame = copy_frame,
        .tick = copy_tick,
        .deadline = copy_deadline,
        .next_output = copy_output,
        .next_event = copy_event,
    };
    struct error error;
    copy->station = station_new(config, &error);
    if (!copy->station)
        abort();
    station_peer_init(&copy->inner, copy->station);
    copy->peer.operations = &operations;
    plug_in(&copy->plug, segment, NULL, &copy->peer);
    copy->plug.observer = listen_to;
    copy->plug.context = copy;
}
