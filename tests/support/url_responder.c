/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serves a file by the TCP side of --answer-urls on a live interface, to any client and not only to
 * a phone: url_responder IF ADDRESS FILE. ADDRESS must be nobody's, this host's neither. For tests
 * with programs that have a real TCP.
 */
#include "engine/service/arp.h"
#include "engine/service/http.h"
#include "port/interfaces.h"
#include "port/live.h"

#include <stdio.h>

#define FILE_MAXIMUM 7000000

struct responder {
    struct core core;
    struct http_connection connection;
    struct port *port;
};

static void handle(struct responder *responder, enum http_result result, instant_ns now_ns)
{
    static const char *const words[] = {
        [HTTP_COMPLETE] = "complete", [HTTP_PRESUMED] = "presumed", [HTTP_BROKEN] = "broken"};
    if (result == HTTP_ASKED) {
        printf("asked: %s\n", responder->connection.request_line);
        http_answer(&responder->core, &responder->connection, now_ns);
    } else if (result > HTTP_ADVANCED) {
        printf("%s after %u repeats\n", words[result], responder->connection.retransmissions);
    }
    fflush(stdout);
}

static void timer_came_due(void *owner, instant_ns now_ns)
{
    struct responder *responder = owner;
    handle(responder, http_timer(&responder->core, &responder->connection, now_ns), now_ns);
}

static void take_frame(struct responder *responder, const struct captured_frame *received)
{
    struct core *core = &responder->core;
    struct frame frame;
    frame_dissect_captured(received, &frame);
    if (frame.reason != WIRE_OK || mac_equal(&frame.ethernet.source, &core->config.source_mac))
        return;
    if (frame.kind == FRAME_ARP && frame.arp.operation == ARP_REQUEST_OPERATION &&
        frame.arp.target_ip == core->config.address)
        arp_answer_for(core, &frame.arp);
    else if (frame.kind == FRAME_TCP && frame.ipv4.destination == core->config.address)
        handle(responder, http_segment(core, &responder->connection, &frame, received->time_ns),
               received->time_ns);
}

static bool send_all(struct responder *responder, struct error *ret_error)
{
    struct station_output output;
    while (outbox_next(&responder->core.outbox, &output)) {
        if (!responder->port->operations->send(responder->port, output.bytes, output.length,
                                               ret_error))
            return false;
    }
    return true;
}

static bool serve(struct responder *responder, struct error *ret_error)
{
    struct port *port = responder->port;
    struct captured_frame received;
    for (;;) {
        instant_ns deadline_ns = timers_next(&responder->core.timers);
        switch (port->operations->next(port, deadline_ns, &received, ret_error)) {
        case PORT_FRAME:
            take_frame(responder, &received);
            break;
        case PORT_FAILED:
            return false;
        default:
            timers_fire(&responder->core.timers, port->operations->now(port));
            break;
        }
        if (!send_all(responder, ret_error))
            return false;
    }
}

static bool read_file(const char *path, struct station_config *config)
{
    static uint8_t bytes[FILE_MAXIMUM];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    config->image_length = fread(bytes, 1, sizeof bytes, file);
    config->image = bytes;
    return fclose(file) == 0 && config->image_length > 0;
}

int main(int count, char **words)
{
    static struct responder responder;
    struct station_config *config = &responder.core.config;
    struct interface_info interface;
    struct error error = {0};
    *config = station_config_default();
    if (count != 4 || !ipv4_parse(words[2], &config->address) || !read_file(words[3], config)) {
        fprintf(stderr, "usage: url_responder INTERFACE ADDRESS FILE\n");
        return 2;
    }
    struct port_live_config live = {
        .interface = words[1], .unfiltered = true, .interrupt_descriptor = -1};
    responder.connection.timer = timer_for(timer_came_due, &responder);
    bool good = interface_find_usable(words[1], &interface, &error) &&
                (responder.port = port_live_open(&live, &error)) != NULL;
    config->source_mac = interface.mac;
    if (good && outbox_init(&responder.core.outbox, config, 1, &error)) {
        puts("ready");
        fflush(stdout);
        serve(&responder, &error);
    }
    fprintf(stderr, "url_responder: %s\n", error.text);
    return 1;
}
