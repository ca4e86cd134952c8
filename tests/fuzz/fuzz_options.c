/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a command line: the first chooses the command, NUL ends a word. What is refused is
 * refused with a plain sentence, and words for the shell's completion are plain too. Built with
 * libFuzzer (--enable-fuzzers): tests/fuzz/fuzz_options tests/fuzz/corpus/options
 */
#include "cmd/options/complete.h"
#include "cmd/options/options.h"
#include "cmd/options/table.h"
#include "tests/fuzz/plain_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAXIMUM 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *sentence, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", sentence, text);
    abort();
}

/* Files are not opened here: a word that could name one outside this directory is left out. */
static int split(char *bytes, size_t length, char **words)
{
    int count = 0;
    for (char *at = bytes; at < bytes + length && count < WORDS_MAXIMUM; at += strlen(at) + 1)
        if (!strchr(at, '/'))
            words[count++] = at;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options;
    struct error error = {0};
    char *words[WORDS_MAXIMUM + 2] = {0};
    if (size < 1)
        return 0;
    const struct command_row *command = &command_rows[data[0] % command_row_count];
    char *bytes = malloc(size);
    if (!bytes)
        abort();
    memcpy(bytes, data + 1, size - 1);
    bytes[size - 1] = '\0';
    words[0] = (char[]){"spa-sos"};
    int count = split(bytes, size, words + 1);
    if (!options_parse(command->command, count + 1, words, &options, &error)) {
        must(error.text[0] != '\0', "a refusal says nothing", command->name);
        must(is_plain_text(error.text), "a refusal is no plain text", error.text);
    }
    options_free(&options);

    struct text answers = TEXT_EMPTY;
    words[0] = (char[]){"diagnose"};
    complete_words((size_t)count + 1, (const char *const *)words, &answers);
    text_free(&answers);
    free(bytes);
    return 0;
}
