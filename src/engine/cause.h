/* SPDX-License-Identifier: BSD-2-Clause */
/* Why an attempt failed, and how often another one can be worth its time: one row each. */
#ifndef ENGINE_CAUSE_H
#define ENGINE_CAUSE_H

enum attempt_cause {
    CAUSE_NOT_CONFIRMED,
    CAUSE_NO_ROUTER,
    CAUSE_GATEWAY_DEAD,
    CAUSE_GATEWAY_DEAD_UNHELPED,
    CAUSE_BROKE_OFF,
    CAUSE_OTHER_SERVER,
    CAUSE_IMAGE_REFUSED,
    CAUSE_RESTARTED,
    CAUSE_COUNT,
};

/* Returns: plain words, static. */
const char *cause_words(enum attempt_cause cause);

/* Returns: after how many attempts another one is in vain; never above `maximum`, the user's. */
unsigned cause_attempts_most(enum attempt_cause cause, unsigned maximum);

#endif
