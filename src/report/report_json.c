/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The JSON document "spa-sos/1" (docs: report.schema.json). What does not apply is absent, never
 * null. Text from the network is escaped as everywhere, which also makes it valid UTF-8.
 */
#include "report/report_forms.h"
#include "report/report_rows.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *checked(json_t *value)
{
    if (!value)
        abort(); /* no memory: as text.h has it */
    return value;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, checked(value)) != 0)
        abort();
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, checked(value)) != 0)
        abort();
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* Milliseconds with three decimals: microseconds are as good as any clock here. */
static json_t *milliseconds(duration_ns duration)
{
    return json_real((double)((duration + NS_PER_US / 2) / NS_PER_US) / 1000.0);
}

/* Any bytes as a JSON string. The program's own texts are ASCII; paths and arguments may not be. */
static json_t *string(const char *chars)
{
    json_t *plain = json_string(chars);
    if (plain)
        return plain;
    size_t length = strlen(chars);
    char *escaped = malloc(4 * length + 1);
    if (!escaped)
        abort();
    json_t *value = json_string(text_escape(chars, length, escaped, 4 * length + 1));
    free(escaped);
    return value;
}

/* Sets nothing if the text is empty. */
static void set_network_text(json_t *object, const char *name, const char *raw)
{
    char escaped[4 * 32 + 1];
    if (raw[0])
        set(object, name, json_string(text_escape(raw, strlen(raw), escaped, sizeof(escaped))));
}

/* Evidence points into the trace: where none was kept there is none. */
static json_t *verdict_json(const struct verdict *verdict, const struct report_facts *facts)
{
    json_t *object = checked(json_object());
    set(object, "id", json_string(verdict_name(verdict->id)));
    set(object, "sentence", string(verdict->sentence));
    set(object, "confidence", json_string(confidence_name(verdict->confidence)));
    if (verdict->detail[0])
        set(object, "detail", string(verdict->detail));
    json_t *evidence = checked(json_array());
    for (size_t i = 0; facts->trace && i < verdict->evidence_count; i++)
        append(evidence, number(verdict->evidence[i]));
    set(object, "evidence", evidence);
    if (facts->trace && verdict->evidence_count > 0) {
        struct text filter = TEXT_EMPTY;
        report_display_filter(verdict->evidence, verdict->evidence_count, &filter);
        set(object, "display_filter", json_string(text_chars(&filter)));
        text_free(&filter);
    }
    set(object, "advice", string(verdict->advice));
    if (verdict->has_phone)
        set(object, "phone", json_string(mac_format(&verdict->phone).text));
    return object;
}

static void add_attempts(json_t *object, const struct mac_address *mac,
                         const struct report_facts *facts)
{
    json_t *attempts = checked(json_array());
    for (size_t i = 0; i < facts->attempt_count; i++) {
        const struct report_attempt *attempt = &facts->attempts[i];
        if (!mac_equal(&attempt->mac, mac))
            continue;
        json_t *value = checked(json_object());
        set(value, "seconds", checked(json_real((double)attempt->at_ns / (double)NS_PER_S)));
        if (attempt->outcome[0])
            set(value, "outcome", string(attempt->outcome));
        append(attempts, value);
    }
    if (json_array_size(attempts) > 0)
        set(object, "attempts", attempts);
    else
        json_decref(attempts);
}

static json_t *phone_json(const struct diagnosis_phone *phone, const struct report_facts *facts)
{
    json_t *object = checked(json_object());
    set_network_text(object, "serial", phone->serial);
    set_network_text(object, "product", phone->product);
    if (!mac_equal(&phone->mac, &mac_zero))
        set(object, "mac", json_string(mac_format(&phone->mac).text));
    set_network_text(object, "software", phone->software);
    set_network_text(object, "hardware", phone->hardware);
    if (phone->ip)
        set(object, "ip", json_string(ipv4_format(phone->ip).text));
    for (size_t i = 0; i < facts->state_count; i++) {
        if (mac_equal(&facts->states[i].mac, &phone->mac))
            set(object, "state", json_string(facts->states[i].state));
    }
    if (!phone->is_seen)
        set(object, "state", json_string("not seen"));
    add_attempts(object, &phone->mac, facts);
    set(object, "counts", json_boolean(phone->is_meant));
    set(object, "verdict", verdict_json(&phone->verdict, facts));
    return object;
}

