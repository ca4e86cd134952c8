/* SPDX-License-Identifier: BSD-2-Clause */
/* Another host as a device on a simulated segment: see host_endpoint.h. */
#include "cmd/host_endpoint.h"

static void send_frame(void *context, const uint8_t *bytes, size_t length)
{
    const struct host_endpoint *host = context;
    segment_send(host->endpoint, bytes, length);
}

static void deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    const struct host_endpoint *host = context;
    (void)now_ns;
    other_host_frame(host->host, bytes, length);
}

static instant_ns deadline(void *context)
{
    return other_host_deadline(((struct host_endpoint *)context)->host);
}

static void tick(void *context, instant_ns now_ns)
{
    other_host_tick(((struct host_endpoint *)context)->host, now_ns);
}

bool host_endpoint_attach(struct host_endpoint *ret, struct segment *segment,
                          const struct other_host_config *config, struct error *ret_error)
{
    static const struct segment_device device = {
        .deliver = deliver, .deadline = deadline, .tick = tick};
    struct other_host *host =
        other_host_new(config, segment_now(segment), send_frame, ret, ret_error);
    if (!host)
        return false;
    *ret = (struct host_endpoint){.host = host};
    ret->endpoint = segment_attach(segment, NULL, &device, ret);
    return true;
}

void host_endpoint_free(struct host_endpoint *host)
{
    other_host_free(host->host);
    host->host = NULL;
}
