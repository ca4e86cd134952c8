/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a run on an interface: its report on standard output and its exit status. */
#ifndef CMD_LIVE_REPORT_H
#define CMD_LIVE_REPORT_H

#include "cmd/options/options.h"
#include "image/image.h"
#include "port/port.h"

/* What a run leaves behind; the pointers are the caller's. */
struct live_result {
    const struct options *options;
    const char *command; /* NULL: that of the options */
    const struct station *station;
    struct diagnosis *diagnosis;
    const struct image *image; /* NULL unless recover */
    const char *trace_path;    /* NULL: no trace was kept */
    const struct error *error; /* NULL, or what ended the run: the document has no result then */
    struct port_counters counters;
};

/* Prints text or JSON, to standard error if the trace goes to standard output. */
void live_report_print(const struct live_result *result);

#endif
