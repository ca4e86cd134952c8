/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a command is told to write: see outputs.h. */
#include "cmd/outputs.h"

#include "base/text.h"
#include "judge/verdict.h"
#include "port/annotate.h"

#include <string.h>
#include <sys/stat.h>

static bool is_file(const char *path, struct stat *ret)
{
    return path && strcmp(path, "-") != 0 && stat(path, ret) == 0;
}

static bool is_same_file(const char *path, const struct stat *status)
{
    struct stat other;
    return is_file(path, &other) && other.st_dev == status->st_dev &&
           other.st_ino == status->st_ino;
}

static bool is_input(const struct options *options, const struct stat *status)
{
    for (size_t i = 0; i < options->operand_count; i++)
        if (is_same_file(options->operands[i], status))
            return true;
    return is_same_file(options->phones_path, status) || is_same_file(options->image_path, status);
}

static bool check_one(const struct options *options, const char *path, struct error *ret_error)
{
    struct stat status;
    if (!is_file(path, &status) || !S_ISREG(status.st_mode))
        return true;
    if (is_input(options, &status))
        return error_set_expected(ret_error, ERROR_USAGE, "the name of a new file",
                                  "%s is an input of this command and cannot be its output as "
                                  "well: name a new file",
                                  path_shown(path).text);
    if (options->overwrite)
        return true;
    return error_set_expected(ret_error, ERROR_ENVIRONMENT, "the name of a new file",
                              "%s exists already and is left as it is; name a new file, or say "
                              "--overwrite",
                              path_shown(path).text);
}

bool outputs_check(const struct options *options, struct error *ret_error)
{
    const char *const paths[] = {options->write_path, options->report_path, options->extract_path,
                                 options->redact_path, options->simulate.image_path};
    const size_t count = sizeof paths / sizeof paths[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; paths[i] && j < i; j++) {
            if (paths[j] && strcmp(paths[i], paths[j]) == 0 && strncmp(paths[i], "/dev/", 5) != 0)
                return error_set(ret_error, ERROR_USAGE,
                                 "%s is named for two outputs: each needs a file of its own",
                                 path_shown(paths[i]).text);
        }
        if (!check_one(options, paths[i], ret_error))
            return false;
    }
    return true;
}

bool outputs_annotate(const char *path, const struct diagnosis *diagnosis, bool with_sentence,
                      struct error *ret_error)
{
    const struct verdict *leading = &diagnosis->leading;
    struct text comment = TEXT_EMPTY;
    text_add(&comment, "spa-sos: proof of %s (%s)%s%s", verdict_name(leading->id),
             confidence_name(leading->confidence), with_sentence ? ": " : "",
             with_sentence ? leading->sentence : "");
    bool good = annotate_file(path, leading->evidence, leading->evidence_count,
                              text_chars(&comment), ret_error);
    text_free(&comment);
    return good;
}
