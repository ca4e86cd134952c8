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
    bool flood_said;
};

/* Returns: NULL if there is none. */
struct session *roster_find(const struct roster *roster, const struct mac_address *mac);
/* `mac` is not there yet. Returns: its new session; NULL if there are too many. */
struct session *roster_add(struct roster *roster, const struct mac_address *mac, instant_ns now_ns);
/* The cable was dead for so long: patience goes on where it was. */
void roster_pause(struct roster *roster, duration_ns by_ns);
void roster_free(struct roster *roster);

#endif
