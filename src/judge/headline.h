/* SPDX-License-Identifier: BSD-2-Clause */
/* The first sentence of a report. Internal to judge/. */
#ifndef JUDGE_HEADLINE_H
#define JUDGE_HEADLINE_H

#include "base/text.h"
#include "judge/verdict.h"

/*
 * Appends one sentence: of one phone what its verdict says; of several how many succeeded and what
 * became of the others ("3 of 4 phones recovered; CBT14110002 refused the image.").
 */
void headline_add(const struct diagnosis *diagnosis, struct text *ret);

#endif
