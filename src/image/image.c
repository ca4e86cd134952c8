/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parses and checks one image (docs: firmware image, checks before the first frame): header, table,
 * bounds of every sector, then contents of every sector, so that a cut file is called cut before
 * anything is unpacked. All sums of offsets and lengths are made in 64 bits. It refuses what the
 * phone refuses, and in addition what the phone would accept to its ruin.
 */
#include "image/internal.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

#define FLAG_STORED 0x0001u

struct header {
    const uint8_t *magic;
    uint8_t digest[16];
    uint8_t randseq[16];
    uint32_t header_len;
    uint32_t sinfo_len;
    uint32_t count;
    uint64_t table_end; /* bytes of header and table together */
};

const char *image_refusal_name(enum image_refusal refusal)
{
    static const char *const names[IMAGE_REFUSAL_COUNT] = {
        [IMAGE_VALID] = "valid",
        [IMAGE_TOO_SHORT] = "too-short",
        [IMAGE_TOO_LONG] = "too-long",
        [IMAGE_MAGIC] = "magic",
        [IMAGE_HEADER_LEN] = "header-len",
        [IMAGE_SINFO_LEN] = "sinfo-len",
        [IMAGE_COUNT] = "count",
        [IMAGE_TABLE_BEYOND_FILE] = "table-beyond-file",
        [IMAGE_DIGEST] = "digest",
        [IMAGE_RANDSEQ] = "randseq",
        [IMAGE_SECTOR_NUMBER] = "sector-number",
        [IMAGE_SECTOR_LENGTH_ZERO] = "sector-length-zero",
        [IMAGE_SECTOR_OFFSET] = "sector-offset",
        [IMAGE_SECTOR_BEYOND_FILE] = "sector-beyond-file",
        [IMAGE_SECTOR_STORED_BEYOND_FILE] = "sector-stored-beyond-file",
        [IMAGE_SECTOR_STREAM] = "sector-stream",
        [IMAGE_SECTOR_DIGEST] = "sector-digest",
        [IMAGE_NOT_FOUND] = "not-found",
    };
    return (unsigned)refusal < IMAGE_REFUSAL_COUNT ? names[refusal] : "unknown";
}

static void parse_header(struct image *image, struct header *ret)
{
    struct reader reader = reader_over(image->bytes, IMAGE_HEADER_LENGTH);
    ret->magic = reader_view(&reader, IMAGE_MAGIC_LENGTH);
    reader_skip(&reader, 32); /* signature */
    reader_copy(&reader, ret->digest, sizeof ret->digest);
    reader_copy(&reader, ret->randseq, sizeof ret->randseq);
    ret->header_len = reader_be32(&reader);
    ret->sinfo_len = reader_be32(&reader);
    image->file_len = reader_be32(&reader);
    reader_copy(&reader, image->version, IMAGE_VERSION_SIZE - 1);
    ret->count = reader_be32(&reader);
    ret->table_end = ret->header_len + (uint64_t)ret->sinfo_len * ret->count;
}

