/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command may do, from its options: see port/privileges.h and port/call_filter.h. */
#ifndef CMD_RIGHTS_H
#define CMD_RIGHTS_H

#include "cmd/options/options.h"

/*
 * Before the command does anything: its files are named to the keeper, everything but the right to
 * send is given up, and a command that reads only gets its system-call filter. `notes` holds what
 * was noted before and is told with -v. Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool rights_limit(const struct options *options, struct text *notes, struct error *ret_error);

/*
 * Of a command that divides itself into processes (diagnose --jobs): rights_limit has left the
 * filter out, each of them calls this once.
 */
void rights_filter(const struct options *options);

/*
 * Of a command that sends, once its interface is open: no capability, and a filter. Returns: false
 * with ret_error (ERROR_ENVIRONMENT).
 */
bool rights_give_up(const struct options *options, struct error *ret_error);

#endif
