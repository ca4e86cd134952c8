/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The story that page, ladder and timeline tell: row by row what was observed, and the frames that
 * prove the verdict.
 *
 * Order of use: report_page_observe as the observer's sink for every frame; after the diagnosis
 * report_page_frame for every frame once more; report_add. Memory is bounded: long transfers and
 * repetitions are folded as they come, and of very long stories the middle is left out.
 */
#ifndef REPORT_REPORT_PAGE_H
#define REPORT_REPORT_PAGE_H

#include "report/report.h"
#include "wire/frame.h"

/* Returns: to be freed by report_page_free. */
struct report_page *report_page_new(void);
/* The same that leaves nothing out: memory grows with the story, folded as it is. */
struct report_page *report_page_new_complete(void);
void report_page_free(struct report_page *page); /* NULL is allowed */

/* An observation_sink; `context` is the struct report_page. */
void report_page_observe(void *context, const struct observation *observation);
/* Keeps what the frame shows if it is evidence of the leading verdict. */
void report_page_frame(struct report_page *page, const struct diagnosis *diagnosis,
                       const struct frame *frame);

#endif
