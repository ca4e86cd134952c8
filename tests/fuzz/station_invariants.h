/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as what a run hears: a station in virtual time, its report, and what must hold of both.
 *
 * The bytes: one of configuration (see configure), one for the length of the name of the file that
 * phones are told to ask for, that name; then frames (frame_script.h).
 */
#ifndef TESTS_FUZZ_STATION_INVARIANTS_H
#define TESTS_FUZZ_STATION_INVARIANTS_H

#include <stddef.h>
#include <stdint.h>

#define STATION_NAME_MAXIMUM 64

/* Returns: a sentence on what does not hold, static; NULL if all does. */
const char *station_broken_invariant(const uint8_t *data, size_t size);

#endif
