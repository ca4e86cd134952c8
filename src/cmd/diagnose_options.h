/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of diagnose (docs: command line). */
#ifndef CMD_DIAGNOSE_OPTIONS_H
#define CMD_DIAGNOSE_OPTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct diagnose_options {
    const char **traces; /* owned array of views into argv; "-" = standard input */
    size_t trace_count;
    const char *filter;      /* NULL = every frame */
    const char *report_path; /* NULL = none, as are the next two */
    const char *extract_path;
    const char *redact_path;
    bool timeline;
    bool json;
    bool help;
    int verbosity; /* -1 with -q, 0, 1 with -v */
};

/*
 * Reads the arguments behind the command's name. Returns: false with ret_error (ERROR_USAGE); `ret`
 * is to be freed with diagnose_options_free either way.
 */
bool diagnose_options_parse(int argc, char **argv, struct diagnose_options *ret,
                            struct error *ret_error);
void diagnose_options_free(struct diagnose_options *options);
void diagnose_options_print_help(void);

#endif
