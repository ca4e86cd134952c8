/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands: each returns the exit status of the program (docs: command line). */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/options/options.h"

int command_interfaces(const struct options *options);
int command_discover(const struct options *options);
int command_recover(const struct options *options);
int command_watch(const struct options *options);
int command_diagnose(const struct options *options);
int command_replay(const struct options *options);
int command_simulate(const struct options *options);
int command_image(const struct options *options);

#endif
