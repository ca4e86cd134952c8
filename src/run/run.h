/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop that ties an engine to a port, the same for live interface, trace and simulation: the
 * next step is the earlier of next frame and deadline.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "engine/station.h"
#include "port/port.h"

enum run_end {
    RUN_DONE,        /* the station has finished */
    RUN_INTERRUPTED, /* a signal */
    RUN_TRACE_END,   /* the trace is over */
    RUN_FAILED,      /* the port failed, ret_error says why */
};

/* Called for every event of the station and, with event == NULL, after every step. */
typedef void run_observer(void *context, const struct station *station,
                          const struct station_event *event, instant_ns now_ns);

/*
 * Runs until the station is done or the port ends. `observer` may be NULL. The station is started
 * here, and stopped (station_stop) if the run ends early.
 */
enum run_end run_station(struct port *port, struct station *station, run_observer *observer,
                         void *context, struct error *ret_error);

#endif
