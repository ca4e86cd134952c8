/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port: where frames come from and go to, and whose clock counts. Live interface, recorded trace
 * and simulated segment are interchangeable; whatever stands on top cannot tell them apart.
 *
 * Every frame on the wire is returned once by `next`, own frames included (a live interface echoes
 * what it sent; the others do the same), so that a recorder on top sees exactly what happened.
 */
#ifndef PORT_PORT_H
#define PORT_PORT_H

#include "base/error.h"
#include "base/instant.h"
#include "wire/captured.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum port_event {
    PORT_FRAME,      /* *ret is filled */
    PORT_DEADLINE,   /* the deadline came first */
    PORT_CARRIER_UP, /* the cable carries a link again */
    PORT_CARRIER_DOWN,
    PORT_DISABLED,    /* the interface was switched off */
    PORT_INTERRUPTED, /* a signal asked the run to end */
    PORT_END,         /* a trace has no more frames */
    PORT_FAILED,      /* *ret_error is filled */
};

struct port_counters {
    uint64_t frames_in; /* returned by next */
    uint64_t frames_out;
    uint64_t frames_unsent; /* could not be put on the wire: buffers full, interface off */
    uint64_t kernel_drops;
    uint64_t interface_drops;
};

struct port;

struct port_operations {
    /*
     * Waits for the next frame, no longer than until `deadline_ns` on the port's clock
     * (INSTANT_NEVER: without limit). On a tie the frame wins.
     */
    enum port_event (*next)(struct port *port, instant_ns deadline_ns, struct captured_frame *ret,
                            struct error *ret_error);
    /* Sends one whole frame. Returns: false with ret_error filled. */
    bool (*send)(struct port *port, const uint8_t *bytes, size_t length, struct error *ret_error);
    instant_ns (*now)(struct port *port);
    void (*counters)(struct port *port, struct port_counters *ret);
    void (*close)(struct port *port); /* frees the port */
};

/* First member of every implementation. */
struct port {
    const struct port_operations *operations;
};

#endif
