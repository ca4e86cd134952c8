/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos discover: finds phones in recovery mode, orders nothing. */
#include "cmd/commands.h"
#include "cmd/live_run.h"

int command_discover(const struct options *options)
{
    return live_run_command(options);
}
