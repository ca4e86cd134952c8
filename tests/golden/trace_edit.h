/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace in memory that can be changed: cut, shifted, given other names, mixed, thinned out. For
 * tests that ask whether a verdict survives. What cannot be done ends the program.
 */
#ifndef GOLDEN_TRACE_EDIT_H
#define GOLDEN_TRACE_EDIT_H

#include "judge/verdict.h"
#include "observe/observer.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct edit_frame {
    instant_ns time_ns;
    uint8_t *bytes; /* owned */
    size_t captured, length;
};

struct edit {
    struct edit_frame *frames;
    size_t count, capacity;
};

/* A file of pcaps/, as trace_frames_load. */
void edit_load(struct edit *ret, const char *name);
void edit_copy(struct edit *ret, const struct edit *from);
void edit_free(struct edit *edit);
void edit_add(struct edit *edit, instant_ns time_ns, const uint8_t *bytes, size_t captured,
              size_t length);
/* In order of time; frames of the same time keep their order. */
void edit_sort(struct edit *edit);

/* Keeps the frames from `first` up to but not including `end`. */
void edit_cut(struct edit *edit, size_t first, size_t end);
void edit_shift(struct edit *edit, duration_ns by_ns);
/* Keeps what `keep` returns true for. */
typedef bool edit_keep(const struct frame *frame, const void *context);
void edit_filter(struct edit *edit, edit_keep *keep, const void *context);
/* At most `bytes` captured bytes of every frame. */
void edit_snap(struct edit *edit, size_t bytes);
/* Every frame twice, as a mirror port of both directions shows it. */
void edit_double(struct edit *edit);

/*
 * Another MAC address and serial number (of the same length) for a phone, wherever they stand, also
 * as text; transaction ids that derive from the address and all checksums follow.
 */
void edit_rename(struct edit *edit, const struct mac_address *mac,
                 const struct mac_address *new_mac, const char *serial, const char *new_serial);

/* What an office full of other hosts sends: ARP, DHCP, mDNS, SSDP, DNS, TFTP among themselves. */
void edit_add_office(struct edit *edit, instant_ns from_ns, instant_ns to_ns, uint64_t seed);

void edit_diagnose(const struct edit *edit, struct diagnosis *ret);

#endif
