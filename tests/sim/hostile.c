/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that means no good: see hostile.h. */
#include "tests/sim/hostile.h"

#include "base/bytes.h"
#include "base/random.h"
#include "wire/recm.h"

#include <stdlib.h>
#include <string.h>

#define HEARD_MAXIMUM 32
#define QUEUE_MAXIMUM 64
#define FRAME_BYTES   1518
#define FLOOD_FRAMES  40

struct bytes {
    uint8_t bytes[FRAME_BYTES];
    size_t length;
};

struct hostile {
    struct peer peer; /* the first member */
    struct random random;
    struct mac_address station;
    struct bytes heard[HEARD_MAXIMUM]; /* the last ones, in a ring */
    size_t heard_count;
    struct bytes queue[QUEUE_MAXIMUM];
    size_t queued, sent;
    instant_ns due_ns, end_ns;
};

static void take_frame(struct peer *peer, const struct captured_frame *frame, instant_ns now_ns)
{
    struct hostile *self = (struct hostile *)peer;
    (void)now_ns;
    /* What programs say is not repeated: damaged, it would damage a phone by itself. */
    bool is_program = memcmp(frame->bytes + 6, self->station.octet, 5) == 0 ||
                      (frame->captured > 36 && bytes_load_be16(frame->bytes + 34) == RECM_PC_PORT);
    if (frame->captured < 14 || frame->captured > FRAME_BYTES || is_program)
        return;
    struct bytes *place = &self->heard[self->heard_count++ % HEARD_MAXIMUM];
    memcpy(place->bytes, frame->bytes, frame->captured);
    place->length = frame->captured;
}

static struct bytes *queue_frame(struct hostile *self, const struct bytes *bytes)
{
    if (self->queued == QUEUE_MAXIMUM)
        return &self->queue[QUEUE_MAXIMUM - 1];
    self->queue[self->queued] = *bytes;
    return &self->queue[self->queued++];
}

/* One's complement sums of what the IP header covers, and no UDP checksum: it means to be heard. */
static void repair(struct bytes *frame)
{
    uint8_t *ip = frame->bytes + 14;
    uint32_t sum = 0;
    if (frame->length < 42 || bytes_load_be16(frame->bytes + 12) != 0x0800 || ip[0] != 0x45)
        return;
    bytes_store_be16(ip + 10, 0);
    for (size_t i = 0; i < 20; i += 2)
        sum += bytes_load_be16(ip + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    bytes_store_be16(ip + 10, (uint16_t)~sum);
    if (ip[9] == 17)
        bytes_store_be16(ip + 26, 0);
}

/* In another name: the sender's MAC address is replaced wherever the frame has it. */
static void rename_sender(struct hostile *self, struct bytes *frame)
{
    uint8_t old[6], new[6] = {0x00, 0x24, 0x14, 0xee, 0, 0};
    memcpy(old, frame->bytes + 6, sizeof old);
    new[4] = (uint8_t)random_below(&self->random, 256);
    new[5] = (uint8_t)random_below(&self->random, 4);
    for (size_t i = 6; i + sizeof old <= frame->length; i++)
        if (memcmp(frame->bytes + i, old, sizeof old) == 0)
            memcpy(frame->bytes + i, new, sizeof new);
    repair(frame);
}

static void change_bytes(struct hostile *self, struct bytes *frame)
{
    for (unsigned left = 1 + random_below(&self->random, 4); left > 0; left--) {
        size_t at = 12 + random_below(&self->random, (uint32_t)(frame->length - 12));
        frame->bytes[at] = (uint8_t)random_below(&self->random, 256);
    }
    if (random_below(&self->random, 2))
        repair(frame);
}

/* Anything at all, to everybody: LLDP, CDP, VLAN tags, IPv6, lengths that are wrong. */
static struct bytes noise(struct hostile *self)
{
    static const uint16_t types[] = {0x88cc, 0x0022, 0x8100, 0x86dd, 0x0800, 0x0806, 0x002e};
    struct bytes frame = {.length = 14 + random_below(&self->random, 400)};
    for (size_t i = 0; i < frame.length; i++)
        frame.bytes[i] = (uint8_t)random_below(&self->random, 256);
    memset(frame.bytes, 0xff, 6);
    frame.bytes[6] = 0x02;
    bytes_store_be16(frame.bytes + 12, types[random_below(&self->random, sizeof types / 2)]);
    return frame;
}

static void act(struct hostile *self)
{
    size_t known = self->heard_count < HEARD_MAXIMUM ? self->heard_count : HEARD_MAXIMUM;
    if (known == 0 || random_below(&self->random, 6) == 0) {
        struct bytes frame = noise(self);
        queue_frame(self, &frame);
        return;
    }
    const struct bytes *heard = &self->heard[random_below(&self->random, (uint32_t)known)];
    switch (random_below(&self->random, 8)) {
    case 0: /* late, or twice */
        queue_frame(self, heard);
        break;
    case 1: /* a flood in ever new names */
        for (unsigned i = 0; i < FLOOD_FRAMES; i++)
            rename_sender(self, queue_frame(self, heard));
        break;
    case 2:
    case 3:
    case 4:
        change_bytes(self, queue_frame(self, heard));
        break;
    default:
        rename_sender(self, queue_frame(self, heard));
        break;
    }
}

static void take_tick(struct peer *peer, instant_ns now_ns)
{
    struct hostile *self = (struct hostile *)peer;
    if (now_ns < self->due_ns)
        return;
    act(self);
    self->due_ns = now_ns + (instant_ns)(20 + random_below(&self->random, 2000)) * NS_PER_MS;
    if (self->due_ns > self->end_ns)
        self->due_ns = INSTANT_NEVER;
}

static instant_ns deadline(const struct peer *peer)
{
    return ((const struct hostile *)peer)->due_ns;
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct hostile *self = (struct hostile *)peer;
    if (self->sent == self->queued) {
        self->sent = self->queued = 0;
        return false;
    }
    const struct bytes *frame = &self->queue[self->sent++];
    *ret = (struct peer_output){frame->bytes, frame->length};
    return true;
}

static const struct peer_operations operations = {
    .frame = take_frame,
    .tick = take_tick,
    .deadline = deadline,
    .next_output = next_output,
};

struct hostile *hostile_new(uint64_t seed, const struct mac_address *station, instant_ns start_ns,
                            instant_ns end_ns)
{
    struct hostile *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->peer.operations = &operations;
    self->random = random_from_seed(seed);
    self->station = *station;
    self->due_ns = start_ns;
    self->end_ns = end_ns;
    return self;
}

void hostile_free(struct hostile *hostile)
{
    free(hostile);
}

struct peer *hostile_peer(struct hostile *hostile)
{
    return &hostile->peer;
}
