/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run has to know of all its phones at once, kept up to date with each change of one, so
 * that nothing walks over all of them: how many are open or over, which of those that were named
 * have answered or are over, who shows the same serial number, and which of them are to be asked by
 * themselves, could be meant, or have stopped listening. Below session: session_enter and its like
 * report each change.
 */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H

#include "engine/config.h"
#include "engine/event.h"
#include "engine/session_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct ledger_entry;
struct ledger_claim;

/* What one session counts as; all zero: nothing yet. */
struct ledger_share {
    struct ledger_entry *by_mac, *by_serial; /* who named it; NULL = nobody */
    struct ledger_claim *claim;              /* the serial number it shows; NULL = none yet */
    struct session *previous, *next;         /* of those that show the same one */
    enum session_state state;
    bool is_present;       /* heard of, and not failed */
    bool is_open, is_over; /* neither: only a frame of it was seen */
    bool has_answered, is_recovered;
};

struct ledger {
    bool names_phones;
    struct ledger_entry *entries;           /* owned, one for each different name */
    struct ledger_entry **entry_of;         /* owned, by the index of the name */
    const struct phone_name **serial_names; /* owned: the names that are serial numbers, in order */
    size_t serial_count;
    struct ledger_entry *serials, *macs; /* uthash */
    size_t entry_count, entries_answered, entries_over;
    size_t present;
    size_t open;         /* named, or nobody knows yet whether they are; without names all */
    size_t open_unheard; /* ... of all that are open those that have not answered */
    size_t over;         /* as open */
    size_t over_unheard; /* not named as far as is known: they never answered */
    struct ledger_claim *claims; /* uthash: the serial numbers that sessions show */
    struct session_set in_state[SESSION_STATE_COUNT];
    struct session_set due; /* to be asked by themselves; at times those that wait, too */
    struct session_set
        could_be_meant;          /* they have answered, and are neither recovered nor failed */
    struct session_set credible; /* ... and more than one frame speaks for them */
    struct session_set lost;     /* they have stopped listening */
};

/* The selection's names outlive the ledger. Aborts without memory. */
void ledger_init(struct ledger *ret, const struct station_selection *selection);
void ledger_free(struct ledger *ledger);
/* The session has changed, or is about to go. */
void ledger_update(struct ledger *ledger, struct session *session);
void ledger_remove(struct ledger *ledger, struct session *session);

/* Was it named? By its serial number only if it has answered. */
bool ledger_is_named(const struct session *session);
/* Of the name with this index. */
bool ledger_has_answered(const struct ledger *ledger, size_t name);
size_t ledger_entries_left(const struct ledger *ledger);
/*
 * Returns: the next session to be asked by itself from `from` on, in the round of all; also those
 * that wait for their turn if `asks_waiting`. SESSIONS_MAXIMUM: there is none.
 */
size_t ledger_next_due(const struct ledger *ledger, size_t from, bool asks_waiting);
/* Returns: the first session that shows this serial number, NULL if none does. */
struct session *ledger_with_serial(const struct ledger *ledger, const char *serial);
/* Returns: another session with the serial number that this one shows, NULL if there is none. */
struct session *ledger_twin(const struct session *session);

#endif
