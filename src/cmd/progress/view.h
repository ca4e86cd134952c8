/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A way to show a run: one table of operations, three of which exist (terminal, lines, JSON). A
 * view is told what happens, one event at a time, and keeps nothing of the run but what it has
 * shown.
 */
#ifndef CMD_PROGRESS_VIEW_H
#define CMD_PROGRESS_VIEW_H

#include "base/text.h"
#include "cmd/options/options.h"

struct progress_view {
    const struct progress_view_operations *operations;
    int verbosity;
    instant_ns start_ns;       /* of the run; 0 before its first step */
    bool shows_clock;          /* times of messages: of day, else since the start */
    duration_ns flash_wait_ns; /* longest time of writing that the run waits for; 0: none */
};

struct progress_view_operations {
    /* How many percent of a transfer are worth telling; 0: none, the view draws them itself. */
    unsigned percent_step;
    bool draws; /* has clocks: `step` is to be called even while nothing happens */
    /* A line of the program itself. */
    void (*message)(struct progress_view *view, const char *line);
    /* Waiting for something before the run, with a clock; called once a second. */
    void (*waiting)(struct progress_view *view, const char *what, duration_ns waited_ns);
    /* Every event but those of progress. */
    void (*event)(struct progress_view *view, const struct station_event *event);
    /* A transfer has reached another multiple of percent_step. NULL if that is 0. */
    void (*percent)(struct progress_view *view, const struct station_event *event,
                    const struct session_status *status, unsigned percent);
    /* After every step of the run. NULL: nothing to do. */
    void (*step)(struct progress_view *view, const struct station *station, duration_ns running_ns,
                 instant_ns now_ns);
    /* The report comes next. */
    void (*finish)(struct progress_view *view);
    void (*free)(struct progress_view *view);
};

struct progress_view *progress_terminal_new(bool color);
struct progress_view *progress_lines_new(void);
struct progress_view *progress_json_new(void);

/* For those that show text. */

/* Is the event for a user who asked for so much? */
bool progress_is_wanted(const struct progress_view *view, const struct station_event *event);
/* Its time in front of a line: "    12.3  " seconds since the start, or "17:18:19  ". */
void progress_add_time(struct text *text, const struct progress_view *view, instant_ns time_ns);
/* The event's time and sentence, with -v also the states. */
void progress_add_event(struct text *text, const struct progress_view *view,
                        const struct station_event *event);

#define PROGRESS_NAME_SIZE (4 * RECM_TEXT_SIZE + 1)
/* How the user knows this phone: its serial number once it said it, else its MAC address; escaped.
 */
const char *progress_phone_name(const struct session_status *status,
                                char ret[static PROGRESS_NAME_SIZE]);
/* Returns: of the running or last transfer, 0 to 100. */
unsigned progress_percent(const struct session_status *status);

#endif
