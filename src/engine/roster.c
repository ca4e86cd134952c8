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
    if (session->index == roster->capacity) {
        size_t capacity = roster->capacity ? roster->capacity * 2 : 16;
        struct session **sessions = realloc(roster->sessions, capacity * sizeof(void *));
        if (!sessions)
            abort();
        roster->sessions = sessions;
        roster->capacity = capacity;
    }
    roster->sessions[session->index] = session;
    if (session->index == roster->count)
        roster->count++;
    HASH_ADD(hh, roster->by_mac, mac, sizeof session->mac, session);
}

/* Returns: the place of one that may go, SESSIONS_MAXIMUM if there is none. */
static size_t find_room(struct roster *roster, roster_may_go *may_go, void *context,
                        instant_ns now_ns)
{
    if (now_ns < roster->full_until_ns)
        return SESSIONS_MAXIMUM;
    for (size_t i = 0; i < roster->count; i++) {
        size_t place = roster->hand++ % roster->count;
        if (may_go(context, roster->sessions[place]))
            return place;
    }
    roster->full_until_ns = now_ns + ROSTER_FULL_NS;
    return SESSIONS_MAXIMUM;
}

static void say_flood(struct roster *roster, instant_ns now_ns)
{
    if (!roster->flood_said)
        journal_message(&roster->core->journal, now_ns, NULL,
                        "More than %d phones on one segment: those of which little is known are "
                        "forgotten for others.",
                        SESSIONS_MAXIMUM);
    roster->flood_said = true;
}

struct session *roster_add(struct roster *roster, const struct mac_address *mac,
                           roster_may_go *may_go, void *context, instant_ns now_ns)
{
    size_t place = roster->count;
    if (place >= SESSIONS_MAXIMUM) {
        say_flood(roster, now_ns);
        place = find_room(roster, may_go, context, now_ns);
        if (place >= SESSIONS_MAXIMUM)
            return NULL;
        HASH_DEL(roster->by_mac, roster->sessions[place]);
        session_free(roster->sessions[place]);
    }
    struct session *session = session_new(roster->core, roster->dhcp, mac, place, now_ns);
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
