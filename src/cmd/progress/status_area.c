/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines at the bottom of a terminal: see status_area.h. */
#include "cmd/progress/status_area.h"

#include "cmd/progress/view.h"

#include <stdio.h>
#include <string.h>

#define WIDE_COLUMNS    76 /* from here on there is room for the product and for whole sentences */
#define NAME_COLUMNS    17 /* a MAC address; longer serial numbers push the rest */
#define PRODUCT_COLUMNS 7

/* The nearer to its end the sooner it gets a line; those that follow are finished. */
static const enum session_state in_order[] = {
    SESSION_TRANSFER,    SESSION_GATEWAY, SESSION_ECHOED,      SESSION_ORDERED,
    SESSION_DELIVERED,   SESSION_RETRY,   SESSION_UNFIT_LEASE, SESSION_ADDRESSED,
    SESSION_ADDRESSING,  SESSION_FOUND,   SESSION_WAITING,     SESSION_NEW,
    SESSION_UNCONFIRMED, SESSION_FAILED,  SESSION_RECOVERED,
};
#define STATES_IN_ORDER (sizeof in_order / sizeof *in_order)
#define STATES_AT_WORK  12 /* of them */
_Static_assert(STATES_IN_ORDER == SESSION_STATE_COUNT, "a state has no place");

static void add_line(struct status_area *area, struct text *line, enum status_color color,
                     unsigned columns)
{
    size_t room = columns > 1 ? columns - 1 : 1;
    if (line->length > room) {
        line->length = room;
        line->chars[room] = '\0';
    }
    area->lines[area->count] = *line;
    area->colors[area->count++] = color;
}

static void add_clock(struct status_area *area, const char *what, duration_ns since_ns,
                      unsigned columns)
{
    struct text line = TEXT_EMPTY;
    text_add(&line, "%s, %lld s", what, (long long)(since_ns / NS_PER_S));
    add_line(area, &line, STATUS_PLAIN, columns);
}

/* Percentage, rate, time left and retransmissions of a running transfer. */
static void add_transfer(struct text *line, const struct session_status *status, instant_ns now_ns)
{
    double seconds = (double)(now_ns - status->transfer_start_ns) / (double)NS_PER_S;
    double rate = seconds > 0.05 ? (double)status->bytes_acknowledged / seconds : 0;
    text_add(line, "%3u %%", progress_percent(status));
    if (rate > 0 && status->bytes_total >= status->bytes_acknowledged) {
        double left = (double)(status->bytes_total - status->bytes_acknowledged) / rate;
        text_add(line, "  %.0f kB/s  %.0f s left", rate / 1000, left);
    } else if (rate > 0) {
        text_add(line, "  %.0f kB/s", rate / 1000);
    }
    if (status->retransmissions > 0)
        text_add(line, "  %u sent again", status->retransmissions);
}

/* Elapsed, usual and longest time, as far as there is room; what matters most stays whole. */
static void add_writing(struct text *line, long long since_s, duration_ns longest_ns, size_t room)
{
    long long longest_min = (long long)((longest_ns + 59 * NS_PER_S) / (60 * NS_PER_S));
    char words[96];
    snprintf(words, sizeof words,
             "writing %lld:%02lld (usually 2-5, at most %lld min); do NOT unplug", since_s / 60,
             since_s % 60, longest_min);
    if (longest_ns == 0 || line->length + strlen(words) > room)
        snprintf(words, sizeof words, "writing %lld:%02lld; do NOT unplug", since_s / 60,
                 since_s % 60);
    text_add(line, "%s", words);
}

static const char *state_words(enum session_state state)
{
    switch (state) {
    case SESSION_NEW:
        return "seen";
    case SESSION_ADDRESSING:
        return "asks for an address";
    case SESSION_ADDRESSED:
        return "has an address, is asked";
    case SESSION_FOUND:
        return "found";
    case SESSION_WAITING:
        return "waits for its turn";
    case SESSION_ORDERED:
    case SESSION_ECHOED:
        return "told to fetch the image";
    case SESSION_GATEWAY:
        return "looks for its gateway";
    case SESSION_RETRY:
        return "will be tried again";
    case SESSION_UNFIT_LEASE:
        return "power-cycle it now";
    case SESSION_RECOVERED:
        return "recovered";
    case SESSION_UNCONFIRMED:
        return "got the image; start not seen";
    default:
        return "failed";
    }
}

