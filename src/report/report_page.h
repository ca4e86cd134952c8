/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report as one self-contained page for a ticket: verdict and advice, a ladder diagram, the
 * frames that prove it, and how much the capture can have seen. No scripts, nothing loaded from
 * anywhere, everything from the network escaped.
 *
 * Order of use: report_page_observe as the observer's sink for every frame; after the diagnosis
 * report_page_frame for every frame once more; report_html. Memory is bounded: long transfers and
 * repetitions are folded as they come, and of very long stories the middle is left out.
 */
#ifndef REPORT_REPORT_PAGE_H
#define REPORT_REPORT_PAGE_H

#include "report/report.h"
#include "wire/frame.h"

struct report_page;

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

/*
 * Appends the story as text, a line per row: seconds, frame numbers, sender and receiver, what it
 * is; '*' marks the proof of the leading verdict.
 */
void report_timeline(const struct report_page *page, const struct diagnosis *diagnosis,
                     struct text *ret);
/* The same as a JSON array; the caller's. */
struct json_t *report_timeline_json(const struct report_page *page,
                                    const struct diagnosis *diagnosis);

/* Appends the page: UTF-8, starting with the doctype. */
void report_html(const struct report_page *page, const struct diagnosis *diagnosis,
                 const struct report_facts *facts, struct text *ret);

#endif
