/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether everything a run tells agrees with itself: headline, table, the line of -q, JSON, result
 * and exit status; and whether it speaks of itself as a run. Used on scripted stories and on the
 * worlds of the simulation.
 */
#ifndef SUPPORT_REPORT_CHECK_H
#define SUPPORT_REPORT_CHECK_H

#include "judge/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* `diagnosis` is of a run. Returns: false with the contradiction in `ret_why`. */
bool report_agrees(const struct diagnosis *diagnosis, size_t size, char ret_why[static size]);

#endif
