/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom this run is for, whose turn it is, and when the run is over. Without a selection exactly one
 * phone may answer: it never guesses which of several was meant.
 */
#ifndef ENGINE_CHOICE_H
#define ENGINE_CHOICE_H

#include "engine/roster.h"

struct choice {
    struct core *core;
    struct roster *roster;
    struct timer settling; /* no serial given: time for a second phone to answer */
    struct timer quiet;    /* --all: time for another phone to appear */
    unsigned found;        /* discover: phones that have answered */
    bool settled, quiet_over;
    unsigned twins_said;  /* devices with a serial number that another one has */
    bool doubted;         /* ... and time for one that answered only once to do so again */
    bool several;         /* more than one answered, and none was named */
    struct session *only; /* the one phone of a run without selection */
};

void choice_init(struct choice *choice, struct core *core, struct roster *roster);
/* Returns: the session of this phone, a new one if need be (with --all the run then waits for
 * more); NULL if there are too many. */
struct session *choice_meet(struct choice *choice, const struct mac_address *mac,
                            instant_ns now_ns);
bool choice_wants(const struct choice *choice, const struct session *session);
/* Phones are named by serial number (perhaps others by MAC address). */
bool choice_names_serials(const struct choice *choice);
/* May its own URL attempts be answered? Unlike choice_wants it need not have answered before: the
 * only phone there is, is meant if none was named. */
bool choice_serves(const struct choice *choice, const struct session *session);
/* It is served: this run is for it. */
void choice_served(struct choice *choice, struct session *session);
/* The session has answered with an address. */
void choice_answered(struct choice *choice, struct session *session, instant_ns now_ns);
/* Gives free transfer slots to those that wait. */
void choice_dispatch(struct choice *choice, instant_ns now_ns);
/* Is there a phone to look for that has not answered yet? */
bool choice_searches(const struct choice *choice);
/* Returns: the next serial number to ask for, NULL for the wildcard. */
const char *choice_search_serial(const struct choice *choice, unsigned turn);
/* Is there a phone that is or may be meant, and that something may still come from? */
bool choice_is_at_work(const struct choice *choice);
/* Returns: whether a phone that was named has not answered; `ret` names it ("X and 3 more"). */
bool choice_awaits(const struct choice *choice, char *ret, size_t size);
bool choice_run_is_over(const struct choice *choice);

#endif
