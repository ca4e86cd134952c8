/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of image/ share with each other and nobody else. */
#ifndef IMAGE_INTERNAL_H
#define IMAGE_INTERNAL_H

#include "image/image.h"

#define IMAGE_MAGIC_TEXT   "SkOsMo5 fIrMwArE" /* no NUL in the file */
#define IMAGE_MAGIC_LENGTH 16u
/* header_len + sinfo_len * count at its largest */
#define IMAGE_TABLE_END_MAXIMUM                                                                    \
    (IMAGE_HEADER_LEN_MAXIMUM + IMAGE_ENTRY_LENGTH * IMAGE_SECTORS_MAXIMUM)
#define IMAGE_HEADER_LEN_MAXIMUM 0x180u

/* How the bytes handed to image_check_all relate to the image at their start. */
enum image_extent {
    IMAGE_IS_FILE, /* they are a file of their own: bytes behind the image are worth a warning */
    IMAGE_INSIDE,  /* they run to the end of the container: what follows the image is not its
                      business */
};

/* All checks. Fills `ret` whatever the outcome. */
bool image_check_all(const uint8_t *bytes, size_t available, enum image_extent extent,
                     struct image *ret);

/* The two digests of the header over its first `table_end` bytes; refuses neither. */
void image_header_digest(const uint8_t *header, size_t table_end, uint8_t ret[16]);
void image_header_randseq(const uint8_t *header, size_t table_end, uint8_t ret[16]);

/*
 * Unpacks the blob of `sector` (its bounds already checked) and compares the digest. Returns: false
 * after `image` was refused; otherwise sector->unpacked_length is set.
 */
bool image_check_sector_contents(struct image *image, struct image_sector *sector);

/* Marks `image` as refused. Returns: false. */
bool image_refuse(struct image *image, enum image_refusal refusal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the warnings of a valid image; `behind` bytes follow it in its file. */
void image_add_warnings(struct image *image, size_t behind);

#endif
