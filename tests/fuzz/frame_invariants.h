/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold for the dissection of any bytes whatever; shared by fuzzer and mutation test. */
#ifndef TESTS_FRAME_INVARIANTS_H
#define TESTS_FRAME_INVARIANTS_H

#include "wire/frame.h"

/*
 * Dissects a copy of exactly `captured` bytes, writes its summary and judges both. Returns: NULL,
 * or a static sentence that names what does not hold.
 */
const char *frame_broken_invariant(const uint8_t *bytes, size_t captured, size_t length);

#endif
