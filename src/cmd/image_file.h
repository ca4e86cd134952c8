/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads the firmware image that the user names: a .bin, any file that contains the image, or the
 * vendor's .zip (docs: firmware image, finding it in another file). Everything happens in memory:
 * nothing is unpacked to a path, names inside an archive are only ever compared and printed.
 */
#ifndef CMD_IMAGE_FILE_H
#define CMD_IMAGE_FILE_H

#include "base/error.h"
#include "base/text.h"
#include "image/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_FILE_MAXIMUM_LENGTH (64u << 20) /* bytes of a file, or of a member of an archive */

struct image_file {
    struct image image; /* its bytes are a view into `bytes` */
    uint8_t *bytes;     /* owned: the file, or the member of the archive */
    size_t length;
    struct text member;       /* name inside the archive, escaped; empty when there is no archive */
    struct text notes;        /* sentences for the user, a line each, escaped; may be empty */
    const char *other_family; /* "SPA51x" when the name says so, else NULL; a static string */
};

/*
 * Reads `path` and finds the image in it. Returns: false with ret_error (ERROR_INPUT) when the file
 * cannot be read or is none; otherwise ret->image.refusal says whether the image is valid. `ret` is
 * to be freed with image_file_free either way.
 */
bool image_file_read(const char *path, struct image_file *ret, struct error *ret_error);

/*
 * As image_file_read, and also false (ERROR_INPUT) unless there is an image that may be sent to a
 * SPA30x/SPA50x, warnings apart: for those see ret->image.warnings and needs_force.
 */
bool image_file_load(const char *path, struct image_file *ret, struct error *ret_error);

/*
 * Why image_file_load would refuse what was read: a short name ("digest", "other-family") and a
 * sentence. Returns: the name, a static string, NULL when it would not.
 */
const char *image_file_refusal(const struct image_file *file, struct text *ret_sentence);

/* Returns: what the user should do about that refusal, a static sentence; NULL without one. */
const char *image_file_advice(const struct image_file *file);

/* Of an image that is valid and needs --force: the same words wherever it is named. */
#define IMAGE_FILE_FORCE_WORDS "valid, but not what you want"
#define IMAGE_FILE_FORCE_ADVICE                                                                    \
    "recover sends such an image only with --force. Take an image of the vendor."
/* Why it needs it: the text of that warning, "" if it does not. */
const char *image_file_force_reason(const struct image *image);

void image_file_free(struct image_file *file);

/*
 * Returns: the family of phones whose firmware files are named like `name` (any path), a static
 * string; NULL for the SPA30x/SPA50x and for names that say nothing.
 */
const char *image_file_other_family(const char *name);

#endif
