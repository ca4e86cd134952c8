/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a capture file from an open descriptor that need not seek (a pipe): what is
 * compressed is expanded on the way, and the beginning can be looked at before it is read.
 */
#ifndef PORT_CAPTURE_INPUT_H
#define PORT_CAPTURE_INPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CAPTURE_INPUT_HEAD     1024                                /* bytes that can be looked at */
#define CAPTURE_INPUT_EXPANDED ((uint64_t)64 * 1024 * 1024 * 1024) /* bytes; then it is a bomb */

struct capture_input;

/*
 * Reads from `descriptor`, which stays the caller's, from where it stands; `name` is for messages.
 * Returns: to be freed by capture_input_free; NULL with ret_error (compressed in a way that this
 * program was built without).
 */
struct capture_input *capture_input_new(int descriptor, const char *name, struct error *ret_error);
void capture_input_free(struct capture_input *input); /* NULL is allowed; after its stream */

/*
 * Waits for up to `wanted` bytes, at most CAPTURE_INPUT_HEAD, that stay to be read.
 * Returns: the number of bytes at *ret, fewer only at the end of the input; *ret is valid until the
 * stream is read.
 */
size_t capture_input_peek(struct capture_input *input, size_t wanted, const uint8_t **ret);

/* Returns: everything as a stream, to be closed by fclose; NULL without memory. Once only. */
FILE *capture_input_stream(struct capture_input *input);

/*
 * Returns: NULL, or why the stream ended before its data did (damaged, cut or too much of it): one
 * sentence part. *ret_is_cut: the data before are good and whole.
 */
const char *capture_input_trouble(const struct capture_input *input, bool *ret_is_cut);

#endif
