/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a command ends that has no answer: a line on standard error, and with --json one document on
 * standard output all the same (docs: command line, output).
 */
#ifndef CMD_FAILURE_H
#define CMD_FAILURE_H

#include "base/error.h"

#include <stdbool.h>

struct json_t; /* jansson.h */

#define EXIT_SIGNAL_BASE 128 /* and the signal's number (docs: command line, exit status) */

/* `command`: the subcommand's name. Returns: the exit status. */
int failure_tell(const char *command, bool json, const struct error *error);
/* Prints a document of report/ on standard output and takes it over. */
void document_print(struct json_t *document);
/*
 * What was printed did not all arrive: to be called last. Returns: `status`, or ERROR_ENVIRONMENT
 * after a line on standard error.
 */
int failure_of_output(const char *command, int status);

#endif
