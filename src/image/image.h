/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware image of the SPA30x/SPA50x family (docs: firmware image): everything the phone will
 * check, checked on the PC before the first frame, and the images the phone would accept to its
 * ruin refused. Pure: bytes in, findings out; reading files is the caller's business.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAXIMUM_LENGTH   10485760u /* one byte more destroys the phone's heap */
#define IMAGE_HEADER_LENGTH    0x80u
#define IMAGE_ENTRY_LENGTH     0x40u
#define IMAGE_SECTOR_LENGTH    0x10000u
#define IMAGE_SECTORS_MAXIMUM  128u
#define IMAGE_SHA256_SIZE      65
#define IMAGE_VERSION_SIZE     33
#define IMAGE_WARNINGS_MAXIMUM 16
#define IMAGE_TEXT_SIZE        384

/* Why an image is refused: section 4 of the firmware image document, in the order of the checks. */
enum image_refusal {
    IMAGE_VALID = 0,
    IMAGE_TOO_SHORT,
    IMAGE_TOO_LONG,
    IMAGE_MAGIC,
    IMAGE_HEADER_LEN,
    IMAGE_SINFO_LEN,
    IMAGE_COUNT,
    IMAGE_TABLE_BEYOND_FILE,
    IMAGE_DIGEST,
    IMAGE_RANDSEQ,
    IMAGE_SECTOR_NUMBER,
    IMAGE_SECTOR_LENGTH_ZERO,
    IMAGE_SECTOR_OFFSET,
    IMAGE_SECTOR_BEYOND_FILE,
    IMAGE_SECTOR_STORED_BEYOND_FILE,
    IMAGE_SECTOR_STREAM,
    IMAGE_SECTOR_DIGEST,
    IMAGE_NOT_FOUND, /* no image inside a container file */
    IMAGE_REFUSAL_COUNT
};

enum image_warning_kind {
    IMAGE_WARNING_FILE_LEN,
    IMAGE_WARNING_FLAGS,
    IMAGE_WARNING_STORED_LENGTH,
    IMAGE_WARNING_SECTOR_TWICE,    /* needs --force */
    IMAGE_WARNING_NOTHING_FLASHED, /* needs --force */
    IMAGE_WARNING_NEWER_VERSION,
    IMAGE_WARNING_KIND_COUNT
};

struct image_warning {
    enum image_warning_kind kind;
    char text[IMAGE_TEXT_SIZE]; /* one sentence: field, value found, value wanted */
};

struct image_sector {
    uint16_t number; /* flash offset = number * 64 KiB */
    uint16_t flags;
    uint32_t length; /* bytes of the blob in the image */
    uint32_t offset; /* of the blob from the start of the image */
    uint8_t digest[16];
    bool stored;              /* flags bit 0 */
    uint32_t unpacked_length; /* bytes */
};

struct image {
    const uint8_t *bytes; /* view into the caller's buffer */
    size_t length;        /* bytes of the image itself, up to the end of its last sector */
    size_t offset;        /* of the image inside the buffer it was found in */
    char version[IMAGE_VERSION_SIZE]; /* raw text from the header */
    uint32_t file_len;                /* header field */
    unsigned sector_count;
    struct image_sector sectors[IMAGE_SECTORS_MAXIMUM];
    unsigned warning_count;
    struct image_warning warnings[IMAGE_WARNINGS_MAXIMUM];
    bool needs_force; /* a warning that the contract wants --force for */

    enum image_refusal refusal;         /* IMAGE_VALID, or the first check that fails */
    char refusal_text[IMAGE_TEXT_SIZE]; /* names field or sector, value found, value wanted */
};

/*
 * Checks `length` bytes as one image (docs: firmware image, section "checks before the first
 * frame"). Bytes behind the last sector are warned about and not part of ret->length. Returns:
 * whether it may be sent (warnings apart); `ret` is filled either way and refers to `bytes`.
 */
bool image_check(const uint8_t *bytes, size_t length, struct image *ret);

/*
 * Finds the image in a file of any kind: the bytes themselves, or the first place where the magic
 * stands and everything holds. Returns: as image_check; ret->offset says where. If nothing is found
 * the refusal is of the bytes themselves when they start with the magic, else IMAGE_NOT_FOUND.
 */
bool image_find(const uint8_t *bytes, size_t length, struct image *ret);

/* SHA-256 of the image's bytes in lower-case hex, with NUL: for people, the phone knows none. */
void image_sha256(const struct image *image, char ret[IMAGE_SHA256_SIZE]);

/* Returns: a stable short name ("digest"), a static string. */
const char *image_refusal_name(enum image_refusal refusal);

/* Returns: a stable short name ("file-len"), a static string. */
const char *image_warning_name(enum image_warning_kind kind);

/* MD5 of D with E[i] = D[i] + 19 * i (docs: firmware image, digests). */
void image_nsdigest(const uint8_t *bytes, size_t length, uint8_t ret[16]);

/* Field rule: is this version newer than 7.5.2b, which every boot loader can start? */
bool image_version_is_newer(const char *version, const char *than);

#endif
