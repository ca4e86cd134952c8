/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of others become events of sessions. */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include "engine/choice.h"
#include "engine/membership.h"
#include "engine/prober.h"
#include "engine/rival.h"
#include "wire/frame.h"

struct intake {
    struct core *core;
    struct dhcp_server *dhcp;
    struct choice *choice;
    struct prober *prober;
    struct membership *membership;
    struct rival *rival;
    bool address_conflict_said, firmware_said;
    uint64_t drops[WIRE_REASON_COUNT]; /* received frames by reason */
};

void intake_frame(struct intake *intake, const struct frame *frame, instant_ns now_ns);

#endif
