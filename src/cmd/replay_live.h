/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded phone on an interface: `replay TRACE -i IF`. */
#ifndef CMD_REPLAY_LIVE_H
#define CMD_REPLAY_LIVE_H

#include "base/address.h"
#include "base/error.h"
#include "cmd/options/options.h"

#include <stdbool.h>

struct replay_live_options {
    const struct options *command_line; /* interface (NULL: offline), speed, json */
    bool has_mac;                       /* the user chose the phone */
    struct mac_address mac;
};

/*
 * Plays the phone `options->mac` of the trace until its script is over and a while after, or a
 * signal comes. Returns: the exit status (0; 128 + signal), -1 with ret_error.
 */
int replay_live(const struct replay_live_options *options, const char *trace_path,
                struct error *ret_error);

#endif
