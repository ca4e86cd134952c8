/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's HTTP client and the little TCP it has (docs: protocol, URL attempts): window 1024,
 * in-order segments only, sequence numbers from 0. In static mode it cannot work and does not here.
 */
#include "phone/internal.h"

#include "wire/recm.h"
#include "wire/tcp.h"

#include <stdio.h>
#include <string.h>

#define HTTP_REQUEST_SIZE 384

static void send_arp_request(struct phone *phone)
{
    phone->http.transmissions++;
    struct arp_packet packet = {.operation = ARP_REQUEST_OPERATION,
                                .sender_mac = phone->config.mac,
                                .sender_ip = phone->ip,
                                .target_ip = phone->attempt.arp_target};
    phone_transmit_arp(phone, &packet, &mac_broadcast, LOADER_ARP_HTTP_FRAME_LENGTH);
    phone_set_timer(phone, LOADER_HTTP_ARP_WAIT_NS, false);
}

void http_client_start(struct phone *phone)
{
    phone->http = (struct http_client){.stage = HTTP_ARP};
    phone->download_length = 0;
    phone->slow_receive = true;
    phone_set_state(phone, PHONE_URL_HTTP);
    send_arp_request(phone);
}

static void send_syn(struct phone *phone)
{
    phone->http.transmissions++;
    phone_transmit_tcp(phone, TCP_FLAG_SYN, LOADER_HTTP_MSS, NULL, 0);
    phone_set_timer(phone, LOADER_HTTP_SYN_WAIT_NS, false);
    phone->timer_ns = instant_earlier(phone->timer_ns, phone->http.give_up_ns);
}

static void start_connecting(struct phone *phone)
{
    phone->http.stage = HTTP_CONNECTING;
    phone->http.transmissions = 0;
    phone->http.give_up_ns = phone->cpu_ns + LOADER_HTTP_CONNECT_LIMIT_NS;
    send_syn(phone);
}

void http_client_arp_reply(struct phone *phone)
{
    if (phone->http.stage == HTTP_ARP)
        start_connecting(phone);
}

static void give_up(struct phone *phone, const char *why)
{
    phone_transmit_tcp(phone, TCP_FLAG_RST | TCP_FLAG_ACK, 0, NULL, 0);
    phone_print_cost(phone, LOADER_HTTP_RST_PRINT_NS - LOADER_FAILURE_PRINT_NS);
    recovery_download_failed(phone, why);
}

/* The request is what the phone says of itself: its own address as Host, a constant User-Agent. */
static void send_request(struct phone *phone)
{
    char request[HTTP_REQUEST_SIZE];
    int length =
        snprintf(request, sizeof request,
                 "GET %s HTTP/1.0\r\nHost: %s:%u\r\n"
                 "User-Agent: Linksys/SPA-5X51-(88014FA00024)\r\n"
                 "Connection: close\r\n\r\n",
                 phone->attempt.file, ipv4_format(phone->ip).text, phone->attempt.host_port);
    phone->http.sequence = 1;
    phone_transmit_tcp(phone, TCP_FLAG_PSH | TCP_FLAG_ACK, 0, (const uint8_t *)request,
                       (size_t)length);
    phone->http.sequence = 1 + (uint32_t)length;
}

void http_client_timer(struct phone *phone)
{
    struct http_client *http = &phone->http;
    switch (http->stage) {
    case HTTP_ARP:
        if (http->transmissions < LOADER_HTTP_ARP_REQUESTS) {
            send_arp_request(phone);
        } else {
            phone->next_hop = mac_broadcast;
            start_connecting(phone);
        }
        break;
    case HTTP_CONNECTING:
        if (phone->cpu_ns < http->give_up_ns)
            send_syn(phone);
        else
            give_up(phone, "no TCP connection");
        break;
    case HTTP_RECEIVING:
        give_up(phone, "the HTTP server fell silent");
        break;
    }
}

static bool status_is_200(const char *header)
{
    return strncmp(header, "HTTP/1.", 7) == 0 && strncmp(header + 8, " 200", 4) == 0;
}

