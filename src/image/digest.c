/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The digests of the image format (docs: firmware image, digests): plain MD5, over changed bytes
 * for randseq. They protect against accidents only: anyone can compute them.
 */
#include "image/internal.h"

#include <string.h>

#include <md5.h>
#include <sha2.h>

#define SIGNATURE_OFFSET 0x10u
#define SIGNATURE_LENGTH 0x20u
#define DIGEST_LENGTH    0x10u

void image_nsdigest(const uint8_t *bytes, size_t length, uint8_t ret[16])
{
    MD5_CTX md5;
    MD5Init(&md5);
    for (size_t done = 0; done < length;) {
        uint8_t changed[1024];
        size_t part = length - done < sizeof changed ? length - done : sizeof changed;
        for (size_t i = 0; i < part; i++)
            changed[i] = (uint8_t)(bytes[done + i] + 19 * (done + i));
        MD5Update(&md5, changed, part);
        done += part;
    }
    MD5Final(ret, &md5);
}

void image_header_digest(const uint8_t *header, size_t table_end, uint8_t ret[16])
{
    static const uint8_t zeros[SIGNATURE_LENGTH + DIGEST_LENGTH];
    MD5_CTX md5;
    MD5Init(&md5);
    MD5Update(&md5, header, SIGNATURE_OFFSET);
    MD5Update(&md5, zeros, sizeof zeros);
    MD5Update(&md5, header + SIGNATURE_OFFSET + sizeof zeros,
              table_end - SIGNATURE_OFFSET - sizeof zeros);
    MD5Final(ret, &md5);
}

void image_header_randseq(const uint8_t *header, size_t table_end, uint8_t ret[16])
{
    uint8_t copy[IMAGE_TABLE_END_MAXIMUM];
    memcpy(copy, header, table_end);
    memset(copy + SIGNATURE_OFFSET, 0, SIGNATURE_LENGTH + DIGEST_LENGTH + DIGEST_LENGTH);
    image_nsdigest(copy, table_end, ret);
}

void image_sha256(const struct image *image, char ret[IMAGE_SHA256_SIZE])
{
    SHA2_CTX sha256;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Init(&sha256);
    SHA256Update(&sha256, image->bytes, image->length);
    SHA256Final(digest, &sha256);
    for (size_t i = 0; i < sizeof digest; i++) {
        ret[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    ret[2 * sizeof digest] = '\0';
}
