/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one shape of whatever lives on a wire: a station, a simulated or recorded phone, another
 * host, a whole simulated segment. In bytes and time: frames in, frames and events out, and when it
 * wants to be woken. run/run.h ties a peer to a port, run/plug.h to a simulated segment.
 *
 * Order of use: start, then frame, tick and carrier with times that never go back; after each call
 * all of next_output (to be sent at once), after a frame settle, and only then next_event.
 */
#ifndef WIRE_PEER_H
#define WIRE_PEER_H

#include "base/instant.h"
#include "base/link.h"
#include "wire/captured.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both are the peer's, valid until the next call on it. */
struct peer_output {
    const uint8_t *bytes;
    size_t length;
};

struct peer_event {
    instant_ns time_ns;
    const char *text; /* one plain sentence, "" if there is nothing to say */
    const void *own;  /* the peer's own event (struct station_event, phone_event), or NULL */
};

struct peer;

/* Those that say so may be NULL: then there is nothing to do, to say, or to wait for. */
struct peer_operations {
    void (*start)(struct peer *peer, instant_ns now_ns); /* may be NULL */
    void (*frame)(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns);
    /*
     * After each frame, once the outputs that answer it are sent and while its bytes are still
     * there: what can wait until then. May be NULL.
     */
    void (*settle)(struct peer *peer);
    /* Call when the deadline has come (earlier does no harm). */
    void (*tick)(struct peer *peer, instant_ns now_ns);
    /* Returns: when tick is due, INSTANT_NEVER if nothing is planned. */
    instant_ns (*deadline)(const struct peer *peer);
    /* Return: false if there is none left. */
    bool (*next_output)(struct peer *peer, struct peer_output *ret);
    bool (*next_event)(struct peer *peer, struct peer_event *ret); /* may be NULL */
    /* May be NULL. */
    void (*link)(struct peer *peer, enum link_state state, instant_ns now_ns);
    bool (*done)(const struct peer *peer); /* may be NULL */
    /* Sends no more; `failed`: the port did, else the user or the end of a trace. May be NULL. */
    void (*stop)(struct peer *peer, bool failed, instant_ns now_ns);
};

/* First member of every implementation. */
struct peer {
    const struct peer_operations *operations;
};

/* Told every event of a peer and, with event == NULL, after every step. */
typedef void peer_observer(void *context, struct peer *peer, const struct peer_event *event,
                           instant_ns now_ns);

#endif
