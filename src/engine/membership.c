/* SPDX-License-Identifier: BSD-2-Clause */
/* Group membership reports: see membership.h. */
#include "engine/membership.h"

#include "engine/limits.h"
#include "wire/recm.h"

void membership_report(struct membership *membership, instant_ns now_ns)
{
    if (!membership->is_member)
        return;
    outbox_igmp_report(&membership->core->outbox, RECM_GROUP_IP);
    membership->report_ns = now_ns;
    timer_set(&membership->core->timers, &membership->timer, now_ns + MEMBERSHIP_INTERVAL_NS);
}

static void report_came_due(void *owner, instant_ns now_ns)
{
    membership_report(owner, now_ns);
}

void membership_start(struct membership *membership, instant_ns now_ns)
{
    membership->timer = timer_for(report_came_due, membership);
    membership->is_member = true;
    membership_report(membership, now_ns);
}

void membership_query(struct membership *membership, const struct igmp_message *query,
                      instant_ns now_ns)
{
    if (query->type != IGMP_QUERY || (query->group != 0 && query->group != RECM_GROUP_IP))
        return;
    if (now_ns - membership->report_ns >= MEMBERSHIP_PAUSE_NS)
        membership_report(membership, now_ns);
}
