/* SPDX-License-Identifier: BSD-2-Clause */
/* A port around another port: see wrapper.h. */
#include "port/wrapper.h"

#include <stdlib.h>

static struct port *inner_of(struct port *port)
{
    return ((struct port_wrapper *)port)->inner; /* the port is the first member */
}

enum port_event port_wrapper_next(struct port *port, instant_ns deadline_ns,
                                  struct captured_frame *ret, struct error *ret_error)
{
    struct port *inner = inner_of(port);
    return inner->operations->next(inner, deadline_ns, ret, ret_error);
}

bool port_wrapper_send(struct port *port, const uint8_t *bytes, size_t length,
                       struct error *ret_error)
{
    struct port *inner = inner_of(port);
    return inner->operations->send(inner, bytes, length, ret_error);
}

instant_ns port_wrapper_now(struct port *port)
{
    struct port *inner = inner_of(port);
    return inner->operations->now(inner);
}

void port_wrapper_counters(struct port *port, struct port_counters *ret)
{
    struct port *inner = inner_of(port);
    inner->operations->counters(inner, ret);
}

void port_wrapper_close(struct port *port)
{
    struct port *inner = inner_of(port);
    inner->operations->close(inner);
    free(port);
}
