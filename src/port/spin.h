/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the reply to a frame is awaited awake. Falling asleep and being woken costs as much as a
 * whole block of a transfer where replies come within microseconds, and nothing that counts where
 * they take a millisecond: so replies are measured, and only after several quick ones the next one
 * is awaited awake, for a bounded time. Late ones end that until replies are quick again. Pure:
 * times are the caller's, all on one clock.
 */
#ifndef PORT_SPIN_H
#define PORT_SPIN_H

#include "base/instant.h"

#include <stdbool.h>

#define SPIN_NS       (200 * NS_PER_US) /* awake at the most; a reply within it is quick */
#define SPIN_TRUST    4                 /* quick replies that it takes to begin */
#define SPIN_LOSS     3                 /* of them that a late one costs; twice TRUST is the most */
#define SPIN_YIELD_NS (20 * NS_PER_US)  /* from then on whoever else wants the processor gets it */

/* All zero: asleep. */
struct spin {
    unsigned quick;      /* replies, less what late ones cost */
    instant_ns sent_ns;  /* the first frame since the last reply; 0 = no reply is awaited */
    instant_ns until_ns; /* awake until then; 0 = asleep */
};

/* A frame has left. */
void spin_sent(struct spin *spin, instant_ns now_ns);
/* Somebody else's frame has come; `time_ns` is when it was on the wire. */
void spin_received(struct spin *spin, instant_ns time_ns);
/* Returns: true to look again at once, false to sleep until something happens. */
bool spin_is_awake(struct spin *spin, instant_ns now_ns);
/* While awake. Returns: true if it is time to offer the processor to others. */
bool spin_should_yield(const struct spin *spin, instant_ns now_ns);

#endif
