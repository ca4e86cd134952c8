/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to be said about a recorded file besides its frames: collected while it is read. */
#ifndef PORT_TRACE_NOTES_H
#define PORT_TRACE_NOTES_H

#include "base/text.h"
#include "port/capture_reader.h"
#include "port/trace.h"
#include "wire/tunnel.h"

#define TRACE_NOTES_FOREIGN 4 /* interfaces of foreign link types that are named */

struct foreign_interface {
    int link_type;
    uint32_t interface;
    uint64_t frames;
    char name[64]; /* escaped; "" */
};

/* Start with zeros. */
struct trace_notes {
    uint64_t frames;       /* that were handed out */
    uint64_t without_time; /* of them */
    bool is_fine;          /* the time of one of them is no whole second */
    instant_ns first_ns, last_ns;
    uint64_t cut;
    size_t cut_length; /* captured bytes of the longest of them */
    uint64_t tunnels[TUNNEL_KIND_COUNT];
    uint64_t first_tunnel_number;
    uint64_t backward_steps, first_backward_number;
    duration_ns backward_maximum_ns;
    uint64_t foreign_frames;
    struct foreign_interface foreign[TRACE_NOTES_FOREIGN];
    bool is_truncated;
};

/* A frame that is handed out, as it was recorded (`time_ns` before it is clamped). */
void trace_notes_frame(struct trace_notes *notes, const struct captured_frame *frame,
                       instant_ns recorded_ns);
void trace_notes_tunnel(struct trace_notes *notes, const struct tunnel_content *content,
                        uint64_t number);
void trace_notes_backwards(struct trace_notes *notes, duration_ns by_ns, uint64_t number);
/* A record that is passed over because of its link type. */
void trace_notes_foreign(struct trace_notes *notes, const struct capture_record *record);

enum port_trace_times trace_notes_times(const struct trace_notes *notes);
/* Appends one sentence a line, each with the file's name in front; `records`: read so far. */
void trace_notes_write(const struct trace_notes *notes, const char *name, uint64_t records,
                       struct text *ret);

#endif
