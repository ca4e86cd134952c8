/* SPDX-License-Identifier: BSD-2-Clause */
/* Why an attempt failed: see cause.h. */
#include "engine/cause.h"

#include <stddef.h>

/* Frames can be lost, but not all of three attempts; what those meet stays as it is. */
#define LOSS_RULED_OUT 3

static const struct {
    const char *words;
    unsigned failures_most; /* 0: each attempt can succeed */
} causes[CAUSE_COUNT] = {
    [CAUSE_NOT_CONFIRMED] = {"the phone did not confirm the order", 0},
    /* Its address is a stored one, or of an unknown server: only its owner can change that. */
    [CAUSE_NO_ROUTER] = {"it confirmed the order but never asked for a gateway or the file: its "
                         "lease names no router",
                         LOSS_RULED_OUT},
    /* It asked for its gateway in an earlier attempt, so that it has one. */
    [CAUSE_NO_FILE_ASKED] = {"it confirmed the order but never asked for the file", 0},
    [CAUSE_GATEWAY_DEAD] = {NULL, 0},
    /* --gateway never: it was heard asking, and the second time is as good as the first. */
    [CAUSE_GATEWAY_DEAD_UNHELPED] = {NULL, 2},
    [CAUSE_BROKE_OFF] = {NULL, 0},
    [CAUSE_OTHER_SERVER] = {"another TFTP server refused the phone's request", 0},
    /* The file is good: it was damaged on its way, or another program's came in between. */
    [CAUSE_IMAGE_REFUSED] = {"the phone refused the image; nothing was written", 0},
    [CAUSE_RESTARTED] = {"the phone has restarted in recovery mode", 0},
};

const char *cause_words(enum attempt_cause cause)
{
    return causes[cause].words;
}

bool cause_is_final(enum attempt_cause cause, unsigned failures)
{
    return causes[cause].failures_most != 0 && failures >= causes[cause].failures_most;
}
