/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells the user what to do while no phone, or not every phone that was named, is to be seen. */
#ifndef ENGINE_HINTS_H
#define ENGINE_HINTS_H

#include "engine/choice.h"

struct hints {
    struct core *core;
    const struct dhcp_server *dhcp;
    const struct choice *choice;
    struct timer timer;
    bool hinted;       /* the user was told what to do */
    bool other_frames; /* somebody else's frame was seen */
};

/* The three pointers have been filled in. */
void hints_start(struct hints *hints, instant_ns now_ns);

#endif
