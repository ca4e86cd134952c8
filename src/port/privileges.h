/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run gives up once its files and sockets are open: every capability, root's identity when
 * sudo started it, the right to regain either, and the system calls that it has no use for. Files
 * and sockets that are open stay usable.
 */
#ifndef PORT_PRIVILEGES_H
#define PORT_PRIVILEGES_H

#include "base/error.h"

#include <sys/types.h>

/*
 * Returns: true with the numbers of the user and group who started the program with sudo; false if
 * it does not run as root, was not started by sudo, or was by root.
 */
bool privileges_invoking_user(uid_t *ret_user, gid_t *ret_group);

/*
 * Drops capabilities and, if sudo started the program, becomes the invoking user with that user's
 * groups. For an ordinary user without capabilities this changes nothing but "no new privileges".
 */
bool privileges_drop(struct error *ret_error);

/*
 * From here on the kernel refuses (EPERM) new sockets, programs and processes, tracing, mounting
 * and whatever else is not on the list. Returns: false with ret_error if the kernel cannot filter
 * system calls, which is no reason to stop. Does nothing in builds with sanitizers.
 */
bool privileges_restrict_system_calls(struct error *ret_error);

#endif
