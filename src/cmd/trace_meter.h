/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of a recorded transfer, from the observations: what a live run counts by itself. */
#ifndef CMD_TRACE_METER_H
#define CMD_TRACE_METER_H

#include "diagnose/report.h"
#include "engine/statistics.h"

/* Start with zeros. */
struct trace_meter {
    uint64_t retransmissions;
    struct statistics turnaround; /* DATA to ACK */
    bool is_waiting;              /* a DATA was seen and not acknowledged yet */
    struct mac_address phone;
    unsigned block;
    instant_ns sent_ns;
    uint64_t blocks;         /* acknowledged */
    duration_ns transfer_ns; /* from the first DATA to the newest ACK, pauses included */
    instant_ns last_ack_ns;  /* of the running transfer; 0 = none */
};

void trace_meter_observe(struct trace_meter *meter, const struct observation *observation);
/* Fills everything but frames_in. */
void trace_meter_counters(const struct trace_meter *meter, struct report_counters *ret);

#endif
