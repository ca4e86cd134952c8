/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers in a binary heap: setting, stopping and firing cost the logarithm of how many run, and the
 * next deadline is at the top. A timer lives inside its owner; the heap only points at it. The heap
 * reads no clock: timers_fire is told what time it is.
 */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>

typedef void timer_function(void *owner, instant_ns now_ns);

struct timer {
    timer_function *function;
    void *owner;
    instant_ns due_ns;
    size_t place; /* in the heap, from 1; 0 = not running */
};

struct timers {
    struct timer **heap; /* owned; heap[1] is the earliest */
    size_t count, capacity;
};

static inline struct timer timer_for(timer_function *function, void *owner)
{
    return (struct timer){.function = function, .owner = owner};
}

/* Starts the timer, or moves it if it runs. Aborts when memory runs out. */
void timer_set(struct timers *timers, struct timer *timer, instant_ns due_ns);
void timer_stop(struct timers *timers, struct timer *timer); /* also if it does not run */
static inline bool timer_runs(const struct timer *timer)
{
    return timer->place != 0;
}
/* Returns: when the earliest timer is due, INSTANT_NEVER without one. */
instant_ns timers_next(const struct timers *timers);
/* Fires everything due at `now_ns`, also what is set meanwhile and due. */
void timers_fire(struct timers *timers, instant_ns now_ns);
/* Moves every running timer by the same time: a pause. */
void timers_shift(struct timers *timers, duration_ns by_ns);
void timers_free(struct timers *timers);

#endif
