/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command line can go on with, for the shells (scripts/completion): made from the same
 * tables as parser and help, so that it is always that of the installed program.
 */
#ifndef CMD_OPTIONS_COMPLETE_H
#define CMD_OPTIONS_COMPLETE_H

#include "base/text.h"

#include <stddef.h>

/*
 * `words` are those behind the program's name; the last one, perhaps empty, is being typed. Adds
 * one line for each that it can become, "WORD\tDESCRIPTION"; or, where a file is expected, one line
 * ":files" with the extensions that are of use (none: any file).
 */
void complete_words(size_t count, const char *const *words, struct text *ret);

#endif
