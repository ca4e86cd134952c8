/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain words about what to do next: see hints.h. */
#include "engine/hints.h"

#include "engine/limits.h"

static void say_what_to_do(struct hints *hints, instant_ns now_ns)
{
    struct core *core = hints->core;
    char awaited[80];
    const char *ready = "This program is ready to give it an address.";
    if (core->config.dhcp == DHCP_POLICY_NEVER)
        ready = "A DHCP server has to give it an address: this program does not (--dhcp never).";
    else if (core->config.dhcp != DHCP_POLICY_ALWAYS &&
             dhcp_server_has_others(hints->dhcp, now_ns) &&
             !dhcp_server_has_unfit(hints->dhcp, now_ns))
        ready = "The other DHCP server on this segment has to give it an address.";
    if (hints->choice->roster->count && choice_awaits(hints->choice, awaited, sizeof awaited))
        journal_message(&core->journal, now_ns, NULL,
                        "Still waiting for %s. Power-cycle it now. %s", awaited, ready);
    else if (!hints->hinted)
        journal_message(&core->journal, now_ns, NULL, "Power-cycle the phone now. %s", ready);
    else if (!hints->other_frames)
        journal_message(&core->journal, now_ns, NULL,
                        "Not one frame of another device has been seen. Check the cable and the "
                        "phone's power, then power-cycle the phone. %s",
                        ready);
    else
        journal_message(&core->journal, now_ns, NULL,
                        "No phone in recovery mode has been seen yet. Power-cycle the phone now. "
                        "%s",
                        ready);
}

static void hint_came_due(void *owner, instant_ns now_ns)
{
    struct hints *hints = owner;
    char awaited[80];
    duration_ns interval_ns = HINT_LOOK_NS;
    bool stands_back = hints->core->standing == STANDING_BACK; /* no power cycles in its work */
    if (stands_back) {
        timer_set(&hints->core->timers, &hints->timer, now_ns + interval_ns);
        return;
    }
    if (!hints->choice->roster->count || (!choice_is_at_work(hints->choice) &&
                                          choice_awaits(hints->choice, awaited, sizeof awaited))) {
        say_what_to_do(hints, now_ns);
        interval_ns = hints->hinted ? HINT_INTERVAL_NS : HINT_SECOND_NS;
        hints->hinted = true;
    }
    timer_set(&hints->core->timers, &hints->timer, now_ns + interval_ns);
}

void hints_start(struct hints *hints, instant_ns now_ns)
{
    hints->timer = timer_for(hint_came_due, hints);
    timer_set(&hints->core->timers, &hints->timer, now_ns + HINT_FIRST_NS);
}
