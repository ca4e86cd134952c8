/* SPDX-License-Identifier: BSD-2-Clause */
/* A peer (wire/peer.h) as a device on a simulated segment (port/segment.h). */
#ifndef RUN_PLUG_H
#define RUN_PLUG_H

#include "port/segment.h"
#include "wire/peer.h"

struct plug {
    struct peer *peer; /* the caller's */
    struct segment_endpoint *endpoint;
    peer_observer *observer; /* NULL: events are dropped */
    void *context;
};

/*
 * Plugs a peer in, not started; `cable` NULL = a perfect one. `ret` and the peer stay at their
 * places while time moves on the segment.
 */
void plug_in(struct plug *ret, struct segment *segment, const struct segment_cable *cable,
             struct peer *peer);
/* Starts the peer now, on the segment's clock. */
void plug_start(struct plug *plug);
/* Takes what the peer has to send and say after it was touched outside of the segment's time. */
void plug_touch(struct plug *plug);

#endif
