/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps switches sending us the group's frames (docs: protocol, rules for the PC side, 2). */
#ifndef ENGINE_MEMBERSHIP_H
#define ENGINE_MEMBERSHIP_H

#include "engine/core.h"
#include "wire/igmp.h"

struct membership {
    struct core *core;
    struct timer timer;
    bool is_member;       /* it was started: who only listens is none, and reports nothing */
    instant_ns report_ns; /* the last IGMP report */
};

/* Reports now and every ten seconds from now on. `core` has been filled in. */
void membership_start(struct membership *membership, instant_ns now_ns);
/* Out of turn; the ten seconds begin anew. */
void membership_report(struct membership *membership, instant_ns now_ns);
/* A querier asks: answered, but never in bursts. */
void membership_query(struct membership *membership, const struct igmp_message *query,
                      instant_ns now_ns);

#endif
