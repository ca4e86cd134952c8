/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the readers of CDP and LLDP only. */
#ifndef WIRE_NEIGHBOUR_PRIVATE_H
#define WIRE_NEIGHBOUR_PRIVATE_H

#include "wire/neighbour.h"

/* Copies text from the network, cut to its room, with a NUL behind it. */
void neighbour_set_text(char ret[NEIGHBOUR_TEXT_SIZE], const uint8_t *bytes, size_t length);
/* Sets names_spa from the texts read so far. */
void neighbour_judge_names(struct neighbour_message *message);

#endif
