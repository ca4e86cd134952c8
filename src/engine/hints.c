/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain words about what to do next: see hints.h. */
#include "engine/hints.h"

#include "engine/limits.h"

#include <stdio.h>

#define LOST_IN_A_LINE      6
#define LOST_LISTED_MAXIMUM 256 /* a shelf; a flood of invented phones fills no screen */
#define LOST_LINE_SIZE      (LOST_IN_A_LINE * (SESSION_NAME_SIZE + 2))

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

/* ---- Phones that have stopped listening ---- */

/* Their names, some to a message, the next ones in the next. */
static void name_lost(struct hints *hints, instant_ns now_ns)
{
    const struct roster *roster = hints->choice->roster;
    struct core *core = hints->core;
    char line[LOST_LINE_SIZE];
    size_t length = 0;
    unsigned named = 0;
    const struct session_set *lost = &core->ledger.lost;
    size_t place = session_set_next(lost, NULL, 0);
    for (unsigned i = 0; i < LOST_LISTED_MAXIMUM && place < SESSIONS_MAXIMUM; i++) {
        char name[SESSION_NAME_SIZE];
        session_name(roster->sessions[place], sizeof name, name);
        place = session_set_next(lost, NULL, place + 1);
        if (named == LOST_IN_A_LINE) {
            journal_message(&core->journal, now_ns, NULL, "  %s,", line);
            length = named = 0;
        }
        length +=
            (size_t)snprintf(line + length, sizeof line - length, "%s%s", named ? ", " : "", name);
        named++;
    }
    journal_message(&core->journal, now_ns, NULL, "  %s", line);
}

static void say_lost(struct hints *hints, size_t count, instant_ns now_ns)
{
    struct core *core = hints->core;
    char writers[200];
    if (core->writing)
        journal_message(&core->journal, now_ns, NULL,
                        "%zu phone%s stopped listening. Power-cycle later, when no phone writes:",
                        count, count == 1 ? " has" : "s have");
    else
        journal_message(&core->journal, now_ns, NULL,
                        "%zu phone%s stopped listening, and no phone writes. Power-cycle %s now:",
                        count, count == 1 ? " has" : "s have", count == 1 ? "it" : "these");
    name_lost(hints, now_ns);
    if (core->writing)
        journal_message(&core->journal, now_ns, NULL, "Not these, they are writing: %s.",
                        session_list_writers(core, writers, sizeof writers));
    hints->lost_said = count;
    hints->lost_said_with_writers = core->writing > 0;
    hints->lost_said_ns = now_ns;
}

/*
 * One that is lost was told of when it was; the list is for several, and for the moment in which
 * nobody writes any more.
 */
static void lost_came_due(void *owner, instant_ns now_ns)
{
    struct hints *hints = owner;
    struct core *core = hints->core;
    size_t count = core->standing == STANDING_FREE ? core->ledger.lost.count : 0;
    bool may_now = hints->lost_said_with_writers && !core->writing;
    bool is_new = count != hints->lost_said || now_ns - hints->lost_said_ns >= LOST_AGAIN_NS;
    if (count == 0) {
        hints->lost_said = 0;
        hints->lost_said_with_writers = false;
    } else if (may_now || (count > 1 && is_new)) {
        say_lost(hints, count, now_ns);
    } else if (core->writing) {
        hints->lost_said_with_writers = true; /* one, told of while others write */
    }
    timer_set(&core->timers, &hints->lost_timer, now_ns + LOST_LOOK_NS);
}

void hints_start(struct hints *hints, instant_ns now_ns)
{
    hints->timer = timer_for(hint_came_due, hints);
    timer_set(&hints->core->timers, &hints->timer, now_ns + HINT_FIRST_NS);
    hints->lost_timer = timer_for(lost_came_due, hints);
    if (hints->core->config.mode == STATION_RECOVER)
        timer_set(&hints->core->timers, &hints->lost_timer, now_ns + LOST_LOOK_NS);
}
