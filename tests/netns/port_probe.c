/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens an interface as the program does and prints what its port says, one line per event, for
 * tests/netns/port_live.sh: port_probe INTERFACE SECONDS SEND_COUNT [drop] [listen] [wait]
 *
 * SEND_COUNT ARP frames of 60 bytes are sent, the next one when the last has come back.
 */
#include "base/bytes.h"
#include "port/call_filter.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/privileges.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct probe {
    struct port *port;
    unsigned frames_to_send;
    bool drops, listens, waits;
};

static bool say_waiting(void *context, bool is_enabled, unsigned waited_s)
{
    (void)context;
    printf("waiting %s %u\n", is_enabled ? "no-carrier" : "switched-off", waited_s);
    return waited_s < 10;
}

static bool send_one(struct probe *probe, struct error *error)
{
    static uint8_t frame[60];
    if (probe->frames_to_send == 0)
        return true;
    memset(frame, 0xff, 6);
    memcpy(frame + 6, "\x02\x00\x00\x00\x00\x77", 6);
    bytes_store_be16(frame + 12, 0x0806);
    bytes_store_be16(frame + 14, (uint16_t)probe->frames_to_send--);
    return probe->port->operations->send(probe->port, frame, sizeof frame, error);
}

static void say_frame(const struct captured_frame *frame, instant_ns now_ns)
{
    printf("frame %" PRIu64 " length %zu type %04x tag %02x%02x from %02x age_us %" PRId64 "\n",
           frame->number, frame->length, bytes_load_be16(frame->bytes + 12), frame->bytes[14],
           frame->bytes[15], frame->bytes[11], (now_ns - frame->time_ns) / NS_PER_US);
}

/* Returns: the exit status. */
static int run(struct probe *probe, instant_ns end_ns, struct error *error)
{
    const struct port_operations *operations = probe->port->operations;
    if (!send_one(probe, error))
        return 1;
    for (;;) {
        struct captured_frame frame;
        switch (operations->next(probe->port, end_ns, &frame, error)) {
        case PORT_FRAME:
            say_frame(&frame, operations->now(probe->port));
            if (frame.bytes[11] == 0x77 && !send_one(probe, error))
                return 1;
            break;
        case PORT_DEADLINE:
            printf("deadline\n");
            return 0;
        case PORT_CARRIER_UP:
            printf("carrier up\n");
            break;
        case PORT_CARRIER_DOWN:
            printf("carrier down\n");
            break;
        case PORT_DISABLED:
            printf("switched off\n");
            break;
        case PORT_INTERRUPTED:
            printf("interrupted by %d\n", interruption_signal());
            return 0;
        default:
            return 1;
        }
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    struct error error = {0};
    struct probe probe = {.frames_to_send = (unsigned)atoi(argv[3])};
    for (int i = 4; i < argc; i++) {
        probe.drops |= strcmp(argv[i], "drop") == 0;
        probe.listens |= strcmp(argv[i], "listen") == 0;
        probe.waits |= strcmp(argv[i], "wait") == 0;
    }
    struct text notes = TEXT_EMPTY;
    if (probe.drops && !privileges_begin(&notes, &error)) {
        printf("error %d %s\n", error.kind, error.text);
        return 1;
    }
    text_free(&notes);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct port_live_config config = {.interface = argv[1],
                                      .listen_only = probe.listens,
                                      .interrupt_descriptor = interruption_open(&error)};
    struct interface_info interface;
    if (probe.waits && interface_find_usable(argv[1], &interface, &error)) {
        enum port_event event = port_live_wait_carrier(&interface, config.interrupt_descriptor,
                                                       say_waiting, NULL, &error);
        printf("waited %s\n", event == PORT_CARRIER_UP ? "up" : "in vain");
    }
    probe.port = port_live_open(&config, &error);
    if (!probe.port) {
        printf("error %d %s\n", error.kind, error.text);
        return 1;
    }
    if (probe.drops && (!privileges_drop(&error) ||
                        !call_filter_install(CALL_FILTER_READ | CALL_FILTER_SEND, &error))) {
        printf("error %d %s\n", error.kind, error.text);
        return 1;
    }
    printf("open\n");
    instant_ns end_ns = probe.port->operations->now(probe.port) + atoi(argv[2]) * NS_PER_S;
    int status = run(&probe, end_ns, &error);
    if (status != 0)
        printf("error %d %s\n", error.kind, error.text);
    struct port_counters counters;
    probe.port->operations->counters(probe.port, &counters);
    printf("in %" PRIu64 " out %" PRIu64 " lost %" PRIu64 "\n", counters.frames_in,
           counters.frames_out, counters.frames_unsent);
    probe.port->operations->close(probe.port);
    return status;
}
