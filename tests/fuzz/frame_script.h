/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as frames that come one after the other: each has one byte for the time since the one
 * before (in tenths of a second; 255: a minute), one of flags, two for the length, and the bytes.
 */
#ifndef TESTS_FUZZ_FRAME_SCRIPT_H
#define TESTS_FUZZ_FRAME_SCRIPT_H

#include "base/address.h"
#include "base/bytes.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_FRAME_HEAD 4
#define SCRIPT_CHECKSUMS  1 /* flag: the checksums are made good */
#define SCRIPT_BYTES      2048

struct script_frame {
    duration_ns wait_ns; /* since the frame before */
    uint8_t bytes[SCRIPT_BYTES];
    size_t length;
};

/* Returns: false at the end. */
bool script_next(struct reader *reader, struct script_frame *ret);

/*
 * Whose phone a script is about: the first one that a frame is sent to or from by itself. `reader`
 * stays where it is.
 */
struct mac_address script_phone(const struct reader *reader);

#endif
