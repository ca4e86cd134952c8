/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos diagnose TRACE...: says why a recorded recovery failed (docs: command line). */
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/diagnose_trace.h"
#include "cmd/failure.h"
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

/* Judges every trace. Returns: the exit status. */
static int judge_all(const struct options *options, const struct trace_groups *groups)
{
    struct trace_outcome outcome;
    struct error error;
    json_t *documents = json_array();
    int worst = 0;
    enum verdict_result worst_result = RESULT_INVALID;
    for (size_t i = 0; i < groups->count; i++) {
        if (i > 0 && !options->json && options->verbosity >= 0)
            putchar('\n');
        if (!diagnose_trace(options, &groups->groups[i], &outcome, &error)) {
            json_decref(documents);
            return failure_tell("diagnose", options->json, &error);
        }
        if (i == 0 || verdict_worse_status(worst, outcome.status) != worst) {
            worst = outcome.status;
            worst_result = outcome.result;
        }
        if (outcome.document && groups->count > 1 &&
            json_array_append_new(documents, outcome.document) != 0)
            abort();
    }
    if (options->json && groups->count == 1)
        document_print(outcome.document);
    else if (options->json)
        document_print(report_json_traces("diagnose", json_incref(documents), worst_result));
    json_decref(documents);
    return worst;
}

int command_diagnose(const struct options *options)
{
    outlive_the_capturing_program(options);
    struct trace_groups groups;
    trace_groups_make(options->operands, options->operand_count, options->join, &groups);
    if (groups.hint && options->verbosity >= 0)
        fprintf(stderr, "spa-sos diagnose: %s\n", groups.hint);
    int status = judge_all(options, &groups);
    trace_groups_free(&groups);
    return signal_number != 0 ? EXIT_SIGNAL_BASE + signal_number : status;
}
