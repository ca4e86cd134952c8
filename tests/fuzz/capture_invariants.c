/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a capture file: see capture_invariants.h. */
#include "tests/fuzz/capture_invariants.h"

#include "base/text.h"
#include "judge/verdict.h"
#include "observe/observer.h"
#include "port/trace.h"
#include "redact/redact.h"
#include "report/report_page.h"
#include "tests/fuzz/plain_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAMES_MAXIMUM 20000 /* a small file can expand to more than is worth waiting for */

struct reading {
    struct observer *observer;
    struct redactor *redactor;
    struct report_page *page;
    const char *broken;
};

static void note(struct reading *reading, bool holds, const char *sentence)
{
    if (!holds && !reading->broken)
        reading->broken = sentence;
}

/* Takes every frame of the file, or as many as are worth it. */
static void read_all(int descriptor, struct reading *reading,
                     void take(struct reading *reading, const struct frame *frame),
                     struct capture_quality *ret_quality)
{
    struct port_trace_config config = {.path = "fuzzed", .descriptor = &descriptor};
    struct port_trace_facts facts;
    struct captured_frame received;
    struct error error = {0};
    uint64_t number = 0;

    if (lseek(descriptor, 0, SEEK_SET) != 0)
        abort();
    struct port *port = port_trace_open(&config, &error);
    if (!port) {
        note(reading, error.text[0] != '\0', "a refusal says nothing");
        note(reading, is_plain_text(error.text), "a refusal is no plain text");
        return;
    }
    instant_ns before_ns = INT64_MIN;
    while (number < FRAMES_MAXIMUM &&
           port->operations->next(port, INSTANT_NEVER, &received, &error) == PORT_FRAME) {
        struct frame frame;
        note(reading, received.number > number, "frame numbers do not grow");
        note(reading, received.time_ns >= before_ns, "time goes back");
        note(reading, received.captured <= received.length, "more captured than there was");
        number = received.number;
        before_ns = received.time_ns;
        frame_dissect_captured(&received, &frame);
        take(reading, &frame);
    }
    note(reading, is_plain_text(error.text), "an error is no plain text");
    const char *warning = port_trace_warning(port);
    note(reading, !warning || is_plain_text(warning), "a warning is no plain text");
    port_trace_facts(port, &facts);
    *ret_quality =
        (struct capture_quality){.times_are_coarse = facts.times == PORT_TRACE_TIMES_WHOLE_SECONDS,
                                 .times_are_missing = facts.times == PORT_TRACE_TIMES_MISSING,
                                 .clock_set_back = facts.backward_steps > 0,
                                 .cut_frames = facts.cut_frames,
                                 .cut_length = facts.cut_length};
    port->operations->close(port);
}

static void take_first(struct reading *reading, const struct frame *frame)
{
    observer_frame(reading->observer, frame);
    redactor_learn(reading->redactor, frame);
}

static void take_again(struct reading *reading, const struct frame *frame)
{
    uint8_t *copy = malloc(frame->captured + 1);
    if (!copy)
        abort();
    if (frame->captured > 0)
        note(reading, redactor_frame(reading->redactor, frame, copy) <= frame->captured,
             "the redacted copy is longer than the frame");
    free(copy);
}

/* What is read is printed as it was. (Numbers have nine digits: as doubles they need not agree.) */
static bool json_reads_back(const char *printed)
{
    struct text again = TEXT_EMPTY;
    json_t *document = json_loads(printed, 0, NULL);
    if (document)
        report_json_print(document, &again);
    bool is_same = document && strcmp(text_chars(&again), printed) == 0;
    json_decref(document);
    text_free(&again);
    return is_same;
}

static void check_form(struct reading *reading, enum report_form form,
                       const struct report_source *source)
{
    struct text text = TEXT_EMPTY;
    report_add(form, source, &text);
    switch (form) {
    case REPORT_PAGE:
    case REPORT_LADDER:
        note(reading, !strstr(text_chars(&text), "<script"), "the page holds a script");
        break;
    case REPORT_JSON:
        note(reading, json_reads_back(text_chars(&text)), "the JSON does not read back");
        break;
    default:
        note(reading, is_plain_text(text_chars(&text)), "the report is no plain text");
        break;
    }
    text_free(&text);
}

static void judge(struct reading *reading)
{
    struct report_facts facts = {.command = "diagnose", .trace = "fuzzed"};
    struct diagnosis diagnosis;

    diagnosis_make(observer_facts(reading->observer), &diagnosis);
    const struct report_source source = {&diagnosis, &facts, reading->page};
    for (enum report_form form = 0; form < REPORT_FORM_COUNT; form++)
        check_form(reading, form, &source);
    diagnosis_free(&diagnosis);
}

const char *capture_broken_invariant(const uint8_t *bytes, size_t size)
{
    struct reading reading = {
        .observer = observer_new(), .redactor = redactor_new(1), .page = report_page_new()};
    struct capture_quality quality = {0};
    int descriptor = memfd_create("capture", MFD_CLOEXEC);

    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    observer_set_sink(reading.observer, report_page_observe, reading.page);
    read_all(descriptor, &reading, take_first, &quality);
    observer_set_quality(reading.observer, &quality);
    judge(&reading);
    read_all(descriptor, &reading, take_again, &quality);
    close(descriptor);
    report_page_free(reading.page);
    redactor_free(reading.redactor);
    observer_free(reading.observer);
    return reading.broken;
}
