/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded phone on an interface: see replay_live.h. */
#include "cmd/replay_live.h"

#include "cmd/failure.h"
#include "cmd/messages.h"
#include "cmd/rights.h"
#include "phone/recorded_peer.h"
#include "port/interfaces.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/trace.h"
#include "report/report.h"
#include "run/run.h"

#include <stdio.h>

static void learn(void *context, const struct captured_frame *captured)
{
    struct frame frame;
    frame_dissect_captured(captured, &frame);
    recorded_phone_learn(context, &frame);
}

static void say_event(void *context, struct peer *peer, const struct peer_event *event,
                      instant_ns now_ns)
{
    (void)context;
    (void)peer;
    (void)now_ns;
    if (event)
        messages_print("%s", event->text);
}

/* Returns: the exit status, -1 with ret_error. */
static int play(struct recorded_phone *phone, struct port *port, struct error *ret_error)
{
    struct recorded_peer peer;
    recorded_peer_init(&peer, phone);
    switch (run_peer(port, &peer.peer, say_event, NULL, ret_error)) {
    case RUN_INTERRUPTED:
        return EXIT_SIGNAL_BASE + interruption_signal();
    case RUN_FAILED:
        return -1;
    case RUN_DONE:
    case RUN_TRACE_END:
        break;
    }
    return 0;
}

int replay_live(const struct replay_live_options *options, const char *trace_path,
                struct error *ret_error)
{
    const struct options *command_line = options->command_line;
    int status = -1;
    struct recorded_phone *phone = recorded_phone_new(
        &options->mac, command_line->speed > 0 ? command_line->speed : 1, ret_error);
    struct port *port = NULL;
    struct interface_info interface;
    struct port_live_config config = {
        .interface = interface.name,
        .interrupt_descriptor = interruption_open(ret_error),
    };
    if (phone && interface_find_usable(command_line->interface, &interface, ret_error) &&
        config.interrupt_descriptor >= 0 && port_trace_read(trace_path, learn, phone, ret_error))
        port = port_live_open(&config, ret_error);
    if (port && rights_give_up(command_line, ret_error)) {
        fprintf(stderr, "playing %zu frames of %s on %s\n", recorded_phone_step_count(phone),
                mac_format(&options->mac).text, interface.name);
        status = play(phone, port, ret_error);
        if (command_line->json && status >= 0)
            document_print(
                report_json_played("replay", status == 0 ? RESULT_VALID : RESULT_INCONCLUSIVE,
                                   &(const struct report_played_phone){.mac = options->mac}, 1));
    }
    if (port)
        port->operations->close(port);
    recorded_phone_free(phone);
    return status;
}
