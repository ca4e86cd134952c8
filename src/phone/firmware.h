/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's own check of a downloaded image (docs: firmware image, what the phone does with the
 * file), an independent code path: it shares nothing with image/, so that each proves the other. It
 * accepts what the loader accepts, dangerous images included.
 */
#ifndef PHONE_FIRMWARE_H
#define PHONE_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIRMWARE_LINES_MAXIMUM 4 /* console lines of a check */
#define FIRMWARE_LINE_SIZE     48

enum firmware_result {
    FIRMWARE_ACCEPTED,
    FIRMWARE_REJECTED,
    FIRMWARE_CRASHES, /* hashes over a length taken from junk until it faults */
};

/* What the loader has in memory behind and around the file: reads beyond the file see it. */
struct firmware_memory {
    const uint8_t *bytes; /* the download buffer from its first byte */
    size_t length;        /* bytes received */
};

struct firmware_check {
    enum firmware_result result;
    unsigned line_count;
    char lines[FIRMWARE_LINES_MAXIMUM][FIRMWARE_LINE_SIZE];
    unsigned entry_count; /* table entries, valid if accepted */
};

/* Checks in the loader's order. `memory` must stay while firmware_unpack is used. */
void firmware_check(const struct firmware_memory *memory, struct firmware_check *ret);

/* Sector number of a table entry of an accepted image. */
unsigned firmware_sector_number(const struct firmware_memory *memory, unsigned entry);
/* True for 0, 1 (boot loader), 3, 4 (recovery loader): never written in recovery. */
bool firmware_sector_is_skipped(unsigned number);
/* Unpacks an entry into 65,536 bytes. Returns: bytes unpacked, SIZE_MAX if the stream is broken. */
size_t firmware_unpack(const struct firmware_memory *memory, unsigned entry, uint8_t *ret);

#endif
