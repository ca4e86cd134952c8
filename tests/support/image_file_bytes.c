/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of tests/images: see image_file_bytes.h. */
#include "tests/support/image_file_bytes.h"

#include <stdio.h>
#include <stdlib.h>

char *test_image_path(const char *name, char *ret, size_t size)
{
    const char *top = getenv("top_srcdir");
    snprintf(ret, size, "%s/tests/images/%s", top ? top : ".", name);
    return ret;
}

uint8_t *test_image_bytes(const char *name, size_t *ret_length)
{
    char path[4096];
    FILE *file = fopen(test_image_path(name, path, sizeof path), "rb");
    long length = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        length = ftell(file);
    uint8_t *bytes = length >= 0 ? malloc(length ? (size_t)length : 1) : NULL;
    if (bytes)
        rewind(file);
    if (!bytes || fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        perror(path);
        exit(99);
    }
    fclose(file);
    *ret_length = (size_t)length;
    return bytes;
}
