/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the readers of CDP and LLDP only. */
#ifndef WIRE_NEIGHBOUR_PRIVATE_H
#define WIRE_NEIGHBOUR_PRIVATE_H

#include "wire/neighbour.h"

/* Copies text from the network, cut to its room, with a NUL behind it. */
void neighbour_set_text(char ret[NEIGHBOUR_TEXT_SIZE], const uint8_t *bytes, size_t length);
/* Sets the kind from the texts read so far; what LLDP-MED says of the model stands there already.
 */
void neighbour_judge_kind(struct neighbour_message *message);

#endif
