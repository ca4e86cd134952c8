/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: see run.h. */
#include "run/run.h"

#define LAST_FRAMES_MAXIMUM 64 /* a busy wire must not hold up the end */

/* Sends what the station wants sent and reports what it has to say. */
static bool drain(struct port *port, struct station *station, run_observer *observer, void *context,
                  struct error *ret_error)
{
    struct station_output output;
    while (station_next_output(station, &output)) {
        if (!port->operations->send(port, output.bytes, output.length, ret_error))
            return false;
    }
    instant_ns now_ns = port->operations->now(port);
    struct station_event event;
    while (station_next_event(station, &event)) {
        if (observer)
            observer(context, station, &event, now_ns);
    }
    if (observer)
        observer(context, station, NULL, now_ns);
    return true;
}

static void tell_frame(struct station *station, const struct port_frame *received)
{
    struct frame frame;
    frame_dissect(received->bytes, received->captured, received->length, &frame);
    frame.time_ns = received->time_ns;
    frame.number = received->number;
    frame.destination_unknown = received->destination_unknown;
    frame.time_unknown = received->time_unknown;
    station_frame(station, &frame, received->time_ns);
}

/* What was sent last has not come back yet: a recording and the verdict are to have it as well. */
static void take_last_frames(struct port *port, struct station *station)
{
    struct port_frame received;
    struct error ignored;
    instant_ns now_ns = port->operations->now(port);
    for (unsigned i = 0; i < LAST_FRAMES_MAXIMUM; i++) {
        if (port->operations->next(port, now_ns, &received, &ignored) != PORT_FRAME)
            break;
        tell_frame(station, &received);
    }
}

/*
 * One step: waits for the port and tells the station. Returns: false when the run ends, *ret says
 * how.
 */
static bool step(struct port *port, struct station *station, enum run_end *ret,
                 struct error *ret_error)
{
    struct port_frame received;
    switch (port->operations->next(port, station_deadline(station), &received, ret_error)) {
    case PORT_FRAME:
        tell_frame(station, &received);
        return true;
    case PORT_DEADLINE:
        station_tick(station, port->operations->now(port));
        return true;
    case PORT_CARRIER_UP:
        station_carrier(station, true, port->operations->now(port));
        return true;
    case PORT_CARRIER_DOWN:
        station_carrier(station, false, port->operations->now(port));
        return true;
    case PORT_INTERRUPTED:
        *ret = RUN_INTERRUPTED;
        return false;
    case PORT_END:
        *ret = RUN_TRACE_END;
        return false;
    case PORT_FAILED:
        break;
    }
    *ret = RUN_FAILED;
    return false;
}

enum run_end run_station(struct port *port, struct station *station, run_observer *observer,
                         void *context, struct error *ret_error)
{
    enum run_end end = RUN_DONE;
    station_start(station, port->operations->now(port));
    for (;;) {
        if (!drain(port, station, observer, context, ret_error)) {
            end = RUN_FAILED;
            break;
        }
        if (station_done(station)) {
            take_last_frames(port, station);
            return RUN_DONE;
        }
        if (!step(port, station, &end, ret_error))
            break;
    }
    if (end == RUN_INTERRUPTED)
        take_last_frames(port, station);
    station_stop(station, port->operations->now(port));
    return end;
}
