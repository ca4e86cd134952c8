/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos diagnose TRACE...: says why a recorded recovery failed (docs: command line). */
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/diagnose_jobs.h"
#include "cmd/diagnose_trace.h"
#include "cmd/failure.h"
#include "cmd/rights.h"
#include "cmd/trace_group.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t signal_number;

static void note_signal(int number)
{
    signal_number = number;
}

/*
 * Ctrl-C is how a capture that arrives through a pipe ends: the capturing program gets the signal
 * too and closes the pipe. Reading goes on until then, and the verdict is still printed. A second
 * signal has its usual effect.
 */
static void outlive_the_capturing_program(const struct options *options)
{
    struct sigaction action = {.sa_handler = note_signal,
                               .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < options->operand_count; i++) {
        if (strcmp(options->operands[i], "-") != 0)
            continue;
        if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(SIGINT, &action, NULL);
    }
}

/* A document a line, at once: whoever reads it need not wait for the other traces. */
static void print_line(json_t *document)
{
    json_dumpf(document, stdout, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
    putchar('\n');
    fflush(stdout);
    json_decref(document);
}

/* Judges every trace. Returns: the exit status. `jobs` is NULL if this process does all of it. */
static int judge_all(const struct options *options, const struct trace_groups *groups,
                     struct diagnose_jobs *jobs)
{
    struct trace_outcome outcome;
    struct error error;
    json_t *documents = json_array();
    int worst = 0;
    enum verdict_result worst_result = RESULT_INVALID;
    for (size_t i = 0; i < groups->count; i++) {
        if (i > 0 && !options->json && options->verbosity >= 0)
            putchar('\n');
        bool goes_on = jobs ? diagnose_jobs_next(jobs, groups, &outcome, &error)
                            : diagnose_trace(options, &groups->groups[i], &outcome, &error);
        if (!goes_on) {
            json_decref(documents);
            return failure_tell("diagnose", options->json, &error);
        }
        if (i == 0 || verdict_worse_status(worst, outcome.status) != worst) {
            worst = outcome.status;
            worst_result = outcome.result;
        }
        if (options->json_lines)
            print_line(outcome.document);
        else if (outcome.document && groups->count > 1 &&
                 json_array_append_new(documents, outcome.document) != 0)
            abort();
    }
    if (options->json && !options->json_lines)
        document_print(groups->count == 1
                           ? outcome.document
                           : report_json_traces("diagnose", json_incref(documents), worst_result));
    json_decref(documents);
    return worst;
}

int command_diagnose(const struct options *options)
{
    outlive_the_capturing_program(options);
    struct trace_groups groups;
    struct diagnose_jobs *jobs = NULL;
    struct error error;
    enum trace_grouping grouping = options->join         ? TRACES_JOINED
                                   : options->json_lines ? TRACES_APART
                                                         : TRACES_ADJOINING;
    if (options->jobs > 1) {
        jobs = diagnose_jobs_start(options, &error);
        if (!jobs)
            return failure_tell("diagnose", options->json, &error);
        rights_filter(options);
    }
    trace_groups_make(options->operands, options->operand_count, grouping, &groups);
    if (groups.hint && options->verbosity >= 0)
        fprintf(stderr, "spa-sos diagnose: %s\n", groups.hint);
    int status = judge_all(options, &groups, jobs);
    diagnose_jobs_end(jobs);
    trace_groups_free(&groups);
    return signal_number != 0 ? EXIT_SIGNAL_BASE + signal_number : status;
}