static json_t *image_json(const struct report_image *image)
{
    json_t *object = checked(json_object());
    set_network_text(object, "version", image->version);
    set(object, "bytes", number(image->bytes));
    set(object, "sectors", number(image->sectors));
    set(object, "sha256", json_string(image->sha256));
    return object;
}

static json_t *counters_json(const struct report_counters *counters)
{
    json_t *object = checked(json_object());
    set(object, "frames_in", number(counters->frames_in));
    if (counters->is_live) {
        set(object, "frames_out", number(counters->frames_out));
        if (counters->frames_unsent > 0)
            set(object, "frames_unsent", number(counters->frames_unsent));
        set(object, "kernel_drops", number(counters->kernel_drops));
        set(object, "interface_drops", number(counters->interface_drops));
    }
    set(object, "retransmissions", number(counters->retransmissions));
    if (counters->turnaround_count > 0) {
        set(object, "turnaround_median_ms", milliseconds(counters->turnaround_median_ns));
        set(object, "turnaround_p99_ms", milliseconds(counters->turnaround_p99_ns));
        set(object, "turnaround_max_ms", milliseconds(counters->turnaround_max_ns));
    }
    if (counters->transfer_ns > 0)
        set(object, "bytes_per_second",
            json_integer((json_int_t)((double)counters->transferred_bytes * (double)NS_PER_S /
                                      (double)counters->transfer_ns)));
    return object;
}

static json_t *head(const char *command)
{
    json_t *object = checked(json_object());
    set(object, "schema", json_string(REPORT_SCHEMA));
    set(object, "command", json_string(command));
    return object;
}

static json_t *document(const char *command, enum verdict_result result)
{
    json_t *object = head(command);
    set(object, "result", json_string(verdict_result_name(result)));
    return object;
}

static const char *error_kind_name(enum error_kind kind)
{
    switch (kind) {
    case ERROR_USAGE:
        return "usage";
    case ERROR_INPUT:
        return "input";
    default:
        return "environment";
    }
}

json_t *report_json_error(const char *command, const struct error *error)
{
    json_t *object = head(command), *value = checked(json_object());
    set(value, "kind", json_string(error_kind_name(error->kind)));
    set(value, "text", string(error->text));
    if (error->expected[0])
        set(value, "expected", string(error->expected));
    set(object, "error", value);
    return object;
}

static json_t *row_json(const struct page_row *row, const struct diagnosis *diagnosis)
{
    const struct observation *first = &row->first;
    json_t *object = checked(json_object());
    struct text words = TEXT_EMPTY;
    report_timeline_words(row, &words);
    set(object, "seconds", json_real(report_timeline_seconds(row, diagnosis)));
    set(object, "text", json_string(text_chars(&words)));
    set(object, "proof", json_boolean(page_row_is_evidence(row, &diagnosis->leading)));
    text_free(&words);
    if (first->number > 0) {
        set(object, "frame", number(first->number));
        set(object, "last_frame", number(row->last_number));
    }
    if (first->has_phone)
        set(object, "phone", json_string(mac_format(&first->phone).text));
    if (first->has_frame && !row->is_transfer) {
        set(object, "from", json_string(mac_format(&first->from).text));
        set(object, "to", json_string(mac_format(&first->to).text));
    }
    return object;
}

static json_t *story_json(const struct report_page *page, const struct diagnosis *diagnosis)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; i < page_row_count(page); i++)
        append(rows, row_json(page_row(page, i), diagnosis));
    return rows;
}

