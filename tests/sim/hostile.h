/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host that means no good, for a while: what it hears it sends again, late, in its own or an
 * invented name, or with bytes changed; it floods with phones that do not exist; and it answers in
 * recovery mode with serial numbers it has heard. It does not send in the name of the station: no
 * loader can tell that from the station itself.
 */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "base/address.h"
#include "base/instant.h"
#include "wire/peer.h"

#include <stdint.h>

struct hostile;

/* `station`: whom it leaves alone. Returns: to be freed with hostile_free. */
struct hostile *hostile_new(uint64_t seed, const struct mac_address *station, instant_ns start_ns,
                            instant_ns end_ns);
void hostile_free(struct hostile *hostile); /* NULL is allowed */
struct peer *hostile_peer(struct hostile *hostile);

#endif
