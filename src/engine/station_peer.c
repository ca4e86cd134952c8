/* SPDX-License-Identifier: BSD-2-Clause */
/* A station as a peer: see station_peer.h. */
#include "engine/station_peer.h"

static struct station *station_of(const struct peer *peer)
{
    return ((const struct station_peer *)peer)->station;
}

static void start(struct peer *peer, instant_ns now_ns)
{
    station_start(station_of(peer), now_ns);
}

static void take_frame(struct peer *peer, const struct captured_frame *received, instant_ns now_ns)
{
    struct frame frame;
    frame_dissect_captured(received, &frame);
    station_take(station_of(peer), &frame, now_ns);
}

static void settle(struct peer *peer)
{
    station_settle(station_of(peer));
}

static void tick(struct peer *peer, instant_ns now_ns)
{
    station_tick(station_of(peer), now_ns);
}

static instant_ns deadline(const struct peer *peer)
{
    return station_deadline(station_of(peer));
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct station_peer *self = (struct station_peer *)peer;
    if (!station_next_output(self->station, &self->output))
        return false;
    *ret = (struct peer_output){self->output.bytes, self->output.length};
    return true;
}

static bool next_event(struct peer *peer, struct peer_event *ret)
{
    struct station_peer *self = (struct station_peer *)peer;
    if (!station_next_event(self->station, &self->event))
        return false;
    *ret = (struct peer_event){self->event.time_ns, self->event.text, &self->event};
    return true;
}

static void take_link(struct peer *peer, enum link_state state, instant_ns now_ns)
{
    station_link(station_of(peer), state, now_ns);
}

static bool is_done(const struct peer *peer)
{
    return station_done(station_of(peer));
}

static void stop(struct peer *peer, bool failed, instant_ns now_ns)
{
    if (failed)
        station_fail(station_of(peer), now_ns);
    else
        station_stop(station_of(peer), now_ns);
}

void station_peer_init(struct station_peer *ret, struct station *station)
{
    static const struct peer_operations operations = {
        .start = start,
        .frame = take_frame,
        .settle = settle,
        .tick = tick,
        .deadline = deadline,
        .next_output = next_output,
        .next_event = next_event,
        .link = take_link,
        .done = is_done,
        .stop = stop,
    };
    ret->peer.operations = &operations;
    ret->station = station;
}
