/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vendor's .zip: tries every member, prefers .bin, and takes none when two differ. Refuses, by
 * name, members that are encrypted, too large, or packed like a zip bomb.
 */
#ifndef CMD_IMAGE_ARCHIVE_H
#define CMD_IMAGE_ARCHIVE_H

#include "cmd/image_file.h"

/* True for the first bytes of a .zip. */
bool image_archive_is_one(const uint8_t *bytes, size_t length);

/*
 * Finds the image in the archive whose bytes `file` holds. On success file->bytes are those of the
 * member, file->member and file->notes are set and file->image.refusal says whether it is valid.
 * Returns: false with ret_error (ERROR_INPUT) when the archive cannot be read or the choice is the
 * user's.
 */
bool image_archive_open(struct image_file *file, const char *path, struct error *ret_error);

#endif
