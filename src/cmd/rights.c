/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command may do: see rights.h. */
#include "cmd/rights.h"

#include "cmd/options/table.h"
#include "port/call_filter.h"
#include "port/files.h"
#include "port/privileges.h"
#include "port/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAXIMUM 8

static bool sends(const struct options *options)
{
    switch (options->command) {
    case OPTIONS_DISCOVER:
    case OPTIONS_RECOVER:
    case OPTIONS_WATCH:
        return !options->dry_run;
    case OPTIONS_SIMULATE:
        return !options->simulate.is_fault_help;
    case OPTIONS_REPLAY:
        return options->interface != NULL;
    default:
        return false;
    }
}

/* Does it ask the kernel about interfaces after its rights were limited? */
static bool looks(const struct options *options)
{
    return options->command == OPTIONS_INTERFACES || options->dry_run;
}

static bool writes(const struct options *options)
{
    bool spools = options->verbosity > 0; /* standard input, to read it twice */
    return options->write_path || options->report_path || options->extract_path ||
           options->redact_path || options->phones_path || sends(options) || options->dry_run ||
           spools;
}

static void add(struct files_name *names, size_t *count, const char *path, bool is_output)
{
    if (path)
        names[(*count)++] = (struct files_name){.path = path, .is_output = is_output};
}

static void tell(const struct options *options, const char *note, size_t length)
{
    if (options->verbosity > 0)
        fprintf(stderr, "spa-sos %s: %.*s\n", options_command_name(options->command), (int)length,
                note);
}

static void tell_notes(const struct options *options, const struct text *notes)
{
    const char *line = text_chars(notes);
    while (*line) {
        size_t length = strcspn(line, "\n");
        tell(options, line, length);
        line += length + 1;
    }
}

/* A kernel that cannot filter is told of, and does not stop the run. */
static void filter(const struct options *options, unsigned rights)
{
    struct error error;
    if (writes(options))
        rights |= CALL_FILTER_WRITE;
    if (files_have_keeper())
        rights |= CALL_FILTER_ASK;
    if (!call_filter_install(rights, &error))
        tell(options, error.text, strlen(error.text));
}

bool rights_limit(const struct options *options, struct text *notes, struct error *ret_error)
{
    struct text results = TEXT_EMPTY, automatic = TEXT_EMPTY;
    struct files_name *names = calloc(options->operand_count + OUTPUT_MAXIMUM + 2, sizeof *names);
    size_t count = 0;
    if (!names)
        abort();
    for (size_t i = 0; i < options->operand_count; i++)
        add(names, &count, options->operands[i], false);
    add(names, &count, options->image_path, false);
    add(names, &count, options->phones_path, false);
    if (options->phones_path)
        text_add(&results, "%s" PHONE_LIST_RESULTS_SUFFIX, options->phones_path);
    recording_automatic_stem(&automatic);
    const char *const outputs[OUTPUT_MAXIMUM] = {
        options->write_path,          options->report_path,
        options->extract_path,        options->redact_path,
        options->simulate.image_path, options->phones_path ? text_chars(&results) : NULL,
        text_chars(&automatic),       RECORDING_KEPT_STEM,
    };
    for (size_t i = 0; i < OUTPUT_MAXIMUM; i++)
        add(names, &count, outputs[i], true);
    bool good = privileges_limit(sends(options), names, count, notes, ret_error);
    free(names);
    text_free(&results);
    text_free(&automatic);
    tell_notes(options, notes);
    if (good && !sends(options) && options->jobs <= 1)
        rights_filter(options);
    return good;
}

void rights_filter(const struct options *options)
{
    filter(options, looks(options) ? CALL_FILTER_READ | CALL_FILTER_LOOK : CALL_FILTER_READ);
}

bool rights_give_up(const struct options *options, struct error *ret_error)
{
    if (!privileges_drop(ret_error))
        return false;
    filter(options, CALL_FILTER_READ | CALL_FILTER_SEND);
    return true;
}
