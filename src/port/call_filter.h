/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System-call filters: from the moment that one is installed the kernel refuses (EPERM) whatever is
 * not on its list, programs, processes, tracing and mounting in each case.
 */
#ifndef PORT_CALL_FILTER_H
#define PORT_CALL_FILTER_H

#include "base/error.h"

#include <stdbool.h>

/* What is allowed beyond reading, writing and closing what is open, memory, time and signals. */
enum call_filter_right {
    CALL_FILTER_READ = 1 << 0,   /* opening files for reading */
    CALL_FILTER_WRITE = 1 << 1,  /* creating, renaming and removing files */
    CALL_FILTER_ASK = 1 << 2,    /* talking with the keeper through the socket to it */
    CALL_FILTER_LOOK = 1 << 3,   /* asking the kernel about interfaces */
    CALL_FILTER_SEND = 1 << 4,   /* frames through sockets that are open, and timers */
    CALL_FILTER_KEEPER = 1 << 5, /* what the keeper itself needs, and nothing else */
};

/*
 * `rights` or-ed together. Returns: false with ret_error if the kernel cannot filter system calls,
 * which is no reason to stop. Does nothing in builds with sanitizers, which need more.
 */
bool call_filter_install(unsigned rights, struct error *ret_error);

#endif