json_t *report_json(const struct report_source *source)
{
    const struct diagnosis *diagnosis = source->diagnosis;
    const struct report_facts *facts = source->facts;
    json_t *object = facts->error ? report_json_error(facts->command, facts->error)
                                  : document(facts->command, diagnosis->result);
    set(object, "headline", string(diagnosis->headline));
    set(object, "verdict", verdict_json(&diagnosis->leading, facts));
    json_t *findings = checked(json_array());
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        append(findings, verdict_json(&diagnosis->findings[i], facts));
    set(object, "findings", findings);
    json_t *phones = checked(json_array());
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        append(phones, phone_json(&diagnosis->phones[i], facts));
    set(object, "phones", phones);
    if (facts->image)
        set(object, "image", image_json(facts->image));
    if (facts->trace)
        set(object, "trace", string(facts->trace));
    if (facts->counters)
        set(object, "counters", counters_json(facts->counters));
    if (source->story)
        set(object, "timeline", story_json(source->story, diagnosis));
    if (facts->note_count > 0) {
        json_t *notes = checked(json_array());
        for (size_t i = 0; i < facts->note_count; i++)
            append(notes, string(facts->notes[i]));
        set(object, "notes", notes);
    }
    return object;
}

json_t *report_json_unreadable(const char *command, const char *trace, const struct error *error)
{
    json_t *object = report_json_error(command, error);
    set(object, "trace", string(trace));
    return object;
}

json_t *report_json_traces(const char *command, json_t *traces, enum verdict_result worst)
{
    json_t *object = document(command, worst);
    set(object, "traces", traces);
    return object;
}

void report_json_print(const json_t *value, struct text *ret)
{
    char *chars = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    if (!chars)
        abort();
    text_add_bytes(ret, chars, strlen(chars));
    text_add(ret, "\n");
    free(chars);
}

void report_json_add(const struct report_source *source, struct text *ret)
{
    json_t *document = report_json(source);
    report_json_print(document, ret);
    json_decref(document);
}

json_t *report_json_comparison(size_t recorded, size_t now, const char *differences)
{
    json_t *object = document("replay", differences[0] ? RESULT_FAILED : RESULT_VALID);
    json_t *comparison = checked(json_object()), *lines = checked(json_array());
    set(comparison, "recorded", number(recorded));
    set(comparison, "now", number(now));
    while (*differences) {
        size_t length = strcspn(differences, "\n");
        append(lines, json_stringn(differences, length));
        differences += length + (differences[length] == '\n');
    }
    set(comparison, "differences", lines);
    set(object, "comparison", comparison);
    return object;
}

json_t *report_json_played(const char *command, enum verdict_result result,
                           const struct report_played_phone *phones, size_t count)
{
    json_t *object = document(command, result), *array = checked(json_array());
    for (size_t i = 0; i < count; i++) {
        json_t *phone = checked(json_object());
        if (phones[i].serial)
            set_network_text(phone, "serial", phones[i].serial);
        if (phones[i].product)
            set_network_text(phone, "product", phones[i].product);
        set(phone, "mac", json_string(mac_format(&phones[i].mac).text));
        if (phones[i].state)
            set(phone, "state", json_string(phones[i].state));
        append(array, phone);
    }
    set(object, "phones", array);
    return object;
}

json_t *report_json_rehearsal(const char *command, const char *trace, uint64_t frames)
{
    json_t *object = document(command, RESULT_VALID), *counters = checked(json_object());
    set(object, "dry_run", json_true());
    set(object, "trace", string(trace));
    set(counters, "frames_in", number(0));
    set(counters, "frames_out", number(frames));
    set(counters, "retransmissions", number(0));
    set(object, "counters", counters);
    return object;
}

json_t *report_json_earlier(size_t phone_count)
{
    json_t *object = document("recover", RESULT_RECOVERED);
    set(object, "recovered_earlier", number(phone_count));
    return object;
}
