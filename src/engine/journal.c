/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring of events: see journal.h. */
#include "engine/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void grow(struct journal *journal)
{
    size_t capacity = journal->capacity ? journal->capacity * 2 : 32;
    struct station_event *events = malloc(capacity * sizeof *events);
    if (!events)
        abort();
    for (size_t i = 0; i < journal->count; i++)
        events[i] = journal->events[(journal->first + i) % journal->capacity];
    free(journal->events);
    journal->events = events;
    journal->first = 0;
    journal->capacity = capacity;
}

struct station_event *journal_add(struct journal *journal, instant_ns now_ns,
                                  enum station_event_kind kind, const struct mac_address *mac)
{
    if (journal->count == journal->capacity)
        grow(journal);
    struct station_event *event =
        &journal->events[(journal->first + journal->count++) % journal->capacity];
    event->time_ns = now_ns;
    event->kind = kind;
    event->mac = mac ? *mac : mac_zero;
    event->old_state = event->new_state = SESSION_NEW;
    event->asks_power_cycle = false;
    event->writing = 0;
    event->text[0] = '\0';
    return event;
}

static void write_text(struct station_event *event, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void write_text(struct station_event *event, const char *format, va_list arguments)
{
    vsnprintf(event->text, sizeof event->text, format, arguments);
}

void journal_message(struct journal *journal, instant_ns now_ns, const struct mac_address *mac,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_text(journal_add(journal, now_ns, STATION_EVENT_MESSAGE, mac), format, arguments);
    va_end(arguments);
}

void journal_detail(struct journal *journal, instant_ns now_ns, const struct mac_address *mac,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_text(journal_add(journal, now_ns, STATION_EVENT_DETAIL, mac), format, arguments);
    va_end(arguments);
}

bool journal_next(struct journal *journal, struct station_event *ret)
{
    if (!journal->count)
        return false;
    *ret = journal->events[journal->first];
    journal->first = (journal->first + 1) % journal->capacity;
    journal->count--;
    return true;
}

void journal_free(struct journal *journal)
{
    free(journal->events);
    *journal = (struct journal){0};
}
