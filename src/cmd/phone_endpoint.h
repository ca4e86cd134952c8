/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated phone (phone/phone.h) as a device on a simulated segment (port/segment.h). */
#ifndef CMD_PHONE_ENDPOINT_H
#define CMD_PHONE_ENDPOINT_H

#include "phone/phone.h"
#include "port/segment.h"

/* Told every event of the phone; NULL = events are dropped. */
typedef void phone_endpoint_observer(void *context, const struct phone_event *event);

struct phone_endpoint {
    struct phone *phone; /* owned */
    struct segment_endpoint *endpoint;
    phone_endpoint_observer *observer;
    void *observer_context;
    bool has_spoken_since_flash; /* sent a frame after it was flashed */
};

/*
 * Makes a phone without power and plugs it in; `ret` stays at its place until the segment is freed.
 * Returns: false with ret_error if the configuration is no good.
 */
bool phone_endpoint_attach(struct phone_endpoint *ret, struct segment *segment,
                           const struct segment_cable *cable, const struct phone_config *config,
                           struct error *ret_error);
/* Now, on the segment's clock. */
void phone_endpoint_power_on(struct phone_endpoint *phone);
void phone_endpoint_power_off(struct phone_endpoint *phone);
/* Frees the phone; after that time must not move on the segment. */
void phone_endpoint_free(struct phone_endpoint *phone);

#endif
