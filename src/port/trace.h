/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded trace as a port: pcap or pcapng of any byte order and time resolution, Ethernet or
 * Linux cooked (v1, v2), read frame by frame in constant memory. Its timestamps are the clock, it
 * never waits, and what is sent to it reaches nobody but a callback.
 *
 * A last record that was cut off, and time that runs backwards (clamped), are warnings. A file that
 * is no trace, has another link type or is damaged in the middle is an error.
 */
#ifndef PORT_TRACE_H
#define PORT_TRACE_H

#include "port/port.h"

/* Called for each frame that the engine would have sent at `now_ns`. */
typedef void port_trace_send(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns);

struct port_trace_config {
    const char *path;      /* "-" = standard input */
    const char *filter;    /* a capture filter (pcap-filter(7)); NULL or "" = every frame */
    port_trace_send *sent; /* NULL = sent frames are counted and forgotten */
    void *context;
};

/*
 * Frames that the filter rejects are left out but counted, so that a frame's number is its place in
 * the file. Strings of `config` are copied.
 * Returns: a port to be closed by its operations, or NULL with ret_error (ERROR_INPUT; ERROR_USAGE
 * for a bad filter expression).
 */
struct port *port_trace_open(const struct port_trace_config *config, struct error *ret_error);

/*
 * Returns: what was wrong with the part that was read so far, one sentence a line, or NULL. Valid
 * until the next call on the port.
 */
const char *port_trace_warning(struct port *port);

#endif
