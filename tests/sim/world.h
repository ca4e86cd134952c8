/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole recovery in virtual time: the station on one port of a simulated segment, simulated
 * phones and other hosts on the others, and every invariant checked with each frame.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "tests/sim/plan.h"

struct world_result {
    char violation[256]; /* the first broken invariant; "" = none */
    bool ended;          /* the run came to its end by itself (or by the user's) */
    unsigned recovered;  /* phones that run the image */
    unsigned wanted;     /* phones the run was for */
    unsigned orders;     /* UPGRADEs sent */
    unsigned answers;    /* DATA and TCP segments, DNS answers sent */
    enum verdict_id verdict;
    bool verdict_right; /* it names the trouble, or there was nothing to name */
    instant_ns end_ns;
    duration_ns order_to_last_ack_ns; /* of all phones together: from the order to the last ACK */
    unsigned retransmissions;         /* of DATA */
    /* 0 = never: a phone's first listening moment and REPLY, the first order, the last phone that
     * ran its firmware. */
    instant_ns first_listening_ns, first_reply_ns, first_order_ns, last_firmware_ns;
};

/* `trace_path` NULL = no trace. */
void world_run(const struct plan *plan, const char *trace_path, bool verbose,
               struct world_result *ret);

#endif
