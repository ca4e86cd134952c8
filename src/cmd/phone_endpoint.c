/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated phone as a device on a simulated segment: see phone_endpoint.h. */
#include "cmd/phone_endpoint.h"

static void drain(struct phone_endpoint *phone)
{
    struct phone_output output;
    struct phone_event event;
    while (phone_next_output(phone->phone, &output)) {
        segment_send(phone->endpoint, output.bytes, output.length);
        phone->has_spoken_since_flash |= phone_flash_count(phone->phone) > 0;
    }
    while (phone_next_event(phone->phone, &event))
        if (phone->observer)
            phone->observer(phone->observer_context, &event);
}

static void deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct phone_endpoint *phone = context;
    phone_frame(phone->phone, bytes, length, now_ns);
    drain(phone);
}

static instant_ns deadline(void *context)
{
    return phone_deadline(((struct phone_endpoint *)context)->phone);
}

static void tick(void *context, instant_ns now_ns)
{
    struct phone_endpoint *phone = context;
    phone_tick(phone->phone, now_ns);
    drain(phone);
}

bool phone_endpoint_attach(struct phone_endpoint *ret, struct segment *segment,
                           const struct segment_cable *cable, const struct phone_config *config,
                           struct error *ret_error)
{
    static const struct segment_device device = {
        .deliver = deliver, .deadline = deadline, .tick = tick};
    struct phone *phone = phone_new(config, ret_error);
    if (!phone)
        return false;
    *ret = (struct phone_endpoint){.phone = phone};
    ret->endpoint = segment_attach(segment, cable, &device, ret);
    return true;
}

static instant_ns now_of(const struct phone_endpoint *phone)
{
    return segment_endpoint_now(phone->endpoint);
}

void phone_endpoint_power_on(struct phone_endpoint *phone)
{
    phone_power_on(phone->phone, now_of(phone));
    drain(phone);
    segment_touch(phone->endpoint);
}

void phone_endpoint_power_off(struct phone_endpoint *phone)
{
    phone_power_off(phone->phone, now_of(phone));
    drain(phone);
    segment_touch(phone->endpoint);
}

void phone_endpoint_free(struct phone_endpoint *phone)
{
    phone_free(phone->phone);
    phone->phone = NULL;
}
