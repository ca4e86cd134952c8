/* SPDX-License-Identifier: BSD-2-Clause */
/* How far each transfer was when it was last shown: see percents.h. */
#include "cmd/progress/percents.h"

#include <stdlib.h>

#define uthash_fatal(message) abort() /* out of memory: as everywhere in this program */
#include <uthash.h>

struct phone_percent {
    UT_hash_handle hh; /* by mac */
    struct mac_address mac;
    unsigned last;
};

static void forget(struct percents *percents, struct phone_percent *entry)
{
    HASH_DELETE(hh, percents->entries, entry);
    free(entry);
}

static struct phone_percent *remember(struct percents *percents, const struct mac_address *mac)
{
    if (percents_count(percents) >= PERCENTS_MAXIMUM)
        forget(percents, percents->entries);
    struct phone_percent *entry = calloc(1, sizeof *entry);
    if (!entry)
        abort();
    entry->mac = *mac;
    HASH_ADD(hh, percents->entries, mac, sizeof entry->mac, entry);
    return entry;
}

bool percents_raise(struct percents *percents, const struct mac_address *mac, unsigned percent)
{
    struct phone_percent *entry;
    HASH_FIND(hh, percents->entries, mac, sizeof *mac, entry);
    if (percent == 0) {
        if (entry)
            forget(percents, entry); /* it has begun anew */
        return false;
    }
    if (!entry)
        entry = remember(percents, mac);
    bool is_new = percent > entry->last;
    entry->last = percent;
    return is_new;
}

size_t percents_count(const struct percents *percents)
{
    return HASH_COUNT(percents->entries);
}

void percents_free(struct percents *percents)
{
    struct phone_percent *entry, *next;
    HASH_ITER(hh, percents->entries, entry, next)
    {
        forget(percents, entry);
    }
}
