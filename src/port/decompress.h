/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compressed files as a stream of what they hold: gzip, zstd, bzip2, xz, lz4, several members one
 * after the other as well, in bounded memory and without seeking. zlib is always there; the other
 * libraries are used where the program was built with them.
 */
#ifndef PORT_DECOMPRESS_H
#define PORT_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECOMPRESS_MAGIC_LENGTH   6                           /* bytes that tell every format */
#define DECOMPRESS_MEMORY_MAXIMUM ((size_t)256 * 1024 * 1024) /* bytes of a decoder's window */

/* Returns: the format that `bytes` begin with, or NULL; a static object. */
const struct compression *compression_find(const uint8_t *bytes, size_t length);
const char *compression_name(const struct compression *compression);    /* "gzip" */
const char *compression_command(const struct compression *compression); /* "gzip -dc" */
bool compression_is_built_in(const struct compression *compression);

enum decompress_end {
    DECOMPRESS_GOES_ON,
    DECOMPRESS_END,     /* all of it */
    DECOMPRESS_CUT,     /* the input ends in the middle */
    DECOMPRESS_DAMAGED, /* the input is no such data from there on */
    DECOMPRESS_LIMIT,   /* good data, but more memory is needed than DECOMPRESS_MEMORY_MAXIMUM */
};

/* Fills `ret` with up to `size` bytes of input. Returns: their number; 0 at the end. */
typedef size_t decompress_input(void *context, uint8_t *ret, size_t size);

struct decompressor;

/* Returns: to be freed by decompressor_free; NULL without memory or library. */
struct decompressor *decompressor_new(const struct compression *compression,
                                      decompress_input *input, void *context);
void decompressor_free(struct decompressor *decompressor); /* NULL is allowed */

/* Returns: the number of bytes written to `ret`, at most `size`; 0 once it has ended. */
size_t decompressor_read(struct decompressor *decompressor, uint8_t *ret, size_t size);
enum decompress_end decompressor_end(const struct decompressor *decompressor);

#endif
