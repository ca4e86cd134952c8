/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a command is told to write, looked at before it does anything: what exists already
 * is left as it is, and no input is ever written over (docs: command line, outputs).
 */
#ifndef CMD_OUTPUTS_H
#define CMD_OUTPUTS_H

#include "cmd/options/options.h"

/*
 * Returns: false with ret_error (ERROR_USAGE for a file that is an input or named twice,
 * ERROR_ENVIRONMENT for one that exists and is not to be overwritten). Pipes and devices pass.
 */
bool outputs_check(const struct options *options, struct error *ret_error);

#endif
