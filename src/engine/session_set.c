/* SPDX-License-Identifier: BSD-2-Clause */
/* One bit for each session: see session_set.h. */
#include "engine/session_set.h"

void session_set_put(struct session_set *set, size_t index, bool belongs)
{
    if (index >= SESSIONS_MAXIMUM)
        return;
    uint64_t bit = UINT64_C(1) << index % 64;
    uint64_t *word = &set->words[index / 64];
    bool belonged = *word & bit;
    set->count += (size_t)belongs - (size_t)belonged;
    *word = belongs ? *word | bit : *word & ~bit;
}

size_t session_set_next(const struct session_set *set, const struct session_set * or, size_t from)
{
    for (size_t i = from; i < SESSIONS_MAXIMUM; i += 64 - i % 64) {
        uint64_t word = set->words[i / 64] | (or ? or->words[i / 64] : 0);
        word >>= i % 64;
        if (word)
            return i + (size_t)__builtin_ctzll(word);
    }
    return SESSIONS_MAXIMUM;
}
