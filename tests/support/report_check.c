/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run tells agrees with itself: see report_check.h. */
#include "tests/support/report_check.h"

#include "report/report.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
    const struct diagnosis *diagnosis;
    struct text text, line;
    json_t *document;
    size_t size;
    char *why; /* the first contradiction; "" = none */
};

__attribute__((format(printf, 2, 3))) static void fail(struct check *check, const char *format, ...)
{
    if (check->why[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check->why, check->size, format, arguments);
    va_end(arguments);
}

/* ---- the verdicts themselves ---- */

/* A run has a trace and an end; a "capture" is what others made. */
static void speaks_as_a_run(struct check *check, const struct verdict *verdict)
{
    const char *const parts[] = {verdict->sentence, verdict->detail, verdict->advice};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(parts[i], "the capture") || strstr(parts[i], "The capture") ||
            strstr(parts[i], "this capture"))
            fail(check, "%s speaks of a capture: %s", verdict_name(verdict->id), parts[i]);
}

static void check_words(struct check *check)
{
    const struct diagnosis *diagnosis = check->diagnosis;
    speaks_as_a_run(check, &diagnosis->leading);
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        speaks_as_a_run(check, &diagnosis->findings[i]);
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        speaks_as_a_run(check, &diagnosis->phones[i].verdict);
}

/* Result and status are the leading verdict's; where phones count, that is the worst of them. */
static void check_status(struct check *check)
{
    const struct diagnosis *diagnosis = check->diagnosis;
    bool has_leading = false;
    size_t meant = 0, recovered = 0;
    int worst = 0;
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        const struct diagnosis_phone *phone = &diagnosis->phones[i];
        if (!phone->is_meant)
            continue;
        int status = verdict_exit_status(phone->verdict.id, diagnosis->purpose);
        worst = meant++ ? verdict_worse_status(worst, status) : status;
        recovered += phone->verdict.id == VERDICT_RECOVERED;
        has_leading = has_leading || phone->verdict.id == diagnosis->leading.id;
    }
    if (diagnosis->status != verdict_exit_status(diagnosis->leading.id, diagnosis->purpose))
        fail(check, "status %d is not that of %s", diagnosis->status,
             verdict_name(diagnosis->leading.id));
    if (diagnosis->result != verdict_result(diagnosis->leading.id, diagnosis->purpose))
        fail(check, "result %s is not that of %s", verdict_result_name(diagnosis->result),
             verdict_name(diagnosis->leading.id));
    if (diagnosis->leading_is_of_phone && has_leading && diagnosis->status != worst)
        fail(check, "status %d, but the worst of the phones has %d", diagnosis->status, worst);
    bool says_all = strncmp(diagnosis->headline, "All ", 4) == 0;
    if (diagnosis->status == 0 && diagnosis->purpose == PURPOSE_RECOVER && meant > 1 &&
        diagnosis->leading.id == VERDICT_RECOVERED && says_all != (recovered == meant))
        fail(check, "%zu of %zu phones are recovered, but it says: %s", recovered, meant,
             diagnosis->headline);
}

/* ---- what is printed ---- */

/* The first paragraph of a report, its line breaks as spaces. */
static void unfold(const char *text, size_t size, char ret[static size])
{
    size_t length = 0;
    for (; *text && strncmp(text, "\n  ", 3) != 0 && length + 1 < size; text++)
        ret[length++] = *text == '\n' ? ' ' : *text;
    ret[length] = '\0';
}

/* As paragraphs are set: a serial number may end with a space. */
static void join_words(const char *text, size_t size, char ret[static size])
{
    size_t length = 0;
    for (; *text && length + 1 < size; text++)
        if (*text != ' ' || (length > 0 && ret[length - 1] != ' '))
            ret[length++] = *text;
    ret[length] = '\0';
}

static const char *member(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value ? value : "(none)";
}

static void check_headline(struct check *check)
{
    const struct diagnosis *diagnosis = check->diagnosis;
    const char *id = verdict_name(diagnosis->leading.id);
    char first[2048], headline[2048];
    unfold(text_chars(&check->text), sizeof first, first);
    join_words(diagnosis->headline, sizeof headline, headline);
    if (strcmp(first, headline) != 0)
        fail(check, "the report begins \"%s\", the headline is \"%s\"", first, diagnosis->headline);
    if (!strstr(text_chars(&check->line), diagnosis->headline) ||
        strncmp(text_chars(&check->line), id, strlen(id)) != 0)
        fail(check, "the line of -q is not %s and the headline: %s", id, text_chars(&check->line));
    if (strcmp(member(check->document, "headline"), diagnosis->headline) != 0)
        fail(check, "JSON has another headline");
    if (strcmp(member(check->document, "result"), verdict_result_name(diagnosis->result)) != 0)
        fail(check, "JSON has result %s", member(check->document, "result"));
}

/* One row for each phone, in the order of the document. */
static void check_table(struct check *check)
{
    const struct diagnosis *diagnosis = check->diagnosis;
    json_t *phones = json_object_get(check->document, "phones");
    const char *at = text_chars(&check->text);
    if (json_array_size(phones) != diagnosis->phone_count)
        fail(check, "JSON has %zu phones of %zu", json_array_size(phones), diagnosis->phone_count);
    for (size_t i = 0; at && i < diagnosis->phone_count; i++) {
        struct diagnosis_phone_text name = diagnosis_phone_name(&diagnosis->phones[i]);
        const char *id = verdict_name(diagnosis->phones[i].verdict.id);
        const json_t *verdict = json_object_get(json_array_get(phones, i), "verdict");
        char row[128];
        snprintf(row, sizeof row, "\n    %s ", name.text);
        at = diagnosis->phone_count > 1 ? strstr(at, row) : at;
        if (!at)
            fail(check, "%s has no row in its place", name.text);
        if (strcmp(member(verdict, "id"), id) != 0)
            fail(check, "JSON says %s of %s, not %s", member(verdict, "id"), name.text, id);
    }
}

bool report_agrees(const struct diagnosis *diagnosis, size_t size, char ret_why[static size])
{
    struct report_facts facts = {.command = "recover", .trace = "a.pcap"};
    const struct report_source source = {.diagnosis = diagnosis, .facts = &facts};
    struct check check = {
        .diagnosis = diagnosis,
        .text = TEXT_EMPTY,
        .line = TEXT_EMPTY,
        .document = report_json(&source),
        .size = size,
        .why = ret_why,
    };
    ret_why[0] = '\0';
    report_add(REPORT_TEXT, &source, &check.text);
    report_add(REPORT_LINE, &source, &check.line);
    check_words(&check);
    check_status(&check);
    check_headline(&check);
    check_table(&check);
    json_decref(check.document);
    text_free(&check.text);
    text_free(&check.line);
    return !ret_why[0];
}
