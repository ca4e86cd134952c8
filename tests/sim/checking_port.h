/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between station and segment: every frame is checked on its way. With a VLAN it is a trunk port,
 * whose access ports are the segment: the station's frames must have the tag, and lose it here.
 */
#ifndef TESTS_SIM_CHECKING_PORT_H
#define TESTS_SIM_CHECKING_PORT_H

#include "port/port.h"
#include "tests/sim/checks.h"
#include "wire/craft.h"

#define CHECKING_TAG_BYTES 4

struct checking_port {
    struct port base;
    struct port *inner;
    struct checks *checks;
    int vlan; /* CRAFT_NO_VLAN: none */
    uint8_t bytes[CRAFT_FRAME_SIZE + CHECKING_TAG_BYTES];
};

/* Returns: the port to be used instead of `inner`, which it closes; `ret` stays the caller's. */
struct port *checking_port_init(struct checking_port *ret, struct port *inner,
                                struct checks *checks, int vlan);

#endif
