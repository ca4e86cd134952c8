/* SPDX-License-Identifier: BSD-2-Clause */
/* What all compressed formats share: input, members one after the other, the end. See decompress.h.
 */
#include "port/decompress.h"

#include "port/decompress_formats.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES ((size_t)64 * 1024)

struct decompressor {
    const struct compression *compression;
    decompress_input *fill;
    void *context;
    void *decoder;
    bool input_over;
    bool is_inside;   /* a member was begun and has not ended */
    uint64_t members; /* that have ended */
    uint64_t member_output;
    enum decompress_end end;
    size_t input_at, input_length;
    uint8_t input[INPUT_BYTES];
};

static const struct compression *const compressions[] = {
    &compression_gzip, &compression_zstd, &compression_bzip2,
    &compression_xz,   &compression_lz4,  &compression_lz4_old,
};

const struct compression *compression_find(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof compressions / sizeof compressions[0]; i++) {
        const struct compression *compression = compressions[i];
        if (length >= compression->magic_length &&
            memcmp(bytes, compression->magic, compression->magic_length) == 0)
            return compression;
    }
    return NULL;
}

const char *compression_name(const struct compression *compression)
{
    return compression->name;
}

const char *compression_command(const struct compression *compression)
{
    return compression->command;
}

bool compression_is_built_in(const struct compression *compression)
{
    return compression->open != NULL;
}

struct decompressor *decompressor_new(const struct compression *compression,
                                      decompress_input *input, void *context)
{
    if (!compression->open)
        return NULL;
    struct decompressor *decompressor = calloc(1, sizeof *decompressor);
    if (!decompressor)
        return NULL;
    *decompressor =
        (struct decompressor){.compression = compression, .fill = input, .context = context};
    decompressor->decoder = compression->open();
    if (!decompressor->decoder) {
        free(decompressor);
        return NULL;
    }
    return decompressor;
}

void decompressor_free(struct decompressor *decompressor)
{
    if (!decompressor)
        return;
    if (decompressor->decoder)
        decompressor->compression->close(decompressor->decoder);
    free(decompressor);
}

/* Returns: false at the end of the input. */
static bool have_input(struct decompressor *decompressor)
{
    if (decompressor->input_at < decompressor->input_length)
        return true;
    if (decompressor->input_over)
        return false;
    decompressor->input_at = 0;
    decompressor->input_length =
        decompressor->fill(decompressor->context, decompressor->input, INPUT_BYTES);
    decompressor->input_over = decompressor->input_length == 0;
    return !decompressor->input_over;
}

static void begin_member(struct decompressor *decompressor)
{
    decompressor->is_inside = false;
    decompressor->members++;
    decompressor->member_output = 0;
    decompressor->compression->close(decompressor->decoder);
    decompressor->decoder = decompressor->compression->open();
    if (!decompressor->decoder)
        decompressor->end = DECOMPRESS_LIMIT;
}

/* One call of the library. Returns: the bytes it wrote. */
static size_t step(struct decompressor *decompressor, uint8_t *ret, size_t size)
{
    struct decompress_view view = {decompressor->input + decompressor->input_at,
                                   decompressor->input_length - decompressor->input_at, ret, size};
    size_t offered = view.input_left;
    decompressor->is_inside = true;
    enum decompress_step result = decompressor->compression->step(decompressor->decoder, &view);
    size_t written = size - view.output_left;
    decompressor->input_at = decompressor->input_length - view.input_left;
    decompressor->member_output += written;
    if (result == STEP_MEMBER_ENDS)
        begin_member(decompressor);
    else if (result == STEP_LIMIT)
        decompressor->end = DECOMPRESS_LIMIT;
    /* Padding or garbage behind a whole member is no damage: gzip(1) ignores it as well. */
    else if (result == STEP_DAMAGED || (offered == view.input_left && written == 0 && offered > 0))
        decompressor->end = decompressor->members > 0 && decompressor->member_output == 0
                                ? DECOMPRESS_END
                                : DECOMPRESS_DAMAGED;
    return written;
}

size_t decompressor_read(struct decompressor *decompressor, uint8_t *ret, size_t size)
{
    size_t written = 0;
    while (written == 0 && size > 0 && decompressor->end == DECOMPRESS_GOES_ON) {
        if (have_input(decompressor) || decompressor->is_inside)
            written = step(decompressor, ret, size);
        if (written == 0 && decompressor->end == DECOMPRESS_GOES_ON && decompressor->input_over &&
            decompressor->input_at == decompressor->input_length)
            decompressor->end = decompressor->is_inside ? DECOMPRESS_CUT : DECOMPRESS_END;
    }
    return written;
}

enum decompress_end decompressor_end(const struct decompressor *decompressor)
{
    return decompressor->end;
}
