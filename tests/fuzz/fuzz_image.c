/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a file that might hold an image, as they are and with the digests of the header made
 * good, so that the checks behind them are reached too. Built with libFuzzer
 * (--enable-fuzzers): tests/fuzz/fuzz_image -max_len=100000 tests/images
 */
#include "image/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/synthetic_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *bytes, size_t length)
{
    static struct image image;
    bool valid = image_find(bytes, length, &image);
    if (valid != (image.refusal == IMAGE_VALID))
        abort();
    if (image.bytes < bytes || image.bytes + image.length > bytes + length)
        abort();
    if (valid ? image.refusal_text[0] != '\0' : image.refusal_text[0] == '\0')
        abort();
}

static bool can_be_sealed(const uint8_t *bytes, size_t length)
{
    return length >= 0x80 && bytes_load_be32(bytes + 0x50) >= 0x80 &&
           bytes_load_be32(bytes + 0x50) <= 0x180 && bytes_load_be32(bytes + 0x54) == 0x40 &&
           bytes_load_be32(bytes + 0x7c) <= 128 &&
           bytes_load_be32(bytes + 0x50) + 0x40 * bytes_load_be32(bytes + 0x7c) <= length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(data, size);
    if (can_be_sealed(data, size)) {
        uint8_t *sealed = malloc(size);
        if (!sealed)
            abort();
        memcpy(sealed, data, size);
        synthetic_image_seal(sealed);
        check(sealed, size);
        free(sealed);
    }
    return 0;
}
