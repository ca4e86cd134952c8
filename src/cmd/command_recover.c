/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos recover: recovers a phone, or all of them. */
#include "cmd/commands.h"
#include "cmd/live_run.h"

int command_recover(const struct options *options)
{
    return live_run_command(options);
}
