/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run on a terminal: a status line per phone at the bottom, redrawn in place, with messages
 * scrolling above: see view.h.
 */
#include "cmd/progress/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_INTERVAL_NS  (100 * NS_PER_MS)
#define CONTINUATION_INDENT 4

struct terminal {
    struct progress_view view;
    bool color;
    unsigned status_lines; /* on the screen now */
    instant_ns next_redraw_ns;
};

static void erase_status(struct terminal *terminal)
{
    if (terminal->status_lines == 0)
        return;
    fprintf(stderr, "\r\033[%uA\033[J", terminal->status_lines);
    terminal->status_lines = 0;
}

static void terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    *ret_columns = known && size.ws_col > CONTINUATION_INDENT ? size.ws_col : 80;
    *ret_rows = known && size.ws_row > 2 ? size.ws_row : 24;
}

/* A line above the status lines, folded between words. */
static void print_line(struct progress_view *view, const char *line)
{
    erase_status((struct terminal *)view);
    const char *rest = line;
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    while (strlen(rest) > columns) {
        size_t cut = columns;
        while (cut > 0 && rest[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        fprintf(stderr, "%.*s\n%*s", (int)cut, rest, CONTINUATION_INDENT, "");
        if (rest == line)
            columns -= CONTINUATION_INDENT;
        rest += cut + 1;
    }
    fprintf(stderr, "%s\n", rest);
}

static void print_event(struct progress_view *view, const struct station_event *event)
{
    struct text line = TEXT_EMPTY;
    if (!progress_is_wanted(view, event))
        return;
    progress_add_event(&line, view, event);
    print_line(view, text_chars(&line));
    text_free(&line);
}

static void draw_line(struct terminal *terminal, const struct text *line, const char *color)
{
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    fprintf(stderr, "%s%.*s%s\n", terminal->color ? color : "", (int)columns - 1, text_chars(line),
            terminal->color && *color ? "\033[0m" : "");
    terminal->status_lines++;
}

static void draw_waiting(struct progress_view *view, const char *what, duration_ns waited_ns)
{
    struct terminal *terminal = (struct terminal *)view;
    struct text line = TEXT_EMPTY;
    erase_status(terminal);
    text_add(&line, "%3lld s  %s", (long long)(waited_ns / NS_PER_S), what);
    draw_line(terminal, &line, "");
    text_free(&line);
}

/* Percentage, rate, time left and retransmissions of a running transfer. */
static void add_transfer(struct text *line, const struct session_status *status, instant_ns now_ns)
{
    double seconds = (double)(now_ns - status->transfer_start_ns) / (double)NS_PER_S;
    double rate = seconds > 0.05 ? (double)status->bytes_acknowledged / seconds : 0;
    text_add(line, "%3u %%", progress_percent(status));
    if (rate > 0) {
        double left = (double)(status->bytes_total - status->bytes_acknowledged) / rate;
        text_add(line, "  %.0f kB/s  %.0f s left", rate / 1000, left);
    }
    if (status->retransmissions > 0)
        text_add(line, "  %u sent again", status->retransmissions);
}

static void add_status(struct text *line, const struct session_status *status, instant_ns now_ns)
{
    char name[PROGRESS_NAME_SIZE], product[4 * RECM_TEXT_SIZE + 1];
    long long since = (now_ns - status->state_since_ns) / NS_PER_S;
    text_add(line, "%-17s %-8s %-12s ", progress_phone_name(status, name),
             text_escape(status->product, strlen(status->product), product, sizeof product),
             session_state_name(status->state));
    if (status->state == SESSION_TRANSFER)
        add_transfer(line, status, now_ns);
    else if (status->state == SESSION_DELIVERED)
        text_add(line, "%lld s  writing its flash, do not unplug", since);
    else if (status->state != SESSION_RECOVERED && status->state != SESSION_FAILED)
        text_add(line, "%lld s", since);
}

static const char *state_color(enum session_state state)
{
    if (state == SESSION_RECOVERED)
        return "\033[32m";
    return state == SESSION_FAILED ? "\033[31m" : "";
}

static void draw_clock(struct terminal *terminal, const char *what, duration_ns since_ns)
{
    struct text line = TEXT_EMPTY;
    text_add(&line, "%s, %lld s", what, (long long)(since_ns / NS_PER_S));
    draw_line(terminal, &line, "");
    text_free(&line);
}

static void draw_status(struct terminal *terminal, const struct station *station,
                        duration_ns running_ns, instant_ns now_ns)
{
    size_t count = station_session_count(station);
    duration_ns without_link_ns = station_without_link(station, now_ns);
    erase_status(terminal);
    if (without_link_ns > 0)
        draw_clock(terminal, "no link", without_link_ns);
    else if (count == 0)
        draw_clock(terminal, "no phone yet", running_ns);
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    /* What has scrolled off the screen cannot be erased. The last row is the cursor's. */
    size_t room = rows - 1 - terminal->status_lines;
    size_t first = count > room ? count - room : 0;
    for (size_t i = first; i < count; i++) {
        struct session_status status;
        struct text line = TEXT_EMPTY;
        station_session(station, i, &status);
        add_status(&line, &status, now_ns);
        draw_line(terminal, &line, state_color(status.state));
        text_free(&line);
    }
    fflush(stderr);
}

static void step(struct progress_view *view, const struct station *station, duration_ns running_ns,
                 instant_ns now_ns)
{
    struct terminal *terminal = (struct terminal *)view;
    if (now_ns < terminal->next_redraw_ns)
        return;
    terminal->next_redraw_ns = now_ns + REDRAW_INTERVAL_NS;
    draw_status(terminal, station, running_ns, now_ns);
}

static void finish(struct progress_view *view)
{
    erase_status((struct terminal *)view);
}

static void free_view(struct progress_view *view)
{
    free(view);
}

struct progress_view *progress_terminal_new(bool color)
{
    static const struct progress_view_operations operations = {
        .draws = true,
        .message = print_line,
        .waiting = draw_waiting,
        .event = print_event,
        .step = step,
        .finish = finish,
        .free = free_view,
    };
    struct terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        return NULL;
    terminal->view.operations = &operations;
    terminal->color = color;
    return &terminal->view;
}
