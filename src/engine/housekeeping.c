/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the station does for the segment and for the user as time goes by: group membership reports,
 * and plain words about what to do while no phone is to be seen.
 */
#include "engine/limits.h"
#include "engine/parts.h"

/* ---- IGMP (docs: protocol, rules for the PC side, 2) ---- */

void membership_report(struct station *station, instant_ns now_ns)
{
    outbox_igmp_report(&station->core.outbox, RECM_GROUP_IP);
    station->report_ns = now_ns;
    timer_set(&station->core.timers, &station->membership, now_ns + MEMBERSHIP_INTERVAL_NS);
}

static void report_came_due(void *owner, instant_ns now_ns)
{
    membership_report(owner, now_ns);
}

void membership_start(struct station *station, instant_ns now_ns)
{
    station->membership = timer_for(report_came_due, station);
    membership_report(station, now_ns);
}

void membership_query(struct station *station, const struct igmp_message *query, instant_ns now_ns)
{
    if (query->type != IGMP_QUERY || (query->group != 0 && query->group != RECM_GROUP_IP))
        return;
    if (now_ns - station->report_ns >= MEMBERSHIP_PAUSE_NS)
        membership_report(station, now_ns);
}

/* ---- Hints ---- */

static void say_what_to_do(struct station *station, instant_ns now_ns)
{
    struct core *core = &station->core;
    char awaited[80];
    const char *ready = "This program is ready to give it an address.";
    if (core->config.dhcp == DHCP_POLICY_NEVER)
        ready = "A DHCP server has to give it an address: this program does not (--dhcp never).";
    else if (core->config.dhcp == DHCP_POLICY_AUTO && core->foreign_dhcp_seen)
        ready = "The other DHCP server on this segment has to give it an address.";
    if (station->session_count && choice_awaits(station, awaited, sizeof awaited))
        journal_message(&core->journal, now_ns, NULL,
                        "Still waiting for %s. Power-cycle it now. %s", awaited, ready);
    else if (!station->hinted)
        journal_message(&core->journal, now_ns, NULL, "Power-cycle the phone now. %s", ready);
    else if (!station->other_frames)
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
    struct station *station = owner;
    char awaited[80];
    duration_ns interval_ns = HINT_LOOK_NS;
    if (!station->session_count ||
        (!choice_is_at_work(station) && choice_awaits(station, awaited, sizeof awaited))) {
        say_what_to_do(station, now_ns);
        interval_ns = station->hinted ? HINT_INTERVAL_NS : HINT_SECOND_NS;
        station->hinted = true;
    }
    timer_set(&station->core.timers, &station->hint, now_ns + interval_ns);
}

void hints_start(struct station *station, instant_ns now_ns)
{
    station->hint = timer_for(hint_came_due, station);
    timer_set(&station->core.timers, &station->hint, now_ns + HINT_FIRST_NS);
}
