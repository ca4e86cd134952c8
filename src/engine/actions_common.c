/* SPDX-License-Identifier: BSD-2-Clause */
/* What actions of all stages have in common: see actions_common.h. */
#include "engine/actions_common.h"

#include "engine/limits.h"

#include <stdio.h>

void actions_set_deadline(struct session *session, instant_ns due_ns)
{
    timer_set(&session->core->timers, &session->timer, due_ns);
}

void actions_say(struct session *session, instant_ns now_ns, const char *text)
{
    char phone[160];
    journal_message(&session->core->journal, now_ns, &session->mac, "%s: %s",
                    session_describe(session, phone, sizeof phone), text);
}

void actions_ask_for_power_cycle(struct session *session, instant_ns now_ns, const char *text)
{
    struct core *core = session->core;
    char phone[160], writers[200];
    struct station_event *event =
        journal_add(&core->journal, now_ns, STATION_EVENT_MESSAGE, &session->mac);
    event->asks_power_cycle = true;
    event->writing = core->writing;
    snprintf(event->text, sizeof event->text, "%s: %s",
             session_describe(session, phone, sizeof phone), text);
    if (core->writing && now_ns != core->writers_said_ns)
        journal_message(&core->journal, now_ns, NULL,
                        "Do not switch these off, they are writing their flash: %s.",
                        session_list_writers(core, writers, sizeof writers));
    core->writers_said_ns = now_ns;
}

/*
 * It was sent the whole image, and has not answered often enough since to be sure that it listens:
 * what seems to say so can be late, or somebody else's.
 */
static bool may_be_writing(const struct session *session, instant_ns now_ns)
{
    instant_ns sent_ns = session->image_out_ns > session->elsewhere_ns ? session->image_out_ns
                                                                       : session->elsewhere_ns;
    return sent_ns && now_ns < sent_ns + session->core->config.flash_wait_ns &&
           !session->surely_listens;
}

void actions_fail(struct session *session, instant_ns now_ns, bool final, const char *why)
{
    session_attempt_ends(session, why);
    if (may_be_writing(session, now_ns)) {
        if (final)
            snprintf(session->given_up, sizeof session->given_up, "%s", why);
        session_power_cycle_asked(session, false);
        session_enter(session, SESSION_RETRY, now_ns,
                      "it seems to have failed, but may be writing its image; it is asked on");
        actions_set_deadline(session, now_ns + RETRY_HINT_NS);
        return;
    }
    session->final = final;
    actions_say(session, now_ns, why);
    session_enter(session, SESSION_FAILED, now_ns, "failed");
}

/* An image was sent to it at `sent_ns` (0: none): while it may be writing, its deadline waits. */
static bool waits_since(struct session *session, instant_ns sent_ns, instant_ns now_ns,
                        const char *words)
{
    instant_ns written_ns = sent_ns + session->core->config.flash_wait_ns;
    if (!sent_ns || now_ns >= written_ns)
        return false;
    actions_say(session, now_ns, words);
    actions_set_deadline(session, written_ns);
    if (written_ns > session->core->waits_until_ns)
        session->core->waits_until_ns = written_ns;
    return true;
}

/*
 * It was sent the whole image and was heard as a loader since, once perhaps and by a frame that was
 * late or somebody else's; or another program serves it. While it may be writing its silence means
 * nothing, and no word is said of a power cycle. Returns: true if it is waited for.
 */
bool actions_waits_for_writing(struct session *session, instant_ns now_ns)
{
    return waits_since(session, session->elsewhere_ns, now_ns,
                       "it does not answer; it may be writing what the other program has sent it. "
                       "Do not unplug it") ||
           waits_since(session, session->image_out_ns, now_ns,
                       "it does not answer; it may be writing its image. Do not unplug it");
}

/*
 * While others are served, or another program is at work, it is not asked: its silence means
 * nothing yet. Returns: true if it is asked on.
 */
bool actions_was_not_asked(struct session *session, instant_ns now_ns)
{
    if (session->questions >= DEAF_QUESTIONS)
        return false;
    unsigned missing = DEAF_QUESTIONS - session->questions;
    actions_set_deadline(session, now_ns + (duration_ns)missing * PROBE_INTERVAL_NS);
    return true;
}

bool actions_are_used_up(const struct session *session)
{
    return session->attempts >= session->core->config.attempts_maximum;
}

void actions_give_up(struct session *session, instant_ns now_ns)
{
    char why[sizeof session->given_up];
    snprintf(why, sizeof why, "%s", session->given_up);
    actions_fail(session, now_ns, true, why);
}

void actions_attempt_failed(struct session *session, instant_ns now_ns, enum attempt_cause cause,
                            const char *details)
{
    char text[200];
    unsigned maximum = session->core->config.attempts_maximum;
    const char *why = details ? details : cause_words(cause);
    session_attempt_ends(session, why);
    snprintf(text, sizeof text, "attempt %u of %u failed: %s", session->attempts, maximum, why);
    /* A late copy of its echo makes no second attempt of this one. */
    bool counts = session->failed_attempt != session->attempts;
    session->failed_attempt = session->attempts;
    session->failures[cause] += counts;
    if (actions_are_used_up(session) ||
        (counts && cause_is_final(cause, session->failures[cause]))) {
        actions_fail(session, now_ns, true, text);
        return;
    }
    actions_say(session, now_ns, text);
    session->other_server_said = false;
    session_power_cycle_asked(session, false);
    session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers again");
    actions_set_deadline(session, now_ns + RETRY_HINT_NS);
}
