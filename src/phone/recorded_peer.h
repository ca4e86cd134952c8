/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded phone as a peer (wire/peer.h). Each frame it sends but an ACK of DATA is an event. */
#ifndef PHONE_RECORDED_PEER_H
#define PHONE_RECORDED_PEER_H

#include "phone/recorded.h"
#include "wire/peer.h"

#define RECORDED_PEER_EVENTS 8

struct recorded_peer {
    struct peer peer;
    struct recorded_phone *phone; /* the caller's */
    instant_ns now_ns;
    instant_ns finished_ns; /* it is done then; INSTANT_NEVER while its script goes on */
    struct phone_output output;
    struct phone_event event, events[RECORDED_PEER_EVENTS];
    unsigned event_start, event_count;
};

void recorded_peer_init(struct recorded_peer *ret, struct recorded_phone *phone);

#endif
