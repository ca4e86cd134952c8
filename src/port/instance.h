/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One recovery at a time on an interface of this host: two would share its MAC address and take
 * each other's frames for their own. Held by a socket in the abstract namespace, which is one per
 * network namespace, needs no file, and ends with the process however that ends.
 */
#ifndef PORT_INSTANCE_H
#define PORT_INSTANCE_H

#include "base/error.h"
#include "port/interfaces.h"

/*
 * Returns: a descriptor to be kept open (and closed) by the caller; -1 with ret_error if another
 * process recovers on this interface, which the text names by its number.
 */
int instance_claim(const struct interface_info *interface, struct error *ret_error);

#endif
