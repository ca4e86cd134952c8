/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One trace of diagnose. The first pass judges; what needs the verdict or all addresses beforehand
 * (page, redacted copy) takes a second one, so that memory does not grow with the trace.
 */
#include "cmd/diagnose_trace.h"

#include "cmd/failure.h"
#include "cmd/output_file.h"
#include "cmd/outputs.h"
#include "cmd/trace_meter.h"
#include "cmd/trace_source.h"
#include "observe/extract.h"
#include "port/files.h"
#include "port/recording.h"
#include "redact/redact.h"
#include "report/report_page.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct trace_run {
    const struct options *options;
    struct trace_source source;
    struct text title; /* the trace's name, or how many files it is made of */
    struct text note;  /* of a recording of several files */
    struct observer *observer;
    struct trace_meter meter;
    instant_ns first_ns; /* of the frames; valid once one was seen */
    bool started;
    struct extractor *extractor; /* NULL unless asked for, as are the next two */
    struct redactor *redactor;
    struct report_page *page;
    struct report_page *timeline; /* all of it */
    struct recording *copy;       /* of the second pass */
    uint8_t *copy_bytes;
    size_t copy_capacity;
    struct diagnosis diagnosis;
    struct report_capture capture;
};

static void say(const struct trace_run *run, const char *sentence)
{
    if (run->options->verbosity >= 0)
        fprintf(stderr, "spa-sos diagnose: %s\n", sentence);
}

/* ---- first pass ---- */

static void observe(void *context, const struct observation *observation)
{
    struct trace_run *run = context;
    if (run->page)
        report_page_observe(run->page, observation);
    if (run->timeline)
        report_page_observe(run->timeline, observation);
}

static void take_first(void *context, const struct frame *frame)
{
    struct trace_run *run = context;
    observer_frame(run->observer, frame);
    trace_meter_frame(&run->meter, frame);
    if (run->extractor)
        extractor_frame(run->extractor, frame);
    if (run->redactor)
        redactor_learn(run->redactor, frame);
}

static bool pass_over(void *context, const struct captured_frame *frame)
{
    struct trace_run *run = context;
    if (!run->started) {
        run->started = true;
        run->first_ns = frame->time_ns;
    }
    return !run->redactor && observer_pass(run->observer, frame->bytes, frame->captured,
                                           frame->length, frame->time_ns, frame->number);
}

/* A clock that is adjusted by less than this spoils no rule. */
#define CLOCK_STEP_NS (NS_PER_S / 2)

static struct capture_quality quality_of(const struct port_trace_facts *facts)
{
    return (struct capture_quality){
        .times_are_coarse = facts->times == PORT_TRACE_TIMES_WHOLE_SECONDS,
        .times_are_missing = facts->times == PORT_TRACE_TIMES_MISSING,
        .clock_set_back = facts->backward_maximum_ns >= CLOCK_STEP_NS,
        .cut_frames = facts->cut_frames,
        .cut_length = facts->cut_length,
    };
}

static bool judge(struct trace_run *run, struct error *ret_error)
{
    run->observer = observer_new();
    if (run->page || run->timeline)
        observer_set_sink(run->observer, observe, run);
    if (!trace_source_read(&run->source, pass_over, take_first, run, ret_error))
        return false;
    if (run->source.warning)
        say(run, run->source.warning);
    if (run->extractor)
        extractor_end(run->extractor);
    struct capture_quality quality = quality_of(&run->source.facts);
    quality.filter = run->options->filter;
    observer_set_quality(run->observer, &quality);
    diagnosis_make(observer_facts(run->observer), &run->diagnosis);
    return true;
}

/* ---- second pass ---- */

static void take_again(void *context, const struct frame *frame)
{
    struct trace_run *run = context;
    report_capture_frame(&run->capture, &run->diagnosis, frame);
    if (run->page)
        report_page_frame(run->page, &run->diagnosis, frame);
}

/* What needs to know the phones and the proof beforehand. */
static bool look_again(struct trace_run *run, struct error *ret_error)
{
    return (run->options->verbosity <= 0 && !run->page) ||
           trace_source_read(&run->source, NULL, take_again, run, ret_error);
}

/* ---- outputs ---- */

