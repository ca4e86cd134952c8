/* SPDX-License-Identifier: BSD-2-Clause */
/* Help, made from the tables. */
#ifndef CMD_OPTIONS_HELP_H
#define CMD_OPTIONS_HELP_H

#include "cmd/options/table.h"

#include <stdio.h>

/* Usage, description, options, exit status and examples of a command, to standard output. */
void help_print_command(enum options_command command);
/* The whole program: its commands and first steps. */
void help_print_program(FILE *file);

#endif
