/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every port around another port shares: it passes on what it does not change, and closes the
 * port inside with itself. A wrapper has a struct port_wrapper as its first member, is allocated by
 * malloc, and replaces the operations that it is there for.
 */
#ifndef PORT_WRAPPER_H
#define PORT_WRAPPER_H

#include "port/port.h"

struct port_wrapper {
    struct port port;
    struct port *inner; /* owned */
};

enum port_event port_wrapper_next(struct port *port, instant_ns deadline_ns,
                                  struct captured_frame *ret, struct error *ret_error);
bool port_wrapper_send(struct port *port, const uint8_t *bytes, size_t length,
                       struct error *ret_error);
instant_ns port_wrapper_now(struct port *port);
void port_wrapper_counters(struct port *port, struct port_counters *ret);
/* Closes the port inside and frees the wrapper. */
void port_wrapper_close(struct port *port);

#endif
