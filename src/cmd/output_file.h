/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that a command writes as a whole. Nothing is overwritten unless the user says so. */
#ifndef CMD_OUTPUT_FILE_H
#define CMD_OUTPUT_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Creates `path`, which must not exist unless `overwrite`, with these bytes; nothing is left behind
 * on failure.
 * Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool output_file_write(const char *path, bool overwrite, const void *bytes, size_t length,
                       struct error *ret_error);

#endif
