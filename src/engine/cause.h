/* SPDX-License-Identifier: BSD-2-Clause */
/* Why an attempt failed, and how often another one can be worth its time: one row each. */
#ifndef ENGINE_CAUSE_H
#define ENGINE_CAUSE_H

#include <stdbool.h>

enum attempt_cause {
    CAUSE_NOT_CONFIRMED,
    CAUSE_NO_ROUTER,
    CAUSE_NO_FILE_ASKED,
    CAUSE_GATEWAY_DEAD,
    CAUSE_GATEWAY_DEAD_UNHELPED,
    CAUSE_BROKE_OFF,
    CAUSE_OTHER_SERVER,
    CAUSE_IMAGE_REFUSED,
    CAUSE_RESTARTED,
    CAUSE_COUNT,
};

/* Returns: plain words, static; NULL where the attempt itself says it, with its numbers. */
const char *cause_words(enum attempt_cause cause);

/* Returns: is another attempt in vain, after so many that failed by this cause? */
bool cause_is_final(enum attempt_cause cause, unsigned failures);

#endif
