/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The final report as plain text: labelled paragraphs, wrapped at 80 columns, no escapes. Words
 * longer than a line (paths) are never broken, so that they can be copied.
 */
#include "report/report_forms.h"

#include <inttypes.h>
#include <string.h>

#define LINE_COLUMNS  80
#define NAME_COLUMNS  19 /* of a serial number or product; longer ones are escaped text */
#define LABEL_COLUMNS 14 /* two of indent, the longest label, two of space */

struct paragraph {
    struct text *out;
    size_t indent; /* of the following lines */
    size_t column; /* characters on the current line */
};

static void paragraph_words(struct paragraph *paragraph, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, " \n");
        if (length > 0) {
            bool at_start = paragraph->column <= paragraph->indent;
            if (!at_start && paragraph->column + 1 + length > LINE_COLUMNS) {
                text_add(paragraph->out, "\n%*s", (int)paragraph->indent, "");
                paragraph->column = paragraph->indent;
                at_start = true;
            }
            text_add(paragraph->out, "%s%.*s", at_start ? "" : " ", (int)length, words);
            paragraph->column += length + (at_start ? 0 : 1);
        }
        words += length;
        if (*words)
            words++;
    }
}

/* One labelled paragraph; an empty label continues the one above. */
static void add_paragraph(struct text *ret, const char *label, const char *words)
{
    text_add(ret, "  %-*s", LABEL_COLUMNS - 2, label);
    struct paragraph paragraph = {.out = ret, .indent = LABEL_COLUMNS, .column = LABEL_COLUMNS};
    paragraph_words(&paragraph, words);
    text_add(ret, "\n");
}

static void add_evidence(const struct verdict *verdict, struct text *ret)
{
    if (verdict->evidence_count == 0)
        return;
    text_add(ret, "%s ", verdict->evidence_count == 1 ? "frame" : "frames");
    report_frame_list(verdict->evidence, verdict->evidence_count, ret);
}

static void add_finding(const struct verdict *verdict, bool names_phone, bool has_trace,
                        const char *label, struct text *ret)
{
    struct text words = TEXT_EMPTY;
    text_add(&words, "%s (%s): %s", verdict_name(verdict->id), confidence_name(verdict->confidence),
             verdict->sentence);
    if (names_phone && verdict->has_phone)
        text_add(&words, " %s:", mac_format(&verdict->phone).text);
    if (verdict->evidence_count > 0 && has_trace) {
        text_add(&words, " ");
        add_evidence(verdict, &words);
    }
    add_paragraph(ret, label, text_chars(&words));
    text_free(&words);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void add_duration(duration_ns duration, struct text *ret)
{
    double seconds = (double)duration / (double)NS_PER_S;
    if (duration < NS_PER_S)
        text_add(ret, "%.2f ms", seconds * 1e3);
    else if (duration < 120 * NS_PER_S)
        text_add(ret, "%.1f s", seconds);
    else
        text_add(ret, "%.1f min", seconds / 60);
}

void report_counters_text(const struct report_counters *counters, struct text *ret)
{
    text_add(ret, "%" PRIu64 " frame%s in", counters->frames_in, plural(counters->frames_in));
    if (counters->is_live)
        text_add(ret, ", %" PRIu64 " out, %" PRIu64 " dropped by the kernel", counters->frames_out,
                 counters->kernel_drops + counters->interface_drops);
    if (counters->is_live && counters->frames_unsent > 0)
        text_add(ret, ", %" PRIu64 " could not be sent", counters->frames_unsent);
    text_add(ret, ", %" PRIu64 " retransmission%s", counters->retransmissions,
             plural(counters->retransmissions));
    if (counters->turnaround_count > 0) {
        text_add(ret, "; turnaround median ");
        add_duration(counters->turnaround_median_ns, ret);
        text_add(ret, ", 99%% below ");
        add_duration(counters->turnaround_p99_ns, ret);
        text_add(ret, ", longest ");
        add_duration(counters->turnaround_max_ns, ret);
    }
    if (counters->transfer_ns > 0)
        text_add(ret, "; %.1f kB/s",
                 (double)counters->transferred_bytes * 1e6 / (double)counters->transfer_ns);
}

static void add_network_text(const char *label, const char *raw, struct text *ret)
{
    char escaped[4 * RECM_TEXT_SIZE + 1];
    if (raw[0])
        text_add(ret, " %s%s", label, text_escape(raw, strlen(raw), escaped, sizeof(escaped)));
}

static void add_phone(const struct diagnosis_phone *phone, const struct report_facts *facts,
                      struct text *ret)
{
    struct text words = TEXT_EMPTY;
    text_add(&words, "%s", mac_format(&phone->mac).text);
    if (phone->answered) {
        add_network_text("", phone->serial, &words);
        add_network_text("", phone->product, &words);
        add_network_text("software ", phone->software, &words);
        add_network_text("hardware ", phone->hardware, &words);
    }
    if (phone->ip)
        text_add(&words, " at %s", ipv4_format(phone->ip).text);
    for (size_t i = 0; i < facts->state_count; i++) {
        if (mac_equal(&facts->states[i].mac, &phone->mac))
            text_add(&words, ", %s", facts->states[i].state);
    }
    text_add(&words, ": %s (%s)", verdict_name(phone->verdict.id),
             confidence_name(phone->verdict.confidence));
    add_paragraph(ret, "Phone", text_chars(&words));
    text_free(&words);
}

/* ---- several phones: one line each ---- */

struct phone_columns {
    int name, product;
};

static int at_least(int width, size_t length)
{
    if (length > NAME_COLUMNS)
        return NAME_COLUMNS;
    return (int)length > width ? (int)length : width;
}

static struct phone_columns measure_columns(const struct diagnosis *diagnosis)
{
    struct phone_columns columns = {0, 0};
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        const struct diagnosis_phone *phone = &diagnosis->phones[i];
        columns.name = at_least(columns.name, strlen(diagnosis_phone_name(phone).text));
        columns.product = at_least(columns.product, strlen(phone->product));
    }
    return columns;
}

