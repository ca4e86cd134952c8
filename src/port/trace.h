/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded trace as a port: pcap or pcapng of any byte order and time resolution, compressed or
 * not, from a file, a pipe or an open descriptor, read frame by frame in constant memory. Ethernet,
 * Linux cooked (v1, v2: see cooked.h), and the Ethernet frames inside the tunnels of mirrors (see
 * wire/tunnel.h; what is outside of them never leaves the port). Its timestamps are the clock, it
 * never waits, and what is sent to it reaches nobody but a callback.
 *
 * A last record that was cut off, time that runs backwards (clamped), is coarse or missing,
 * tunnels, and interfaces of another link type (passed over) are warnings. A file that is no trace,
 * holds no other link type than foreign ones or is damaged in the middle is an error.
 */
#ifndef PORT_TRACE_H
#define PORT_TRACE_H

#include "port/port.h"

/* Called for each frame that the engine would have sent at `now_ns`. */
typedef void port_trace_send(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns);

struct port_trace_config {
    const char *path;             /* "-" = standard input */
    const char *const *following; /* read after `path`, as one recording; paths */
    size_t following_count;
    const int *descriptor; /* read instead of `path`, which then is a name; stays the caller's */
    const char *filter;    /* a capture filter (pcap-filter(7)); NULL or "" = every frame */
    port_trace_send *sent; /* NULL = sent frames are counted and forgotten */
    void *context;
};

/*
 * Frames that the filter rejects are left out but counted, so that a frame's number is its place in
 * the file (of several files: in all of them, one after the other). Strings of `config` are copied,
 * but for `following`, which stays the caller's as long as the port is open.
 * Returns: a port to be closed by its operations, or NULL with ret_error (ERROR_INPUT; ERROR_USAGE
 * for a bad filter expression).
 */
struct port *port_trace_open(const struct port_trace_config *config, struct error *ret_error);

typedef void port_trace_taker(void *context, const struct captured_frame *frame);
/* Every frame that is left goes to `take`. Returns: false with ret_error if the trace is damaged.
 */
bool port_trace_each(struct port *port, port_trace_taker *take, void *context,
                     struct error *ret_error);
/* The same of a whole file that nothing else is asked of. */
bool port_trace_read(const char *path, port_trace_taker *take, void *context,
                     struct error *ret_error);

enum port_trace_times {
    PORT_TRACE_TIMES_FINE,
    PORT_TRACE_TIMES_WHOLE_SECONDS, /* of all frames */
    PORT_TRACE_TIMES_MISSING,       /* of all frames */
};

/* What the frames that were read so far say about the recording. */
struct port_trace_facts {
    enum port_trace_times times;
    uint64_t frames;
    uint64_t cut_frames;     /* of them: fewer bytes captured than were on the wire */
    size_t cut_length;       /* captured bytes of the longest of those */
    uint64_t backward_steps; /* of time */
    duration_ns backward_maximum_ns;
    uint64_t foreign_frames; /* passed over because of their link type */
    uint64_t tunnelled_frames;
    unsigned extras; /* a set of enum pcapng_extra: comments, names, keys */
};

void port_trace_facts(struct port *port, struct port_trace_facts *ret);

/*
 * Returns: what was wrong with the part that was read so far, one sentence a line, or NULL. Valid
 * until the next call on the port.
 */
const char *port_trace_warning(struct port *port);

#endif
