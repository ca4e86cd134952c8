/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom this run is for, whose turn it is, and when the run is over. Without a selection exactly one
 * phone may answer: it never guesses which of several was meant.
 */
#include "engine/choice.h"

#include "base/text.h"
#include "engine/limits.h"
#include "engine/parallel.h"
#include "engine/states.h"

#include <stdio.h>
#include <string.h>

static const struct station_selection *selection_of(const struct choice *choice)
{
    return &choice->core->config.selection;
}

static bool names_phones(const struct choice *choice)
{
    return selection_of(choice)->name_count > 0;
}

/* A bench goes on from phone to phone: whatever answers is meant. */
static bool takes_all(const struct choice *choice)
{
    return selection_of(choice)->all || choice->core->config.keep_going;
}

bool choice_names_serials(const struct choice *choice)
{
    return choice->core->ledger.serial_count > 0;
}

bool choice_wants(const struct choice *choice, const struct session *session)
{
    if (names_phones(choice))
        return ledger_is_named(session);
    return takes_all(choice) || choice->only == session;
}

bool choice_serves(const struct choice *choice, const struct session *session)
{
    if (names_phones(choice) || takes_all(choice) || choice->only)
        return choice_wants(choice, session);
    if (choice->core->ledger.present > session->share.is_present)
        return false; /* which of them is meant is not ours to guess */
    return !choice->several;
}

void choice_served(struct choice *choice, struct session *session)
{
    if (!names_phones(choice) && !takes_all(choice))
        choice->only = session;
}

/* Without a selection: exactly one phone answers, or the user has to choose. */
static void choose_only(struct choice *choice, instant_ns now_ns)
{
    if (!choice->settled || choice->only || choice->several)
        return;
    const struct ledger *ledger = &choice->core->ledger;
    /* One frame can be forged or stray: those of whom nothing else speaks are doubtful. */
    size_t count = ledger->could_be_meant.count, doubtful = count - ledger->credible.count;
    if (count > 1 && doubtful && !choice->doubted) {
        choice->doubted = true;
        choice->settled = false;
        timer_set(&choice->core->timers, &choice->settling, now_ns + DOUBT_NS);
        return;
    }
    if (count > doubtful)
        count -= doubtful; /* who does not answer again is not there */
    if (count > 1) {
        choice->several = true;
        choice->core->changed = true;
        journal_message(&choice->core->journal, now_ns, NULL,
                        "%zu phones answer in recovery mode; choose one by its serial number "
                        "(--serial), or all of them (--all).",
                        count);
    } else if (count == 1) {
        const struct session_set *set =
            ledger->credible.count ? &ledger->credible : &ledger->could_be_meant;
        struct session *session = choice->roster->sessions[session_set_next(set, NULL, 0)];
        if (session->state != SESSION_FOUND)
            return;
        choice->only = session;
        session_handle(session, EVENT_CHOSEN, now_ns);
    }
}

static void settled(void *owner, instant_ns now_ns)
{
    struct choice *choice = owner;
    choice->settled = true;
    choose_only(choice, now_ns);
}

static void quiet(void *owner, instant_ns now_ns)
{
    struct choice *choice = owner;
    const struct station_config *config = &choice->core->config;
    choice->quiet_over = true;
    choice->core->changed = true;
    if (config->mode == STATION_DISCOVER && !names_phones(choice) && !config->phone_count)
        journal_message(&choice->core->journal, now_ns, NULL,
                        "No further phone has answered for %lld s: done (-t waits longer, -c for a "
                        "number of phones).",
                        (long long)(config->quiet_ns / NS_PER_S));
}

void choice_init(struct choice *choice, struct core *core, struct roster *roster)
{
    *choice = (struct choice){.core = core, .roster = roster};
    choice->settling = timer_for(settled, choice);
    choice->quiet = timer_for(quiet, choice);
}

/* Named phones stay, and so do those that came further than to an address or an answer. */
static bool may_go(void *context, const struct session *session)
{
    struct choice *choice = context;
    switch (session->state) {
    case SESSION_NEW:
    case SESSION_ADDRESSING:
    case SESSION_ADDRESSED:
        break;
    case SESSION_FOUND:
        if (choice->core->config.mode == STATION_DISCOVER)
            return false;
        break;
    default:
        return false;
    }
    return session != choice->only && !session->attempts && !session->victim &&
           !ledger_is_named(session);
}

