/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded phone as a peer: see recorded_peer.h. */
#include "phone/recorded_peer.h"

#include <stdio.h>

/* After its last recorded frame a phone is only waited for so long: nothing more can come. */
#define AFTERWARDS_NS (5 * NS_PER_S)

static void look_for_end(struct recorded_peer *self, instant_ns now_ns)
{
    self->now_ns = now_ns;
    if (!recorded_phone_finished(self->phone))
        self->finished_ns = INSTANT_NEVER;
    else if (self->finished_ns == INSTANT_NEVER)
        self->finished_ns = now_ns + AFTERWARDS_NS;
}

static void start(struct peer *peer, instant_ns now_ns)
{
    struct recorded_peer *self = (struct recorded_peer *)peer;
    recorded_phone_start(self->phone, now_ns);
    look_for_end(self, now_ns);
}

static void take_frame(struct peer *peer, const struct captured_frame *received, instant_ns now_ns)
{
    struct recorded_peer *self = (struct recorded_peer *)peer;
    struct frame frame;
    frame_dissect_captured(received, &frame);
    recorded_phone_frame(self->phone, &frame, now_ns);
    look_for_end(self, now_ns);
}

static void tick(struct peer *peer, instant_ns now_ns)
{
    struct recorded_peer *self = (struct recorded_peer *)peer;
    recorded_phone_tick(self->phone, now_ns);
    look_for_end(self, now_ns);
}

static bool is_done(const struct peer *peer)
{
    const struct recorded_peer *self = (const struct recorded_peer *)peer;
    return self->now_ns >= self->finished_ns;
}

static instant_ns deadline(const struct peer *peer)
{
    const struct recorded_peer *self = (const struct recorded_peer *)peer;
    if (is_done(peer))
        return INSTANT_NEVER;
    return instant_earlier(recorded_phone_deadline(self->phone), self->finished_ns);
}

static void keep_event(struct recorded_peer *self)
{
    struct frame frame;
    char summary[128];
    frame_dissect(self->output.bytes, self->output.length, self->output.length, &frame);
    if ((frame.kind == FRAME_TFTP && frame.tftp.opcode == TFTP_ACK) ||
        self->event_count == RECORDED_PEER_EVENTS)
        return;
    struct phone_event *event =
        &self->events[(self->event_start + self->event_count++) % RECORDED_PEER_EVENTS];
    event->time_ns = self->now_ns;
    snprintf(event->text, sizeof event->text, "sent: %s",
             frame_summary(&frame, summary, sizeof summary));
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct recorded_peer *self = (struct recorded_peer *)peer;
    if (!recorded_phone_next_output(self->phone, &self->output))
        return false;
    keep_event(self);
    *ret = (struct peer_output){self->output.bytes, self->output.length};
    return true;
}

static bool next_event(struct peer *peer, struct peer_event *ret)
{
    struct recorded_peer *self = (struct recorded_peer *)peer;
    if (self->event_count == 0)
        return false;
    self->event = self->events[self->event_start];
    self->event_start = (self->event_start + 1) % RECORDED_PEER_EVENTS;
    self->event_count--;
    *ret = (struct peer_event){self->event.time_ns, self->event.text, NULL};
    return true;
}

void recorded_peer_init(struct recorded_peer *ret, struct recorded_phone *phone)
{
    static const struct peer_operations operations = {
        .start = start,
        .frame = take_frame,
        .tick = tick,
        .deadline = deadline,
        .next_output = next_output,
        .next_event = next_event,
        .done = is_done,
    };
    *ret =
        (struct recorded_peer){.peer = {&operations}, .phone = phone, .finished_ns = INSTANT_NEVER};
}
