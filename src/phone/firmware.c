/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's own check of an image: see firmware.h. */
#include "phone/firmware.h"

#include "base/bytes.h"

#include <md5.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* docs: firmware image, layout. */
#define HEADER_DIGEST     0x30u
#define HEADER_RANDSEQ    0x40u
#define HEADER_LEN        0x50u
#define HEADER_SINFO_LEN  0x54u
#define HEADER_COUNT      0x7cu
#define HEADER_SIGNATURE  0x10u
#define ENTRY_STEP        0x40u
#define ENTRY_DIGEST      0x0cu
#define ENTRY_FLAG_STORED 1u
#define SECTOR_LENGTH     0x10000u
#define DIGEST_LENGTH     16u

/* Memory the loader can read before it faults; a digest range beyond it comes from junk. */
#define READABLE_MEMORY (32u << 20)

struct entry {
    uint16_t number, flags;
    uint32_t length, offset;
    uint8_t digest[DIGEST_LENGTH];
};

/* The loader reads where the file tells it to; behind the file there are zeros here. */
static uint8_t byte_at(const struct firmware_memory *memory, uint64_t place)
{
    return place < memory->length ? memory->bytes[place] : 0;
}

static uint32_t be32_at(const struct firmware_memory *memory, uint64_t place)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | byte_at(memory, place + i);
    return value;
}

/*
 * MD5 of the first `range` bytes with [from, to) taken as zeros; `weighted`: with 19 * i added to
 * byte i (docs: firmware image, digests).
 */
static void digest_of_range(const struct firmware_memory *memory, uint32_t range, uint32_t from,
                            uint32_t to, bool weighted, uint8_t ret[DIGEST_LENGTH])
{
    MD5_CTX md5;
    uint8_t chunk[1024];
    MD5Init(&md5);
    for (uint32_t done = 0; done < range;) {
        uint32_t length = range - done < sizeof chunk ? range - done : sizeof chunk;
        for (uint32_t i = 0; i < length; i++) {
            uint32_t place = done + i;
            uint32_t value = place >= from && place < to ? 0 : byte_at(memory, place);
            chunk[i] = (uint8_t)(weighted ? value + 19 * place : value);
        }
        MD5Update(&md5, chunk, length);
        done += length;
    }
    MD5Final(ret, &md5);
}

static bool header_digest_holds(const struct firmware_memory *memory, uint32_t range,
                                uint32_t place, bool weighted)
{
    uint8_t wanted[DIGEST_LENGTH];
    digest_of_range(memory, range, HEADER_SIGNATURE, place + DIGEST_LENGTH, weighted, wanted);
    for (unsigned i = 0; i < DIGEST_LENGTH; i++) {
        if (byte_at(memory, place + i) != wanted[i])
            return false;
    }
    return true;
}

static struct entry entry_read(const struct firmware_memory *memory, uint32_t index)
{
    uint64_t place = be32_at(memory, HEADER_LEN) + (uint64_t)ENTRY_STEP * index;
    uint32_t numbers = be32_at(memory, place);
    struct entry entry = {.number = (uint16_t)(numbers >> 16),
                          .flags = (uint16_t)numbers,
                          .length = be32_at(memory, place + 4),
                          .offset = be32_at(memory, place + 8)};
    for (unsigned i = 0; i < DIGEST_LENGTH; i++)
        entry.digest[i] = byte_at(memory, place + ENTRY_DIGEST + i);
    return entry;
}

/* 65,536 bytes are taken, whatever `length` says. */
static size_t unpack_stored(const struct firmware_memory *memory, const struct entry *entry,
                            uint8_t *ret)
{
    size_t there = entry->offset < memory->length ? memory->length - entry->offset : 0;
    if (there > SECTOR_LENGTH)
        there = SECTOR_LENGTH;
    if (there > 0)
        memcpy(ret, memory->bytes + entry->offset, there);
    memset(ret + there, 0, SECTOR_LENGTH - there);
    return SECTOR_LENGTH;
}

