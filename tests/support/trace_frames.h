/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of a trace in memory, for tests. A trace that cannot be read ends the program. */
#ifndef SUPPORT_TRACE_FRAMES_H
#define SUPPORT_TRACE_FRAMES_H

#include "wire/frame.h"

#include <stddef.h>

struct trace_frames {
    struct frame *frames; /* dissected, with time and number */
    size_t count;
};

/* `name` is that of a file in pcaps/ ($top_srcdir, else the current directory). */
void trace_frames_load(const char *name, struct trace_frames *ret);
void trace_frames_free(struct trace_frames *trace);

/* Returns: the names of all *.pcap in pcaps/, sorted, ended by NULL; to trace_names_free. */
char **trace_names(void);
void trace_names_free(char **names);

#endif
