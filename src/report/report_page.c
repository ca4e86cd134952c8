/* SPDX-License-Identifier: BSD-2-Clause */
/* Collecting what the page shows: folding observations into rows, keeping evidence frames. */
#include "report/report_page.h"

#include "report/report_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How far back a row may be continued: frames of other phones can stand in between. */
#define LOOK_BACK_ROWS 8

struct report_page *report_page_new(void)
{
    struct report_page *page = calloc(1, sizeof(*page));
    if (!page)
        abort();
    return page;
}

struct report_page *report_page_new_complete(void)
{
    struct report_page *page = report_page_new();
    page->keeps_all = true;
    return page;
}

void report_page_free(struct report_page *page)
{
    if (page)
        free(page->all);
    free(page);
}

/* ---- rows ---- */

static struct page_row *row_at(struct report_page *page, uint64_t index)
{
    if (page->keeps_all && index >= page->capacity) {
        page->capacity = page->capacity ? 2 * page->capacity : ROWS_FIRST;
        page->all = reallocarray(page->all, page->capacity, sizeof *page->all);
        if (!page->all)
            abort();
    }
    if (page->keeps_all)
        return &page->all[index];
    return index < ROWS_FIRST ? &page->rows[index]
                              : &page->newest[(index - ROWS_FIRST) % ROWS_NEWEST];
}

static bool is_transfer_kind(const struct observation *observation)
{
    return observation->kind == OBSERVED_DATA || observation->kind == OBSERVED_ACK;
}

static bool is_same_event(const struct observation *a, const struct observation *b)
{
    return a->kind == b->kind && a->has_frame == b->has_frame && mac_equal(&a->from, &b->from) &&
           mac_equal(&a->to, &b->to) && a->block == b->block && strcmp(a->text, b->text) == 0;
}

/* A block in its order, or again: the ordinary course of a transfer. */
static bool continues_transfer(const struct page_row *row, const struct observation *observation)
{
    if (!is_transfer_kind(observation) || !is_transfer_kind(&row->first) || row->first.block == 0)
        return false;
    if (row->first.block == 1 || row->is_jump)
        return false;
    return observation->block == row->last_block ||
           (observation->kind == OBSERVED_DATA && observation->block == row->last_block + 1);
}

static bool concerns_same_phone(const struct observation *a, const struct observation *b)
{
    return a->has_phone == b->has_phone && mac_equal(&a->phone, &b->phone);
}

/* Returns: whether the observation went into this row. */
static bool extend(struct page_row *row, const struct observation *observation)
{
    bool in_order = continues_transfer(row, observation);
    if (!in_order && !is_same_event(&row->first, observation))
        return false;
    row->is_transfer |= in_order;
    if (observation->kind == OBSERVED_DATA)
        row->server = observation->from;
    row->count++;
    row->repeats += observation->repeated;
    row->last_number = observation->number;
    row->last_ns = observation->time_ns;
    row->last_block = observation->block;
    return true;
}

static bool is_jump(const struct page_row *before, const struct observation *observation)
{
    return is_transfer_kind(&before->first) && is_transfer_kind(observation) &&
           observation->block != before->last_block && observation->block != before->last_block + 1;
}

void report_page_observe(void *context, const struct observation *observation)
{
    struct report_page *page = context;
    bool jump = false;
    for (uint64_t back = 1; back <= LOOK_BACK_ROWS && back <= page->row_count; back++) {
        struct page_row *row = row_at(page, page->row_count - back);
        if (!concerns_same_phone(&row->first, observation))
            continue;
        if (extend(row, observation))
            return;
        jump = is_jump(row, observation);
        break;
    }
    *row_at(page, page->row_count++) = (struct page_row){
        .first = *observation,
        .count = 1,
        .last_number = observation->number,
        .last_ns = observation->time_ns,
        .last_block = observation->block,
        .server = observation->from,
        .is_jump = jump,
    };
}

size_t page_row_count(const struct report_page *page)
{
    uint64_t kept = ROWS_FIRST + ROWS_NEWEST;
    return (size_t)(page->keeps_all || page->row_count < kept ? page->row_count : kept);
}

uint64_t page_rows_omitted_before(const struct report_page *page, size_t index)
{
    uint64_t kept = ROWS_FIRST + ROWS_NEWEST;
    bool is_place = index == ROWS_FIRST && !page->keeps_all;
    return is_place && page->row_count > kept ? page->row_count - kept : 0;
}

const struct page_row *page_row(const struct report_page *page, size_t index)
{
    if (page->keeps_all)
        return &page->all[index];
    if (index < ROWS_FIRST)
        return &page->rows[index];
    uint64_t oldest = page_rows_omitted_before(page, ROWS_FIRST);
    return &page->newest[(oldest + index - ROWS_FIRST) % ROWS_NEWEST];
}

void page_row_text(const struct page_row *row, struct text *ret)
{
    if (row->is_transfer) {
        text_add(ret, "DATA and ACK %u to %u", row->first.block, row->last_block);
        if (row->repeats > 0)
            text_add(ret, ", %" PRIu64 " of them again", row->repeats);
    } else {
        text_add(ret, "%s", row->first.text);
        if (row->count > 1)
            text_add(ret, ", %" PRIu64 " times", row->count);
    }
}

bool page_row_is_evidence(const struct page_row *row, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        if (verdict->evidence[i] == row->first.number || verdict->evidence[i] == row->last_number ||
            (row->is_transfer && verdict->evidence[i] > row->first.number &&
             verdict->evidence[i] < row->last_number))
            return true;
    }
    return false;
}

/* ---- evidence ---- */

void report_page_frame(struct report_page *page, const struct diagnosis *diagnosis,
                       const struct frame *frame)
{
    const struct verdict *leading = &diagnosis->leading;
    size_t *next = &page->evidence_next; /* evidence is in ascending order, and so are frames */
    while (*next < leading->evidence_count && leading->evidence[*next] < frame->number)
        ++*next;
    if (*next == leading->evidence_count || leading->evidence[*next] != frame->number)
        return;
    ++*next;
    struct page_evidence *evidence = &page->evidence[page->evidence_count++];
    evidence->number = frame->number;
    evidence->time_ns = frame->time_ns;
    evidence->length = frame->length;
    evidence->from = frame->ethernet.source;
    evidence->to = frame->ethernet.destination;
    frame_summary(frame, evidence->summary, sizeof(evidence->summary));
}
