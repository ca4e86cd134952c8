/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ports that wrap another one: the recorder writes down every frame that passes `next`, the dry
 * run keeps every frame from being sent. Both own the port inside and close it.
 * On top of each other: recorder over dry run over live.
 */
#ifndef PORT_RECORDER_H
#define PORT_RECORDER_H

#include "port/port.h"
#include "port/recording.h"

/*
 * `recording` stays the caller's and outlives the port. Returns: NULL without memory (`inner` is
 * then still the caller's).
 */
struct port *port_recorder_new(struct port *inner, struct recording *recording);

/*
 * What is sent comes back from `next` at once and goes nowhere else; frames from `inner` pass.
 * Numbers and times are in the order of `next`. Returns: as above.
 */
struct port *port_dry_run_new(struct port *inner);

#endif
