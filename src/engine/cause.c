/* SPDX-License-Identifier: BSD-2-Clause */
/* Why an attempt failed: see cause.h. */
#include "engine/cause.h"

/* The first may have failed by a lost frame; what the second one meets stays as it is. */
#define ONCE_MORE 2

static const struct {
    const char *words;
    unsigned attempts_most; /* 0: as many as the user allows, each can succeed */
} causes[CAUSE_COUNT] = {
    [CAUSE_NOT_CONFIRMED] = {"the phone did not confirm the order", 0},
    /* Its address is a stored one, or of an unknown server: only its owner can change that. */
    [CAUSE_NO_ROUTER] = {"it confirmed the order but never asked for a gateway or the file: its "
                         "lease names no router",
                         ONCE_MORE},
    [CAUSE_GATEWAY_DEAD] = {"nobody answered for its gateway, so it never asked for the file", 0},
    /* --gateway never */
    [CAUSE_GATEWAY_DEAD_UNHELPED] = {"nobody answered for its gateway, so it never asked for the "
                                     "file",
                                     ONCE_MORE},
    [CAUSE_BROKE_OFF] = {"the transfer broke off; nothing was written", 0},
    [CAUSE_OTHER_SERVER] = {"another TFTP server refused the phone's request", 0},
    /* The file is good: it was damaged on its way, or another program's came in between. */
    [CAUSE_IMAGE_REFUSED] = {"the phone refused the image; nothing was written", 0},
    [CAUSE_RESTARTED] = {"the phone has restarted in recovery mode", 0},
};

const char *cause_words(enum attempt_cause cause)
{
    return causes[cause].words;
}

unsigned cause_attempts_most(enum attempt_cause cause, unsigned maximum)
{
    unsigned most = causes[cause].attempts_most;
    return most == 0 || most > maximum ? maximum : most;
}
