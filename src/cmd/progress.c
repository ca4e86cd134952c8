/* SPDX-License-Identifier: BSD-2-Clause */
/* Progress on standard error: see progress.h. */
#include "cmd/progress.h"

#include "base/text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_INTERVAL_NS  (100 * NS_PER_MS)
#define CONTINUATION_INDENT 4
#define PERCENT_STEP        10

struct phone_percent {
    struct mac_address mac;
    unsigned last; /* the last one that was printed */
};

struct progress {
    const struct options *options;
    bool terminal, color;
    unsigned status_lines; /* on the screen now */
    instant_ns next_redraw_ns;
    instant_ns start_ns; /* of the run; 0 before the first step */
    bool waiting_said;
    struct phone_percent *percents;
    size_t percent_count;
};

bool color_allowed(enum color_choice choice, int descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return isatty(descriptor) && (!no_color || !*no_color) && term && strcmp(term, "dumb") != 0;
}

struct progress *progress_new(const struct options *options)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        abort();
    const char *term = getenv("TERM");
    progress->options = options;
    progress->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 &&
                         !options->events && options->verbosity >= 0;
    progress->color = color_allowed(options->color, STDERR_FILENO);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    free(progress->percents);
    free(progress);
}

static void erase_status(struct progress *progress)
{
    if (progress->status_lines == 0)
        return;
    fprintf(stderr, "\r\033[%uA\033[J", progress->status_lines);
    progress->status_lines = 0;
}

static void print_json_line(json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    if (line)
        fprintf(stderr, "%s\n", line);
    free(line);
    json_decref(object);
}

static void terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
    *ret_columns = known && size.ws_col > CONTINUATION_INDENT ? size.ws_col : 80;
    *ret_rows = known && size.ws_row > 2 ? size.ws_row : 24;
}

