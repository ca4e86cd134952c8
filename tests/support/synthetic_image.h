/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes firmware images that the recovery loader accepts, for tests, demo and benchmarks, with the
 * mix of sectors of the real ones: compressed, stored and short. The contents are random bytes and
 * filler text: nothing a phone could run. Shares no code with src/image/, so that a mistake there
 * does not hide here.
 */
#ifndef SUPPORT_SYNTHETIC_IMAGE_H
#define SUPPORT_SYNTHETIC_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct synthetic_image_options {
    size_t approximate_bytes; /* 1,000 to 6,000,000: what comes out is within 5 % or 300 bytes */
    uint64_t seed;            /* the same options give the same bytes */
    const char *version;      /* at most 32 bytes; NULL: 7.5.2b */
    bool reject;              /* spoil the digest of the header */
    const uint16_t *wrong_sectors; /* spoil the digests of these sectors, seal the header over it */
    size_t wrong_sector_count;
};

/* A valid image. Returns: memory to free(), its length in `ret_length`. */
uint8_t *synthetic_image(size_t approximate_bytes, uint64_t seed, size_t *ret_length);

/* Returns: memory to free(), NULL when the size is out of range or a wrong sector is not in it. */
uint8_t *synthetic_image_with(const struct synthetic_image_options *options, size_t *ret_length);

/* Computes randseq and digest anew; header_len, sinfo_len and count must stay inside the buffer. */
void synthetic_image_seal(uint8_t *image);

#endif