struct session *choice_meet(struct choice *choice, const struct mac_address *mac, instant_ns now_ns)
{
    struct session *session = roster_find(choice->roster, mac);
    if (session)
        return session;
    session = roster_add(choice->roster, mac, may_go, choice, now_ns);
    if (session && choice->core->config.mode != STATION_DISCOVER) {
        choice->quiet_over = false;
        timer_set(&choice->core->timers, &choice->quiet, now_ns + ALL_QUIET_NS);
    }
    return session;
}

/* Told once per phone: the wrong serial number is the commonest mistake. */
static void say_not_meant(struct choice *choice, struct session *session, instant_ns now_ns)
{
    if (session->not_meant_said)
        return;
    session->not_meant_said = true;
    char phone[160];
    journal_message(&choice->core->journal, now_ns, &session->mac,
                    "%s answers, but it is not the phone asked for: it is left alone",
                    session_describe(session, phone, sizeof phone));
}

/* Looking for phones: enough were found, or no more come. */
static void count_found(struct choice *choice, struct session *session, instant_ns now_ns)
{
    const struct core *core = choice->core;
    if (core->config.mode != STATION_DISCOVER || session->counted ||
        (names_phones(choice) && !ledger_is_named(session)))
        return;
    session->counted = true;
    choice->found++;
    choice->core->changed = true;
    choice->quiet_over = false;
    if (core->config.quiet_ns > 0)
        timer_set(&choice->core->timers, &choice->quiet, now_ns + core->config.quiet_ns);
}

/* A serial number belongs to one phone: who else shows it is mistaken or lies. */
static void look_for_twin(struct choice *choice, struct session *session, instant_ns now_ns)
{
    struct session *other = ledger_twin(session);
    if (!other || session->doubtful)
        return;
    session->doubtful = other->doubtful = true;
    if (choice->twins_said++ >= TWINS_SAID_MAXIMUM)
        return;
    char serial[4 * RECM_TEXT_SIZE];
    const struct session *heard = session->stage_ns ? session : other->stage_ns ? other : NULL;
    journal_message(&choice->core->journal, now_ns, &session->mac,
                    "Two devices answer with the serial number %s: %s and %s. %s%s.",
                    text_escape(session->serial, strlen(session->serial), serial, sizeof serial),
                    mac_format(&other->mac).text, mac_format(&session->mac).text,
                    heard ? "The one whose boot loader was heard comes first: "
                          : "Name the right one by --phone-mac",
                    heard ? mac_format(&heard->mac).text : "");
}

/*
 * Was another device chosen that shows the same serial number, and of which no boot loader was
 * heard, or that is silent while this one answers each time? Then this one was meant: that one is
 * mistaken, or lies.
 */
static void correct_choice(struct choice *choice, struct session *session)
{
    const struct session *only = choice->only;
    if (!only || only == session || !only->answered || strcmp(only->serial, session->serial) != 0 ||
        session_is_active(only) || only->delivered)
        return;
    bool is_loader = session->stage_ns && !only->stage_ns;
    bool answers = session->surely_listens && only->state == SESSION_RETRY;
    if (is_loader || answers)
        choice->only = session;
}

void choice_answered(struct choice *choice, struct session *session, instant_ns now_ns)
{
    if (session->replies == 1)
        look_for_twin(choice, session, now_ns);
    correct_choice(choice, session);
    count_found(choice, session, now_ns);
    if (session->state != SESSION_FOUND || choice->core->config.mode != STATION_RECOVER)
        return;
    if (choice_wants(choice, session)) {
        session_handle(session, EVENT_CHOSEN, now_ns);
    } else if (names_phones(choice)) {
        say_not_meant(choice, session, now_ns);
    } else if (choice->settled) {
        choose_only(choice, now_ns);
    } else if (!timer_runs(&choice->settling)) {
        timer_set(&choice->core->timers, &choice->settling, now_ns + SETTLING_NS);
    }
}

