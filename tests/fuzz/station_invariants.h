/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as what a run hears: a station in virtual time, its report, and what must hold of both.
 *
 * The bytes: one of configuration (see configure), one for the length of the name of the file that
 * phones are told to ask for, that name; then frames, each with one byte for the time since the one
 * before (in tenths of a second; 255: a minute), one of flags (1: the checksums are made good), two
 * for the length, and the bytes themselves.
 */
#ifndef TESTS_FUZZ_STATION_INVARIANTS_H
#define TESTS_FUZZ_STATION_INVARIANTS_H

#include <stddef.h>
#include <stdint.h>

#define STATION_FRAME_HEAD   4
#define STATION_CHECKSUMS    1 /* flag */
#define STATION_NAME_MAXIMUM 64

/* Returns: a sentence on what does not hold, static; NULL if all does. */
const char *station_broken_invariant(const uint8_t *data, size_t size);

#endif