static bool check_header_fields(struct image *image, const struct header *header, size_t available)
{
    if (memcmp(header->magic, IMAGE_MAGIC_TEXT, IMAGE_MAGIC_LENGTH) != 0) {
        char found[4 * IMAGE_MAGIC_LENGTH + 1];
        text_escape(header->magic, IMAGE_MAGIC_LENGTH, found, sizeof found);
        return image_refuse(image, IMAGE_MAGIC, "magic (offset 0) is \"%s\", wanted \"%s\"", found,
                            IMAGE_MAGIC_TEXT);
    }
    if (header->header_len < IMAGE_HEADER_LENGTH || header->header_len > IMAGE_HEADER_LEN_MAXIMUM)
        return image_refuse(image, IMAGE_HEADER_LEN,
                            "header_len (offset 0x50) is 0x%" PRIx32 ", wanted 0x%x to 0x%x",
                            header->header_len, IMAGE_HEADER_LENGTH, IMAGE_HEADER_LEN_MAXIMUM);
    if (header->sinfo_len != IMAGE_ENTRY_LENGTH)
        return image_refuse(image, IMAGE_SINFO_LEN,
                            "sinfo_len (offset 0x54) is 0x%" PRIx32 ", wanted 0x%x",
                            header->sinfo_len, IMAGE_ENTRY_LENGTH);
    if (header->count < 1 || header->count > IMAGE_SECTORS_MAXIMUM)
        return image_refuse(image, IMAGE_COUNT,
                            "count (offset 0x7c) is %" PRIu32 " sectors, wanted 1 to %u",
                            header->count, IMAGE_SECTORS_MAXIMUM);
    if (header->table_end > available)
        return image_refuse(image, IMAGE_TABLE_BEYOND_FILE,
                            "the table of %" PRIu32 " sectors ends at %" PRIu64
                            ", wanted inside the %zu bytes there are: the file is cut",
                            header->count, header->table_end, available);
    return true;
}

static bool check_header_digests(struct image *image, const struct header *header)
{
    const struct {
        enum image_refusal refusal;
        const char *name;
        const uint8_t *found;
        void (*compute)(const uint8_t *, size_t, uint8_t[16]);
    } digests[] = {
        {IMAGE_DIGEST, "digest (offset 0x30)", header->digest, image_header_digest},
        {IMAGE_RANDSEQ, "randseq (offset 0x40)", header->randseq, image_header_randseq},
    };
    for (unsigned i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        uint8_t wanted[16];
        digests[i].compute(image->bytes, (size_t)header->table_end, wanted);
        if (memcmp(digests[i].found, wanted, sizeof wanted) == 0)
            continue;
        const uint8_t *found = digests[i].found;
        return image_refuse(
            image, digests[i].refusal,
            "%s is %08" PRIx32 "%08" PRIx32 "%08" PRIx32 "%08" PRIx32 ", wanted %08" PRIx32
            "%08" PRIx32 "%08" PRIx32 "%08" PRIx32 ": header or sector table is damaged",
            digests[i].name, bytes_load_be32(found), bytes_load_be32(found + 4),
            bytes_load_be32(found + 8), bytes_load_be32(found + 12), bytes_load_be32(wanted),
            bytes_load_be32(wanted + 4), bytes_load_be32(wanted + 8), bytes_load_be32(wanted + 12));
    }
    return true;
}

static void parse_table(struct image *image, const struct header *header)
{
    struct reader reader = reader_over(image->bytes, (size_t)header->table_end);
    reader_skip(&reader, header->header_len);
    image->sector_count = header->count;
    for (unsigned i = 0; i < image->sector_count; i++) {
        struct image_sector *sector = &image->sectors[i];
        sector->number = reader_be16(&reader);
        sector->flags = reader_be16(&reader);
        sector->length = reader_be32(&reader);
        sector->offset = reader_be32(&reader);
        reader_copy(&reader, sector->digest, sizeof sector->digest);
        reader_skip(&reader, 36);
        sector->stored = sector->flags & FLAG_STORED;
    }
}

/* Returns: why the phone must not write this sector, NULL when it may. */
static const char *forbidden_sector(uint16_t number)
{
    if (number == 2)
        return "the phone's environment";
    if (number >= 5 && number <= 0x1f)
        return "the phone's settings";
    if (number >= IMAGE_SECTORS_MAXIMUM)
        return "outside the 8 MB flash";
    return NULL;
}

