/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace around today's engine: see replay_port.h. */
#include "cmd/replay_port.h"

#include "port/recorder.h"
#include "port/trace.h"
#include "port/wrapper.h"

#include <stdlib.h>

/* Under the dry run, which gives back what is sent: takes the recorded PC out of the trace. */
struct replay_source {
    struct port_wrapper wrapper;
    struct mac_address pc_mac;
    struct replay_frames *recorded;
};

/* On top of the dry run: keeps what is sent. */
struct replay_tap {
    struct port_wrapper wrapper;
    struct replay_frames *now;
};

static enum port_event source_next(struct port *port, instant_ns deadline_ns,
                                   struct captured_frame *ret, struct error *ret_error)
{
    struct replay_source *source = (struct replay_source *)port;
    for (;;) {
        enum port_event event = port_wrapper_next(port, deadline_ns, ret, ret_error);
        if (event != PORT_FRAME)
            return event;
        struct frame frame;
        frame_dissect_captured(ret, &frame);
        if (!mac_equal(&frame.ethernet.source, &source->pc_mac))
            return PORT_FRAME;
        replay_frames_add(source->recorded, &frame);
    }
}

static bool tap_send(struct port *port, const uint8_t *bytes, size_t length,
                     struct error *ret_error)
{
    struct frame frame;
    frame_dissect(bytes, length, length, &frame);
    frame.time_ns = port_wrapper_now(port);
    replay_frames_add(((struct replay_tap *)port)->now, &frame);
    return port_wrapper_send(port, bytes, length, ret_error);
}

static const struct port_operations source_operations = {
    .next = source_next,
    .send = port_wrapper_send,
    .now = port_wrapper_now,
    .counters = port_wrapper_counters,
    .close = port_wrapper_close,
};

static const struct port_operations tap_operations = {
    .next = port_wrapper_next,
    .send = tap_send,
    .now = port_wrapper_now,
    .counters = port_wrapper_counters,
    .close = port_wrapper_close,
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
    source->wrapper.port.operations = &source_operations;
    source->wrapper.inner = port_trace_open(&config, ret_error);
    source->pc_mac = *pc_mac;
    source->recorded = recorded;
    if (!source->wrapper.inner) {
        free(source);
        free(tap);
        return NULL;
    }
    tap->wrapper.port.operations = &tap_operations;
    tap->wrapper.inner = port_dry_run_new(&source->wrapper.port);
    tap->now = now;
    if (!tap->wrapper.inner)
        abort();
    return &tap->wrapper.port;
}
