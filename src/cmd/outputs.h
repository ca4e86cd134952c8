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

struct diagnosis; /* judge/verdict.h */
/*
 * Makes a pcapng of the trace `path`, with a comment at each frame that proves the leading verdict;
 * `with_sentence`: the verdict's own words, which hold names. Returns: false with ret_error
 * (ERROR_ENVIRONMENT); the trace is as it was then.
 */
bool outputs_annotate(const char *path, const struct diagnosis *diagnosis, bool with_sentence,
                      struct error *ret_error);

#endif
