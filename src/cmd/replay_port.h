/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace as the surroundings of today's engine: everything in it but the recorded PC's own frames,
 * under the trace's clock. What the engine sends comes back like on a wire, and is kept.
 */
#ifndef CMD_REPLAY_PORT_H
#define CMD_REPLAY_PORT_H

#include "cmd/replay_compare.h"
#include "port/port.h"

/*
 * Frames with the source `pc_mac` go to `recorded` instead of the engine; what is sent goes to
 * `now`. Both lists are the caller's and outlive the port. Returns: NULL with ret_error as
 * port_trace_open.
 */
struct port *replay_port_open(const char *path, const struct mac_address *pc_mac,
                              struct replay_frames *recorded, struct replay_frames *now,
                              struct error *ret_error);

#endif
