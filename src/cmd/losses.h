/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that this machine loses, told while the run goes on: those the kernel dropped because the
 * program did not take them in time, and those that could not be put on the wire.
 */
#ifndef CMD_LOSSES_H
#define CMD_LOSSES_H

#include "base/instant.h"
#include "base/text.h"
#include "port/port.h"

#include <stdbool.h>

struct losses {
    instant_ns asked_ns; /* when the port was last asked; INSTANT_NEVER = not yet */
    instant_ns told_ns;  /* when something was last told; INSTANT_NEVER = never */
    struct port_counters told;
};

void losses_init(struct losses *losses);

/*
 * To be called at any rate; asks the port once a second at most. Returns: true with a line without
 * its end added to `ret` if more were lost since the last line, at most every 10 s.
 */
bool losses_check(struct losses *losses, struct port *port, instant_ns now_ns, struct text *ret);

#endif
