/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user sees while a run goes on, all on standard error: on a terminal one status line per
 * phone, redrawn at most ten times a second, with messages scrolling above; otherwise one line per
 * change of state and per 10 %; with --events one JSON line per event (docs: command line, output).
 * An event costs the same however many phones there are.
 */
#ifndef CMD_PROGRESS_PROGRESS_H
#define CMD_PROGRESS_PROGRESS_H

#include "cmd/options/options.h"

struct progress;

/* Returns: to be freed with progress_free. */
struct progress *progress_new(const struct options *options);
void progress_free(struct progress *progress);

/* A run_observer (run/run.h); context is the struct progress. */
void progress_observe(void *context, const struct station *station,
                      const struct station_event *event, instant_ns now_ns);
/* A line of the program itself, above the status lines. */
void progress_message(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A waiting line with a clock ("no link on eth0 yet, 12 s"): redrawn on a terminal, once otherwise.
 */
void progress_waiting(struct progress *progress, const char *what, duration_ns waited_ns);
/* What every phone does now, as messages: the answer to SIGUSR1. */
void progress_status(struct progress *progress, const struct station *station, instant_ns now_ns);
/* Are there status lines, so that somebody has to call progress_observe for their clocks? */
bool progress_draws(const struct progress *progress);
/* Takes the status lines away, so that the report stands alone. */
void progress_finish(struct progress *progress);

#endif
