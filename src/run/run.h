/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop that ties a peer to a port, the same for live interface, trace and simulation: the
 * next step is the earlier of next frame and deadline.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "engine/station_peer.h"
#include "port/port.h"
#include "wire/peer.h"

enum run_end {
    RUN_DONE,        /* the peer has finished */
    RUN_INTERRUPTED, /* a signal */
    RUN_TRACE_END,   /* the trace is over */
    RUN_FAILED,      /* the port failed, ret_error says why */
};

/* Called for every event of the station and, with event == NULL, after every step. */
typedef void run_observer(void *context, const struct station *station,
                          const struct station_event *event, instant_ns now_ns);

/*
 * Runs `peer` on `port` until it is done or the port ends. `observer` may be NULL. The peer is
 * started here, and stopped if the run ends early. What it has to say is told to the end, also what
 * the last frames brought forth.
 */
enum run_end run_peer(struct port *port, struct peer *peer, peer_observer *observer, void *context,
                      struct error *ret_error);
/* The same for a station and its own events. */
enum run_end run_station(struct port *port, struct station *station, run_observer *observer,
                         void *context, struct error *ret_error);

#endif
