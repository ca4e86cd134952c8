/* SPDX-License-Identifier: BSD-2-Clause */
/* The libraries behind decompress.h, each in the same three calls. */
#include "config.h"

#include "port/decompress_formats.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

static unsigned as_unsigned(size_t length)
{
    return length < UINT_MAX ? (unsigned)length : UINT_MAX;
}

/* ---- gzip ---- */

#define ZLIB_GZIP_WINDOW (15 + 16) /* the largest window, gzip header and trailer */

static void *gzip_open(void)
{
    z_stream *stream = calloc(1, sizeof *stream);
    if (stream && inflateInit2(stream, ZLIB_GZIP_WINDOW) != Z_OK) {
        free(stream);
        stream = NULL;
    }
    return stream;
}

static enum decompress_step gzip_step(void *decoder, struct decompress_view *view)
{
    z_stream *stream = decoder;
    unsigned input = as_unsigned(view->input_left), output = as_unsigned(view->output_left);
    stream->next_in = (z_const Bytef *)(uintptr_t)view->input;
    stream->avail_in = input;
    stream->next_out = view->output;
    stream->avail_out = output;
    int status = inflate(stream, Z_NO_FLUSH);
    view->input += input - stream->avail_in;
    view->input_left -= input - stream->avail_in;
    view->output += output - stream->avail_out;
    view->output_left -= output - stream->avail_out;
    if (status == Z_STREAM_END)
        return STEP_MEMBER_ENDS;
    return status == Z_OK || status == Z_BUF_ERROR ? STEP_GOES_ON : STEP_DAMAGED;
}

static void gzip_close(void *decoder)
{
    inflateEnd(decoder);
    free(decoder);
}

const struct compression compression_gzip = {
    "gzip", "gzip -dc", {0x1f, 0x8b}, 2, gzip_open, gzip_step, gzip_close,
};

/* ---- zstd ---- */

#ifdef HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

static void *zstd_open(void)
{
    return ZSTD_createDStream(); /* takes windows of up to 128 MiB */
}

static enum decompress_step zstd_step(void *decoder, struct decompress_view *view)
{
    ZSTD_inBuffer input = {view->input, view->input_left, 0};
    ZSTD_outBuffer output = {view->output, view->output_left, 0};
    size_t status = ZSTD_decompressStream(decoder, &output, &input);
    view->input += input.pos;
    view->input_left -= input.pos;
    view->output += output.pos;
    view->output_left -= output.pos;
    if (ZSTD_isError(status))
        return ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge ? STEP_LIMIT
                                                                                     : STEP_DAMAGED;
    return status == 0 ? STEP_MEMBER_ENDS : STEP_GOES_ON;
}

static void zstd_close(void *decoder)
{
    ZSTD_freeDStream(decoder);
}
#else
#define zstd_open  NULL
#define zstd_step  NULL
#define zstd_close NULL
#endif

const struct compression compression_zstd = {
    "zstd", "zstd -dc", {0x28, 0xb5, 0x2f, 0xfd}, 4, zstd_open, zstd_step, zstd_close,
};

/* ---- bzip2 ---- */

#ifdef HAVE_BZIP2
#include <bzlib.h>

static void *bzip2_open(void)
{
    bz_stream *stream = calloc(1, sizeof *stream);
    if (stream && BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK) {
        free(stream);
        stream = NULL;
    }
    return stream;
}

static enum decompress_step bzip2_step(void *decoder, struct decompress_view *view)
{
    bz_stream *stream = decoder;
    unsigned input = as_unsigned(view->input_left), output = as_unsigned(view->output_left);
    stream->next_in = (char *)(uintptr_t)view->input;
    stream->avail_in = input;
    stream->next_out = (char *)view->output;
    stream->avail_out = output;
    int status = BZ2_bzDecompress(stream);
    view->input += input - stream->avail_in;
    view->input_left -= input - stream->avail_in;
    view->output += output - stream->avail_out;
    view->output_left -= output - stream->avail_out;
    if (status == BZ_STREAM_END)
        return STEP_MEMBER_ENDS;
    if (status == BZ_MEM_ERROR)
        return STEP_LIMIT;
    return status == BZ_OK ? STEP_GOES_ON : STEP_DAMAGED;
}

static void bzip2_close(void *decoder)
{
    BZ2_bzDecompressEnd(decoder);
    free(decoder);
}
#else
#define bzip2_open  NULL
#define bzip2_step  NULL
#define bzip2_close NULL
#endif

const struct compression compression_bzip2 = {
    "bzip2", "bzip2 -dc", {'B', 'Z', 'h'}, 3, bzip2_open, bzip2_step, bzip2_close,
};

/* ---- xz ---- */

#ifdef HAVE_LZMA
#include <lzma.h>

static void *xz_open(void)
{
    lzma_stream *stream = malloc(sizeof *stream);
    if (!stream)
        return NULL;
    *stream = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(stream, DECOMPRESS_MEMORY_MAXIMUM, 0) != LZMA_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static enum decompress_step xz_step(void *decoder, struct decompress_view *view)
{
    lzma_stream *stream = decoder;
    stream->next_in = view->input;
    stream->avail_in = view->input_left;
    stream->next_out = view->output;
    stream->avail_out = view->output_left;
    lzma_ret status = lzma_code(stream, LZMA_RUN);
    view->input = stream->next_in;
    view->input_left = stream->avail_in;
    view->output = stream->next_out;
    view->output_left = stream->avail_out;
    if (status == LZMA_STREAM_END)
        return STEP_MEMBER_ENDS;
    if (status == LZMA_MEMLIMIT_ERROR || status == LZMA_MEM_ERROR)
        return STEP_LIMIT;
    return status == LZMA_OK || status == LZMA_BUF_ERROR ? STEP_GOES_ON : STEP_DAMAGED;
}

static void xz_close(void *decoder)
{
    lzma_end(decoder);
    free(decoder);
}
#else
#define xz_open  NULL
#define xz_step  NULL
#define xz_close NULL
#endif

const struct compression compression_xz = {
    "xz", "xz -dc", {0xfd, '7', 'z', 'X', 'Z', 0}, 6, xz_open, xz_step, xz_close,
};

/* ---- lz4 ---- */

#ifdef HAVE_LZ4
#include <lz4frame.h>

static void *lz4_open(void)
{
    LZ4F_dctx *context;
    return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) ? NULL : context;
}

static enum decompress_step lz4_step(void *decoder, struct decompress_view *view)
{
    size_t input = view->input_left, output = view->output_left;
    size_t status = LZ4F_decompress(decoder, view->output, &output, view->input, &input, NULL);
    if (LZ4F_isError(status))
        return STEP_DAMAGED;
    view->input += input;
    view->input_left -= input;
    view->output += output;
    view->output_left -= output;
    return status == 0 ? STEP_MEMBER_ENDS : STEP_GOES_ON;
}

static void lz4_close(void *decoder)
{
    LZ4F_freeDecompressionContext(decoder);
}
#else
#define lz4_open  NULL
#define lz4_step  NULL
#define lz4_close NULL
#endif

const struct compression compression_lz4 = {
    "lz4", "lz4 -dc", {0x04, 0x22, 0x4d, 0x18}, 4, lz4_open, lz4_step, lz4_close,
};
/* "lz4 -l", which the frame library does not know. */
const struct compression compression_lz4_old = {
    .name = "lz4 (legacy format)",
    .command = "lz4 -dc",
    .magic = {0x02, 0x21, 0x4c, 0x18},
    .magic_length = 4,
};
