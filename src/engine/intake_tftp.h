/* SPDX-License-Identifier: BSD-2-Clause */
/* The intake's share of TFTP; for intake.c alone. */
#ifndef ENGINE_INTAKE_TFTP_H
#define ENGINE_INTAKE_TFTP_H

#include "engine/intake.h"

/* A TFTP frame with the intake's own tagging. */
void intake_tftp(struct intake *intake, const struct frame *frame, instant_ns now_ns);
/*
 * A phone, of which nothing may be known (NULL), confirms another program's order, or asks it for
 * the file. Whatever is seen of what follows (a switch shows little, and a cable can be pulled), it
 * may be writing soon.
 */
void intake_ordered_elsewhere(struct intake *intake, struct session *session, bool asks_for_file,
                              instant_ns now_ns);

#endif