static void add_phone(struct status_area *area, const struct status_view *view,
                      const struct session_status *status, int name_columns, unsigned columns)
{
    char name[PROGRESS_NAME_SIZE], product[4 * RECM_TEXT_SIZE + 1];
    long long since_s = (view->now_ns - status->state_since_ns) / NS_PER_S;
    bool is_wide = columns >= WIDE_COLUMNS;
    struct text line = TEXT_EMPTY;
    text_add(&line, "%-*s  ", name_columns, progress_phone_name(status, name));
    if (is_wide)
        text_add(&line, "%-*s  ", PRODUCT_COLUMNS,
                 text_escape(status->product, strlen(status->product), product, sizeof product));
    if (status->state == SESSION_TRANSFER)
        add_transfer(&line, status, view->now_ns);
    else if (status->state == SESSION_DELIVERED)
        add_writing(&line, since_s, view->flash_wait_ns, columns - 1);
    else if (status->state == SESSION_RECOVERED || status->state == SESSION_FAILED ||
             status->state == SESSION_UNCONFIRMED)
        text_add(&line, "%s", state_words(status->state));
    else
        text_add(&line, "%s, %lld s", state_words(status->state), since_s);
    add_line(area, &line,
             status->state == SESSION_RECOVERED ? STATUS_GOOD
             : status->state == SESSION_FAILED  ? STATUS_BAD
                                                : STATUS_PLAIN,
             columns);
}

/* "12 recovered, 2 failed, 1 at work, 3 writing, 15 waiting": what is zero is left out. */
static void add_totals(struct text *ret, const size_t in_state[SESSION_STATE_COUNT])
{
    static const struct {
        const char *words;
        enum session_state from, to; /* in their own order */
    } kinds[] = {
        {"recovered", SESSION_RECOVERED, SESSION_RECOVERED},
        {"start not seen", SESSION_UNCONFIRMED, SESSION_UNCONFIRMED},
        {"failed", SESSION_FAILED, SESSION_FAILED},
        {"at work", SESSION_ORDERED, SESSION_TRANSFER},
        {"writing", SESSION_DELIVERED, SESSION_DELIVERED},
    };
    size_t first = ret->length, waiting = 0;
    for (size_t i = 0; i < SESSION_STATE_COUNT; i++)
        waiting += in_state[i];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t number = 0;
        for (size_t state = kinds[i].from; state <= kinds[i].to; state++)
            number += in_state[state];
        waiting -= number;
        if (number)
            text_add(ret, "%s%zu %s", ret->length > first ? ", " : "", number, kinds[i].words);
    }
    if (waiting)
        text_add(ret, "%s%zu waiting", ret->length > first ? ", " : "", waiting);
}

static int widest_name(const struct status_view *view)
{
    int width = 0;
    for (size_t i = 0; i < view->phone_count; i++) {
        char name[PROGRESS_NAME_SIZE];
        int length = (int)strlen(progress_phone_name(&view->phones[i], name));
        width = length > width ? length : width;
    }
    return width < NAME_COLUMNS ? width : NAME_COLUMNS;
}

void status_area_compose(const struct status_view *view, unsigned columns, unsigned rows,
                         struct status_area *ret)
{
    *ret = (struct status_area){0};
    unsigned most = rows / 3 > 2 ? rows / 3 : 2;
    most = most < STATUS_AREA_LINES ? most : STATUS_AREA_LINES;
    size_t total = 0;
    for (size_t i = 0; i < SESSION_STATE_COUNT; i++)
        total += view->in_state[i];
    if (view->without_link_ns > 0)
        add_clock(ret, "no link", view->without_link_ns, columns);
    else if (total == 0)
        add_clock(ret, "no phone yet", view->running_ns, columns);
    int name_columns = widest_name(view);
    unsigned limit = total > 1 ? most - 1 : most; /* the totals take one */
    for (size_t i = 0; i < view->phone_count && ret->count < limit; i++)
        add_phone(ret, view, &view->phones[i], name_columns, columns);
    if (total > 1) {
        struct text totals = TEXT_EMPTY;
        if (columns >= WIDE_COLUMNS)
            text_add(&totals, "%zu phones: ", total);
        add_totals(&totals, view->in_state);
        add_line(ret, &totals, STATUS_PLAIN, columns);
    }
}

static size_t choose_phones(const struct station *station, size_t state_count,
                            struct session_status phones[static STATUS_AREA_LINES])
{
    size_t count = 0, index;
    for (size_t i = 0; i < state_count; i++) {
        size_t from = 0;
        while (count < STATUS_AREA_LINES && station_next_in(station, in_order[i], from, &index)) {
            station_session(station, index, &phones[count++]);
            from = index + 1;
        }
    }
    return count;
}

void status_area_of(const struct station *station, duration_ns running_ns, instant_ns now_ns,
                    duration_ns flash_wait_ns, unsigned columns, unsigned rows,
                    struct status_area *ret)
{
    struct session_status phones[STATUS_AREA_LINES];
    struct status_view view = {
        .phones = phones,
        .running_ns = running_ns,
        .without_link_ns = station_without_link(station, now_ns),
        .flash_wait_ns = flash_wait_ns,
        .now_ns = now_ns,
    };
    for (size_t i = 0; i < SESSION_STATE_COUNT; i++)
        view.in_state[i] = station_count_in(station, (enum session_state)i);
    bool is_alone = station_session_count(station) == 1;
    view.phone_count = choose_phones(station, is_alone ? STATES_IN_ORDER : STATES_AT_WORK, phones);
    status_area_compose(&view, columns, rows, ret);
}

void status_area_free(struct status_area *area)
{
    for (unsigned i = 0; i < area->count; i++)
        text_free(&area->lines[i]);
    *area = (struct status_area){0};
}
