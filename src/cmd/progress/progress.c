/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the view of a run and tells it what happens: see progress.h. */
#include "cmd/progress/progress.h"

#include "cmd/messages.h"
#include "cmd/progress/percents.h"
#include "cmd/progress/status_area.h"
#include "cmd/progress/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_COLUMNS 120 /* of the answer to SIGUSR1 */

struct progress {
    struct progress_view *view;
    instant_ns start_ns; /* of the run; 0 before the first step */
    bool waiting_said;
    struct percents percents;
};

static bool color_allowed(enum color_choice choice)
{
    const char *no_color = getenv("NO_COLOR");
    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return !no_color || !*no_color;
}

static struct progress_view *choose_view(const struct options *options)
{
    const char *term = getenv("TERM");
    bool is_terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    if (options->events)
        return progress_json_new();
    if (is_terminal && options->verbosity >= 0)
        return progress_terminal_new(color_allowed(options->color));
    return progress_lines_new();
}

struct progress *progress_new(const struct options *options)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        abort();
    progress->view = choose_view(options);
    if (!progress->view)
        abort();
    progress->view->verbosity = options->verbosity;
    progress->view->shows_clock = options->clock;
    progress->view->flash_wait_ns =
        options->command == OPTIONS_RECOVER ? options->station.flash_wait_ns : 0;
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    percents_free(&progress->percents);
    progress->view->operations->free(progress->view);
    free(progress);
}

void progress_message(struct progress *progress, const char *format, ...)
{
    va_list arguments;
    char line[ERROR_TEXT_SIZE];
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    progress->view->operations->message(progress->view, line);
}

void progress_waiting(struct progress *progress, const char *what, duration_ns waited_ns)
{
    if (progress_draws(progress))
        progress->view->operations->waiting(progress->view, what, waited_ns);
    else if (!progress->waiting_said)
        progress_message(progress, "%s", what);
    progress->waiting_said = true;
}

/* Tells the view if the transfer has reached another multiple of its step. */
static void show_percent(struct progress *progress, const struct station *station,
                         const struct station_event *event)
{
    const struct progress_view_operations *operations = progress->view->operations;
    struct session_status status;
    if (operations->percent_step == 0 || !station_session_of(station, &event->mac, &status))
        return;
    unsigned percent =
        progress_percent(&status) / operations->percent_step * operations->percent_step;
    if (percents_raise(&progress->percents, &event->mac, percent))
        operations->percent(progress->view, event, &status, percent);
}

static void tell_lost(struct progress *progress)
{
    unsigned count = messages_lost();
    if (count > 0)
        progress_message(progress,
                         "%u message%s left out here: standard error took none (a stopped "
                         "terminal, a pipe that nobody empties)",
                         count, count == 1 ? " was" : "s were");
}

void progress_observe(void *context, const struct station *station,
                      const struct station_event *event, instant_ns now_ns)
{
    struct progress *progress = context;
    struct progress_view *view = progress->view;
    if (progress->start_ns == 0)
        progress->start_ns = view->start_ns = now_ns;
    tell_lost(progress);
    if (event && event->kind == STATION_EVENT_PROGRESS)
        show_percent(progress, station, event);
    else if (event)
        view->operations->event(view, event);
    else if (view->operations->step)
        view->operations->step(view, station, now_ns - progress->start_ns, now_ns);
}

void progress_status(struct progress *progress, const struct station *station, instant_ns now_ns)
{
    duration_ns running_ns = progress->start_ns ? now_ns - progress->start_ns : 0;
    struct status_area area;
    status_area_of(station, running_ns, now_ns, progress->view->flash_wait_ns, STATUS_COLUMNS,
                   3 * STATUS_AREA_LINES, &area);
    for (unsigned i = 0; i < area.count; i++)
        progress_message(progress, "status: %s", text_chars(&area.lines[i]));
    status_area_free(&area);
}

bool progress_draws(const struct progress *progress)
{
    return progress->view->operations->draws;
}

void progress_finish(struct progress *progress)
{
    if (progress->view->operations->finish)
        progress->view->operations->finish(progress->view);
    tell_lost(progress);
}
