/* SPDX-License-Identifier: BSD-2-Clause */
/* Capture files as streams: see capture_input.h. */
#include "port/capture_input.h"

#include "port/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct capture_input {
    int descriptor;
    off_t begin;                            /* where it stood; -1 = it cannot be read again */
    int failed;                             /* errno of a read that failed; 0 */
    uint8_t start[DECOMPRESS_MAGIC_LENGTH]; /* read to know the compression */
    size_t start_at, start_length;
    const struct compression *compression; /* NULL = none, as is the next */
    struct decompressor *decompressor;
    uint64_t expanded;
    uint8_t head[CAPTURE_INPUT_HEAD]; /* looked at, and not yet read */
    size_t head_at, head_length;
    char trouble[160];
};

static size_t read_descriptor(struct capture_input *input, uint8_t *ret, size_t size)
{
    ssize_t length;
    do
        length = read(input->descriptor, ret, size);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        input->failed = errno;
    return length < 0 ? 0 : (size_t)length;
}

static size_t read_recorded(void *context, uint8_t *ret, size_t size)
{
    struct capture_input *input = context;
    size_t left = input->start_length - input->start_at;
    if (left == 0)
        return read_descriptor(input, ret, size);
    size_t length = left < size ? left : size;
    memcpy(ret, input->start + input->start_at, length);
    input->start_at += length;
    return length;
}

static size_t read_expanded(struct capture_input *input, uint8_t *ret, size_t size)
{
    if (!input->decompressor)
        return read_recorded(input, ret, size);
    if (input->expanded >= CAPTURE_INPUT_EXPANDED)
        return 0;
    size_t length = decompressor_read(input->decompressor, ret, size);
    input->expanded += length;
    return length;
}

struct capture_input *capture_input_new(int descriptor, const char *name, struct error *ret_error)
{
    struct capture_input *input = calloc(1, sizeof *input);
    if (!input) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", name);
        return NULL;
    }
    input->descriptor = descriptor;
    input->begin = lseek(descriptor, 0, SEEK_CUR);
    size_t length = 1;
    while (length > 0 && input->start_length < sizeof input->start) {
        length = read_descriptor(input, input->start + input->start_length,
                                 sizeof input->start - input->start_length);
        input->start_length += length;
    }
    input->compression = compression_find(input->start, input->start_length);
    if (!input->compression)
        return input;
    input->decompressor = decompressor_new(input->compression, read_recorded, input);
    if (input->decompressor)
        return input;
    error_set(ret_error, ERROR_INPUT,
              "%s: it is compressed with %s, which this program was built without: %s FILE | "
              "spa-sos diagnose -",
              name, compression_name(input->compression), compression_command(input->compression));
    capture_input_free(input);
    return NULL;
}

void capture_input_free(struct capture_input *input)
{
    if (input)
        decompressor_free(input->decompressor);
    free(input);
}

size_t capture_input_peek(struct capture_input *input, size_t wanted, const uint8_t **ret)
{
    size_t length = 1;
    while (length > 0 && input->head_length < wanted) {
        length =
            read_expanded(input, input->head + input->head_length, wanted - input->head_length);
        input->head_length += length;
    }
    *ret = input->head;
    return input->head_length < wanted ? input->head_length : wanted;
}

static ssize_t read_stream(void *cookie, char *ret, size_t size)
{
    struct capture_input *input = cookie;
    size_t left = input->head_length - input->head_at;
    if (left == 0) {
        size_t length = read_expanded(input, (uint8_t *)ret, size);
        if (length > 0 || input->failed == 0)
            return (ssize_t)length;
        errno = input->failed;
        return -1;
    }
    size_t length = left < size ? left : size;
    memcpy(ret, input->head + input->head_at, length);
    input->head_at += length;
    return (ssize_t)length;
}

/* A file that can be read from its beginning again is faster without a detour. Returns: NULL for
 * what is compressed, or a pipe. */
static FILE *direct_stream(const struct capture_input *input)
{
    if (input->decompressor || input->begin < 0 ||
        lseek(input->descriptor, input->begin, SEEK_SET) != input->begin)
        return NULL;
    int descriptor = fcntl(input->descriptor, F_DUPFD_CLOEXEC, 0);
    FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "rb");
    if (!stream && descriptor >= 0)
        close(descriptor);
    if (!stream) /* back to where the bytes that were looked at end */
        lseek(input->descriptor, input->begin + (off_t)input->start_length, SEEK_SET);
    return stream;
}

FILE *capture_input_stream(struct capture_input *input)
{
    FILE *direct = direct_stream(input);
    if (direct)
        return direct;
    return fopencookie(input, "rb", (cookie_io_functions_t){.read = read_stream});
}

const char *capture_input_trouble(const struct capture_input *input, bool *ret_is_cut)
{
    char *trouble = ((struct capture_input *)(uintptr_t)input)->trouble;
    *ret_is_cut = false;
    if (!input->decompressor)
        return NULL;
    const char *name = compression_name(input->compression);
    if (input->expanded >= CAPTURE_INPUT_EXPANDED) {
        snprintf(trouble, sizeof input->trouble,
                 "it expands to more than %llu GiB, which is as much as is read",
                 (unsigned long long)(CAPTURE_INPUT_EXPANDED >> 30));
        return trouble;
    }
    switch (decompressor_end(input->decompressor)) {
    case DECOMPRESS_CUT:
        *ret_is_cut = true;
        snprintf(trouble, sizeof input->trouble, "its %s data end in the middle", name);
        return trouble;
    case DECOMPRESS_DAMAGED:
        snprintf(trouble, sizeof input->trouble, "its %s data are damaged", name);
        return trouble;
    case DECOMPRESS_LIMIT:
        snprintf(trouble, sizeof input->trouble,
                 "expanding it needs more memory than the %zu MiB that are used: %s FILE | "
                 "spa-sos diagnose -",
                 DECOMPRESS_MEMORY_MAXIMUM >> 20, compression_command(input->compression));
        return trouble;
    default:
        return NULL;
    }
}
