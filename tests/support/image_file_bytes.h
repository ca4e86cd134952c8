/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of tests/images, for tests. A file that is missing ends the program with a message. */
#ifndef SUPPORT_IMAGE_FILE_BYTES_H
#define SUPPORT_IMAGE_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Returns: ret, the path of tests/images/NAME ($top_srcdir, else the current directory). */
char *test_image_path(const char *name, char *ret, size_t size);

/* Returns: the bytes of tests/images/NAME in exactly as much memory, to free(). */
uint8_t *test_image_bytes(const char *name, size_t *ret_length);

#endif
