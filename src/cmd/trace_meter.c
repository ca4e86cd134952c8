/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting recorded transfers: see trace_meter.h. */
#include "cmd/trace_meter.h"

#define TRANSFER_PAUSE_MAXIMUM_NS (60 * NS_PER_S) /* docs: protocol, rules for the PC side, 7 */

static struct metered_phone *phone_of(struct trace_meter *meter, const struct mac_address *mac)
{
    struct metered_phone *oldest = &meter->phones[0];
    for (size_t i = 0; i < METERED_PHONES; i++) {
        if (mac_equal(&meter->phones[i].mac, mac))
            return &meter->phones[i];
        if (meter->phones[i].ack_ns < oldest->ack_ns)
            oldest = &meter->phones[i];
    }
    *oldest = (struct metered_phone){.mac = *mac};
    return oldest;
}

static void take_data(struct trace_meter *meter, const struct frame *frame)
{
    struct metered_phone *phone = phone_of(meter, &frame->ethernet.destination);
    bool is_again = phone->data_ns != 0 && phone->data_block == frame->tftp.block;
    meter->retransmissions += is_again;
    phone->is_waiting = !is_again; /* which of the two will be acknowledged? */
    phone->data_block = frame->tftp.block;
    phone->data_ns = frame->time_ns;
}

static void take_ack(struct trace_meter *meter, const struct frame *frame)
{
    struct metered_phone *phone = phone_of(meter, &frame->ethernet.source);
    if (phone->ack_ns != 0 && phone->ack_block == frame->tftp.block)
        return; /* repeated */
    bool is_first = phone->ack_ns == 0 || frame->tftp.block == 1;
    if (phone->is_waiting && phone->data_block == frame->tftp.block)
        statistics_add(&meter->turnaround, frame->time_ns - phone->data_ns);
    duration_ns step_ns = frame->time_ns - (is_first ? phone->data_ns : phone->ack_ns);
    if (step_ns < TRANSFER_PAUSE_MAXIMUM_NS)
        meter->transfer_ns += step_ns;
    phone->is_waiting = false;
    phone->ack_block = frame->tftp.block;
    phone->ack_ns = frame->time_ns;
    meter->blocks++;
}

void trace_meter_frame(struct trace_meter *meter, const struct frame *frame)
{
    if (frame->kind != FRAME_TFTP)
        return;
    if (frame->tftp.opcode == TFTP_DATA && frame->udp.destination_port == TFTP_PHONE_PORT)
        take_data(meter, frame);
    else if (frame->tftp.opcode == TFTP_ACK && frame->udp.source_port == TFTP_PHONE_PORT)
        take_ack(meter, frame);
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