static bool write_extracted(const struct trace_run *run, struct error *ret_error)
{
    const struct transfer_image *image = extractor_image(run->extractor);
    size_t length = 0;
    const uint8_t *bytes = image ? transfer_image_bytes(image, &length) : NULL;
    char sentence[512];
    if (!bytes)
        return error_set(ret_error, ERROR_INPUT,
                         "nothing was extracted: the trace holds no DATA that a phone confirmed");
    if (transfer_image_result(image) == TRANSFER_IMAGE_CANNOT_TELL)
        return error_set(ret_error, ERROR_INPUT, "nothing was extracted: %s",
                         transfer_image_reason(image));
    if (!output_file_write(run->options->extract_path, run->options->overwrite, bytes, length,
                           ret_error))
        return false;
    if (transfer_image_result(image) == TRANSFER_IMAGE_GOOD)
        snprintf(sentence, sizeof sentence, "wrote the image of %zu bytes to %s", length,
                 run->options->extract_path);
    else
        snprintf(sentence, sizeof sentence,
                 "wrote the file of %zu bytes to %s; it is no valid image: %s", length,
                 run->options->extract_path, transfer_image_reason(image));
    say(run, sentence);
    return true;
}

static void copy_frame(void *context, const struct frame *frame)
{
    struct trace_run *run = context;
    if (frame->captured > run->copy_capacity) {
        run->copy_capacity = frame->captured;
        run->copy_bytes = realloc(run->copy_bytes, run->copy_capacity);
        if (!run->copy_bytes)
            abort();
    }
    struct captured_frame copy = {
        .time_ns = frame->time_ns,
        .number = frame->number,
        .bytes = run->copy_bytes,
        .length = frame->length,
    };
    if (frame->captured > 0)
        copy.captured = redactor_frame(run->redactor, frame, run->copy_bytes);
    recording_frame(run->copy, &copy);
}

/* Its frames count from 1 like those of the trace, unless some were passed over. */
static bool annotate_copy(struct trace_run *run, const char *path, struct error *ret_error)
{
    if (run->source.facts.foreign_frames || run->options->filter)
        return error_set(ret_error, ERROR_USAGE,
                         "--annotate: frames were passed over, so that the copy's numbers are its "
                         "own; leave --filter out");
    recording_close(run->copy);
    run->copy = NULL;
    return outputs_annotate(path, &run->diagnosis, false, ret_error);
}

static bool fill_copy(struct trace_run *run, struct error *ret_error)
{
    if (!trace_source_read(&run->source, NULL, copy_frame, run, ret_error))
        return false;
    recording_finish(run->copy);
    const char *trouble = recording_trouble(run->copy);
    return !trouble || error_set(ret_error, ERROR_ENVIRONMENT, "%s", trouble);
}

static bool write_redacted(struct trace_run *run, struct error *ret_error)
{
    const char *path = run->options->redact_path;
    struct stat status;
    run->copy = recording_create(path, run->options->overwrite, ret_error);
    if (!run->copy)
        return false;
    if (!fill_copy(run, ret_error)) {
        if (files_look(path, &status) && S_ISREG(status.st_mode))
            files_remove(path); /* a part of a copy is none */
        return false;
    }
    if (run->options->annotate && !annotate_copy(run, path, ret_error))
        return false;
    if (run->source.facts.extras || run->source.facts.tunnelled_frames)
        say(run,
            "comments, names of hosts and interfaces and keys of the file, and what was around "
            "frames in a mirror's tunnel, are not in the copy");
    if (run->source.facts.foreign_frames || run->options->filter)
        say(run, "frames that were passed over are not in the copy: its frame numbers are its own");
    char sentence[1024];
    snprintf(sentence, sizeof sentence,
             "wrote %s: addresses, serial numbers and names are replaced, contents left out; look "
             "at it before you publish it. Whether the image was intact cannot be told from it",
             path_shown(path).text);
    say(run, sentence);
    return true;
}

/* ---- the report ---- */

static void print_text(const struct trace_run *run, const struct report_source *source)
{
    struct text text = TEXT_EMPTY;
    bool is_quiet = run->options->verbosity < 0;
    if (source->story) {
        report_add(REPORT_TIMELINE, source, &text);
        text_add(&text, "\n");
    }
    if (is_quiet && run->options->operand_count > 1)
        text_add(&text, "%s: ", path_shown(source->facts->trace).text);
    report_add(is_quiet ? REPORT_LINE : REPORT_TEXT, source, &text);
    fputs(text_chars(&text), stdout);
    text_free(&text);
}

static void fill_image(const struct trace_run *run, struct report_image *ret)
{
    const struct transfer_image *image = run->extractor ? extractor_image(run->extractor) : NULL;
    size_t length;
    if (!image || transfer_image_result(image) != TRANSFER_IMAGE_GOOD)
        return;
    transfer_image_bytes(image, &length);
    *ret = (struct report_image){.version = transfer_image_version(image),
                                 .bytes = length,
                                 .sectors = transfer_image_sectors(image),
                                 .sha256 = transfer_image_sha256(image)};
}

