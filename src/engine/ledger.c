/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run knows of all its phones at once: see ledger.h. */
#include "engine/ledger.h"

#include "engine/session.h"

#include <stdlib.h>
#include <string.h>

/* Sessions that one name of the selection means. */
struct ledger_entry {
    const struct phone_name *name;
    UT_hash_handle hh;
    size_t known, open, answered, recovered;
};

static bool is_answered(const struct ledger_entry *entry)
{
    return entry->answered > 0;
}

/* Whoever it is that this names: two may claim one serial number. */
static bool is_over(const struct ledger_entry *entry)
{
    return entry->recovered > 0 || (entry->known > 0 && entry->open == 0);
}

/* ---- names ---- */

static struct ledger_entry *find_serial(const struct ledger *ledger, const char *serial)
{
    struct ledger_entry *entry;
    HASH_FIND_STR(ledger->serials, serial, entry);
    return entry;
}

static struct ledger_entry *find_mac(const struct ledger *ledger, const struct mac_address *mac)
{
    struct ledger_entry *entry;
    HASH_FIND(hh, ledger->macs, mac, sizeof *mac, entry);
    return entry;
}

static struct ledger_entry *find_name(const struct ledger *ledger, const struct phone_name *name)
{
    return name->serial ? find_serial(ledger, name->serial) : find_mac(ledger, &name->mac);
}

static struct ledger_entry *add_name(struct ledger *ledger, const struct phone_name *name)
{
    struct ledger_entry *entry = &ledger->entries[ledger->entry_count++];
    entry->name = name;
    if (name->serial)
        HASH_ADD_KEYPTR(hh, ledger->serials, name->serial, strlen(name->serial), entry);
    else
        HASH_ADD_KEYPTR(hh, ledger->macs, &name->mac, sizeof name->mac, entry);
    return entry;
}

void ledger_init(struct ledger *ret, const struct station_selection *selection)
{
    size_t count = selection->name_count;
    *ret = (struct ledger){.names_phones = count > 0};
    if (count == 0)
        return;
    ret->entries = calloc(count, sizeof *ret->entries);
    ret->entry_of = calloc(count, sizeof(struct ledger_entry *));
    ret->serial_names = calloc(count, sizeof(const struct phone_name *));
    if (!ret->entries || !ret->entry_of || !ret->serial_names)
        abort();
    for (size_t i = 0; i < count; i++) {
        struct ledger_entry *known = find_name(ret, &selection->names[i]);
        ret->entry_of[i] = known ? known : add_name(ret, &selection->names[i]);
        if (selection->names[i].serial)
            ret->serial_names[ret->serial_count++] = &selection->names[i];
    }
}

void ledger_free(struct ledger *ledger)
{
    HASH_CLEAR(hh, ledger->serials);
    HASH_CLEAR(hh, ledger->macs);
    free(ledger->entries);
    free(ledger->entry_of);
    free(ledger->serial_names);
}

/* ---- shares ---- */

static struct ledger_share share_of(const struct ledger *ledger, const struct session *session)
{
    bool is_seen = session->state != SESSION_NEW;
    bool over = session_is_over(session);
    return (struct ledger_share){
        .by_mac = ledger->names_phones ? find_mac(ledger, &session->mac) : NULL,
        .by_serial =
            ledger->names_phones && session->answered ? find_serial(ledger, session->serial) : NULL,
        .is_present = is_seen && session->state != SESSION_FAILED,
        .is_open = is_seen && !over,
        .is_over = is_seen && over,
        .has_answered = session->answered,
        .is_recovered = session->state == SESSION_RECOVERED,
    };
}

/* `by` is 1 or -1. */
static void count_entry(struct ledger *ledger, struct ledger_entry *entry,
                        const struct ledger_share *share, size_t by)
{
    if (!entry)
        return;
    ledger->entries_answered -= is_answered(entry);
    ledger->entries_over -= is_over(entry);
    entry->known += by;
    entry->open += share->is_over ? 0 : by;
    entry->answered += share->has_answered ? by : 0;
    entry->recovered += share->is_recovered ? by : 0;
    ledger->entries_answered += is_answered(entry);
    ledger->entries_over += is_over(entry);
}

static void count(struct ledger *ledger, const struct ledger_share *share, size_t by)
{
    bool is_meant = !ledger->names_phones || share->by_mac || share->by_serial;
    bool may_be_meant = is_meant || !share->has_answered;
    ledger->present += share->is_present ? by : 0;
    ledger->open += share->is_open && may_be_meant ? by : 0;
    ledger->open_unheard += share->is_open && !share->has_answered ? by : 0;
    ledger->over += share->is_over && is_meant ? by : 0;
    ledger->over_unheard += share->is_over && !is_meant && !share->has_answered ? by : 0;
    count_entry(ledger, share->by_mac, share, by);
    if (share->by_serial != share->by_mac)
        count_entry(ledger, share->by_serial, share, by);
}

static bool may_be_asked(const struct session *session)
{
    switch (session->state) {
    case SESSION_ADDRESSED:
    case SESSION_UNFIT_LEASE:
    case SESSION_RETRY:
    case SESSION_WAITING:
    case SESSION_DELIVERED:
        return true;
    default:
        return false;
    }
}

static void set_askable(struct ledger *ledger, size_t index, bool value)
{
    uint64_t bit = UINT64_C(1) << index % 64;
    if (index >= SESSIONS_MAXIMUM)
        return;
    if (value)
        ledger->askable[index / 64] |= bit;
    else
        ledger->askable[index / 64] &= ~bit;
}

void ledger_update(struct ledger *ledger, struct session *session)
{
    if (session->is_counted)
        count(ledger, &session->share, (size_t)-1);
    session->share = share_of(ledger, session);
    session->is_counted = true;
    count(ledger, &session->share, 1);
    set_askable(ledger, session->index, may_be_asked(session));
}

void ledger_remove(struct ledger *ledger, struct session *session)
{
    if (session->is_counted)
        count(ledger, &session->share, (size_t)-1);
    session->is_counted = false;
    set_askable(ledger, session->index, false);
}

/* ---- questions ---- */

bool ledger_is_named(const struct session *session)
{
    return session->share.by_mac || session->share.by_serial;
}

bool ledger_has_answered(const struct ledger *ledger, size_t name)
{
    return is_answered(ledger->entry_of[name]);
}

size_t ledger_entries_left(const struct ledger *ledger)
{
    return ledger->entry_count - ledger->entries_over;
}

static size_t next_bit(const struct ledger *ledger, size_t from, size_t end)
{
    for (size_t i = from; i < end;) {
        uint64_t word = ledger->askable[i / 64] >> i % 64;
        if (word == 0)
            i += 64 - i % 64;
        else
            return i + (size_t)__builtin_ctzll(word) < end ? i + (size_t)__builtin_ctzll(word)
                                                           : end;
    }
    return end;
}

size_t ledger_next_askable(const struct ledger *ledger, size_t from, size_t count_)
{
    if (count_ == 0)
        return 0;
    from %= count_;
    size_t place = next_bit(ledger, from, count_);
    if (place < count_)
        return place;
    place = next_bit(ledger, 0, from);
    return place < from ? place : count_;
}
