/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting a recorded transfer: see trace_meter.h. */
#include "cmd/trace_meter.h"

#include "wire/tftp.h"

#define TRANSFER_PAUSE_MAXIMUM_NS (60 * NS_PER_S) /* docs: protocol, rules for the PC side, 7 */

static void take_data(struct trace_meter *meter, const struct observation *data)
{
    if (data->repeated) {
        meter->retransmissions++;
        meter->is_waiting = false; /* which of the two will be acknowledged? */
        return;
    }
    meter->is_waiting = true;
    meter->phone = data->phone;
    meter->block = data->block;
    meter->sent_ns = data->time_ns;
}

static void take_ack(struct trace_meter *meter, const struct observation *ack)
{
    if (ack->repeated)
        return;
    if (meter->is_waiting && meter->block == ack->block && mac_equal(&meter->phone, &ack->phone))
        statistics_add(&meter->turnaround, ack->time_ns - meter->sent_ns);
    instant_ns since_ns = meter->last_ack_ns;
    if (ack->block == 1 || since_ns == 0)
        since_ns = meter->is_waiting ? meter->sent_ns : ack->time_ns;
    if (ack->time_ns - since_ns < TRANSFER_PAUSE_MAXIMUM_NS)
        meter->transfer_ns += ack->time_ns - since_ns;
    meter->is_waiting = false;
    meter->last_ack_ns = ack->time_ns;
    meter->blocks++;
}

void trace_meter_observe(struct trace_meter *meter, const struct observation *observation)
{
    if (observation->kind == OBSERVED_DATA)
        take_data(meter, observation);
    else if (observation->kind == OBSERVED_ACK)
        take_ack(meter, observation);
}

void trace_meter_counters(const struct trace_meter *meter, struct report_counters *ret)
{
    *ret = (struct report_counters){
        .retransmissions = meter->retransmissions,
        .turnaround_count = meter->turnaround.count,
        .turnaround_median_ns = statistics_quantile(&meter->turnaround, 0.5),
        .turnaround_p99_ns = statistics_quantile(&meter->turnaround, 0.99),
        .turnaround_max_ns = meter->turnaround.maximum_ns,
        .transferred_bytes = meter->blocks * TFTP_BLOCK_LENGTH,
        .transfer_ns = meter->transfer_ns,
    };
}
