/* SPDX-License-Identifier: BSD-2-Clause */
/* A binary heap of timers: see timer.h. */
#include "engine/timer.h"

#include <stdlib.h>

static void put(struct timers *timers, size_t place, struct timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void rise(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;
    while (place > 1 && timers->heap[place / 2]->due_ns > timer->due_ns) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, timer);
}

static void sink(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;
    for (;;) {
        size_t child = place * 2;
        if (child > timers->count)
            break;
        if (child < timers->count && timers->heap[child + 1]->due_ns < timers->heap[child]->due_ns)
            child++;
        if (timers->heap[child]->due_ns >= timer->due_ns)
            break;
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, timer);
}

void timer_set(struct timers *timers, struct timer *timer, instant_ns due_ns)
{
    if (!timer_runs(timer)) {
        if (timers->count + 1 >= timers->capacity) {
            size_t capacity = timers->capacity ? timers->capacity * 2 : 64;
            struct timer **heap = realloc(timers->heap, capacity * sizeof *heap);
            if (!heap)
                abort();
            timers->heap = heap;
            timers->capacity = capacity;
        }
        put(timers, ++timers->count, timer);
    }
    timer->due_ns = due_ns;
    rise(timers, timer);
    sink(timers, timer);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
    if (!timer_runs(timer))
        return;
    size_t place = timer->place;
    struct timer *last = timers->heap[timers->count--];
    timer->place = 0;
    if (last == timer)
        return;
    put(timers, place, last);
    rise(timers, last);
    sink(timers, last);
}

instant_ns timers_next(const struct timers *timers)
{
    return timers->count ? timers->heap[1]->due_ns : INSTANT_NEVER;
}

void timers_fire(struct timers *timers, instant_ns now_ns)
{
    while (timers->count && timers->heap[1]->due_ns <= now_ns) {
        struct timer *timer = timers->heap[1];
        timer_stop(timers, timer);
        timer->function(timer->owner, now_ns);
    }
}

void timers_shift(struct timers *timers, duration_ns by_ns)
{
    for (size_t i = 1; i <= timers->count; i++)
        timers->heap[i]->due_ns += by_ns;
}

void timers_free(struct timers *timers)
{
    free(timers->heap);
    *timers = (struct timers){0};
}
