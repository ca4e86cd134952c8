/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace around today's engine: see replay_port.h. */
#include "cmd/replay_port.h"

#include "port/recorder.h"
#include "port/trace.h"

#include <stdlib.h>

/* Under the dry run, which gives back what is sent: takes the recorded PC out of the trace. */
struct replay_source {
    struct port port;
    struct port *trace;
    struct mac_address pc_mac;
    struct replay_frames *recorded;
};

/* On top of the dry run: keeps what is sent. */
struct replay_tap {
    struct port port;
    struct port *inner;
    struct replay_frames *now;
};

static enum port_event source_next(struct port *port, instant_ns deadline_ns,
                                   struct port_frame *ret, struct error *ret_error)
{
    struct replay_source *source = (struct replay_source *)port;
    for (;;) {
        enum port_event event =
            source->trace->operations->next(source->trace, deadline_ns, ret, ret_error);
        if (event != PORT_FRAME)
            return event;
        struct frame frame;
        frame_dissect(ret->bytes, ret->captured, ret->length, &frame);
        if (!mac_equal(&frame.ethernet.source, &source->pc_mac))
            return PORT_FRAME;
        frame.time_ns = ret->time_ns;
        frame.number = ret->number;
        replay_frames_add(source->recorded, &frame);
    }
}

static bool source_send(struct port *port, const uint8_t *bytes, size_t length,
                        struct error *ret_error)
{
    struct port *trace = ((struct replay_source *)port)->trace;
    return trace->operations->send(trace, bytes, length, ret_error);
}

static instant_ns source_now(struct port *port)
{
    struct port *trace = ((struct replay_source *)port)->trace;
    return trace->operations->now(trace);
}

static void source_counters(struct port *port, struct port_counters *ret)
{
    struct port *trace = ((struct replay_source *)port)->trace;
    trace->operations->counters(trace, ret);
}

static void source_close(struct port *port)
{
    struct port *trace = ((struct replay_source *)port)->trace;
    trace->operations->close(trace);
    free(port);
}

static enum port_event tap_next(struct port *port, instant_ns deadline_ns, struct port_frame *ret,
                                struct error *ret_error)
{
    struct port *inner = ((struct replay_tap *)port)->inner;
    return inner->operations->next(inner, deadline_ns, ret, ret_error);
}

static instant_ns tap_now(struct port *port)
{
    struct port *inner = ((struct replay_tap *)port)->inner;
    return inner->operations->now(inner);
}

static bool tap_send(struct port *port, const uint8_t *bytes, size_t length,
                     struct error *ret_error)
{
    struct replay_tap *tap = (struct replay_tap *)port;
    struct frame frame;
    frame_dissect(bytes, length, length, &frame);
    frame.time_ns = tap_now(port);
    replay_frames_add(tap->now, &frame);
    return tap->inner->operations->send(tap->inner, bytes, length, ret_error);
}

static void tap_counters(struct port *port, struct port_counters *ret)
{
    struct port *inner = ((struct replay_tap *)port)->inner;
    inner->operations->counters(inner, ret);
}

static void tap_close(struct port *port)
{
    struct port *inner = ((struct replay_tap *)port)->inner;
    inner->operations->close(inner);
    free(port);
}

static const struct port_operations source_operations = {
    .next = source_next,
    .send = source_send,
    .now = source_now,
    .counters = source_counters,
    .close = source_close,
};

static const struct port_operations tap_operations = {
    .next = tap_next,
    .send = tap_send,
    .now = tap_now,
    .counters = tap_counters,
    .close = tap_close,
};

struct port *replay_port_open(const char *path, const struct mac_address *pc_mac,
                              struct replay_frames *recorded, struct replay_frames *now,
                              struct error *ret_error)
{
    struct port_trace_config config = {.path = path};
    struct replay_source *source = calloc(1, sizeof *source);
    struct replay_tap *tap = calloc(1, sizeof *tap);
    if (!source || !tap)
        abort();
    *source = (struct replay_source){.port.operations = &source_operations,
                                     .trace = port_trace_open(&config, ret_error),
                                     .pc_mac = *pc_mac,
                                     .recorded = recorded};
    if (!source->trace) {
        free(source);
        free(tap);
        return NULL;
    }
    *tap = (struct replay_tap){
        .port.operations = &tap_operations, .inner = port_dry_run_new(&source->port), .now = now};
    if (!tap->inner)
        abort();
    return &tap->port;
}
