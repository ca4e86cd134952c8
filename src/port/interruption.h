/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGALRM as an event: each is noted and makes a descriptor
 * readable, a third one ends the program at once. Signals that the caller ignores (nohup) stay
 * ignored.
 */
#ifndef PORT_INTERRUPTION_H
#define PORT_INTERRUPTION_H

#include "base/error.h"

#include <stdbool.h>

/* Catches the signals from now on. Returns: a descriptor for port_live_config; -1 with ret_error.
 */
int interruption_open(struct error *ret_error);

/* Returns: the number of the signal that came (exit status is 128 + it), 0 if none did. */
int interruption_signal(void);
/* Returns: whether SIGUSR1 has come since it was asked last. */
bool interruption_asks_for_status(void);

#endif
