/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters of the transfers in a trace: what a live run counts by itself. */
#ifndef CMD_TRACE_METER_H
#define CMD_TRACE_METER_H

#include "engine/statistics.h"
#include "report/report.h"
#include "wire/frame.h"

#define METERED_PHONES 16 /* at the same time; the one silent longest gives way */

struct metered_phone {
    struct mac_address mac;         /* zero = free */
    uint16_t data_block, ack_block; /* newest */
    bool is_waiting;                /* DATA was sent once and not acknowledged yet */
    instant_ns data_ns, ack_ns;
};

/* Start with zeros. */
struct trace_meter {
    struct metered_phone phones[METERED_PHONES];
    uint64_t retransmissions;
    struct statistics turnaround; /* DATA to ACK */
    uint64_t blocks;              /* acknowledged */
    duration_ns transfer_ns;      /* of all transfers; without pauses of a minute and more */
};

void trace_meter_frame(struct trace_meter *meter, const struct frame *frame);
/* Fills everything but frames_in. */
void trace_meter_counters(const struct trace_meter *meter, struct report_counters *ret);

#endif
