/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every trace of pcaps/ against its label: exactly the expected leading verdict, evidence that
 * contains frames of the proof, the findings that belong to it, and none that must not be given.
 * And the other way round: every identifier is shown by a trace.
 *
 * usage: diagnose_corpus [NAME...]   (without .pcap; prints TAP)
 */
#include "tests/golden/trace_edit.h"
#include "tests/support/trace_frames.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned number, failures;
static bool is_shown[VERDICT_COUNT];

__attribute__((format(printf, 2, 3))) static void result(bool good, const char *format, ...)
{
    va_list arguments;

    printf("%s %u - ", good ? "ok" : "not ok", ++number);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    failures += !good;
}

static json_t *load_label(const char *name)
{
    const char *top = getenv("top_srcdir");
    char path[512];
    json_error_t error;

    snprintf(path, sizeof(path), "%s/pcaps/%s.json", top ? top : ".", name);
    json_t *label = json_load_file(path, 0, &error);
    if (!label)
        printf("# %s:%d: %s\n", path, error.line, error.text);
    return label;
}

static bool is_proof(json_t *proof, uint64_t frame)
{
    size_t i;
    json_t *each;

    json_array_foreach(proof, i, each)
    {
        if ((uint64_t)json_integer_value(each) == frame)
            return true;
    }
    return false;
}

static bool has_finding(const struct diagnosis *diagnosis, const char *name)
{
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        if (strcmp(verdict_name(diagnosis->findings[i].id), name) == 0)
            return true;
    return false;
}

static void check_evidence(const char *name, const struct verdict *leading, json_t *label,
                           size_t frame_count)
{
    json_t *proof = json_object_get(label, "proof_frames");
    size_t hits = 0, misplaced = 0;

    for (size_t i = 0; i < leading->evidence_count; i++) {
        hits += is_proof(proof, leading->evidence[i]);
        misplaced += leading->evidence[i] < 1 || leading->evidence[i] > frame_count ||
                     (i > 0 && leading->evidence[i] <= leading->evidence[i - 1]);
    }
    size_t wanted = json_array_size(proof);
    result(misplaced == 0 && hits >= (wanted < 2 ? wanted : 2),
           "%s: the evidence is in order and holds %zu of %zu frames of the proof", name, hits,
           wanted);
}

static void check_others(const char *name, const struct diagnosis *diagnosis, json_t *label)
{
    size_t i;
    json_t *each;

    json_array_foreach(json_object_get(label, "findings"), i, each)
    {
        result(has_finding(diagnosis, json_string_value(each)), "%s: finding %s", name,
               json_string_value(each));
    }
    json_array_foreach(json_object_get(label, "must_not"), i, each)
    {
        result(!has_finding(diagnosis, json_string_value(each)) &&
                   strcmp(verdict_name(diagnosis->leading.id), json_string_value(each)) != 0,
               "%s: not %s", name, json_string_value(each));
    }
}

static void check_texts(const char *name, const struct verdict *leading)
{
    bool good = strchr(leading->sentence, '{') == NULL && leading->sentence[0] &&
                leading->advice[0] && leading->sentence[strlen(leading->sentence) - 1] == '.';
    for (const char *text = leading->detail; *text; text++)
        good = good && *text >= ' ' && *text <= '~';
    result(good, "%s: sentence, advice and plain text", name);
}

static void judge(const char *file)
{
    struct edit trace;
    struct diagnosis diagnosis;
    char name[128];

    snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - strlen(".pcap")), file);
    json_t *label = load_label(name);
    if (!label) {
        result(false, "%s: has a label", name);
        return;
    }
    edit_load(&trace, file);
    edit_diagnose(&trace, &diagnosis);
    const struct verdict *leading = &diagnosis.leading;
    const char *expected = json_string_value(json_object_get(label, "expected"));
    result(expected && strcmp(verdict_name(leading->id), expected) == 0, "%s: %s (%s), expected %s",
           name, verdict_name(leading->id), confidence_name(leading->confidence),
           expected ? expected : "nothing");
    check_evidence(name, leading, label, trace.count);
    check_others(name, &diagnosis, label);
    check_texts(name, leading);
    is_shown[leading->id] = true;
    for (size_t i = 0; i < diagnosis.finding_count; i++)
        is_shown[diagnosis.findings[i].id] = true;
    diagnosis_free(&diagnosis);
    edit_free(&trace);
    json_decref(label);
}

/* The README names every trace, in a table with its expected verdict. */
static void check_readme(char **names)
{
    const char *top = getenv("top_srcdir");
    char path[512], line[1024];

    snprintf(path, sizeof(path), "%s/pcaps/README.md", top ? top : ".");
    for (char **name = names; *name; name++) {
        char start[160];
        bool found = false;
        snprintf(start, sizeof(start), "| %.*s | ", (int)(strlen(*name) - strlen(".pcap")), *name);
        FILE *file = fopen(path, "r");
        while (file && fgets(line, sizeof(line), file))
            found |= strncmp(line, start, strlen(start)) == 0;
        if (file)
            fclose(file);
        result(found, "pcaps/README.md tells the story of %s", *name);
    }
}

int main(int argc, char **argv)
{
    char **names = trace_names();

    for (char **name = names; *name; name++) {
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++)
            wanted |= strlen(argv[i]) + strlen(".pcap") == strlen(*name) &&
                      strncmp(*name, argv[i], strlen(argv[i])) == 0;
        if (wanted)
            judge(*name);
    }
    if (argc < 2) {
        for (unsigned i = 0; i < VERDICT_COUNT; i++)
            if (i != VERDICT_NO_LINK && i != VERDICT_LINK_FLAPPING && i != VERDICT_INTERRUPTED &&
                i != VERDICT_TIMED_OUT) /* live only */
                result(is_shown[i], "a trace shows %s", verdict_name(i));
        check_readme(names);
    }
    printf("1..%u\n", number);
    trace_names_free(names);
    return failures ? 1 : 0;
}
