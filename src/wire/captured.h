/* SPDX-License-Identifier: BSD-2-Clause */
/* A frame as it comes off a wire: of an interface, a capture file, a simulated segment. */
#ifndef WIRE_CAPTURED_H
#define WIRE_CAPTURED_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct captured_frame {
    instant_ns time_ns;
    uint64_t number;      /* from 1 in the order of its port; 0 = none */
    const uint8_t *bytes; /* of whoever brings it, valid until the next one or during the call */
    size_t captured;      /* bytes that are there */
    size_t length;        /* bytes on the wire; more than `captured`: the frame was cut */
    /* The recording does not hold the destination MAC address; the bytes hold a guess. */
    bool destination_unknown;
    bool time_unknown; /* the recording holds no time for it; time_ns is that of the frame before */
    unsigned tunnels;  /* layers of encapsulation by a mirror that were taken off */
};

#endif