/* Takes header bytes out of the stream. Returns: false if the attempt has ended. */
static bool take_header(struct phone *phone, const uint8_t **bytes, size_t *length)
{
    struct http_client *http = &phone->http;
    while (!http->header_complete && *length > 0) {
        if (http->header_length + 1 >= sizeof http->header) {
            give_up(phone, "HTTP header too long");
            return false;
        }
        http->header[http->header_length++] = (char)**bytes;
        http->header[http->header_length] = '\0';
        ++*bytes;
        --*length;
        if (http->header_length >= 4 &&
            memcmp(http->header + http->header_length - 4, "\r\n\r\n", 4) == 0)
            http->header_complete = true;
    }
    if (http->header_complete && !status_is_200(http->header)) {
        give_up(phone, "HTTP status is not 200");
        return false;
    }
    return true;
}

/* Returns: false if the attempt has ended. */
static bool take_bytes(struct phone *phone, const uint8_t *bytes, size_t length)
{
    phone_spend(phone, (duration_ns)length * LOADER_HTTP_BYTE_COST_NS);
    if (!take_header(phone, &bytes, &length))
        return false;
    if (phone->download_length + phone->http.header_length + length > LOADER_HTTP_MAXIMUM) {
        give_up(phone, "HTTP answer too long");
        return false;
    }
    return recovery_download_append(phone, bytes, length, LOADER_HTTP_MAXIMUM);
}

static void receive(struct phone *phone, const struct tcp_segment *segment)
{
    struct http_client *http = &phone->http;
    if (segment->sequence != http->acknowledgement) {
        phone_transmit_tcp(phone, TCP_FLAG_ACK, 0, NULL, 0);
        return;
    }
    if (segment->payload_length > 0) {
        http->acknowledgement += (uint32_t)segment->payload_length;
        if (!take_bytes(phone, segment->payload, segment->payload_length))
            return;
        phone_transmit_tcp(phone, TCP_FLAG_ACK, 0, NULL, 0);
        phone_set_timer(phone, LOADER_HTTP_IDLE_LIMIT_NS, false);
    }
    if (!(segment->flags & TCP_FLAG_FIN))
        return;
    http->acknowledgement++;
    phone_transmit_tcp(phone, TCP_FLAG_FIN | TCP_FLAG_ACK, 0, NULL, 0);
    if (http->header_complete && phone->download_length > 0)
        recovery_download_complete(phone);
    else
        recovery_download_failed(phone, "HTTP answer without a body");
}

void http_client_segment(struct phone *phone, const struct packet *packet)
{
    struct http_client *http = &phone->http;
    struct ipv4_header ipv4 = {.source = packet->source_ip,
                               .destination = packet->destination_ip,
                               .protocol = IPV4_PROTOCOL_TCP,
                               .payload_length = packet->payload_length};
    struct tcp_segment segment;
    if (tcp_parse(packet->payload, packet->payload_length, packet->payload_length, &ipv4,
                  &segment) != WIRE_OK ||
        packet->source_ip != phone->attempt.host_ip ||
        segment.source_port != phone->attempt.host_port ||
        segment.destination_port != LOADER_HTTP_SOURCE_PORT || http->stage == HTTP_ARP)
        return;
    if (segment.flags & TCP_FLAG_RST) {
        recovery_download_failed(phone, "TCP connection refused");
    } else if (http->stage == HTTP_CONNECTING) {
        if ((segment.flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) != (TCP_FLAG_SYN | TCP_FLAG_ACK) ||
            segment.acknowledgement != 1)
            return;
        http->stage = HTTP_RECEIVING;
        http->acknowledgement = segment.sequence + 1;
        http->sequence = 1;
        phone_transmit_tcp(phone, TCP_FLAG_ACK, 0, NULL, 0);
        send_request(phone);
        phone_set_timer(phone, LOADER_HTTP_IDLE_LIMIT_NS, false);
    } else {
        receive(phone, &segment);
    }
}
