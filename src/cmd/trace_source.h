/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace that can be read more than once: standard input is kept in a temporary file for that. */
#ifndef CMD_TRACE_SOURCE_H
#define CMD_TRACE_SOURCE_H

#include "base/error.h"
#include "port/trace.h"
#include "wire/frame.h"

#include <stdio.h>

struct trace_source {
    const char *name;             /* as the user gave it: "-" or a path */
    const char *const *following; /* files that belong to it, in order of time; the caller's */
    size_t following_count;
    const char *filter;
    FILE *spool;                   /* NULL unless standard input is kept */
    struct port_trace_facts facts; /* of the last pass */
    char *warning;                 /* owned: what the last pass found wrong with the file; NULL */
};

/* With `again` true standard input is read to its end first. Returns: false with ret_error. */
bool trace_source_open(const char *name, const char *filter, bool again, struct trace_source *ret,
                       struct error *ret_error);
void trace_source_close(struct trace_source *source);

typedef void trace_frame_taker(void *context, const struct frame *frame);
/* Returns: true if the frame as captured needs no closer look. */
typedef bool trace_frame_passer(void *context, const struct captured_frame *frame);

/*
 * One pass over all frames that `pass` does not let go (NULL: all). Returns: false with ret_error
 * for a file that cannot be used (ERROR_INPUT) or a bad filter (ERROR_USAGE).
 */
bool trace_source_read(struct trace_source *source, trace_frame_passer *pass,
                       trace_frame_taker *take, void *context, struct error *ret_error);

#endif
