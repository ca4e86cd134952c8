/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded cursors over byte buffers with a sticky error.
 *
 * A reader never looks past its end and a writer never writes past its capacity. The first access
 * that does not fit marks the cursor as failed; from then on reads yield 0 and writes do nothing,
 * so that a parser can read a whole header and test `failed` once. All numbers are big endian.
 * No allocation: the caller owns the buffers and keeps them alive.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const uint8_t *start;
    size_t length;   /* bytes readable at start */
    size_t position; /* bytes consumed, never more than length */
    bool failed;     /* an access did not fit */
};

struct writer {
    uint8_t *start;
    size_t capacity; /* bytes writable at start */
    size_t length;   /* bytes written, never more than capacity */
    bool failed;     /* an access did not fit */
};

struct reader reader_over(const uint8_t *start, size_t length);
size_t reader_left(const struct reader *reader);
uint8_t reader_u8(struct reader *reader);
uint16_t reader_be16(struct reader *reader);
uint32_t reader_be32(struct reader *reader);
/* Copies `length` bytes to `ret`; on failure `ret` is filled with zeros. */
void reader_copy(struct reader *reader, void *ret, size_t length);
void reader_skip(struct reader *reader, size_t length);
/* Returns: a view of the next `length` bytes inside the reader's buffer, NULL on failure. */
const uint8_t *reader_view(struct reader *reader, size_t length);

struct writer writer_over(uint8_t *start, size_t capacity);
void writer_u8(struct writer *writer, uint8_t value);
void writer_be16(struct writer *writer, uint16_t value);
void writer_be32(struct writer *writer, uint32_t value);
void writer_copy(struct writer *writer, const void *data, size_t length);
void writer_zeros(struct writer *writer, size_t count);

/* Single values at a place the caller has already checked. */
static inline uint16_t bytes_load_be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t bytes_load_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void bytes_store_be16(uint8_t *bytes, uint16_t value);
void bytes_store_be32(uint8_t *bytes, uint32_t value);

#endif
