/* SPDX-License-Identifier: BSD-2-Clause */
/* Lockstep sending with repeats: see service/tftp.h. */
#include "engine/service/tftp.h"

#include "engine/limits.h"
#include "wire/tftp.h"

#include <string.h>

#define DATA_HEADER_LENGTH 4

/* Number of the last block of a file: a multiple of 512 ends with an empty block. */
static uint16_t block_count_of(size_t length)
{
    return (uint16_t)(length / TFTP_BLOCK_LENGTH + 1);
}

static void build_block(struct core *core, const struct tftp_transfer *transfer, uint16_t block,
                        struct station_output *ret)
{
    const struct station_config *config = &core->config;
    size_t offset = (size_t)(block - 1) * TFTP_BLOCK_LENGTH;
    size_t left = config->image_length - offset;
    uint8_t payload[DATA_HEADER_LENGTH + TFTP_BLOCK_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_data(&writer, block, config->image + offset,
                    left < TFTP_BLOCK_LENGTH ? left : TFTP_BLOCK_LENGTH);
    outbox_build_udp(&core->outbox, &transfer->mac, transfer->ip, core->transfer_port,
                     transfer->port, payload, writer.length, ret);
}

static void send_block(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    struct block_ahead *ahead = &core->ahead;
    if (ahead->transfer != transfer || ahead->block != transfer->block)
        build_block(core, transfer, transfer->block, &ahead->frame);
    ahead->transfer = transfer;
    ahead->block = 0;
    outbox_built(&core->outbox, &ahead->frame);
    transfer->last_sent_ns = now_ns;
    timer_set(&core->timers, &transfer->timer, now_ns + transfer->repeat_ns);
}

void tftp_build_ahead(struct core *core)
{
    struct block_ahead *ahead = &core->ahead;
    const struct tftp_transfer *transfer = ahead->transfer;
    if (!transfer || ahead->block != 0 || transfer->block == transfer->block_count)
        return;
    ahead->block = (uint16_t)(transfer->block + 1);
    build_block(core, transfer, ahead->block, &ahead->frame);
}

/* Rule 6: ten times the measured turnaround, within its limits. */
static duration_ns first_repeat_after(const struct tftp_transfer *transfer)
{
    duration_ns wait_ns = transfer->turnaround_ns * REPEAT_TURNAROUNDS;
    if (wait_ns < REPEAT_MINIMUM_NS)
        return REPEAT_MINIMUM_NS;
    return wait_ns < REPEAT_MAXIMUM_NS ? wait_ns : REPEAT_MAXIMUM_NS;
}

static void send_new_block(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    transfer->block++;
    transfer->repeated = transfer->hurried = false;
    transfer->repeats = 0;
    transfer->repeat_ns = first_repeat_after(transfer);
    transfer->sent_ns = now_ns;
    send_block(core, transfer, now_ns);
}

static void repeat_block(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    transfer->repeated = true;
    transfer->retransmissions++;
    core->retransmissions++;
    send_block(core, transfer, now_ns);
}

void tftp_start(struct core *core, struct tftp_transfer *transfer, const struct mac_address *mac,
                uint32_t ip, uint16_t port, instant_ns now_ns)
{
    transfer->mac = *mac;
    transfer->ip = ip;
    transfer->port = port;
    transfer->running = true;
    transfer->block = 0;
    transfer->block_count = block_count_of(core->config.image_length);
    transfer->turnaround_ns = 0;
    transfer->heard_ns = now_ns;
    send_new_block(core, transfer, now_ns);
}

static void measure(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    if (transfer->repeated)
        return;
    duration_ns sample_ns = now_ns - transfer->sent_ns;
    statistics_add(&core->turnaround, sample_ns);
    if (transfer->turnaround_ns == 0)
        transfer->turnaround_ns = sample_ns;
    else
        transfer->turnaround_ns += (sample_ns - transfer->turnaround_ns) / 8;
}

enum tftp_result tftp_ack(struct core *core, struct tftp_transfer *transfer, uint16_t block,
                          instant_ns now_ns)
{
    if (!transfer->running)
        return TFTP_NOTHING;
    transfer->heard_ns = now_ns;
    if (block == transfer->block) {
        measure(core, transfer, now_ns);
        if (transfer->block == transfer->block_count) {
            tftp_stop(core, transfer);
            return TFTP_COMPLETE;
        }
        send_new_block(core, transfer, now_ns);
        return TFTP_ADVANCED;
    }
    /* The phone repeats its last ACK: our newest block is lost. Sooner than a repeat would be due
     * it is a duplicate made by the network, and must not cost the phone a buffer. */
    if (block + 1 == transfer->block && block != 0 && !transfer->hurried &&
        now_ns - transfer->last_sent_ns >= first_repeat_after(transfer)) {
        transfer->hurried = true;
        repeat_block(core, transfer, now_ns);
    }
    return TFTP_NOTHING;
}

void tftp_asked_again(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    transfer->heard_ns = now_ns;
    if (transfer->running && transfer->block == 1)
        repeat_block(core, transfer, now_ns);
}

enum tftp_result tftp_timer(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    if (!transfer->running)
        return TFTP_NOTHING;
    duration_ns patience_ns = transfer->block == 1 ? FIRST_ACK_WAIT_NS : TRANSFER_SILENCE_NS;
    if (transfer->block > 1 && transfer->block == transfer->block_count &&
        transfer->repeats >= LAST_BLOCK_REPEATS) {
        tftp_stop(core, transfer);
        return TFTP_PRESUMED;
    }
    if (now_ns - transfer->heard_ns >= patience_ns) {
        tftp_stop(core, transfer);
        return TFTP_STALLED;
    }
    transfer->repeats++;
    transfer->repeat_ns =
        transfer->repeat_ns * 2 < REPEAT_MAXIMUM_NS ? transfer->repeat_ns * 2 : REPEAT_MAXIMUM_NS;
    repeat_block(core, transfer, now_ns);
    return TFTP_NOTHING;
}

void tftp_resume(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns)
{
    transfer->running = true;
    transfer->repeats = 0;
    transfer->repeat_ns = first_repeat_after(transfer);
    transfer->heard_ns = now_ns;
    repeat_block(core, transfer, now_ns);
}

void tftp_stop(struct core *core, struct tftp_transfer *transfer)
{
    transfer->running = false;
    if (core->ahead.transfer == transfer)
        core->ahead.transfer = NULL;
    timer_stop(&core->timers, &transfer->timer);
}

uint64_t tftp_bytes_acknowledged(const struct core *core, const struct tftp_transfer *transfer)
{
    if (transfer->block == 0)
        return 0;
    if (!transfer->running && transfer->block == transfer->block_count)
        return core->config.image_length;
    return (uint64_t)(transfer->block - 1) * TFTP_BLOCK_LENGTH;
}
