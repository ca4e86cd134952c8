/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos image FILE: checks, describes and extracts a firmware image (docs: firmware image). The
 * verdict is that of recover: what it would refuse is refused here for the same reason. Nothing is
 * ever overwritten.
 */
#include "base/error.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/failure.h"
#include "cmd/image_file.h"
#include "cmd/output_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "spa-sos/1"

/* What is to be said about the image, in the words of both outputs. */
struct verdict_of_image {
    bool valid;
    const char *refusal; /* a short name, NULL when nothing is refused */
    struct text sentence;
    const char *advice; /* NULL: none */
};

/* Prints "0, 1, 3, 4, 57-127" for the numbers in the table, in rising order, each once. */
static void add_sector_ranges(struct text *text, const bool present[IMAGE_SECTORS_MAXIMUM])
{
    const char *separator = "";
    for (unsigned first = 0; first < IMAGE_SECTORS_MAXIMUM; first++) {
        if (!present[first])
            continue;
        unsigned last = first;
        while (last + 1 < IMAGE_SECTORS_MAXIMUM && present[last + 1])
            last++;
        if (last == first)
            text_add(text, "%s%u", separator, first);
        else
            text_add(text, last == first + 1 ? "%s%u, %u" : "%s%u-%u", separator, first, last);
        separator = ", ";
        first = last;
    }
}

static void describe_sectors(const struct image *image, struct text *ret)
{
    bool present[IMAGE_SECTORS_MAXIMUM] = {0};
    unsigned stored = 0;
    uint64_t unpacked = 0;
    for (unsigned i = 0; i < image->sector_count; i++) {
        present[image->sectors[i].number] = true;
        stored += image->sectors[i].stored;
        unpacked += image->sectors[i].unpacked_length;
    }
    text_add(ret, "%u: ", image->sector_count);
    add_sector_ranges(ret, present);
    text_add(ret, " (%u stored, %u compressed, %llu bytes unpacked)", stored,
             image->sector_count - stored, (unsigned long long)unpacked);
}

static void print_as_text(const struct image_file *file, const struct verdict_of_image *verdict)
{
    const struct image *image = &file->image;
    if (image->refusal == IMAGE_VALID) {
        char version[4 * IMAGE_VERSION_SIZE];
        struct text sectors = TEXT_EMPTY;
        describe_sectors(image, &sectors);
        printf("version  %s\n",
               text_escape(image->version, strlen(image->version), version, sizeof version));
        printf("bytes    %zu\n", image->length);
        printf("sectors  %s\n", text_chars(&sectors));
        text_free(&sectors);
    }
    char sha256[IMAGE_SHA256_SIZE];
    image_sha256(image, sha256);
    printf("sha256   %s\n", sha256);
    for (unsigned i = 0; i < image->warning_count; i++)
        printf("warning  %s\n", image->warnings[i].text);
    printf("verdict  %s%s%s\n",
           verdict->valid       ? "valid"
           : image->needs_force ? IMAGE_FILE_FORCE_WORDS
                                : "invalid",
           text_chars(&verdict->sentence)[0] ? ": " : "", text_chars(&verdict->sentence));
    if (verdict->advice)
        printf("advice   %s\n", verdict->advice);
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (!value || json_object_set_new(object, name, value) != 0)
        abort(); /* no memory: as text.h has it */
}

static json_t *named_sentence(const char *id, const char *sentence)
{
    json_t *object = json_object();
    set(object, "id", json_string(id));
    set(object, "sentence", json_string(sentence));
    return object;
}

static json_t *new_document(bool valid)
{
    json_t *document = json_object();
    set(document, "schema", json_string(SCHEMA));
    set(document, "command", json_string("image"));
    set(document, "result", json_string(valid ? "valid" : "invalid"));
    return document;
}

static void print_document(json_t *document)
{
    json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(document);
}

static json_t *image_as_json(const struct image_file *file)
{
    const struct image *image = &file->image;
    json_t *object = json_object();
    if (image->version[0] && image->refusal == IMAGE_VALID) {
        char version[4 * IMAGE_VERSION_SIZE];
        text_escape(image->version, strlen(image->version), version, sizeof version);
        set(object, "version", json_string(version));
    }
    set(object, "bytes", json_integer((json_int_t)image->length));
    if (image->refusal == IMAGE_VALID) {
        set(object, "sectors", json_integer((json_int_t)image->sector_count));
        set(object, "offset", json_integer((json_int_t)image->offset));
    }
    char sha256[IMAGE_SHA256_SIZE];
    image_sha256(image, sha256);
    set(object, "sha256", json_string(sha256));
    if (text_chars(&file->member)[0])
        set(object, "member", json_string(text_chars(&file->member)));
    return object;
}

static void print_as_json(const struct image_file *file, const struct verdict_of_image *verdict)
{
    json_t *document = new_document(verdict->valid);
    json_t *warnings = json_array();
    set(document, "image", image_as_json(file));
    for (unsigned i = 0; i < file->image.warning_count; i++) {
        const struct image_warning *warning = &file->image.warnings[i];
        json_t *item = named_sentence(image_warning_name(warning->kind), warning->text);
        if (json_array_append_new(warnings, item) != 0)
            abort();
    }
    set(document, "warnings", warnings);
    if (verdict->refusal) {
        json_t *refusal = named_sentence(verdict->refusal, text_chars(&verdict->sentence));
        if (verdict->advice)
            set(refusal, "advice", json_string(verdict->advice));
        set(document, "refusal", refusal);
    }
    print_document(document);
}

/* Creates `path`, which must not exist, with the image alone. Returns: 0, or the exit status. */
static int extract(const struct image *image, const char *path, bool overwrite)
{
    struct error error;
    if (!output_file_write(path, overwrite, image->bytes, image->length, &error))
        return failure_tell("image", false, &error);
    fprintf(stderr, "wrote the image of %zu bytes to %s\n", image->length, path_shown(path).text);
    return 0;
}

static void judge(const struct image_file *file, struct verdict_of_image *ret)
{
    const struct image *image = &file->image;
    ret->refusal = image_file_refusal(file, &ret->sentence);
    ret->advice = image_file_advice(file);
    ret->valid = !ret->refusal && !image->needs_force;
    if (ret->refusal || !image->needs_force)
        return;
    ret->refusal = "needs-force";
    ret->advice = IMAGE_FILE_FORCE_ADVICE;
    text_add(&ret->sentence, "%s", image_file_force_reason(image));
}

static int extract_if_valid(const struct image *image, const char *path, bool overwrite)
{
    if (image->refusal == IMAGE_VALID)
        return extract(image, path, overwrite);
    fputs("spa-sos image: nothing was extracted: there is no valid image\n", stderr);
    return ERROR_INPUT;
}

int command_image(const struct options *options)
{
    struct image_file file;
    struct error error;
    struct verdict_of_image verdict = {.sentence = TEXT_EMPTY};
    if (!image_file_read(options->operands[0], &file, &error)) {
        image_file_free(&file);
        return failure_tell("image", options->json, &error);
    }
    judge(&file, &verdict);
    int status = verdict.valid ? 0 : ERROR_INPUT;
    if (!options->quiet)
        fputs(text_chars(&file.notes), stderr);
    if (options->json)
        print_as_json(&file, &verdict);
    else
        print_as_text(&file, &verdict);
    if (options->extract_path) {
        int extract_status =
            extract_if_valid(&file.image, options->extract_path, options->overwrite);
        status = status ? status : extract_status;
    }
    text_free(&verdict.sentence);
    image_file_free(&file);
    return status;
}
