/* SPDX-License-Identifier: BSD-2-Clause */
/* The story line by line, for those who search or copy: see report.h. */
#include "report/report_forms.h"
#include "report/report_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Summaries of ARP end with the addresses that stand in front already. */
static size_t length_without_addresses(const struct observation *observation)
{
    const char *to = mac_format(&observation->to).text;
    const char *mac = observation->has_frame ? strstr(observation->text, to) : NULL;
    size_t length = strlen(observation->text);
    if (mac && mac > observation->text && strcmp(mac, to) == 0) {
        const char *comma = strrchr(observation->text, ',');
        length = comma ? (size_t)(comma - observation->text) : length;
    }
    return length;
}

static void add_numbers(const struct page_row *row, struct text *ret)
{
    char numbers[48] = "";
    if (row->last_number > row->first.number)
        snprintf(numbers, sizeof numbers, "%" PRIu64 "-%" PRIu64, row->first.number,
                 row->last_number);
    else if (row->first.number > 0)
        snprintf(numbers, sizeof numbers, "%" PRIu64, row->first.number);
    text_add(ret, "%13s  ", numbers);
}

static void add_hosts(const struct page_row *row, struct text *ret)
{
    const struct observation *first = &row->first;
    if (row->is_transfer)
        text_add(ret, "%s < %s  ", mac_format(&first->phone).text, mac_format(&row->server).text);
    else if (first->has_frame)
        text_add(ret, "%s > %s  ", mac_format(&first->from).text, mac_format(&first->to).text);
    else if (first->has_phone)
        text_add(ret, "%-39s", mac_format(&first->phone).text);
    else
        text_add(ret, "%-39s", "");
}

void report_timeline_words(const struct page_row *row, struct text *ret)
{
    if (row->is_transfer || row->count > 1)
        page_row_text(row, ret);
    else
        text_add(ret, "%.*s%s", (int)length_without_addresses(&row->first), row->first.text,
                 row->first.repeated ? " (again)" : "");
}

double report_timeline_seconds(const struct page_row *row, const struct diagnosis *diagnosis)
{
    return (double)(row->first.time_ns - diagnosis->first_ns) / (double)NS_PER_S;
}

void report_timeline_add(const struct report_source *source, struct text *ret)
{
    const struct report_page *page = source->story;
    const struct diagnosis *diagnosis = source->diagnosis;
    for (size_t i = 0; i < page_row_count(page); i++) {
        const struct page_row *row = page_row(page, i);
        bool is_proof = page_row_is_evidence(row, &diagnosis->leading);
        text_add(ret, "%c%11.6f ", is_proof ? '*' : ' ', report_timeline_seconds(row, diagnosis));
        add_numbers(row, ret);
        add_hosts(row, ret);
        report_timeline_words(row, ret);
        text_add(ret, "\n");
    }
}
