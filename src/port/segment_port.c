/* SPDX-License-Identifier: BSD-2-Clause */
/* A segment as a port for a station: see segment.h. */
#include "port/segment.h"

#include <stdlib.h>
#include <string.h>

/* What the station has not fetched yet: frames and changes of its link. */
struct arrival {
    struct arrival *next;
    enum port_event event;
    instant_ns time_ns;
    size_t length, capacity;
    uint8_t bytes[];
};

#define ARRIVAL_CAPACITY 1536

struct segment_port {
    struct port port;
    struct segment *segment;
    struct segment_endpoint *endpoint;
    instant_ns end_ns;
    bool has_link;
    struct arrival *first, *last;
    struct arrival *returned; /* what the caller is looking at */
    struct arrival *free;
    struct port_counters counters;
};

static struct segment_port *segment_port_of(struct port *port)
{
    return (struct segment_port *)port; /* the port is the first member */
}

static void recycle(struct segment_port *view, struct arrival *arrival)
{
    if (arrival->capacity != ARRIVAL_CAPACITY) {
        free(arrival);
        return;
    }
    arrival->next = view->free;
    view->free = arrival;
}

static void append(struct segment_port *view, enum port_event event, const uint8_t *bytes,
                   size_t length, instant_ns now_ns)
{
    struct arrival *arrival = view->free;
    if (arrival && length <= ARRIVAL_CAPACITY) {
        view->free = arrival->next;
    } else {
        size_t capacity = length < ARRIVAL_CAPACITY ? ARRIVAL_CAPACITY : length;
        arrival = malloc(sizeof *arrival + capacity);
        if (!arrival)
            abort();
        arrival->capacity = capacity;
    }
    arrival->next = NULL;
    arrival->event = event;
    arrival->time_ns = now_ns;
    arrival->length = length;
    if (length > 0)
        memcpy(arrival->bytes, bytes, length);
    if (view->first)
        view->last->next = arrival;
    else
        view->first = arrival;
    view->last = arrival;
}

static void take_delivery(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    append(context, PORT_FRAME, bytes, length, now_ns);
}

static void take_carrier(void *context, bool up, instant_ns now_ns)
{
    struct segment_port *view = context;
    view->has_link = up;
    append(view, up ? PORT_CARRIER_UP : PORT_CARRIER_DOWN, NULL, 0, now_ns);
}

static enum port_event segment_port_next(struct port *port, instant_ns deadline_ns,
                                         struct captured_frame *ret, struct error *ret_error)
{
    (void)ret_error;
    struct segment_port *view = segment_port_of(port);
    if (view->returned)
        recycle(view, view->returned);
    view->returned = NULL;
    while (!view->first) {
        if (segment_step(view->segment, deadline_ns))
            continue;
        if (deadline_ns == INSTANT_NEVER || deadline_ns > view->end_ns)
            return PORT_END;
        return PORT_DEADLINE;
    }
    struct arrival *arrival = view->returned = view->first;
    view->first = arrival->next;
    if (arrival->event != PORT_FRAME)
        return arrival->event;
    *ret = (struct captured_frame){.time_ns = arrival->time_ns,
                                   .number = ++view->counters.frames_in,
                                   .bytes = arrival->bytes,
                                   .captured = arrival->length,
                                   .length = arrival->length};
    return PORT_FRAME;
}

static bool segment_port_send(struct port *port, const uint8_t *bytes, size_t length,
                              struct error *ret_error)
{
    (void)ret_error;
    struct segment_port *view = segment_port_of(port);
    view->counters.frames_out++;
    /* A live interface shows what it has sent, and nothing while it has no link. */
    if (view->has_link)
        append(view, PORT_FRAME, bytes, length, segment_now(view->segment));
    segment_send(view->endpoint, bytes, length);
    return true;
}

static instant_ns segment_port_now(struct port *port)
{
    return segment_now(segment_port_of(port)->segment);
}

static void segment_port_counters(struct port *port, struct port_counters *ret)
{
    *ret = segment_port_of(port)->counters;
}

static void free_arrivals(struct arrival *arrival)
{
    while (arrival) {
        struct arrival *next = arrival->next;
        free(arrival);
        arrival = next;
    }
}

static void segment_port_close(struct port *port)
{
    struct segment_port *view = segment_port_of(port);
    free_arrivals(view->first);
    free_arrivals(view->free);
    free(view->returned);
    free(view);
}

static const struct port_operations segment_port_operations = {
    .next = segment_port_next,
    .send = segment_port_send,
    .now = segment_port_now,
    .counters = segment_port_counters,
    .close = segment_port_close,
};

struct port *segment_port(struct segment *segment, const struct segment_cable *cable)
{
    static const struct segment_device device = {.deliver = take_delivery, .carrier = take_carrier};
    struct segment_port *view = calloc(1, sizeof *view);
    if (!view)
        return NULL;
    view->port.operations = &segment_port_operations;
    view->segment = segment;
    view->has_link = true;
    view->end_ns = segment_end(segment);
    view->endpoint = segment_attach(segment, cable, &device, view);
    return &view->port;
}

struct segment_endpoint *segment_port_endpoint(struct port *port)
{
    return segment_port_of(port)->endpoint;
}
