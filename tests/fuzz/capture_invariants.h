/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold for any bytes as a capture file; shared by fuzzer and mutation test. */
#ifndef TESTS_CAPTURE_INVARIANTS_H
#define TESTS_CAPTURE_INVARIANTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads `size` bytes as a capture file (any container, compression, link type and tunnel), judges
 * it, writes all reports and the redacted copy of each frame, and looks at them. Returns: NULL, or
 * a static sentence that names what does not hold.
 */
const char *capture_broken_invariant(const uint8_t *bytes, size_t size);

#endif
