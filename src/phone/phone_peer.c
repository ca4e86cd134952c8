/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated phone as a peer: see phone_peer.h. */
#include "phone/phone_peer.h"

static struct phone *phone_of(const struct peer *peer)
{
    return ((const struct phone_peer *)peer)->phone;
}

static void start(struct peer *peer, instant_ns now_ns)
{
    phone_power_on(phone_of(peer), now_ns);
}

static void take_frame(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    phone_frame(phone_of(peer), frame->bytes, frame->captured, now_ns);
}

static void tick(struct peer *peer, instant_ns now_ns)
{
    phone_tick(phone_of(peer), now_ns);
}

static instant_ns deadline(const struct peer *peer)
{
    return phone_deadline(phone_of(peer));
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct phone_peer *self = (struct phone_peer *)peer;
    if (!phone_next_output(self->phone, &self->output))
        return false;
    self->has_spoken_since_flash |= phone_flash_count(self->phone) > 0;
    *ret = (struct peer_output){self->output.bytes, self->output.length};
    return true;
}

static bool next_event(struct peer *peer, struct peer_event *ret)
{
    struct phone_peer *self = (struct phone_peer *)peer;
    if (!phone_next_event(self->phone, &self->event))
        return false;
    *ret = (struct peer_event){self->event.time_ns, self->event.text, &self->event};
    return true;
}

const struct peer_operations phone_peer_operations = {
    .start = start,
    .frame = take_frame,
    .tick = tick,
    .deadline = deadline,
    .next_output = next_output,
    .next_event = next_event,
};

void phone_peer_init(struct phone_peer *ret, struct phone *phone)
{
    *ret = (struct phone_peer){.peer = {&phone_peer_operations}, .phone = phone};
}