static bool write_page(const struct trace_run *run, const struct report_facts *facts,
                       struct error *ret_error)
{
    const struct report_source source = {&run->diagnosis, facts, run->page};
    struct text page = TEXT_EMPTY;
    report_add(REPORT_PAGE, &source, &page);
    bool is_written = output_file_write(run->options->report_path, run->options->overwrite,
                                        text_chars(&page), page.length, ret_error);
    text_free(&page);
    return is_written;
}

/* Prints, and writes the files that were asked for. Returns: false with ret_error. */
static bool report(struct trace_run *run, struct trace_outcome *ret, struct error *ret_error)
{
    const struct options *options = run->options;
    struct report_counters counters;
    struct report_image image = {0};
    const char *notes[2];
    size_t note_count = 0;
    if (run->note.length)
        notes[note_count++] = text_chars(&run->note);
    if (run->source.warning)
        notes[note_count++] = run->source.warning;
    trace_meter_counters(&run->meter, &counters);
    counters.frames_in = run->diagnosis.frame_count;
    fill_image(run, &image);
    const struct report_facts facts = {
        .command = "diagnose",
        .trace = text_chars(&run->title),
        .counters = &counters,
        .image = image.sha256 ? &image : NULL,
        .capture = run->capture.frames > 0 ? &run->capture : NULL,
        .notes = notes,
        .note_count = note_count,
    };
    const struct report_source source = {&run->diagnosis, &facts, run->timeline};
    if (options->json)
        ret->document = report_json(&source);
    else
        print_text(run, &source);
    return (!options->report_path || write_page(run, &facts, ret_error)) &&
           (!options->extract_path || write_extracted(run, ret_error)) &&
           (!options->redact_path || write_redacted(run, ret_error));
}

static bool open_run(struct trace_run *run, const struct trace_group *group,
                     struct error *ret_error)
{
    const struct options *options = run->options;
    bool again = options->report_path || options->redact_path || options->verbosity > 0;
    if (!trace_source_open(group->paths[0], options->filter, again, &run->source, ret_error))
        return false;
    run->source.following = group->paths + 1;
    run->source.following_count = group->count - 1;
    if (options->extract_path || options->report_path)
        run->extractor = extractor_new();
    if (options->report_path)
        run->page = report_page_new();
    if (options->timeline)
        run->timeline = report_page_new_complete();
    if (options->redact_path) {
        uint64_t seed;
        if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
            return error_set(ret_error, ERROR_ENVIRONMENT, "no random numbers from the kernel");
        run->redactor = redactor_new(seed);
    }
    return true;
}

static void close_run(struct trace_run *run)
{
    recording_close(run->copy);
    free(run->copy_bytes);
    report_page_free(run->page);
    report_page_free(run->timeline);
    redactor_free(run->redactor);
    extractor_free(run->extractor);
    diagnosis_free(&run->diagnosis);
    observer_free(run->observer);
    trace_source_close(&run->source);
    text_free(&run->title);
    text_free(&run->note);
}

/* The trace itself cannot be used: its exit status and document say so, the others go on. */
static void fail(const struct trace_run *run, const char *trace, const struct error *error,
                 struct trace_outcome *ret)
{
    ret->status = failure_tell("diagnose", false, error);
    ret->result = RESULT_INVALID;
    if (run->options->json)
        ret->document = report_json_unreadable("diagnose", trace, error);
}

static void name_run(struct trace_run *run, const struct trace_group *group)
{
    text_add(&run->title, "%s", group->paths[0]);
    if (group->count == 1)
        return;
    text_add(&run->title, " and %zu more", group->count - 1);
    text_add(
        &run->note,
        "%zu files are judged as one recording, in this order, and frame numbers count through "
        "all of them: %s",
        group->count, path_shown(group->paths[0]).text);
    for (size_t i = 1; i < group->count; i++)
        text_add(&run->note, ", %s", path_shown(group->paths[i]).text);
    text_add(&run->note, ".");
    say(run, text_chars(&run->note));
}

bool diagnose_trace(const struct options *options, const struct trace_group *group,
                    struct trace_outcome *ret, struct error *ret_error)
{
    const char *trace = group->paths[0];
    struct trace_run run = {.options = options};
    name_run(&run, group);
    *ret = (struct trace_outcome){0};
    bool is_judged =
        open_run(&run, group, ret_error) && judge(&run, ret_error) && look_again(&run, ret_error);
    bool go_on = is_judged || ret_error->kind != ERROR_USAGE;
    if (is_judged) {
        ret->status = run.diagnosis.status;
        ret->result = run.diagnosis.result;
        if (!report(&run, ret, ret_error))
            ret->status = failure_tell("diagnose", false, ret_error);
    } else if (go_on) {
        fail(&run, trace, ret_error, ret);
    }
    close_run(&run);
    return go_on;
}
