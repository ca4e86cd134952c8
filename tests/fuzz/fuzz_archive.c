/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the vendor's .zip. Built with libFuzzer (--enable-fuzzers):
 * tests/fuzz/fuzz_archive -max_len=200000 tests/fuzz/corpus/archive
 */
#include "cmd/image_archive.h"
#include "tests/fuzz/plain_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image_file file = {0};
    struct error error = {0};
    struct text why = TEXT_EMPTY;
    if (!image_archive_is_one(data, size))
        return 0;
    file.bytes = malloc(size);
    if (!file.bytes)
        abort();
    memcpy(file.bytes, data, size);
    file.length = size;
    bool is_read = image_archive_open(&file, "fuzzed.zip", &error);
    if (!is_read && (!error.text[0] || !is_plain_text(error.text)))
        abort();
    if (is_read &&
        (!is_plain_text(text_chars(&file.member)) || !is_plain_text(text_chars(&file.notes))))
        abort();
    if (is_read && image_file_refusal(&file, &why) && !is_plain_text(text_chars(&why)))
        abort();
    text_free(&why);
    image_file_free(&file);
    return 0;
}
