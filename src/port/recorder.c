/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports that wrap a port: see recorder.h. */
#include "port/recorder.h"

#include "port/wrapper.h"

#include <stdlib.h>
#include <string.h>

#define IDLE_NS (5 * NS_PER_MS) /* without a frame: there is time to write */

struct recorder {
    struct port_wrapper wrapper;
    struct recording *recording;
};

/*
 * A frame is written down when the caller comes back for the next one: he has answered it by then.
 * Batches are written when nothing comes for a while, or have grown old.
 */
static enum port_event recorder_next(struct port *port, instant_ns deadline_ns,
                                     struct captured_frame *ret, struct error *ret_error)
{
    struct recording *recording = ((struct recorder *)port)->recording;
    recording_settle(recording);
    instant_ns batch_ns = recording_deadline(recording);
    enum port_event event = PORT_DEADLINE;
    if (batch_ns != INSTANT_NEVER) {
        instant_ns idle_ns = port_wrapper_now(port) + IDLE_NS;
        batch_ns = instant_earlier(instant_earlier(batch_ns, idle_ns), deadline_ns);
        event = port_wrapper_next(port, batch_ns, ret, ret_error);
        if (event != PORT_FRAME)
            recording_flush(recording);
    }
    if (event == PORT_DEADLINE)
        event = port_wrapper_next(port, deadline_ns, ret, ret_error);
    if (event == PORT_FRAME)
        recording_frame_later(recording, ret);
    return event;
}

static const struct port_operations recorder_operations = {
    .next = recorder_next,
    .send = port_wrapper_send,
    .now = port_wrapper_now,
    .counters = port_wrapper_counters,
    .close = port_wrapper_close,
};

struct port *port_recorder_new(struct port *inner, struct recording *recording)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return NULL;
    recorder->wrapper.port.operations = &recorder_operations;
    recorder->wrapper.inner = inner;
    recorder->recording = recording;
    return &recorder->wrapper.port;
}

/* A frame that was not sent and is to come back. */
struct echo {
    struct echo *next;
    instant_ns time_ns;
    size_t length;
    uint8_t bytes[];
};

struct dry_run {
    struct port port;
    struct port *inner;
    struct echo *first, *last;
    struct echo *returned; /* the frame that the caller is looking at */
    instant_ns time_ns;    /* of the last frame returned */
    struct port_counters counters;
};

static struct dry_run *dry_run_of(struct port *port)
{
    return (struct dry_run *)port; /* the port is the first member */
}

static enum port_event dry_run_next(struct port *port, instant_ns deadline_ns,
                                    struct captured_frame *ret, struct error *ret_error)
{
    struct dry_run *dry_run = dry_run_of(port);
    free(dry_run->returned);
    dry_run->returned = dry_run->first;
    if (dry_run->first) {
        struct echo *echo = dry_run->first;
        dry_run->first = echo->next;
        *ret = (struct captured_frame){.time_ns = echo->time_ns,
                                       .bytes = echo->bytes,
                                       .captured = echo->length,
                                       .length = echo->length};
    } else {
        enum port_event event =
            dry_run->inner->operations->next(dry_run->inner, deadline_ns, ret, ret_error);
        if (event != PORT_FRAME)
            return event;
    }
    if (ret->time_ns < dry_run->time_ns)
        ret->time_ns = dry_run->time_ns;
    dry_run->time_ns = ret->time_ns;
    ret->number = ++dry_run->counters.frames_in;
    return PORT_FRAME;
}

static bool dry_run_send(struct port *port, const uint8_t *bytes, size_t length,
                         struct error *ret_error)
{
    struct dry_run *dry_run = dry_run_of(port);
    struct echo *echo = malloc(sizeof *echo + length);
    if (!echo)
        return error_set(ret_error, ERROR_ENVIRONMENT, "dry run: out of memory");
    echo->next = NULL;
    echo->time_ns = dry_run->inner->operations->now(dry_run->inner);
    echo->length = length;
    memcpy(echo->bytes, bytes, length);
    if (dry_run->first)
        dry_run->last->next = echo;
    else
        dry_run->first = echo;
    dry_run->last = echo;
    dry_run->counters.frames_out++;
    return true;
}

static instant_ns dry_run_now(struct port *port)
{
    struct dry_run *dry_run = dry_run_of(port);
    instant_ns now_ns = dry_run->inner->operations->now(dry_run->inner);
    return now_ns < dry_run->time_ns ? dry_run->time_ns : now_ns;
}

static void dry_run_counters(struct port *port, struct port_counters *ret)
{
    struct dry_run *dry_run = dry_run_of(port);
    dry_run->inner->operations->counters(dry_run->inner, ret);
    ret->frames_in = dry_run->counters.frames_in;
    ret->frames_out = dry_run->counters.frames_out;
}

static void dry_run_close(struct port *port)
{
    struct dry_run *dry_run = dry_run_of(port);
    dry_run->inner->operations->close(dry_run->inner);
    free(dry_run->returned);
    while (dry_run->first) {
        struct echo *echo = dry_run->first;
        dry_run->first = echo->next;
        free(echo);
    }
    free(dry_run);
}

static const struct port_operations dry_run_operations = {
    .next = dry_run_next,
    .send = dry_run_send,
    .now = dry_run_now,
    .counters = dry_run_counters,
    .close = dry_run_close,
};

struct port *port_dry_run_new(struct port *inner)
{
    struct dry_run *dry_run = calloc(1, sizeof *dry_run);
    if (!dry_run)
        return NULL;
    dry_run->port.operations = &dry_run_operations;
    dry_run->inner = inner;
    return &dry_run->port;
}
