/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop: see run.h. */
#include "run/run.h"

#define LAST_FRAMES_MAXIMUM 64 /* a busy wire must not hold up the end */

struct run {
    struct port *port;
    struct peer *peer;
    peer_observer *observer;
    void *context;
};

static bool send_all(const struct run *run, struct error *ret_error)
{
    struct peer_output output;
    while (run->peer->operations->next_output(run->peer, &output)) {
        if (!run->port->operations->send(run->port, output.bytes, output.length, ret_error))
            return false;
    }
    return true;
}

static void report(const struct run *run)
{
    instant_ns now_ns = run->port->operations->now(run->port);
    const struct peer_operations *operations = run->peer->operations;
    struct peer_event event;
    while (operations->next_event && operations->next_event(run->peer, &event)) {
        if (run->observer)
            run->observer(run->context, run->peer, &event, now_ns);
    }
    if (run->observer)
        run->observer(run->context, run->peer, NULL, now_ns);
}

static void give_frame(const struct run *run, const struct captured_frame *received)
{
    run->peer->operations->frame(run->peer, received, received->time_ns);
}

static void settle(const struct run *run)
{
    if (run->peer->operations->settle)
        run->peer->operations->settle(run->peer);
}

/* The answer goes first. Returns: false with ret_error if it could not be sent. */
static bool answer_frame(const struct run *run, const struct captured_frame *received,
                         struct error *ret_error)
{
    give_frame(run, received);
    bool sent = send_all(run, ret_error);
    settle(run);
    return sent;
}

/* What was sent last has not come back yet: a recording and the verdict are to have it as well. */
static void take_last_frames(const struct run *run)
{
    struct captured_frame received;
    struct error ignored;
    instant_ns now_ns = run->port->operations->now(run->port);
    for (unsigned i = 0; i < LAST_FRAMES_MAXIMUM; i++) {
        if (run->port->operations->next(run->port, now_ns, &received, &ignored) != PORT_FRAME)
            break;
        give_frame(run, &received);
        settle(run);
    }
}

static void tell_link(const struct run *run, enum link_state state)
{
    if (run->peer->operations->link)
        run->peer->operations->link(run->peer, state, run->port->operations->now(run->port));
}

/*
 * One step: waits for the port and tells the peer. Returns: false when the run ends, *ret says how.
 */
static bool step(const struct run *run, enum run_end *ret, struct error *ret_error)
{
    struct captured_frame received;
    instant_ns deadline_ns = run->peer->operations->deadline(run->peer);
    switch (run->port->operations->next(run->port, deadline_ns, &received, ret_error)) {
    case PORT_FRAME:
        if (answer_frame(run, &received, ret_error))
            return true;
        break;
    case PORT_DEADLINE:
        run->peer->operations->tick(run->peer, run->port->operations->now(run->port));
        return true;
    case PORT_CARRIER_UP:
        tell_link(run, LINK_UP);
        return true;
    case PORT_CARRIER_DOWN:
        tell_link(run, LINK_NONE);
        return true;
    case PORT_DISABLED:
        tell_link(run, LINK_DISABLED);
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

static enum run_end loop(const struct run *run, struct error *ret_error)
{
    const struct peer_operations *operations = run->peer->operations;
    enum run_end end = RUN_DONE;
    for (;;) {
        if (!send_all(run, ret_error))
            return RUN_FAILED;
        report(run);
        if (operations->done && operations->done(run->peer))
            return RUN_DONE;
        if (!step(run, &end, ret_error))
            return end;
    }
}

enum run_end run_peer(struct port *port, struct peer *peer, peer_observer *observer, void *context,
                      struct error *ret_error)
{
    const struct run run = {port, peer, observer, context};
    if (peer->operations->start)
        peer->operations->start(peer, port->operations->now(port));
    enum run_end end = loop(&run, ret_error);
    if (end == RUN_DONE || end == RUN_INTERRUPTED)
        take_last_frames(&run);
    if (end != RUN_DONE && peer->operations->stop)
        peer->operations->stop(peer, end == RUN_FAILED, port->operations->now(port));
    report(&run);
    return end;
}

struct station_watch {
    run_observer *observer;
    void *context;
};

static void watch_station(void *context, struct peer *peer, const struct peer_event *event,
                          instant_ns now_ns)
{
    const struct station_watch *watch = context;
    watch->observer(watch->context, ((const struct station_peer *)peer)->station,
                    event ? event->own : NULL, now_ns);
}

enum run_end run_station(struct port *port, struct station *station, run_observer *observer,
                         void *context, struct error *ret_error)
{
    struct station_peer peer;
    struct station_watch watch = {observer, context};
    station_peer_init(&peer, station);
    return run_peer(port, &peer.peer, observer ? watch_station : NULL, &watch, ret_error);
}
