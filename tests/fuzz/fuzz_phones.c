/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a list of phones and, behind the first byte 1, as the results of an earlier run of
 * it: what is refused is refused with a plain sentence, and names and questions are plain too.
 * Built with libFuzzer (--enable-fuzzers): tests/fuzz/fuzz_phones tests/fuzz/corpus/phones
 */
#include "cmd/phone_list.h"
#include "tests/fuzz/plain_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/dev/shm/spa-sos-phones.XXXXXX";
static char list_path[64], results_path[80];

static void clean_up(void)
{
    unlink(list_path);
    unlink(results_path);
    rmdir(folder);
}

static void must(bool holds, const char *sentence, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", sentence, text);
    abort();
}

static void write_file(const char *path, const uint8_t *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_ready;
    if (!is_ready) {
        if (!mkdtemp(folder))
            abort();
        snprintf(list_path, sizeof list_path, "%s/list", folder);
        snprintf(results_path, sizeof results_path, "%s%s", list_path, PHONE_LIST_RESULTS_SUFFIX);
        atexit(clean_up);
        is_ready = true;
    }
    const uint8_t *split = size ? memchr(data, 1, size) : NULL;
    size_t length = split ? (size_t)(split - data) : size;
    write_file(list_path, data, length);
    if (split)
        write_file(results_path, split + 1, size - length - 1);
    else
        unlink(results_path);

    struct phone_list list = {0};
    struct error error = {0};
    if (!phone_list_read(list_path, &list, &error) ||
        !phone_list_read_results(&list, list_path, &error)) {
        must(error.text[0] != '\0', "a refusal says nothing", "");
        must(is_plain_text(error.text), "a refusal is no plain text", error.text);
    }
    must(is_plain_text(text_chars(&list.questions)), "a question is no plain text",
         text_chars(&list.questions));
    for (size_t i = 0; i < list.name_count; i++)
        must(!list.names[i].serial || is_plain_text(list.names[i].serial),
             "a serial number is no plain text", list.names[i].serial);
    phone_list_free(&list);
    return 0;
}
