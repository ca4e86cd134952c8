/* SPDX-License-Identifier: BSD-2-Clause */
/* spa-sos watch: sends nothing, judges continuously what others do on the wire. */
#include "cmd/commands.h"
#include "cmd/live_run.h"

int command_watch(const struct options *options)
{
    return live_run_command(options);
}
