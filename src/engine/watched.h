/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching: what a phone does, from what the observer knows, as a session would show it. */
#ifndef ENGINE_WATCHED_H
#define ENGINE_WATCHED_H

#include "engine/session_set.h"
#include "engine/station.h"
#include "observe/facts.h"

/* All zero: nobody yet. Indexes are those of the observer, below its count of phones; that of a
 * phone which has given way to another is the other one's. */
struct watched {
    const struct phone_facts *phones[PHONES_MAXIMUM];
    struct session_set in_state[SESSION_STATE_COUNT];
    enum session_state states[PHONES_MAXIMUM];
};

/* Frames have been observed: takes over what has changed by them, at the cost of that. */
void watched_follow(struct watched *watched, struct observer *observer);
/* `index` below the count. */
void watched_phone(const struct watched *watched, size_t index, struct session_status *ret);
/* Returns: false if no such phone was seen. */
bool watched_phone_of(const struct facts *facts, const struct mac_address *mac,
                      struct session_status *ret);

#endif
