/* SPDX-License-Identifier: BSD-2-Clause */
/* How many phones are served at the same time: see parallel.h. */
#include "engine/parallel.h"

#include "engine/limits.h"
#include "engine/session.h"

unsigned parallel_limit(const struct core *core)
{
    if (core->config.parallel_transfers != PARALLEL_AUTO)
        return core->config.parallel_transfers;
    return core->group == GROUP_KEPT_BACK ? PARALLEL_SNOOPING : 1;
}

static bool is_question(const struct core *core)
{
    return core->config.parallel_transfers == PARALLEL_AUTO && core->group == GROUP_UNKNOWN &&
           !core->config.group_only;
}

bool parallel_finds_out(struct core *core, instant_ns now_ns)
{
    bool two_wait = core->waiting && core->waiting->next;
    core->tries_group = is_question(core) && two_wait && core->active == 0 &&
                        !session_any_in_dhcp_stage(core, now_ns);
    return core->tries_group;
}

const struct session *parallel_asks(struct core *core, instant_ns now_ns)
{
    if (!core->tries_group)
        return NULL;
    if (!parallel_finds_out(core, now_ns)) {
        core->changed = true; /* turns may be given again */
        return NULL;
    }
    if (core->group_questions++ < GROUP_QUESTIONS)
        return core->waiting;
    core->group = GROUP_KEPT_BACK;
    core->tries_group = false;
    core->changed = true;
    journal_message(&core->journal, now_ns, NULL,
                    "The switch keeps multicast from the phones (IGMP snooping): up to %u "
                    "transfers at the same time (--parallel).",
                    (unsigned)PARALLEL_SNOOPING);
    return NULL;
}

void parallel_group_is_heard(struct core *core, instant_ns now_ns)
{
    if (!is_question(core))
        return;
    core->group = GROUP_IS_HEARD;
    core->tries_group = false;
    core->changed = true;
    journal_detail(&core->journal, now_ns, NULL,
                   "multicast reaches the phones: one transfer after the other (--parallel)");
}
