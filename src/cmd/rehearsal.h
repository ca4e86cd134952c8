/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --dry-run: the station against an invented phone in virtual time, up to the first blocks of the
 * image. What the program would send is written to the trace; nothing reaches an interface.
 */
#ifndef CMD_REHEARSAL_H
#define CMD_REHEARSAL_H

#include "cmd/options/options.h"
#include "port/port.h"
#include "port/recording.h"

#define REHEARSAL_BLOCKS 3 /* of DATA, then it ends */

/*
 * The phone is the first one named, else an invented one. Own frames go to `recording`. Returns: a
 * port that owns everything; NULL with ret_error.
 */
struct port *rehearsal_open(const struct options *options, struct recording *recording,
                            struct error *ret_error);

#endif
