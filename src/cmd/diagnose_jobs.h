/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose --jobs: traces are judged by processes of their own, several at the same time, each
 * behind its own system-call filter; what they print appears in the order of the traces. A process
 * that dies takes only its trace with it.
 */
#ifndef CMD_DIAGNOSE_JOBS_H
#define CMD_DIAGNOSE_JOBS_H

#include "cmd/trace_group.h"

struct diagnose_jobs;

/*
 * Forks options->jobs processes. Call it before this process has a filter or a thread. Returns: to
 * be ended with diagnose_jobs_end; NULL with ret_error (ERROR_ENVIRONMENT).
 */
struct diagnose_jobs *diagnose_jobs_start(const struct options *options, struct error *ret_error);

/*
 * Waits for the next trace of `groups`, which are the same in each call, prints what was said of it
 * and returns its outcome, as diagnose_trace does. Never more traces than there are processes are
 * judged or wait to be printed.
 */
bool diagnose_jobs_next(struct diagnose_jobs *jobs, const struct trace_groups *groups,
                        struct trace_outcome *ret, struct error *ret_error);

void diagnose_jobs_end(struct diagnose_jobs *jobs); /* NULL is allowed */

#endif