static const char *mac_words(const struct diagnosis_phone *phone, struct mac_text *room)
{
    *room = mac_format(&phone->mac);
    return mac_equal(&phone->mac, &mac_zero) ? "" : room->text;
}

static void add_phone_line(const struct diagnosis_phone *phone, struct phone_columns columns,
                           struct text *ret)
{
    char product[4 * RECM_TEXT_SIZE + 1];
    struct mac_text mac;
    struct text line = TEXT_EMPTY;
    text_add(&line, "%-*s  %-*s  %-17s  %s", columns.name, diagnosis_phone_name(phone).text,
             columns.product,
             text_escape(phone->product, strlen(phone->product), product, sizeof(product)),
             mac_words(phone, &mac), phone->is_seen ? verdict_name(phone->verdict.id) : "not seen");
    if (!phone->is_meant)
        text_add(&line, " (not counted)");
    text_add(ret, "    ");
    struct paragraph paragraph = {.out = ret, .indent = 6, .column = 6};
    if (line.length + 4 <= LINE_COLUMNS)
        text_add(ret, "%s", text_chars(&line));
    else
        paragraph_words(&paragraph, text_chars(&line));
    text_add(ret, "\n");
    text_free(&line);
}

static void add_phone_table(const struct diagnosis *diagnosis, struct text *ret)
{
    struct phone_columns columns = measure_columns(diagnosis);
    text_add(ret, "  Phones\n");
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        add_phone_line(&diagnosis->phones[i], columns, ret);
}

/* Where one attempt was enough there is nothing to account for. */
static bool says_something(const struct report_attempt *attempts, size_t count)
{
    return count > 1 || strcmp(attempts[0].outcome, "recovered") != 0;
}

static void add_attempts(const struct diagnosis *diagnosis, const struct report_facts *facts,
                         struct text *ret)
{
    const char *label = "Attempts";
    for (size_t i = 0, count; i < facts->attempt_count; i += count) {
        const struct report_attempt *attempts = &facts->attempts[i];
        for (count = 1;
             i + count < facts->attempt_count && mac_equal(&attempts[count].mac, &attempts[0].mac);)
            count++;
        for (size_t j = 0; j < count && says_something(attempts, count); j++) {
            struct text words = TEXT_EMPTY;
            if (diagnosis->phone_count > 1)
                text_add(&words, "%s, ", mac_format(&attempts[j].mac).text);
            text_add(&words, "%zu, %.1f s after the start: %s", j + 1,
                     (double)attempts[j].at_ns / (double)NS_PER_S,
                     attempts[j].outcome[0] ? attempts[j].outcome : "not over when the run ended");
            add_paragraph(ret, label, text_chars(&words));
            text_free(&words);
            label = "";
        }
    }
}

