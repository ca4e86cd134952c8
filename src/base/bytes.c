/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded cursors: see bytes.h. */
#include "base/bytes.h"

#include <string.h>

struct reader reader_over(const uint8_t *start, size_t length)
{
    return (struct reader){.start = start, .length = length};
}

size_t reader_left(const struct reader *reader)
{
    return reader->failed ? 0 : reader->length - reader->position;
}

const uint8_t *reader_view(struct reader *reader, size_t length)
{
    if (reader->failed || length > reader->length - reader->position) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *view = reader->start + reader->position;
    reader->position += length;
    return view;
}

uint8_t reader_u8(struct reader *reader)
{
    const uint8_t *view = reader_view(reader, 1);
    return view ? view[0] : 0;
}

uint16_t reader_be16(struct reader *reader)
{
    const uint8_t *view = reader_view(reader, 2);
    return view ? bytes_load_be16(view) : 0;
}

uint32_t reader_be32(struct reader *reader)
{
    const uint8_t *view = reader_view(reader, 4);
    return view ? bytes_load_be32(view) : 0;
}

void reader_copy(struct reader *reader, void *ret, size_t length)
{
    const uint8_t *view = reader_view(reader, length);
    if (length == 0)
        return;
    if (view)
        memcpy(ret, view, length);
    else
        memset(ret, 0, length);
}

void reader_skip(struct reader *reader, size_t length)
{
    (void)reader_view(reader, length);
}

struct writer writer_over(uint8_t *start, size_t capacity)
{
    return (struct writer){.start = start, .capacity = capacity};
}

/* Returns: where the next `length` bytes go, NULL if they do not fit. */
static uint8_t *writer_reserve(struct writer *writer, size_t length)
{
    if (writer->failed || length > writer->capacity - writer->length) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *place = writer->start + writer->length;
    writer->length += length;
    return place;
}

void writer_u8(struct writer *writer, uint8_t value)
{
    uint8_t *place = writer_reserve(writer, 1);
    if (place)
        place[0] = value;
}

void writer_be16(struct writer *writer, uint16_t value)
{
    uint8_t *place = writer_reserve(writer, 2);
    if (place)
        bytes_store_be16(place, value);
}

void writer_be32(struct writer *writer, uint32_t value)
{
    uint8_t *place = writer_reserve(writer, 4);
    if (place)
        bytes_store_be32(place, value);
}

void writer_copy(struct writer *writer, const void *data, size_t length)
{
    uint8_t *place = writer_reserve(writer, length);
    if (place && length > 0)
        memcpy(place, data, length);
}

void writer_zeros(struct writer *writer, size_t count)
{
    uint8_t *place = writer_reserve(writer, count);
    if (place && count > 0)
        memset(place, 0, count);
}

void bytes_store_be16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

void bytes_store_be32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}