static size_t unpack(z_stream *stream, const struct firmware_memory *memory,
                     const struct entry *entry, uint8_t *ret)
{
    if (entry->flags & ENTRY_FLAG_STORED)
        return unpack_stored(memory, entry, ret);
    if (entry->offset >= memory->length || inflateReset(stream) != Z_OK)
        return SIZE_MAX;
    size_t there = memory->length - entry->offset;
    /* zlib promises not to write through next_in; its type lacks the const. */
    stream->next_in = (Bytef *)(uintptr_t)(memory->bytes + entry->offset);
    stream->avail_in = (uInt)(entry->length < there ? entry->length : there);
    stream->next_out = ret;
    stream->avail_out = SECTOR_LENGTH;
    if (inflate(stream, Z_FINISH) != Z_STREAM_END)
        return SIZE_MAX;
    return SECTOR_LENGTH - stream->avail_out;
}

static bool sector_digest_holds(z_stream *stream, const struct firmware_memory *memory,
                                const struct entry *entry)
{
    uint8_t unpacked[SECTOR_LENGTH];
    uint8_t digest[DIGEST_LENGTH];
    size_t length = unpack(stream, memory, entry, unpacked);
    if (length == SIZE_MAX)
        return false;
    MD5_CTX md5;
    MD5Init(&md5);
    MD5Update(&md5, unpacked, length);
    MD5Final(digest, &md5);
    return memcmp(digest, entry->digest, sizeof digest) == 0;
}

static char *add_line(struct firmware_check *check)
{
    return check->lines[check->line_count++];
}

static void reject(struct firmware_check *check, const char *line)
{
    check->result = FIRMWARE_REJECTED;
    snprintf(add_line(check), FIRMWARE_LINE_SIZE, "%s", line);
    snprintf(add_line(check), FIRMWARE_LINE_SIZE, "Validate firmware failed");
}

static bool entries_hold(z_stream *stream, const struct firmware_memory *memory,
                         struct firmware_check *check)
{
    for (uint32_t i = 0; i < check->entry_count; i++) {
        struct entry entry = entry_read(memory, i);
        uint32_t end = entry.offset + entry.length; /* modulo 2^32, as the loader computes */
        if (entry.length == 0 || entry.length >= UINT32_C(0x80000000) || end > memory->length) {
            reject(check, "Invalid sector info len");
            return false;
        }
        if (!sector_digest_holds(stream, memory, &entry)) {
            char line[FIRMWARE_LINE_SIZE];
            snprintf(line, sizeof line, "Sector %u digest error", entry.number);
            reject(check, line);
            return false;
        }
    }
    return true;
}

void firmware_check(const struct firmware_memory *memory, struct firmware_check *ret)
{
    *ret = (struct firmware_check){.entry_count = be32_at(memory, HEADER_COUNT)};
    uint32_t range =
        be32_at(memory, HEADER_LEN) + be32_at(memory, HEADER_SINFO_LEN) * ret->entry_count;
    if (range > READABLE_MEMORY) {
        ret->result = FIRMWARE_CRASHES;
        return;
    }
    if (!header_digest_holds(memory, range, HEADER_DIGEST, false)) {
        reject(ret, "incorrect firmware digest");
        return;
    }
    if (!header_digest_holds(memory, range, HEADER_RANDSEQ, true)) {
        reject(ret, "incorrect firmware randseq");
        return;
    }
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK) {
        reject(ret, "out of memory");
        return;
    }
    if (entries_hold(&stream, memory, ret)) {
        ret->result = FIRMWARE_ACCEPTED;
        snprintf(add_line(ret), FIRMWARE_LINE_SIZE, "Validate firmware successful");
    }
    inflateEnd(&stream);
}

unsigned firmware_sector_number(const struct firmware_memory *memory, unsigned entry)
{
    return entry_read(memory, entry).number;
}

bool firmware_sector_is_skipped(unsigned number)
{
    return number <= 1 || number == 3 || number == 4;
}

size_t firmware_unpack(const struct firmware_memory *memory, unsigned index, uint8_t *ret)
{
    struct entry entry = entry_read(memory, index);
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK)
        return SIZE_MAX;
    size_t length = unpack(&stream, memory, &entry, ret);
    inflateEnd(&stream);
    return length;
}