static void add_trace(const struct diagnosis *diagnosis, const char *path, struct text *ret)
{
    struct text words = TEXT_EMPTY;
    text_add(&words, "%s", path);
    if (diagnosis->frame_count > 0) {
        text_add(&words, " (%" PRIu64 " frame%s", diagnosis->frame_count,
                 plural(diagnosis->frame_count));
        if (diagnosis->last_ns > diagnosis->first_ns) {
            text_add(&words, " in ");
            add_duration(diagnosis->last_ns - diagnosis->first_ns, &words);
        }
        text_add(&words, ")");
    }
    add_paragraph(ret, "Trace", text_chars(&words));
    text_free(&words);
}

void report_image_text(const struct report_image *image, struct text *ret)
{
    char version[4 * 32 + 1];
    text_add(ret, "version %s, %" PRIu64 " bytes, %u sector%s, sha256 %s",
             text_escape(image->version, strlen(image->version), version, sizeof(version)),
             image->bytes, image->sectors, plural(image->sectors), image->sha256);
}

void report_line_add(const struct report_source *source, struct text *ret)
{
    const struct diagnosis *diagnosis = source->diagnosis;
    const struct verdict *leading = &diagnosis->leading;
    text_add(ret, "%s (%s): %s\n", verdict_name(leading->id), confidence_name(leading->confidence),
             diagnosis->headline);
}

void report_text_add(const struct report_source *source, struct text *ret)
{
    const struct diagnosis *diagnosis = source->diagnosis;
    const struct report_facts *facts = source->facts;
    const struct verdict *leading = &diagnosis->leading;
    struct paragraph headline = {.out = ret};
    paragraph_words(&headline, diagnosis->headline);
    text_add(ret, "\n");

    struct text words = TEXT_EMPTY;
    text_add(&words, "%s (%s)", verdict_name(leading->id), confidence_name(leading->confidence));
    add_paragraph(ret, "Verdict", text_chars(&words));
    text_free(&words);
    add_evidence(leading, &words);
    if (leading->evidence_count > 0) {
        text_add(&words, " (in Wireshark: ");
        report_display_filter(leading->evidence, leading->evidence_count, &words);
        text_add(&words, ")");
    }
    if (leading->detail[0])
        add_paragraph(ret, "Why", leading->detail);
    if (leading->evidence_count > 0 && facts->trace)
        add_paragraph(ret, "Evidence", text_chars(&words));
    text_free(&words);
    add_paragraph(ret, "What to do", leading->advice);
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        add_finding(&diagnosis->findings[i], diagnosis->phone_count > 1, facts->trace != NULL,
                    i == 0 ? "Also" : "", ret);
    if (facts->trace)
        add_trace(diagnosis, path_shown(facts->trace).text, ret);
    if (facts->counters) {
        report_counters_text(facts->counters, &words);
        add_paragraph(ret, "Counters", text_chars(&words));
        text_free(&words);
    }
    if (facts->image) {
        report_image_text(facts->image, &words);
        add_paragraph(ret, "Image", text_chars(&words));
        text_free(&words);
    }
    if (diagnosis->phone_count == 1 && diagnosis->phones[0].is_seen)
        add_phone(&diagnosis->phones[0], facts, ret);
    else if (diagnosis->phone_count > 0)
        add_phone_table(diagnosis, ret);
    add_attempts(diagnosis, facts, ret);
    if (facts->capture) {
        report_capture_text(facts->capture, &words);
        add_paragraph(ret, "Capture", text_chars(&words));
        text_free(&words);
    }
    for (size_t i = 0; i < facts->note_count; i++)
        add_paragraph(ret, i == 0 ? "Note" : "", facts->notes[i]);
}
