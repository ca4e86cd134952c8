/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks for phones, one REQUEST at a time (docs: protocol, rules for the PC side, 2). */
#ifndef ENGINE_PROBER_H
#define ENGINE_PROBER_H

#include "engine/choice.h"

struct prober {
    struct core *core;
    const struct dhcp_server *dhcp;
    struct roster *roster;
    const struct choice *choice;
    struct timer timer;
    instant_ns last_ns;        /* the last REQUEST */
    bool last_to_group;        /* ... went to the group's MAC address */
    instant_ns last_to_all_ns; /* the last one to the group or to broadcast */
    unsigned turn;             /* walks through the destination MACs */
    unsigned search_count;     /* REQUESTs that looked for unknown phones */
    size_t next_session;       /* where to look on for a phone to be asked by itself */
    struct mac_address urgent; /* has just got its lease: it listens; mac_zero: none */
};

/* Asks now, and at every probe interval from now on. The four pointers have been filled in. */
void prober_start(struct prober *prober, instant_ns now_ns);
/* The phone has just got its lease. */
void prober_hurry(struct prober *prober, struct session *session, instant_ns now_ns);

#endif
