/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames lost by this machine: see losses.h. */
#include "cmd/losses.h"

#include <inttypes.h>

#define ASK_INTERVAL_NS  NS_PER_S
#define TELL_INTERVAL_NS (10 * NS_PER_S)

void losses_init(struct losses *losses)
{
    *losses = (struct losses){.asked_ns = INSTANT_NEVER, .told_ns = INSTANT_NEVER};
}

static bool is_due(instant_ns last_ns, duration_ns interval_ns, instant_ns now_ns)
{
    return last_ns == INSTANT_NEVER || now_ns - last_ns >= interval_ns;
}

bool losses_check(struct losses *losses, struct port *port, instant_ns now_ns, struct text *ret)
{
    struct port_counters now;
    if (!is_due(losses->asked_ns, ASK_INTERVAL_NS, now_ns))
        return false;
    losses->asked_ns = now_ns;
    port->operations->counters(port, &now);
    uint64_t dropped = now.kernel_drops + now.interface_drops - losses->told.kernel_drops -
                       losses->told.interface_drops;
    uint64_t unsent = now.frames_unsent - losses->told.frames_unsent;
    if ((dropped == 0 && unsent == 0) || !is_due(losses->told_ns, TELL_INTERVAL_NS, now_ns))
        return false;
    if (dropped > 0)
        text_add(ret,
                 "%" PRIu64 " frames were lost on this machine before they could be read: it is "
                 "too busy, or was suspended",
                 dropped);
    if (unsent > 0)
        text_add(ret, "%s%" PRIu64 " frames could not be sent: the interface takes no more",
                 dropped > 0 ? "; " : "", unsent);
    losses->told = now;
    losses->told_ns = now_ns;
    return true;
}
