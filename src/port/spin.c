/* SPDX-License-Identifier: BSD-2-Clause */
/* Awake or asleep: see spin.h. */
#include "port/spin.h"

void spin_sent(struct spin *spin, instant_ns now_ns)
{
    if (spin->sent_ns == 0)
        spin->sent_ns = now_ns;
    spin->until_ns = spin->quick >= SPIN_TRUST ? now_ns + SPIN_NS : 0;
}

/* One late reply on a busy machine ends nothing; a phone that is always late ends it at once. */
static void lose_trust(struct spin *spin)
{
    spin->quick = spin->quick > SPIN_LOSS ? spin->quick - SPIN_LOSS : 0;
}

void spin_received(struct spin *spin, instant_ns time_ns)
{
    if (spin->sent_ns == 0)
        return;
    if (time_ns - spin->sent_ns > SPIN_NS)
        lose_trust(spin);
    else if (spin->quick < 2 * SPIN_TRUST)
        spin->quick++;
    spin->sent_ns = spin->until_ns = 0;
}

bool spin_is_awake(struct spin *spin, instant_ns now_ns)
{
    if (spin->until_ns == 0)
        return false;
    if (now_ns < spin->until_ns)
        return true;
    spin->until_ns = 0;
    return false;
}

bool spin_should_yield(const struct spin *spin, instant_ns now_ns)
{
    return now_ns >= spin->until_ns - SPIN_NS + SPIN_YIELD_NS;
}
