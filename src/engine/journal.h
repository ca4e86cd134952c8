/* SPDX-License-Identifier: BSD-2-Clause */
/* The events a station has to tell, in order, until they are fetched. */
#ifndef ENGINE_JOURNAL_H
#define ENGINE_JOURNAL_H

#include "engine/event.h"

struct journal {
    struct station_event *events; /* owned ring */
    size_t first, count, capacity;
};

/* `mac` may be NULL: about the segment. The text is cut at the event's room; network text in the
 * arguments must have been escaped. */
void journal_message(struct journal *journal, instant_ns now_ns, const struct mac_address *mac,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
void journal_detail(struct journal *journal, instant_ns now_ns, const struct mac_address *mac,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Returns: a new event to be filled, its text empty; valid until the next one is added. */
struct station_event *journal_add(struct journal *journal, instant_ns now_ns,
                                  enum station_event_kind kind, const struct mac_address *mac);
bool journal_next(struct journal *journal, struct station_event *ret);
void journal_free(struct journal *journal);

#endif
