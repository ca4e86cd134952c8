/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells the user what to do while no phone, or not every phone that was named, is to be seen; and
 * of several phones that have stopped listening, which ones to power-cycle, and when.
 */
#ifndef ENGINE_HINTS_H
#define ENGINE_HINTS_H

#include "engine/choice.h"

struct hints {
    struct core *core;
    const struct dhcp_server *dhcp;
    const struct choice *choice;
    struct timer timer;
    struct timer lost_timer;
    size_t lost_said;            /* phones in the list that was said last; 0 = none is due */
    bool lost_said_with_writers; /* and others were writing then */
    instant_ns lost_said_ns;
    bool hinted;       /* the user was told what to do */
    bool other_frames; /* somebody else's frame was seen */
};

/* The three pointers have been filled in. */
void hints_start(struct hints *hints, instant_ns now_ns);

#endif
