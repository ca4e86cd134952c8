/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do next on this very machine: what the program says when it is called without arguments.
 */
#ifndef CMD_FIRST_RUN_H
#define CMD_FIRST_RUN_H

#include "base/text.h"

/*
 * Adds the interfaces that a phone can hang on, whether this user may send, firmware files in the
 * current directory and in Downloads, and the command line that follows from these. Looks only:
 * nothing is opened but what is read here, nothing is sent.
 */
void first_run_describe(struct text *ret);

#endif
