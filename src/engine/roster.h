/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All sessions of a run: found by MAC address at the cost of one, and kept in order of appearance.
 * It knows nothing of who is meant or whose turn it is.
 */
#ifndef ENGINE_ROSTER_H
#define ENGINE_ROSTER_H

#include "engine/session.h"

struct roster {
    struct core *core;
    struct dhcp_server *dhcp;
    struct session *by_mac;    /* uthash */
    struct session **sessions; /* owned, in order of appearance */
    size_t count, capacity;
    size_t hand;              /* the place to be looked at next for one that may go */
    instant_ns full_until_ns; /* nobody may go: not looked for again before */
    bool flood_said;
};

/* Returns: NULL if there is none. */
struct session *roster_find(const struct roster *roster, const struct mac_address *mac);

/* May this one be forgotten for another? */
typedef bool roster_may_go(void *context, const struct session *session);
/*
 * `mac` is not there yet. Of SESSIONS_MAXIMUM one that may go gives its place up, the one that has
 * been there longest. Returns: its new session; NULL if none may go.
 */
struct session *roster_add(struct roster *roster, const struct mac_address *mac,
                           roster_may_go *may_go, void *context, instant_ns now_ns);
/* The cable was dead for so long: patience goes on where it was. */
void roster_pause(struct roster *roster, duration_ns by_ns);
void roster_free(struct roster *roster);

#endif
