/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose rights a run has, in three steps: it is the invoking user's from the beginning; it holds
 * the one capability that it needs until its interface is open, and is nobody's before it reads
 * anything; then it holds none.
 */
#ifndef PORT_PRIVILEGES_H
#define PORT_PRIVILEGES_H

#include "base/text.h"
#include "port/keeper.h"

/*
 * First of all: under sudo this process becomes the user who called it, with that user's groups,
 * and of all capabilities keeps CAP_NET_RAW (if it has it); so does one that has capabilities as an
 * ordinary user. Root who is nobody else stays root until privileges_limit. What could not be done
 * without harm is added to `notes`, a line each. Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool privileges_begin(struct text *notes, struct error *ret_error);

/*
 * When the command line is known: root becomes an unprivileged user, and a keeper stays behind for
 * the files named (see keeper.h); CAP_NET_RAW is kept if this command `sends`, and no other.
 */
bool privileges_limit(bool sends, const struct files_name *names, size_t count, struct text *notes,
                      struct error *ret_error);

/* Once the interface is open: no capability, and no way to get one. */
bool privileges_drop(struct error *ret_error);

#endif
