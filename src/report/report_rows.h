/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of report_page.h only: the rows of ladder and timeline, and the hosts. */
#ifndef REPORT_REPORT_ROWS_H
#define REPORT_REPORT_ROWS_H

#include "report/report_page.h"

#define ROWS_FIRST    400 /* of a very long story: its beginning ... */
#define ROWS_NEWEST   200 /* ... and its end */
#define LANES_MAXIMUM 6   /* hosts with a line of their own in the ladder */
#define ROW_TEXT_SIZE 160
#define EVIDENCE_SIZE 240

/* One observation, or a run of them that reads better as one. */
struct page_row {
    struct observation first;
    uint64_t count;       /* observations in it */
    uint64_t last_number; /* of the newest frame */
    instant_ns last_ns;
    unsigned last_block;
    uint64_t repeats;          /* of DATA and ACK inside a folded transfer */
    struct mac_address server; /* of a transfer, once a DATA is in it */
    bool is_transfer;          /* DATA and ACK in order, folded */
    bool is_jump;              /* a DATA or ACK out of order: stands for itself */
};

struct page_evidence {
    uint64_t number;
    instant_ns time_ns;
    size_t length;
    struct mac_address from, to;
    char summary[EVIDENCE_SIZE];
};

struct report_page {
    struct page_row rows[ROWS_FIRST];
    struct page_row newest[ROWS_NEWEST]; /* a ring */
    uint64_t row_count;                  /* of all rows ever made */
    bool keeps_all;                      /* in `all` instead of the two above */
    struct page_row *all;                /* owned */
    size_t capacity;                     /* of it */
    struct page_evidence evidence[VERDICT_EVIDENCE_MAXIMUM];
    size_t evidence_count;
    size_t evidence_next; /* place in the verdict's list */
};

/* Rows that are kept; `index` below that, in order. */
size_t page_row_count(const struct report_page *page);
const struct page_row *page_row(const struct report_page *page, size_t index);
/* Rows left out before the row with this index: not 0 at one place at most. */
uint64_t page_rows_omitted_before(const struct report_page *page, size_t index);
/* "DATA 2 to ACK 40" and the like: plain text. */
void page_row_text(const struct page_row *row, struct text *ret);
/* Is one of its frames evidence of the leading verdict? */
bool page_row_is_evidence(const struct page_row *row, const struct verdict *verdict);

/* The same without the addresses that a line of the timeline has in front, and its time in seconds.
 */
void report_timeline_words(const struct page_row *row, struct text *ret);
double report_timeline_seconds(const struct page_row *row, const struct diagnosis *diagnosis);

/* Appends text with everything HTML means something by escaped. */
void page_html_text(struct text *ret, const char *chars);

#endif