/* A line above the status lines; a terminal gets it folded between words. */
__attribute__((format(printf, 2, 3))) static void print_line(struct progress *progress,
                                                             const char *format, ...)
{
    va_list arguments;
    char line[ERROR_TEXT_SIZE];
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    erase_status(progress);
    const char *rest = line;
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    while (progress->terminal && strlen(rest) > columns) {
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

void progress_message(struct progress *progress, const char *format, ...)
{
    va_list arguments;
    char line[ERROR_TEXT_SIZE];
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (progress->options->events)
        print_json_line(json_pack("{s:s, s:s}", "event", "message", "text", line));
    else if (progress->options->verbosity >= 0)
        print_line(progress, "%s", line);
}

static void draw_line(struct progress *progress, const struct text *line, const char *color)
{
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    fprintf(stderr, "%s%.*s%s\n", progress->color ? color : "", (int)columns - 1, text_chars(line),
            progress->color && *color ? "\033[0m" : "");
    progress->status_lines++;
}

void progress_waiting(struct progress *progress, const char *what, duration_ns waited_ns)
{
    if (progress->terminal) {
        struct text line = TEXT_EMPTY;
        erase_status(progress);
        text_add(&line, "%3lld s  %s", (long long)(waited_ns / NS_PER_S), what);
        draw_line(progress, &line, "");
        text_free(&line);
    } else if (!progress->waiting_said) {
        progress_message(progress, "%s", what);
    }
    progress->waiting_said = true;
}

static const char *kind_name(enum station_event_kind kind)
{
    static const char *const names[] = {"state", "progress", "message", "detail", "frame"};
    return names[kind];
}

static void print_event_json(const struct station_event *event)
{
    json_t *object = json_pack("{s:f, s:s}", "time", (double)event->time_ns / (double)NS_PER_S,
                               "event", kind_name(event->kind));
    if (!mac_equal(&event->mac, &mac_zero))
        json_object_set_new(object, "mac", json_string(mac_format(&event->mac).text));
    if (event->kind == STATION_EVENT_STATE) {
        json_object_set_new(object, "from", json_string(session_state_name(event->old_state)));
        json_object_set_new(object, "to", json_string(session_state_name(event->new_state)));
    }
    if (event->text[0])
        json_object_set_new(object, "text", json_string(event->text));
    print_json_line(object);
}

static bool find_status(const struct station *station, const struct mac_address *mac,
                        struct session_status *ret)
{
    for (size_t i = 0; i < station_session_count(station); i++) {
        station_session(station, i, ret);
        if (mac_equal(&ret->mac, mac))
            return true;
    }
    return false;
}

/* How the user knows this phone: its serial number once it said it, else its MAC address. */
static const char *phone_name(const struct session_status *status,
                              char ret[static 4 * RECM_TEXT_SIZE + 1])
{
    if (!status->answered)
        return strcpy(ret, mac_format(&status->mac).text);
    return text_escape(status->serial, strlen(status->serial), ret, 4 * RECM_TEXT_SIZE + 1);
}

static unsigned percent_of(const struct session_status *status)
{
    return status->bytes_total == 0
               ? 0
               : (unsigned)(status->bytes_acknowledged * 100 / status->bytes_total);
}

static struct phone_percent *percent_entry(struct progress *progress, const struct mac_address *mac)
{
    for (size_t i = 0; i < progress->percent_count; i++) {
        if (mac_equal(&progress->percents[i].mac, mac))
            return &progress->percents[i];
    }
    struct phone_percent *percents =
        reallocarray(progress->percents, progress->percent_count + 1, sizeof *percents);
    if (!percents)
        abort();
    progress->percents = percents;
    percents[progress->percent_count] = (struct phone_percent){.mac = *mac};
    return &percents[progress->percent_count++];
}

/*
 * Has the transfer reached another multiple of `step` percent? Returns: it in *ret_percent. Asked
 * by one kind of output only, as the answer is remembered.
 */
static bool reaches_percent(struct progress *progress, const struct session_status *status,
                            unsigned step, unsigned *ret_percent)
{
    struct phone_percent *entry = percent_entry(progress, &status->mac);
    *ret_percent = percent_of(status) / step * step;
    bool is_new = *ret_percent > entry->last;
    entry->last = *ret_percent;
    return is_new;
}

/* Not a terminal: a line per 10 %, and per 1 % for programs. */
static void print_percent(struct progress *progress, const struct station *station,
                          const struct station_event *event)
{
    struct session_status status;
    char name[4 * RECM_TEXT_SIZE + 1];
    bool json = progress->options->events;
    unsigned percent;
    if (!find_status(station, &event->mac, &status) ||
        !reaches_percent(progress, &status, json ? 1 : PERCENT_STEP, &percent))
        return;
    if (json)
        print_json_line(json_pack(
            "{s:f, s:s, s:s, s:i, s:I, s:I}", "time", (double)event->time_ns / (double)NS_PER_S,
            "event", kind_name(event->kind), "mac", mac_format(&event->mac).text, "percent",
            (int)percent, "bytes", (json_int_t)status.bytes_acknowledged, "total",
            (json_int_t)status.bytes_total));
    else
        fprintf(stderr, "%s: %u %%\n", phone_name(&status, name), percent);
}

static void print_event_line(struct progress *progress, const struct station_event *event)
{
    if (event->kind == STATION_EVENT_STATE && progress->options->verbosity > 0)
        print_line(progress, "%s (%s -> %s)", event->text, session_state_name(event->old_state),
                   session_state_name(event->new_state));
    else
        print_line(progress, "%s", event->text);
}

static void show_event(struct progress *progress, const struct station *station,
                       const struct station_event *event)
{
    int needed = 0;
    bool json = progress->options->events;
    if (event->kind == STATION_EVENT_PROGRESS) {
        if (json || (!progress->terminal && progress->options->verbosity >= 0))
            print_percent(progress, station, event);
        return;
    }
    if (json) {
        print_event_json(event);
        return;
    }
    if (event->kind == STATION_EVENT_DETAIL)
        needed = 1;
    else if (event->kind == STATION_EVENT_FRAME)
        needed = 2;
    if (progress->options->verbosity >= needed)
        print_event_line(progress, event);
}

/* Percentage, rate, time left and retransmissions of a running transfer. */
static void add_transfer(struct text *line, const struct session_status *status, instant_ns now_ns)
{
    double seconds = (double)(now_ns - status->transfer_start_ns) / (double)NS_PER_S;
    double rate = seconds > 0.05 ? (double)status->bytes_acknowledged / seconds : 0;
    text_add(line, "%3u %%", percent_of(status));
    if (rate > 0) {
        double left = (double)(status->bytes_total - status->bytes_acknowledged) / rate;
        text_add(line, "  %.0f kB/s  %.0f s left", rate / 1000, left);
    }
    if (status->retransmissions > 0)
        text_add(line, "  %u sent again", status->retransmissions);
}

static void add_status(struct text *line, const struct session_status *status, instant_ns now_ns)
{
    char name[4 * RECM_TEXT_SIZE + 1], product[4 * RECM_TEXT_SIZE + 1];
    long long since = (now_ns - status->state_since_ns) / NS_PER_S;
    text_add(line, "%-17s %-8s %-12s ", phone_name(status, name),
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

static void draw_clock(struct progress *progress, const char *what, duration_ns since_ns)
{
    struct text line = TEXT_EMPTY;
    text_add(&line, "%s, %lld s", what, (long long)(since_ns / NS_PER_S));
    draw_line(progress, &line, "");
    text_free(&line);
}

static void draw_status(struct progress *progress, const struct station *station, instant_ns now_ns)
{
    size_t count = station_session_count(station);
    duration_ns without_link_ns = station_without_link(station, now_ns);
    erase_status(progress);
    if (without_link_ns > 0)
        draw_clock(progress, "no link", without_link_ns);
    else if (count == 0)
        draw_clock(progress, "no phone yet", now_ns - progress->start_ns);
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    /* What has scrolled off the screen cannot be erased. The last row is the cursor's. */
    size_t room = rows - 1 - progress->status_lines;
    size_t first = count > room ? count - room : 0;
    for (size_t i = first; i < count; i++) {
        struct session_status status;
        struct text line = TEXT_EMPTY;
        station_session(station, i, &status);
        add_status(&line, &status, now_ns);
        draw_line(progress, &line, state_color(status.state));
        text_free(&line);
    }
    fflush(stderr);
}

void progress_observe(void *context, const struct station *station,
                      const struct station_event *event, instant_ns now_ns)
{
    struct progress *progress = context;
    if (progress->start_ns == 0)
        progress->start_ns = now_ns;
    if (event) {
        show_event(progress, station, event);
        return;
    }
    if (!progress->terminal || now_ns < progress->next_redraw_ns)
        return;
    progress->next_redraw_ns = now_ns + REDRAW_INTERVAL_NS;
    draw_status(progress, station, now_ns);
}

bool progress_draws(const struct progress *progress)
{
    return progress->terminal;
}

void progress_finish(struct progress *progress)
{
    erase_status(progress);
    fflush(stderr);
}
