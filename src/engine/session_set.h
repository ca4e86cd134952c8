/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of sessions by their place in the roster: whoever has to do with a few of a thousand phones
 * finds them in order without looking at the others.
 */
#ifndef ENGINE_SESSION_SET_H
#define ENGINE_SESSION_SET_H

#include "engine/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_SET_WORDS (SESSIONS_MAXIMUM / 64)

/* All zero: empty. */
struct session_set {
    uint64_t words[SESSION_SET_WORDS];
    size_t count;
};

/* The session at `index` belongs to the set, or does not. An index of SESSIONS_MAXIMUM or more
 * never does. */
void session_set_put(struct session_set *set, size_t index, bool belongs);
/* Returns: the first member from `from` on, SESSIONS_MAXIMUM without one. `or` (may be NULL): the
 * members of both. */
size_t session_set_next(const struct session_set *set, const struct session_set * or, size_t from);

#endif
