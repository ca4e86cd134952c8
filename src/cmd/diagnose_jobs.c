/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces in processes of their own: see diagnose_jobs.h. */
#include "cmd/diagnose_jobs.h"

#include "base/text.h"
#include "cmd/rights.h"
#include "port/files.h"
#include "report/report.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a process writes into: its standard streams, and the JSON document. */
enum sink { SINK_OUT, SINK_ERR, SINK_DOCUMENT, SINK_COUNT };

/* The answer to a request, which is the paths of a group, each with its NUL. */
struct answer {
    bool goes_on;
    struct error error;
    int status;
    enum verdict_result result;
    size_t lengths[SINK_COUNT];
};

struct worker {
    pid_t process;
    int socket; /* to it; -1: it has died */
    int sinks[SINK_COUNT];
    bool is_busy;
    size_t group; /* that it judges, or has judged and waits to be printed */
    bool has_answered;
    struct answer answer;
};

struct diagnose_jobs {
    const struct options *options;
    struct worker *workers;
    unsigned count;
    size_t given, printed; /* groups */
};

/* Returns: false at the end of the stream, or with errno. */
static bool read_all(int descriptor, void *ret, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = read(descriptor, (char *)ret + done, length - done);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* ---- a process ---- */

static bool write_document(int sink, json_t *document, size_t *ret_length)
{
    char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text)
        abort();
    *ret_length = strlen(text);
    bool good = lseek(sink, 0, SEEK_SET) == 0 && files_write_all(sink, text, *ret_length);
    free(text);
    return good;
}

/* What stands before the end of a standard stream, which begins anew. */
static size_t take_length(int descriptor)
{
    off_t end = lseek(descriptor, 0, SEEK_CUR);
    lseek(descriptor, 0, SEEK_SET);
    return end > 0 ? (size_t)end : 0;
}

static void judge_one(const struct worker *self, const struct options *options, const char *request,
                      size_t length)
{
    const char **paths = calloc(length + 1, sizeof *paths);
    struct trace_outcome outcome = {0};
    struct answer answer = {0};
    struct trace_group group = {.paths = paths};
    if (!paths)
        abort();
    for (const char *at = request; at < request + length; at += strlen(at) + 1)
        paths[group.count++] = at;
    answer.goes_on = diagnose_trace(options, &group, &outcome, &answer.error);
    answer.status = outcome.status;
    answer.result = outcome.result;
    fflush(stdout);
    answer.lengths[SINK_OUT] = take_length(STDOUT_FILENO);
    answer.lengths[SINK_ERR] = take_length(STDERR_FILENO);
    if (outcome.document) {
        if (!write_document(self->sinks[SINK_DOCUMENT], outcome.document,
                            &answer.lengths[SINK_DOCUMENT]))
            abort();
        json_decref(outcome.document);
    }
    free(paths);
    if (!files_write_all(self->socket, &answer, sizeof answer))
        _exit(1);
}

/* Ends when nobody asks any more. */
static _Noreturn void work(struct worker *self, const struct options *options)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(self->sinks[SINK_OUT], STDOUT_FILENO);
    dup2(self->sinks[SINK_ERR], STDERR_FILENO);
    struct options silent = *options; /* a kernel that cannot filter is told of by the one parent */
    silent.verbosity = 0;
    rights_filter(&silent);
    size_t length;
    while (read_all(self->socket, &length, sizeof length)) {
        char *request = malloc(length);
        if (!request)
            abort();
        if (read_all(self->socket, request, length))
            judge_one(self, options, request, length);
        free(request);
    }
    _exit(0);
}

/* ---- this side ---- */

