/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table and a list of sessions: see roster.h. */
#include "engine/roster.h"

#include "engine/limits.h"
#include "engine/states.h"

#include <stdlib.h>

struct session *roster_find(const struct roster *roster, const struct mac_address *mac)
{
    struct session *session;
    HASH_FIND(hh, roster->by_mac, mac, sizeof *mac, session);
    return session;
}

static void keep(struct roster *roster, struct session *session)
{
    if (roster->count == roster->capacity) {
        size_t capacity = roster->capacity ? roster->capacity * 2 : 16;
        struct session **sessions = realloc(roster->sessions, capacity * sizeof(void *));
        if (!sessions)
            abort();
        roster->sessions = sessions;
        roster->capacity = capacity;
    }
    roster->sessions[roster->count++] = session;
    HASH_ADD(hh, roster->by_mac, mac, sizeof session->mac, session);
}

struct session *roster_add(struct roster *roster, const struct mac_address *mac, instant_ns now_ns)
{
    if (roster->count >= SESSIONS_MAXIMUM) {
        if (!roster->flood_said)
            journal_message(&roster->core->journal, now_ns, NULL,
                            "More than %d phones on one segment: no more are followed.",
                            SESSIONS_MAXIMUM);
        roster->flood_said = true;
        return NULL;
    }
    struct session *session = session_new(roster->core, roster->dhcp, mac, roster->count, now_ns);
    session_attach_timers(session);
    keep(roster, session);
    return session;
}

void roster_pause(struct roster *roster, duration_ns by_ns)
{
    for (size_t i = 0; i < roster->count; i++)
        session_pause(roster->sessions[i], by_ns);
}

void roster_free(struct roster *roster)
{
    HASH_CLEAR(hh, roster->by_mac);
    for (size_t i = 0; i < roster->count; i++)
        session_free(roster->sessions[i]);
    free(roster->sessions);
}
