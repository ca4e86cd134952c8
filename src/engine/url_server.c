/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers a phone's own URL attempts with the image (docs: protocol, URL attempts), if the user
 * asked for it and the phone is one of those the run is for: names resolve to our address, hosts
 * that do not answer ARP are stood in for, TFTP requests to any address are served. HTTP is not:
 * over it the loader is slow and can crash, and it listens again after some seconds.
 */
#include "engine/parts.h"

#define STAND_IN_AT    2 /* the second who-has: the host itself has not answered */
#define ANSWER_SIZE    512
#define TIME_TO_LIVE_S 60

bool url_server_serves(const struct station *station, const struct session *session)
{
    const struct station_config *config = &station->core.config;
    return config->answer_urls && config->mode == STATION_RECOVER && session &&
           session->state != SESSION_RECOVERED && session->state != SESSION_FAILED &&
           session->state != SESSION_DELIVERED && choice_wants(station, session);
}

void url_server_query(struct station *station, struct session *session, const struct frame *frame)
{
    struct core *core = &station->core;
    if (frame->dns.is_response || frame->udp.destination_port != DNS_SERVER_PORT ||
        frame->ipv4.destination != core->config.address)
        return;
    uint8_t payload[ANSWER_SIZE];
    struct writer writer = writer_over(payload, sizeof payload);
    dns_write_answer(&writer, frame->payload, frame->payload_length, core->config.address,
                     TIME_TO_LIVE_S);
    if (!writer.failed)
        outbox_udp(&core->outbox, &session->mac, frame->ipv4.source, DNS_SERVER_PORT,
                   frame->udp.source_port, payload, writer.length);
}

void url_server_who_has(struct station *station, struct session *session,
                        const struct arp_packet *request)
{
    struct gateway_help *help = &session->url_host;
    if (help->gateway_ip != request->target_ip)
        *help = (struct gateway_help){.gateway_ip = request->target_ip};
    if (++help->asked >= STAND_IN_AT)
        arp_answer_for(&station->core, request);
}

void url_server_connection(struct station *station, struct session *session,
                           const struct frame *frame, instant_ns now_ns)
{
    if (!(frame->tcp.flags & TCP_FLAG_SYN) || session->http_said)
        return;
    session->http_said = true;
    journal_message(&station->core.journal, now_ns, &session->mac,
                    "The phone tries to fetch a file from %s by HTTP, which is not answered: it "
                    "listens again after some seconds.",
                    ipv4_format(frame->ipv4.destination).text);
}
