/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many phones are served at the same time (docs: protocol, what a PC sees on a switch). Every
 * loader hears every other one's ACKs, where the switch delivers the group to all ports, and one
 * transfer after the other is as fast as several. Where a switch with IGMP snooping keeps the group
 * from the phones, they do not disturb each other (measured: scripts/bench shelf).
 *
 * PARALLEL_AUTO finds out: as soon as two phones wait for their turn, nobody is served and nobody
 * asks for an address, one of them is asked by the group's MAC address, three times at most.
 */
#ifndef ENGINE_PARALLEL_H
#define ENGINE_PARALLEL_H

#include "engine/core.h"

/* How many transfers may run at the same time, as far as is known. */
unsigned parallel_limit(const struct core *core);
/* Before a turn is given. Returns: true if it waits until it is known what the switch does. */
bool parallel_finds_out(struct core *core, instant_ns now_ns);
/*
 * A REQUEST may be sent now. Returns: whom to ask by the group's MAC address, NULL if nobody has to
 * be (any more).
 */
const struct session *parallel_asks(struct core *core, instant_ns now_ns);
/* A REPLY to a REQUEST that went to the group's MAC address has come. */
void parallel_group_is_heard(struct core *core, instant_ns now_ns);

#endif
