/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run on an interface, from options to exit status: the same for recover, discover and watch.
 *
 * The order matters: what can be wrong with the options, the image, the interface and the trace
 * file is found before anything is sent; privileges are dropped once image, trace and sockets are
 * open.
 */
#ifndef CMD_LIVE_RUN_H
#define CMD_LIVE_RUN_H

#include "cmd/options/options.h"

/* Runs and reports. Returns: the exit status of the program. */
int live_run_command(const struct options *options);

#endif