void choice_dispatch(struct choice *choice, instant_ns now_ns)
{
    struct core *core = choice->core;
    if (core->stopped || core->standing != STANDING_FREE)
        return;
    /* Who was in another program's hands shows first that it listens. */
    for (; core->takes_over && core->waiting;)
        session_handle(core->waiting, EVENT_RIVAL_GONE, now_ns);
    core->takes_over = false;
    if (parallel_finds_out(core, now_ns))
        return;
    while (core->waiting && core->active < parallel_limit(core))
        session_handle(core->waiting, EVENT_TURN, now_ns);
}

static bool has_answered(const struct choice *choice, const struct phone_name *name)
{
    return ledger_has_answered(&choice->core->ledger, (size_t)(name - selection_of(choice)->names));
}

static bool all_named_answered(const struct choice *choice)
{
    const struct ledger *ledger = &choice->core->ledger;
    return ledger->entries_answered == ledger->entry_count;
}

bool choice_searches(const struct choice *choice)
{
    const struct station_config *config = &choice->core->config;
    if (config->mode == STATION_WATCH)
        return false;
    if (config->mode == STATION_DISCOVER || config->keep_going)
        return true;
    if (!all_named_answered(choice))
        return true;
    if (names_phones(choice))
        return false;
    return takes_all(choice) || (!choice->only && !choice->several);
}

const char *choice_search_serial(const struct choice *choice, unsigned turn)
{
    const struct station_selection *selection = selection_of(choice);
    if (!choice_names_serials(choice) || selection->all)
        return NULL;
    if (turn >= PROBE_SPECIFIC_ONLY && turn % PROBE_WILDCARD_EVERY == 0)
        return NULL;
    const struct phone_name *const *names = choice->core->ledger.serial_names;
    size_t serials = choice->core->ledger.serial_count;
    size_t entries = serials + (serials < selection->name_count ? 1 : 0);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = (turn + i) % entries;
        if (entry == serials)
            return NULL; /* those named by MAC address can only be asked for by wildcard */
        if (!has_answered(choice, names[entry]))
            return names[entry]->serial;
    }
    return names[0]->serial;
}

bool choice_is_at_work(const struct choice *choice)
{
    const struct ledger *ledger = &choice->core->ledger;
    if (names_phones(choice) || takes_all(choice))
        return ledger->open > 0;
    return ledger->open_unheard > 0 || (choice->only && choice->only->share.is_open);
}

bool choice_awaits(const struct choice *choice, char *ret, size_t size)
{
    const struct station_selection *selection = selection_of(choice);
    const char *first = NULL;
    size_t count = 0;
    struct mac_text text;
    for (size_t i = 0; i < selection->name_count; i++) {
        const struct phone_name *name = &selection->names[i];
        if (has_answered(choice, name) || count++ > 0)
            continue;
        first = phone_name_text(name, &text);
    }
    if (count == 0)
        return false;
    if (count == 1)
        snprintf(ret, size, "%s", first);
    else
        snprintf(ret, size, "%s and %zu more", first, count - 1);
    return true;
}

/* ---- When the run is over ---- */

bool choice_run_is_over(const struct choice *choice)
{
    const struct station_config *config = &choice->core->config;
    const struct ledger *ledger = &choice->core->ledger;
    if (config->keep_going || config->mode == STATION_WATCH)
        return false;
    if (config->mode == STATION_DISCOVER && config->phone_count)
        return choice->found >= config->phone_count;
    if (config->mode == STATION_DISCOVER)
        return names_phones(choice) ? all_named_answered(choice)
                                    : choice->found > 0 && choice->quiet_over;
    if (choice->several)
        return true;
    if (choice->only && session_is_over(choice->only))
        return true;
    if (names_phones(choice) && ledger_entries_left(ledger) == 0)
        return true; /* whoever else is there, known or not */
    if (ledger->over + ledger->over_unheard == 0 || ledger->open)
        return false;
    if (names_phones(choice))
        return ledger_entries_left(ledger) <= ledger->over_unheard;
    return !takes_all(choice) || choice->quiet_over;
}
