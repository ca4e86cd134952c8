/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The subcommands: each takes its own name as argv[0] and returns the exit status of the program
 * (docs: command line, exit status).
 */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

int command_interfaces(int argc, char **argv);
int command_discover(int argc, char **argv);
int command_recover(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_diagnose(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_image(int argc, char **argv);

#endif
