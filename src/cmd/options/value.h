/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of options: text into numbers, and one wording for those that are no good. */
#ifndef CMD_OPTIONS_VALUE_H
#define CMD_OPTIONS_VALUE_H

#include "base/error.h"
#include "base/instant.h"
#include "cmd/options/table.h"

#include <stdbool.h>

/* Stores what `text` says for `row`, by the row's kind. Returns: false with ret_error. */
bool value_take(struct options *options, const struct option_row *row, const char *text,
                struct error *ret_error);
/* "--NAME: 'TEXT' is not WANTED", with the text escaped. Returns: false. */
bool value_refused(struct error *ret_error, const struct option_row *row, const char *text,
                   const char *wanted);
/* "--NAME: SENTENCE", for what another room has found wrong. Returns: false. */
bool value_refused_because(struct error *ret_error, const struct option_row *row,
                           const struct error *cause);
/* Seconds with decimals ("1.5"), 0 to one year. Returns: false for anything else. */
bool value_seconds(const char *text, duration_ns *ret);
/* A whole number in decimal, at most nine digits. Returns: false for anything else. */
bool value_number(const char *text, unsigned minimum, unsigned maximum, unsigned *ret);

#endif
