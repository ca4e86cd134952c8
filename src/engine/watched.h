/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching: what a phone does, from what the observer knows, as a session would show it. */
#ifndef ENGINE_WATCHED_H
#define ENGINE_WATCHED_H

#include "engine/station.h"

struct facts; /* observe/facts.h */

size_t watched_count(const struct facts *facts);
/* `index` below the count, in order of appearance. */
void watched_phone(const struct facts *facts, size_t index, struct session_status *ret);
/* Returns: false if no such phone was seen. */
bool watched_phone_of(const struct facts *facts, const struct mac_address *mac,
                      struct session_status *ret);

#endif
