/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run knows of all its phones at once: see ledger.h. */
#include "engine/ledger.h"

#include "engine/session.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* Sessions that one name of the selection means. */
struct ledger_entry {
    const struct phone_name *name;
    UT_hash_handle hh;
    size_t known, open, answered, recovered;
};

/* A serial number, and who shows it. */
struct ledger_claim {
    char serial[RECM_TEXT_SIZE + 1];
    UT_hash_handle hh;
    struct session *sessions;
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

static void set_share(const struct ledger *ledger, struct session *session)
{
    struct ledger_share *share = &session->share;
    bool is_seen = session->state != SESSION_NEW;
    bool over = session_is_over(session);
    share->by_mac = ledger->names_phones ? find_mac(ledger, &session->mac) : NULL;
    share->by_serial =
        ledger->names_phones && session->answered ? find_serial(ledger, session->serial) : NULL;
    share->is_present = is_seen && session->state != SESSION_FAILED;
    share->is_open = is_seen && !over;
    share->is_over = is_seen && over;
    share->has_answered = session->answered;
    share->is_recovered = session->state == SESSION_RECOVERED;
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

/* ---- who shows which serial number ---- */

static void drop_claim(struct ledger *ledger, struct session *session)
{
    struct ledger_claim *claim = session->share.claim;
    if (!claim)
        return;
    DL_DELETE2(claim->sessions, session, share.previous, share.next);
    if (!claim->sessions) {
        HASH_DEL(ledger->claims, claim);
        free(claim);
    }
    session->share.claim = NULL;
}

static void update_claim(struct ledger *ledger, struct session *session)
{
    struct ledger_claim *claim = session->share.claim;
    if (claim && strcmp(claim->serial, session->serial) == 0)
        return;
    drop_claim(ledger, session);
    if (!session->answered || !session->serial[0])
        return;
    HASH_FIND_STR(ledger->claims, session->serial, claim);
    if (!claim) {
        claim = calloc(1, sizeof *claim);
        if (!claim)
            abort();
        memcpy(claim->serial, session->serial, sizeof claim->serial);
        HASH_ADD_STR(ledger->claims, serial, claim);
    }
    DL_APPEND2(claim->sessions, session, share.previous, share.next);
    session->share.claim = claim;
}

/* ---- which of all ---- */

static void put_into_sets(struct ledger *ledger, struct session *session, bool is_there)
{
    size_t index = session->index;
    bool could_be_meant = is_there && session->answered && session->state != SESSION_FAILED &&
                          session->state != SESSION_RECOVERED;
    session_set_put(&ledger->due, index, is_there && session_is_due(session));
    session_set_put(&ledger->in_state[session->share.state], index, false);
    session->share.state = session->state;
    session_set_put(&ledger->in_state[session->state], index, is_there);
    session_set_put(&ledger->could_be_meant, index, could_be_meant);
    session_set_put(&ledger->credible, index, could_be_meant && session_is_credible(session));
    session_set_put(&ledger->lost, index, is_there && session_is_lost(session));
}

void ledger_update(struct ledger *ledger, struct session *session)
{
    if (session->is_counted)
        count(ledger, &session->share, (size_t)-1);
    set_share(ledger, session);
    session->is_counted = true;
    count(ledger, &session->share, 1);
    update_claim(ledger, session);
    put_into_sets(ledger, session, true);
}

void ledger_remove(struct ledger *ledger, struct session *session)
{
    if (session->is_counted)
        count(ledger, &session->share, (size_t)-1);
    session->is_counted = false;
    drop_claim(ledger, session);
    put_into_sets(ledger, session, false);
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

size_t ledger_next_due(const struct ledger *ledger, size_t from, bool asks_waiting)
{
    const struct session_set *waiting = asks_waiting ? &ledger->in_state[SESSION_WAITING] : NULL;
    size_t place = session_set_next(&ledger->due, waiting, from);
    return place < SESSIONS_MAXIMUM ? place : session_set_next(&ledger->due, waiting, 0);
}

struct session *ledger_with_serial(const struct ledger *ledger, const char *serial)
{
    struct ledger_claim *claim;
    HASH_FIND_STR(ledger->claims, serial, claim);
    return claim ? claim->sessions : NULL;
}

struct session *ledger_twin(const struct session *session)
{
    if (!session->share.claim)
        return NULL;
    struct session *first = session->share.claim->sessions;
    return first != session ? first : first->share.next;
}
