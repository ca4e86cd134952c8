/* SPDX-License-Identifier: BSD-2-Clause */
/* Events and frames of a segment: see segment_queue.h. */
#include "port/segment_queue.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_CAPACITY  1536 /* an Ethernet frame; longer ones are allocated as they come */
#define TIMERS_LAST     (UINT64_C(1) << 63)
#define EVENTS_AT_FIRST 64

static bool is_before(const struct segment_event *a, const struct segment_event *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->order < b->order;
}

void segment_queue_add(struct segment_queue *queue, struct segment_event event)
{
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : EVENTS_AT_FIRST;
        queue->events = realloc(queue->events, queue->capacity * sizeof *queue->events);
        if (!queue->events)
            abort();
    }
    event.order = queue->added++ | (event.kind == SEGMENT_TIMER ? TIMERS_LAST : 0);
    size_t place = queue->count++;
    while (place > 0) {
        size_t parent = (place - 1) / 2;
        if (!is_before(&event, &queue->events[parent]))
            break;
        queue->events[place] = queue->events[parent];
        place = parent;
    }
    queue->events[place] = event;
}

const struct segment_event *segment_queue_first(const struct segment_queue *queue)
{
    return queue->count > 0 ? &queue->events[0] : NULL;
}

struct segment_event segment_queue_take(struct segment_queue *queue)
{
    struct segment_event first = queue->events[0];
    struct segment_event last = queue->events[--queue->count];
    size_t place = 0;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && is_before(&queue->events[child + 1], &queue->events[child]))
            child++;
        if (!is_before(&queue->events[child], &last))
            break;
        queue->events[place] = queue->events[child];
        place = child;
    }
    queue->events[place] = last;
    return first;
}

void segment_queue_free(struct segment_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        if (queue->events[i].frame)
            segment_frame_release(queue, queue->events[i].frame);
    while (queue->free_frames) {
        struct segment_frame *frame = queue->free_frames;
        queue->free_frames = frame->next_free;
        free(frame);
    }
    free(queue->events);
    *queue = (struct segment_queue){0};
}

struct segment_frame *segment_frame_new(struct segment_queue *queue, const uint8_t *bytes,
                                        size_t length)
{
    struct segment_frame *frame = queue->free_frames;
    if (frame && length <= FRAME_CAPACITY) {
        queue->free_frames = frame->next_free;
    } else {
        size_t capacity = length < FRAME_CAPACITY ? FRAME_CAPACITY : length;
        frame = malloc(sizeof *frame + capacity);
        if (!frame)
            abort();
        frame->capacity = capacity;
    }
    frame->references = 1;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    return frame;
}

void segment_frame_release(struct segment_queue *queue, struct segment_frame *frame)
{
    if (--frame->references > 0)
        return;
    if (frame->capacity != FRAME_CAPACITY) {
        free(frame);
        return;
    }
    frame->next_free = queue->free_frames;
    queue->free_frames = frame;
}
