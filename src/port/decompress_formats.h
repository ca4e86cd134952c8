/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of decompress.h only: one table of operations for each library. */
#ifndef PORT_DECOMPRESS_FORMATS_H
#define PORT_DECOMPRESS_FORMATS_H

#include "port/decompress.h"

enum decompress_step {
    STEP_GOES_ON,
    STEP_MEMBER_ENDS,
    STEP_DAMAGED,
    STEP_LIMIT,
};

struct decompress_view {
    const uint8_t *input;
    size_t input_left;
    uint8_t *output;
    size_t output_left;
};

struct compression {
    const char *name;
    const char *command; /* writes what is in a file on standard output */
    uint8_t magic[DECOMPRESS_MAGIC_LENGTH];
    size_t magic_length;
    /* NULL where the library is missing. Returns: a decoder at the start of a member, or NULL. */
    void *(*open)(void);
    /* Moves `view` on by what it took and gave. */
    enum decompress_step (*step)(void *decoder, struct decompress_view *view);
    void (*close)(void *decoder);
};

extern const struct compression compression_gzip, compression_zstd, compression_bzip2,
    compression_xz, compression_lz4, compression_lz4_old;

#endif
