/* SPDX-License-Identifier: BSD-2-Clause */
/* What actions of all stages have in common; for the files of actions alone. */
#ifndef ENGINE_ACTIONS_COMMON_H
#define ENGINE_ACTIONS_COMMON_H

#include "engine/cause.h"
#include "engine/session.h"

void actions_set_deadline(struct session *session, instant_ns due_ns);
void actions_say(struct session *session, instant_ns now_ns, const char *text);
/* Tells the user to power-cycle this phone, and which ones he must not switch off with it. */
void actions_ask_for_power_cycle(struct session *session, instant_ns now_ns, const char *text);
/*
 * Gives it up; `final`: nothing starts it again. Who may be writing is not given up: its answers
 * decide (then it waits to be tried again, and session->given_up says why).
 */
void actions_fail(struct session *session, instant_ns now_ns, bool final, const char *why);
/* What was said of it already is true after all. */
void actions_give_up(struct session *session, instant_ns now_ns);
/*
 * `details` says it with what is known of this attempt; NULL: the words of the cause. The next
 * state is that of a phone that is tried again, or has failed.
 */
void actions_attempt_failed(struct session *session, instant_ns now_ns, enum attempt_cause cause,
                            const char *details);
bool actions_are_used_up(const struct session *session);
/* Returns: true if its deadline waits, because it may be writing an image. */
bool actions_waits_for_writing(struct session *session, instant_ns now_ns);
/* Returns: true if its deadline waits, because its silence means nothing yet. */
bool actions_was_not_asked(struct session *session, instant_ns now_ns);

#endif
