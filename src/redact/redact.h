/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace fit for a public question: serial numbers, MAC and IPv4 addresses and names replaced
 * consistently, contents of files left out, so that the diagnosis stays what it was.
 *
 * Only what is known to be needed and harmless gets into the copy; everything else becomes zeros:
 * padding, garbage, unknown protocols, unknown options, payloads. Good checksums stay good, bad
 * ones bad, and those left to the network card's offload stay partial. DATA is cut to its header
 * like by a short snap length: whether an image was intact cannot be told from the copy.
 *
 * Order of use: redactor_learn for every frame of the trace, then redactor_frame for every frame.
 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include "wire/frame.h"

#include <stddef.h>
#include <stdint.h>

struct redactor;

/* `seed` decides on the replacements. Returns: to be freed by redactor_free. */
struct redactor *redactor_new(uint64_t seed);
void redactor_free(struct redactor *redactor); /* NULL is allowed */

void redactor_learn(struct redactor *redactor, const struct frame *frame);
/*
 * Writes the frame's copy to `ret`, which has room for frame->captured bytes; its length on the
 * wire stays. Returns: the captured bytes of the copy, fewer for DATA.
 */
size_t redactor_frame(struct redactor *redactor, const struct frame *frame, uint8_t *ret);

#endif
