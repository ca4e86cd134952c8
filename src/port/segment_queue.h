/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is going to happen on a segment, in the order of time: a binary heap. Among simultaneous
 * events frames and links come first, in the order in which they were added, and timers last, so
 * that on a tie the frame wins. Also the frames in flight, counted by reference and used again.
 */
#ifndef PORT_SEGMENT_QUEUE_H
#define PORT_SEGMENT_QUEUE_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segment_endpoint;

struct segment_frame {
    struct segment_frame *next_free;
    unsigned references;
    size_t length;
    size_t capacity;
    uint8_t bytes[];
};

enum segment_event_kind {
    SEGMENT_AT_SWITCH, /* a frame has reached the switch */
    SEGMENT_AT_DEVICE, /* a frame has reached the device */
    SEGMENT_LINK_UP,
    SEGMENT_LINK_DOWN,
    SEGMENT_QUERY, /* the switch's querier asks for memberships */
    SEGMENT_TIMER, /* a device's deadline; stale unless its generation is the endpoint's */
};

struct segment_event {
    instant_ns time_ns;
    uint64_t order; /* filled by segment_queue_add */
    enum segment_event_kind kind;
    uint32_t generation;
    struct segment_endpoint *endpoint;
    struct segment_frame *frame; /* the event's reference, or NULL */
};

struct segment_queue {
    struct segment_event *events;
    size_t count, capacity;
    uint64_t added;
    struct segment_frame *free_frames;
};

/* The process aborts when memory runs out, as in base/text.h. */
void segment_queue_add(struct segment_queue *queue, struct segment_event event);
/* Returns: the earliest event, still in the queue; NULL if there is none. */
const struct segment_event *segment_queue_first(const struct segment_queue *queue);
/* The queue must not be empty. */
struct segment_event segment_queue_take(struct segment_queue *queue);
void segment_queue_free(struct segment_queue *queue);

/* Returns: a frame with a copy of `bytes` and one reference. */
struct segment_frame *segment_frame_new(struct segment_queue *queue, const uint8_t *bytes,
                                        size_t length);
void segment_frame_release(struct segment_queue *queue, struct segment_frame *frame);

#endif
