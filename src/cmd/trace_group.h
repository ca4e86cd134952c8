/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several traces are parts of one recording: a ring buffer, or what --join says. */
#ifndef CMD_TRACE_GROUP_H
#define CMD_TRACE_GROUP_H

#include "cmd/diagnose_trace.h"

struct trace_groups {
    struct trace_group *groups; /* in the order of their first file on the command line */
    size_t count;
    const char **paths; /* owned: what the groups point into */
    char *hint;         /* owned: one sentence about files that look like parts and do not adjoin;
                           NULL */
};

enum trace_grouping {
    TRACES_ADJOINING, /* parts of a ring buffer are one recording */
    TRACES_JOINED,    /* all are one */
    TRACES_APART,     /* each stands for itself; no file is read for that */
};

/*
 * Sorts `count` paths (the caller's, outliving `ret`) into groups. Parts of a ring buffer have
 * names that differ in digits only, and the next begins within 2 s of the end of the one before.
 * Reads the files' times where that is needed; one that cannot be read
 * stands alone. Fills `ret`, to be freed with trace_groups_free.
 */
void trace_groups_make(const char *const *paths, size_t count, enum trace_grouping grouping,
                       struct trace_groups *ret);
void trace_groups_free(struct trace_groups *groups);

#endif
