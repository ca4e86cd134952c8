/* SPDX-License-Identifier: BSD-2-Clause */
/* Another host (phone/other_host.h) as a device on a simulated segment (port/segment.h). */
#ifndef CMD_HOST_ENDPOINT_H
#define CMD_HOST_ENDPOINT_H

#include "phone/other_host.h"
#include "port/segment.h"

struct host_endpoint {
    struct other_host *host; /* owned; NULL = there is none */
    struct segment_endpoint *endpoint;
};

/*
 * Plugs the host in by a perfect cable; `ret` stays at its place until the segment is freed.
 * Returns: false with ret_error without memory.
 */
bool host_endpoint_attach(struct host_endpoint *ret, struct segment *segment,
                          const struct other_host_config *config, struct error *ret_error);
/* Frees the host; after that time must not move on the segment. */
void host_endpoint_free(struct host_endpoint *host);

#endif
