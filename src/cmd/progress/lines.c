/* SPDX-License-Identifier: BSD-2-Clause */
/* A run as plain lines, for pipes and files: see view.h. */
#include "cmd/messages.h"
#include "cmd/progress/view.h"

#include <stdlib.h>

static void say_message(struct progress_view *view, const char *line)
{
    if (view->verbosity >= 0)
        messages_print("%s", line);
}

static void say_event(struct progress_view *view, const struct station_event *event)
{
    struct text line = TEXT_EMPTY;
    if (!progress_is_wanted(view, event))
        return;
    progress_add_event(&line, view, event);
    messages_print("%s", text_chars(&line));
    text_free(&line);
}

static void say_percent(struct progress_view *view, const struct station_event *event,
                        const struct session_status *status, unsigned percent)
{
    char name[PROGRESS_NAME_SIZE];
    struct text time = TEXT_EMPTY;
    if (view->verbosity < 0)
        return;
    progress_add_time(&time, view, event->time_ns);
    messages_print("%s%s: %u %%", text_chars(&time), progress_phone_name(status, name), percent);
    text_free(&time);
}

static void free_view(struct progress_view *view)
{
    free(view);
}

struct progress_view *progress_lines_new(void)
{
    static const struct progress_view_operations operations = {
        .percent_step = 10,
        .message = say_message,
        .event = say_event,
        .percent = say_percent,
        .free = free_view,
    };
    struct progress_view *view = calloc(1, sizeof *view);
    if (view)
        view->operations = &operations;
    return view;
}