static bool start_worker(struct diagnose_jobs *jobs, struct worker *worker)
{
    int ends[2];
    for (unsigned i = 0; i < SINK_COUNT; i++) {
        worker->sinks[i] = memfd_create("spa-sos", MFD_CLOEXEC);
        if (worker->sinks[i] < 0)
            return false;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    worker->socket = ends[0];
    worker->process = fork();
    if (worker->process == 0) {
        for (struct worker *other = jobs->workers; other < worker; other++)
            close(other->socket); /* or it would not see its end */
        close(ends[0]);
        worker->socket = ends[1];
        work(worker, jobs->options);
    }
    close(ends[1]);
    return worker->process > 0;
}

struct diagnose_jobs *diagnose_jobs_start(const struct options *options, struct error *ret_error)
{
    struct diagnose_jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        abort();
    jobs->options = options;
    jobs->workers = calloc(options->jobs, sizeof *jobs->workers);
    if (!jobs->workers)
        abort();
    signal(SIGPIPE, SIG_IGN); /* a process that has died is buried, and no end of this one */
    fflush(NULL);
    for (; jobs->count < options->jobs; jobs->count++) {
        struct worker *worker = &jobs->workers[jobs->count];
        *worker = (struct worker){.socket = -1, .sinks = {-1, -1, -1}};
        if (!start_worker(jobs, worker)) {
            error_set(ret_error, ERROR_ENVIRONMENT, "--jobs %u: process %u cannot be started: %s",
                      options->jobs, jobs->count + 1, strerror(errno));
            jobs->count++; /* to be closed, as far as it came */
            diagnose_jobs_end(jobs);
            return NULL;
        }
    }
    return jobs;
}

/* It has died: what it judged is lost, and says so. */
static void bury(struct worker *worker)
{
    close(worker->socket);
    worker->socket = -1;
    worker->answer = (struct answer){.goes_on = true};
    error_set(&worker->answer.error, ERROR_ENVIRONMENT,
              "the process that judged it has died (process %d)", (int)worker->process);
    worker->has_answered = true;
}

static void give(struct worker *worker, const struct trace_group *group, size_t number)
{
    struct text request = TEXT_EMPTY;
    for (size_t i = 0; i < group->count; i++)
        text_add_bytes(&request, group->paths[i], strlen(group->paths[i]) + 1);
    worker->is_busy = true;
    worker->has_answered = false;
    worker->group = number;
    if (!files_write_all(worker->socket, &request.length, sizeof request.length) ||
        !files_write_all(worker->socket, text_chars(&request), request.length))
        bury(worker);
    text_free(&request);
}

static void give_all(struct diagnose_jobs *jobs, const struct trace_groups *groups)
{
    for (unsigned i = 0; i < jobs->count && jobs->given < groups->count; i++) {
        struct worker *worker = &jobs->workers[i];
        if (worker->is_busy || worker->socket < 0)
            continue;
        give(worker, &groups->groups[jobs->given], jobs->given);
        jobs->given++;
    }
}

static void receive(struct worker *worker)
{
    if (read_all(worker->socket, &worker->answer, sizeof worker->answer))
        worker->has_answered = true;
    else
        bury(worker);
}

/* Returns: the contents, with a NUL; the caller's. */
static char *read_sink(const struct worker *worker, enum sink sink)
{
    size_t length = worker->answer.lengths[sink];
    char *chars = malloc(length + 1);
    if (!chars)
        abort();
    ssize_t got = length ? pread(worker->sinks[sink], chars, length, 0) : 0;
    chars[got > 0 ? (size_t)got : 0] = '\0';
    return chars;
}

static void print_sink(const struct worker *worker, enum sink sink, FILE *to)
{
    char *chars = read_sink(worker, sink);
    fputs(chars, to);
    free(chars);
}

static bool take_outcome(const struct diagnose_jobs *jobs, const struct trace_groups *groups,
                         struct worker *worker, struct trace_outcome *ret, struct error *ret_error)
{
    const struct answer *answer = &worker->answer;
    const struct options *options = jobs->options;
    print_sink(worker, SINK_ERR, stderr);
    print_sink(worker, SINK_OUT, stdout);
    *ret = (struct trace_outcome){.status = answer->status, .result = answer->result};
    if (worker->socket < 0) {
        const char *trace = groups->groups[worker->group].paths[0];
        fprintf(stderr, "spa-sos diagnose: %s: %s\n", path_shown(trace).text, answer->error.text);
        ret->status = ERROR_ENVIRONMENT;
        ret->result = RESULT_INVALID;
        if (options->json)
            ret->document = report_json_unreadable("diagnose", trace, &answer->error);
    } else if (options->json && answer->goes_on) {
        char *text = read_sink(worker, SINK_DOCUMENT);
        ret->document = json_loads(text, 0, NULL);
        free(text);
        if (!ret->document)
            abort();
    }
    *ret_error = answer->error;
    return answer->goes_on;
}

/* Returns: the process that judges the group, NULL if all have died before. */
static struct worker *worker_of(struct diagnose_jobs *jobs, size_t group)
{
    for (unsigned i = 0; i < jobs->count; i++)
        if (jobs->workers[i].is_busy && jobs->workers[i].group == group)
            return &jobs->workers[i];
    return NULL;
}

bool diagnose_jobs_next(struct diagnose_jobs *jobs, const struct trace_groups *groups,
                        struct trace_outcome *ret, struct error *ret_error)
{
    give_all(jobs, groups);
    struct worker *worker = worker_of(jobs, jobs->printed);
    if (!worker)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "all %u processes of --jobs have died; run the traces that are left one "
                         "by one",
                         jobs->count);
    if (!worker->has_answered)
        receive(worker);
    jobs->printed++;
    bool goes_on = take_outcome(jobs, groups, worker, ret, ret_error);
    worker->is_busy = false;
    return goes_on;
}

void diagnose_jobs_end(struct diagnose_jobs *jobs)
{
    if (!jobs)
        return;
    for (unsigned i = 0; i < jobs->count; i++) {
        struct worker *worker = &jobs->workers[i];
        if (worker->socket >= 0)
            close(worker->socket);
        for (unsigned j = 0; j < SINK_COUNT; j++)
            if (worker->sinks[j] >= 0)
                close(worker->sinks[j]);
    }
    free(jobs->workers);
    free(jobs);
}
