/* SPDX-License-Identifier: BSD-2-Clause */
/* One trace of diagnose: reads it, judges it, writes what was asked for. */
#ifndef CMD_DIAGNOSE_TRACE_H
#define CMD_DIAGNOSE_TRACE_H

#include "cmd/options/options.h"
#include "report/report.h"

struct trace_outcome {
    int status; /* exit status of this trace alone */
    enum verdict_result result;
    struct json_t *document; /* with options->json: the caller's; else NULL */
};

/* Files that are judged as one recording, in order of time. */
struct trace_group {
    const char *const *paths; /* at least one */
    size_t count;
};

/*
 * Prints the report on standard output (without --json) and messages on standard error.
 * Returns: false with ret_error if nothing more should be tried (a bad filter).
 */
bool diagnose_trace(const struct options *options, const struct trace_group *group,
                    struct trace_outcome *ret, struct error *ret_error);

#endif