static bool check_sector_bounds(struct image *image, const struct image_sector *sector,
                                uint64_t table_end, size_t available)
{
    const char *forbidden = forbidden_sector(sector->number);
    uint64_t end = (uint64_t)sector->offset + sector->length;
    uint64_t stored_end = (uint64_t)sector->offset + IMAGE_SECTOR_LENGTH;
    if (forbidden)
        return image_refuse(image, IMAGE_SECTOR_NUMBER,
                            "sector %u would be written although it is %s, wanted only 0, 1, 3, 4 "
                            "and 32 to 127",
                            sector->number, forbidden);
    if (sector->length == 0)
        return image_refuse(image, IMAGE_SECTOR_LENGTH_ZERO,
                            "sector %u: length is 0, wanted at least 1 byte", sector->number);
    if (sector->offset < table_end)
        return image_refuse(image, IMAGE_SECTOR_OFFSET,
                            "sector %u: offset is %" PRIu32
                            ", inside header and table, wanted at least %" PRIu64,
                            sector->number, sector->offset, table_end);
    if (end > available)
        return image_refuse(image, IMAGE_SECTOR_BEYOND_FILE,
                            "sector %u: offset %" PRIu32 " + length %" PRIu32 " = %" PRIu64
                            ", wanted at most %zu, the bytes there are: the file is cut or damaged",
                            sector->number, sector->offset, sector->length, end, available);
    if (sector->stored && stored_end > available)
        return image_refuse(image, IMAGE_SECTOR_STORED_BEYOND_FILE,
                            "sector %u is stored: offset %" PRIu32 " + %u = %" PRIu64
                            ", wanted at most %zu, the bytes there are",
                            sector->number, sector->offset, IMAGE_SECTOR_LENGTH, stored_end,
                            available);
    return true;
}

/* The image ends where its last blob ends, wherever that stands in the table. */
static uint64_t total_length(const struct image *image)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < image->sector_count; i++) {
        const struct image_sector *sector = &image->sectors[i];
        uint32_t length = sector->stored ? IMAGE_SECTOR_LENGTH : sector->length;
        uint64_t end = (uint64_t)sector->offset + length;
        total = end > total ? end : total;
    }
    return total;
}

static bool check_sectors(struct image *image, const struct header *header, size_t available)
{
    for (unsigned i = 0; i < image->sector_count; i++)
        if (!check_sector_bounds(image, &image->sectors[i], header->table_end, available))
            return false;
    uint64_t total = total_length(image);
    if (total > IMAGE_MAXIMUM_LENGTH)
        return image_refuse(image, IMAGE_TOO_LONG,
                            "the image is %" PRIu64 " bytes long, wanted at most %u, the phone's "
                            "buffer",
                            total, IMAGE_MAXIMUM_LENGTH);
    for (unsigned i = 0; i < image->sector_count; i++)
        if (!image_check_sector_contents(image, &image->sectors[i]))
            return false;
    image->length = (size_t)total;
    return true;
}

bool image_check_all(const uint8_t *bytes, size_t available, enum image_extent extent,
                     struct image *ret)
{
    struct header header;
    *ret = (struct image){.bytes = bytes, .length = available};
    if (available < IMAGE_HEADER_LENGTH)
        return image_refuse(ret, IMAGE_TOO_SHORT,
                            "the file is %zu bytes long, wanted at least %u, the length of the "
                            "header",
                            available, IMAGE_HEADER_LENGTH);
    if (extent == IMAGE_IS_FILE && available > IMAGE_MAXIMUM_LENGTH)
        return image_refuse(ret, IMAGE_TOO_LONG,
                            "the file is %zu bytes long, wanted at most %u, the phone's buffer",
                            available, IMAGE_MAXIMUM_LENGTH);
    parse_header(ret, &header);
    if (!check_header_fields(ret, &header, available) || !check_header_digests(ret, &header))
        return false;
    parse_table(ret, &header);
    if (!check_sectors(ret, &header, available))
        return false;
    image_add_warnings(ret, extent == IMAGE_IS_FILE ? available - ret->length : 0);
    return true;
}

bool image_check(const uint8_t *bytes, size_t length, struct image *ret)
{
    return image_check_all(bytes, length, IMAGE_IS_FILE, ret);
}
