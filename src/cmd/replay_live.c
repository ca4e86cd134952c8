/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded phone on an interface: see replay_live.h. */
#include "cmd/replay_live.h"

#include "base/text.h"
#include "phone/recorded.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/privileges.h"
#include "port/trace.h"

#include <stdio.h>
#include <string.h>

#define EXIT_SIGNAL_BASE 128
/* After its last recorded frame a phone is only waited for so long: nothing more can come. */
#define AFTERWARDS_NS (5 * NS_PER_S)

static bool learn(struct recorded_phone *phone, const char *path, struct error *ret_error)
{
    struct port_trace_config config = {.path = path};
    struct port *trace = port_trace_open(&config, ret_error);
    if (!trace)
        return false;
    struct port_frame received;
    enum port_event event;
    while ((event = trace->operations->next(trace, INSTANT_NEVER, &received, ret_error)) ==
           PORT_FRAME) {
        struct frame frame;
        frame_dissect(received.bytes, received.captured, received.length, &frame);
        frame.time_ns = received.time_ns;
        recorded_phone_learn(phone, &frame);
    }
    trace->operations->close(trace);
    return event == PORT_END;
}

static bool send_all(struct recorded_phone *phone, struct port *port, struct error *ret_error)
{
    struct phone_output output;
    while (recorded_phone_next_output(phone, &output)) {
        struct frame frame;
        char summary[200];
        frame_dissect(output.bytes, output.length, output.length, &frame);
        if (frame.kind != FRAME_TFTP || frame.tftp.opcode != TFTP_ACK)
            fprintf(stderr, "sent: %s\n", frame_summary(&frame, summary, sizeof summary));
        if (!port->operations->send(port, output.bytes, output.length, ret_error))
            return false;
    }
    return true;
}

/* Returns: the exit status, -1 with ret_error. */
static int play(struct recorded_phone *phone, struct port *port, struct error *ret_error)
{
    instant_ns finished_ns = INSTANT_NEVER;
    recorded_phone_start(phone, port->operations->now(port));
    for (;;) {
        struct port_frame received;
        struct frame frame;
        if (!send_all(phone, port, ret_error))
            return -1;
        instant_ns now_ns = port->operations->now(port);
        if (!recorded_phone_finished(phone))
            finished_ns = INSTANT_NEVER;
        else if (finished_ns == INSTANT_NEVER)
            finished_ns = now_ns + AFTERWARDS_NS;
        if (now_ns >= finished_ns)
            return 0;
        instant_ns deadline_ns = instant_earlier(recorded_phone_deadline(phone), finished_ns);
        switch (port->operations->next(port, deadline_ns, &received, ret_error)) {
        case PORT_FRAME:
            frame_dissect(received.bytes, received.captured, received.length, &frame);
            recorded_phone_frame(phone, &frame, received.time_ns);
            break;
        case PORT_DEADLINE:
            recorded_phone_tick(phone, port->operations->now(port));
            break;
        case PORT_INTERRUPTED:
            return EXIT_SIGNAL_BASE + interruption_signal();
        case PORT_FAILED:
            return -1;
        case PORT_CARRIER_UP:
        case PORT_CARRIER_DOWN:
        case PORT_END:
            break;
        }
    }
}

int replay_live(const struct replay_live_options *options, const char *trace_path,
                struct error *ret_error)
{
    int status = -1;
    struct recorded_phone *phone =
        recorded_phone_new(&options->mac, options->speed > 0 ? options->speed : 1, ret_error);
    struct port *port = NULL;
    struct port_live_config config = {
        .interface = options->interface,
        .interrupt_descriptor = interruption_open(ret_error),
    };
    if (phone && config.interrupt_descriptor >= 0 && learn(phone, trace_path, ret_error))
        port = port_live_open(&config, ret_error);
    if (port && privileges_drop(ret_error)) {
        fprintf(stderr, "playing %zu frames of %s on %s\n", recorded_phone_step_count(phone),
                mac_format(&options->mac).text, options->interface);
        status = play(phone, port, ret_error);
    }
    if (port)
        port->operations->close(port);
    recorded_phone_free(phone);
    return status;
}
