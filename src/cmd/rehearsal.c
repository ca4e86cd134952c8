/* SPDX-License-Identifier: BSD-2-Clause */
/* --dry-run: see rehearsal.h. */
#include "cmd/rehearsal.h"

#include "phone/phone_peer.h"
#include "port/segment.h"
#include "port/wrapper.h"
#include "run/plug.h"
#include "wire/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REHEARSAL_LENGTH_NS (120 * NS_PER_S)

struct rehearsal {
    struct port_wrapper wrapper; /* around the station's place on the segment */
    struct segment *segment;
    struct phone_peer phone;
    struct plug plug;
    struct recording *recording; /* the caller's */
    bool started;
    unsigned blocks;
};

static enum port_event rehearsal_next(struct port *port, instant_ns deadline_ns,
                                      struct captured_frame *ret, struct error *ret_error)
{
    struct rehearsal *rehearsal = (struct rehearsal *)port;
    if (!rehearsal->started) {
        rehearsal->started = true;
        plug_start(&rehearsal->plug);
    }
    if (rehearsal->blocks >= REHEARSAL_BLOCKS)
        return PORT_END;
    return port_wrapper_next(port, deadline_ns, ret, ret_error);
}

static bool rehearsal_send(struct port *port, const uint8_t *bytes, size_t length,
                           struct error *ret_error)
{
    struct rehearsal *rehearsal = (struct rehearsal *)port;
    struct frame frame;
    const struct captured_frame record = {
        .time_ns = port_wrapper_now(port), .bytes = bytes, .captured = length, .length = length};
    recording_frame(rehearsal->recording, &record);
    frame_dissect(bytes, length, length, &frame);
    rehearsal->blocks += frame.kind == FRAME_TFTP && frame.tftp.opcode == TFTP_DATA;
    return port_wrapper_send(port, bytes, length, ret_error);
}

static void rehearsal_close(struct port *port)
{
    struct rehearsal *rehearsal = (struct rehearsal *)port;
    struct segment *segment = rehearsal->segment;
    struct phone *phone = rehearsal->phone.phone;
    port_wrapper_close(port);
    segment_free(segment);
    phone_free(phone);
}

static struct phone *make_phone(const struct options *options, struct error *ret_error)
{
    struct phone_config config = phone_config_default();
    const struct phone_name *name = options->phones.name_count ? options->phones.names : NULL;
    config.timing = PHONE_TIMING_NOMINAL;
    snprintf(config.serial, sizeof config.serial, "%s",
             name && name->serial ? name->serial : "CBT14110001");
    config.mac =
        name && !name->serial ? name->mac : (struct mac_address){{0x02, 0x53, 0x4f, 0, 0, 1}};
    return phone_new(&config, ret_error);
}

struct port *rehearsal_open(const struct options *options, struct recording *recording,
                            struct error *ret_error)
{
    static const struct port_operations operations = {
        .next = rehearsal_next,
        .send = rehearsal_send,
        .now = port_wrapper_now,
        .counters = port_wrapper_counters,
        .close = rehearsal_close,
    };
    struct phone *phone = make_phone(options, ret_error);
    if (!phone)
        return NULL;
    struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    if (!rehearsal)
        abort();
    instant_ns start_ns = (instant_ns)time(NULL) * NS_PER_S;
    const struct segment_config config = {
        .kind = SEGMENT_SWITCH, .start_ns = start_ns, .end_ns = start_ns + REHEARSAL_LENGTH_NS};
    rehearsal->segment = segment_new(&config);
    rehearsal->wrapper.port.operations = &operations;
    rehearsal->wrapper.inner = segment_port(rehearsal->segment, NULL);
    if (!rehearsal->wrapper.inner)
        abort();
    phone_peer_init(&rehearsal->phone, phone);
    plug_in(&rehearsal->plug, rehearsal->segment, NULL, &rehearsal->phone.peer);
    rehearsal->recording = recording;
    return &rehearsal->wrapper.port;
}
