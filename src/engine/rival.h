/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other programs that recover phones on this segment (docs: protocol, rules for the PC side, 5): a
 * second copy of this one, the vendor's utility, anything that sends from port 4811 or serves an
 * upgrade. Two orders in one transfer make a phone begin anew, so that one of the two stands back:
 * it orders nothing, watches, and takes over when the other has fallen silent.
 *
 * Two copies agree without a word: the one whose first REQUEST came more than two seconds earlier
 * goes on, else the lower MAC address; whoever's order was confirmed never yields; where both still
 * ask after three seconds, the lower MAC. The earlier one may be silent, because phones ask for
 * their addresses: it makes itself known by an IGMP report, which no phone minds. Any other program
 * does not know these rules: it goes on. But where it asks and asks and no phone answers it,
 * because a switch keeps its REQUESTs from them, this one asks too; if a phone answers that, and
 * then none of the other program's REQUESTs, it is taken over from.
 */
#ifndef ENGINE_RIVAL_H
#define ENGINE_RIVAL_H

#include "engine/core.h"
#include "engine/membership.h"
#include "wire/frame.h"

struct rival {
    struct core *core;
    struct membership *membership;
    struct timer timer; /* when the standing changes by itself */
    struct mac_address mac;
    uint32_t ip;
    bool is_copy;
    bool ordered;          /* a phone confirmed an order of its, or is served by it */
    bool is_overridden;    /* it was taken over from: only what it does to a phone counts */
    bool is_told;          /* to the user, since the standing changed last */
    unsigned signs;        /* of life since it was noticed */
    instant_ns first_ns;   /* its first REQUEST that was heard */
    instant_ns asked_ns;   /* its last one */
    instant_ns heard_ns;   /* any sign of it */
    instant_ns claim_ns;   /* it reported without asking: it was here first; 0 = not so */
    instant_ns query_ns;   /* a switch asked for reports */
    instant_ns replied_ns; /* a phone answered while this one stood back: it answers that one */
    instant_ns trial_ns; /* one has answered this program: until then nothing is asked; 0 = none */
    instant_ns block_ns; /* a new block of its was acknowledged; 0 = none */
    uint16_t furthest;   /* block that it ever brought */
    uint16_t block;
    unsigned file_requests; /* of phones it ordered, since anything came of one */
    unsigned repeated_acks; /* of its newest block */
    bool refused;           /* its server answered a request with an ERROR */
};

/* Stays at its place; nothing is known of another program yet. */
void rival_init(struct rival *ret, struct core *core, struct membership *membership);
/* A copy goes on and gives the addresses too: this one answers no DHCP and no ARP. */
bool rival_silences(const struct rival *rival);
/* A REQUEST or UPGRADE that somebody else sends. */
void rival_asks(struct rival *rival, const struct frame *frame, instant_ns now_ns);
/*
 * An IGMP message. Copies report their membership when they start, right before their first
 * REQUEST, and every ten seconds; a copy that hears a later one's REQUEST reports at once: it goes
 * on.
 */
void rival_reports(struct rival *rival, const struct frame *frame, instant_ns now_ns);
/* A phone has answered somebody's REQUEST. */
void rival_is_answered(struct rival *rival, instant_ns now_ns);
/* A phone confirms an order that is not ours; or it `asks_for_file`, one that is not ours either.
 */
void rival_orders(struct rival *rival, bool asks_for_file, instant_ns now_ns);
/* A phone that is not served by this program is sent an ERROR. */
void rival_refuses(struct rival *rival);
/* A phone acknowledges a block to another server. */
void rival_serves(struct rival *rival, uint16_t block, instant_ns now_ns);

#endif
