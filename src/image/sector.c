/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contents of one sector: unpacked in small pieces, counted and compared with its digest. What
 * unpacks is never kept. A stream that is longer than any compressor would make it is refused, so
 * that a hostile file cannot keep the check busy.
 */
#include "image/internal.h"

#include <stdlib.h>
#include <string.h>

#include <md5.h>
#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>

/* zlib's own worst case is some 65,570 bytes for a sector. */
#define STREAM_LENGTH_MAXIMUM 0x20000u

static void digest_as_text(const uint8_t digest[16], char ret[33])
{
    for (unsigned i = 0; i < 16; i++) {
        ret[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    ret[32] = '\0';
}

static bool refuse_stream(struct image *image, const struct image_sector *sector,
                          const z_stream *stream, const char *problem)
{
    return image_refuse(image, IMAGE_SECTOR_STREAM,
                        "sector %u: the zlib stream at offset %u is broken after %lu of %u bytes "
                        "(%s), wanted a complete stream that unpacks to at most %u bytes",
                        sector->number, sector->offset, stream->total_in, sector->length, problem,
                        IMAGE_SECTOR_LENGTH);
}

/* Runs an initialized stream to its end, feeding what unpacks to `md5`. */
static bool unpack(struct image *image, struct image_sector *sector, z_stream *stream, MD5_CTX *md5)
{
    uint8_t piece[8192];
    bool cut = sector->length > STREAM_LENGTH_MAXIMUM;
    stream->next_in = image->bytes + sector->offset;
    stream->avail_in = cut ? STREAM_LENGTH_MAXIMUM : sector->length;
    for (;;) {
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        int result = inflate(stream, Z_NO_FLUSH);
        MD5Update(md5, piece, sizeof piece - stream->avail_out);
        if (stream->total_out > IMAGE_SECTOR_LENGTH)
            return refuse_stream(image, sector, stream, "it unpacks to more than 65536 bytes");
        if (result == Z_STREAM_END)
            break;
        if (result == Z_MEM_ERROR)
            abort();
        if (result == Z_NEED_DICT)
            return refuse_stream(image, sector, stream, "it asks for a preset dictionary");
        if (result == Z_BUF_ERROR)
            return refuse_stream(image, sector, stream,
                                 cut ? "longer than any compressor makes it"
                                     : "its end is missing");
        if (result != Z_OK)
            return refuse_stream(image, sector, stream, stream->msg ? stream->msg : "bad data");
    }
    sector->unpacked_length = (uint32_t)stream->total_out;
    return true;
}

bool image_check_sector_contents(struct image *image, struct image_sector *sector)
{
    MD5_CTX md5;
    MD5Init(&md5);
    if (sector->stored) {
        MD5Update(&md5, image->bytes + sector->offset, IMAGE_SECTOR_LENGTH);
        sector->unpacked_length = IMAGE_SECTOR_LENGTH;
    } else {
        z_stream stream = {0};
        if (inflateInit(&stream) != Z_OK)
            abort(); /* no memory, or headers of another zlib */
        bool unpacked = unpack(image, sector, &stream, &md5);
        inflateEnd(&stream);
        if (!unpacked)
            return false;
    }
    uint8_t digest[16];
    MD5Final(digest, &md5);
    if (memcmp(digest, sector->digest, sizeof digest) != 0) {
        char found[33], wanted[33];
        digest_as_text(digest, found);
        digest_as_text(sector->digest, wanted);
        return image_refuse(image, IMAGE_SECTOR_DIGEST,
                            "sector %u: the MD5 of its %u unpacked bytes is %s, wanted %s",
                            sector->number, sector->unpacked_length, found, wanted);
    }
    return true;
}
