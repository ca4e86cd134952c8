/* SPDX-License-Identifier: BSD-2-Clause */
/* Between station and segment: see checking_port.h. */
#include "tests/sim/checking_port.h"

#include "base/bytes.h"

#include <string.h>

#define TAG_PROTOCOL   0x8100
#define SHORTEST_FRAME 60

static void add_tag(struct checking_port *self, struct captured_frame *frame)
{
    if (frame->captured < 12 || frame->captured > CRAFT_FRAME_SIZE)
        return;
    memcpy(self->bytes, frame->bytes, 12);
    bytes_store_be16(self->bytes + 12, TAG_PROTOCOL);
    bytes_store_be16(self->bytes + 14, (uint16_t)self->vlan);
    memcpy(self->bytes + 12 + CHECKING_TAG_BYTES, frame->bytes + 12, frame->captured - 12);
    frame->bytes = self->bytes;
    frame->captured += CHECKING_TAG_BYTES;
    frame->length += CHECKING_TAG_BYTES;
}

/* Returns: the length without its tag, filled up to what an access port sends; 0 if it has none. */
static size_t take_tag(struct checking_port *self, const uint8_t *bytes, size_t length)
{
    if (length < 18 || length > sizeof self->bytes || bytes_load_be16(bytes + 12) != TAG_PROTOCOL ||
        (bytes_load_be16(bytes + 14) & 0xfff) != self->vlan)
        return 0;
    memset(self->bytes, 0, SHORTEST_FRAME);
    memcpy(self->bytes, bytes, 12);
    memcpy(self->bytes + 12, bytes + 12 + CHECKING_TAG_BYTES, length - 12 - CHECKING_TAG_BYTES);
    return length - CHECKING_TAG_BYTES < SHORTEST_FRAME ? SHORTEST_FRAME
                                                        : length - CHECKING_TAG_BYTES;
}

static enum port_event check_next(struct port *port, instant_ns deadline_ns,
                                  struct captured_frame *ret, struct error *ret_error)
{
    struct checking_port *self = (struct checking_port *)port;
    enum port_event event = self->inner->operations->next(self->inner, deadline_ns, ret, ret_error);
    if (event == PORT_FRAME)
        checks_received(self->checks, ret->bytes, ret->captured, ret->time_ns);
    if (event == PORT_FRAME && self->vlan != CRAFT_NO_VLAN)
        add_tag(self, ret);
    return event;
}

static bool check_send(struct port *port, const uint8_t *bytes, size_t length,
                       struct error *ret_error)
{
    struct checking_port *self = (struct checking_port *)port;
    instant_ns now_ns = self->inner->operations->now(self->inner);
    if (self->vlan != CRAFT_NO_VLAN) {
        length = take_tag(self, bytes, length);
        bytes = self->bytes;
        if (length == 0) {
            checks_fail(self->checks, now_ns, "a frame without the tag of the VLAN was sent");
            return true;
        }
    }
    checks_sent(self->checks, bytes, length, now_ns);
    return self->inner->operations->send(self->inner, bytes, length, ret_error);
}

static instant_ns check_now(struct port *port)
{
    struct checking_port *self = (struct checking_port *)port;
    return self->inner->operations->now(self->inner);
}

static void check_counters(struct port *port, struct port_counters *ret)
{
    struct checking_port *self = (struct checking_port *)port;
    self->inner->operations->counters(self->inner, ret);
}

static void check_close(struct port *port)
{
    struct checking_port *self = (struct checking_port *)port;
    self->inner->operations->close(self->inner);
}

static const struct port_operations operations = {
    .next = check_next,
    .send = check_send,
    .now = check_now,
    .counters = check_counters,
    .close = check_close,
};

struct port *checking_port_init(struct checking_port *ret, struct port *inner,
                                struct checks *checks, int vlan)
{
    *ret = (struct checking_port){
        .base = {.operations = &operations}, .inner = inner, .checks = checks, .vlan = vlan};
    return &ret->base;
}
