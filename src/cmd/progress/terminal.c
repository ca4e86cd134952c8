/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run on a terminal: a status line per phone at the bottom, redrawn in place, with messages
 * scrolling above: see view.h.
 */
#include "cmd/messages.h"
#include "cmd/progress/status_area.h"
#include "cmd/progress/view.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_INTERVAL_NS  (100 * NS_PER_MS)
#define CONTINUATION_INDENT 4

struct terminal {
    struct progress_view view;
    bool color;
    struct status_area shown; /* on the screen now */
    instant_ns next_redraw_ns;
};

static void terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    *ret_columns = known && size.ws_col > CONTINUATION_INDENT ? size.ws_col : 80;
    *ret_rows = known && size.ws_row > 2 ? size.ws_row : 24;
}

/* How many rows the lines shown take now: a terminal that has become narrower has wrapped them. */
static unsigned rows_shown(const struct terminal *terminal)
{
    unsigned columns, rows, count = 0;
    terminal_size(&columns, &rows);
    for (unsigned i = 0; i < terminal->shown.count; i++)
        count += 1 + (unsigned)((terminal->shown.lines[i].length + columns - 1) / columns) -
                 (terminal->shown.lines[i].length > 0);
    return count < rows ? count : rows - 1;
}

/* What erases the status lines, before whatever takes their place. */
static void add_erasure(const struct terminal *terminal, struct text *screen)
{
    if (terminal->shown.count > 0)
        text_add(screen, "\r\033[%uA\033[J", rows_shown(terminal));
}

/* A line above the status lines, folded between words. */
static void print_line(struct progress_view *view, const char *line)
{
    struct terminal *terminal = (struct terminal *)view;
    struct text screen = TEXT_EMPTY;
    const char *rest = line;
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    add_erasure(terminal, &screen);
    while (strlen(rest) > columns) {
        size_t cut = columns;
        while (cut > 0 && rest[cut] != ' ')
            cut--;
        if (cut == 0)
            break;
        text_add(&screen, "%.*s\n%*s", (int)cut, rest, CONTINUATION_INDENT, "");
        if (rest == line)
            columns -= CONTINUATION_INDENT;
        rest += cut + 1;
    }
    text_add(&screen, "%s\n", rest);
    if (messages_write(text_chars(&screen), screen.length))
        status_area_free(&terminal->shown);
    else
        messages_count_lost();
    text_free(&screen);
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

/* Takes `area` over. A picture that the terminal does not take is followed by the next one. */
static void draw(struct terminal *terminal, struct status_area *area)
{
    static const char *const colors[] = {"", "\033[32m", "\033[31m"};
    struct text screen = TEXT_EMPTY;
    add_erasure(terminal, &screen);
    for (unsigned i = 0; i < area->count; i++) {
        const char *color = terminal->color ? colors[area->colors[i]] : "";
        text_add(&screen, "%s%s%s\n", color, text_chars(&area->lines[i]), *color ? "\033[0m" : "");
    }
    if (messages_write(text_chars(&screen), screen.length)) {
        struct status_area before = terminal->shown;
        terminal->shown = *area;
        *area = before;
    }
    status_area_free(area); /* the one that is not on the screen */
    text_free(&screen);
}

static void draw_waiting(struct progress_view *view, const char *what, duration_ns waited_ns)
{
    struct status_area area = {.count = 1};
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    text_add(&area.lines[0], "%3lld s  %.*s", (long long)(waited_ns / NS_PER_S),
             (int)(columns > 16 ? columns - 16 : 1), what);
    draw((struct terminal *)view, &area);
}

static void draw_status(struct terminal *terminal, const struct station *station,
                        duration_ns running_ns, instant_ns now_ns)
{
    struct status_area area;
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    status_area_of(station, running_ns, now_ns, terminal->view.flash_wait_ns, columns, rows, &area);
    draw(terminal, &area);
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
    struct terminal *terminal = (struct terminal *)view;
    struct text screen = TEXT_EMPTY;
    add_erasure(terminal, &screen);
    messages_write(text_chars(&screen), screen.length);
    status_area_free(&terminal->shown);
    text_free(&screen);
}

static void free_view(struct progress_view *view)
{
    status_area_free(&((struct terminal *)view)->shown);
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
