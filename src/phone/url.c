/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's own attempts to fetch an image (docs: protocol, URL attempts): recovery URL, then
 * last upgrade URL, between two listening windows. Other schemes than tftp:// and http:// in lower
 * case are no URLs to it.
 */
#include "phone/internal.h"

#include "wire/dns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTP_PORT     80
#define SCHEME_LENGTH 7 /* of both */

/* Splits host[:port][/path]. Returns: false if there is no host. */
static bool split(const char *rest, struct url *url)
{
    size_t host_length = strcspn(rest, ":/");
    if (host_length == 0)
        return false;
    memcpy(url->host, rest, host_length);
    rest += host_length;
    if (*rest == ':') {
        char *end;
        url->port = (uint16_t)strtoul(rest + 1, &end, 10);
        rest = end + strcspn(end, "/");
    }
    strcpy(url->path, *rest == '/' ? rest : "/");
    return true;
}

static struct url url_parse(const char *text)
{
    struct url url = {.port = HTTP_PORT};
    url.is_http = strncmp(text, "http://", SCHEME_LENGTH) == 0;
    if (!url.is_http && strncmp(text, "tftp://", SCHEME_LENGTH) != 0)
        return (struct url){0};
    url.present = split(text + SCHEME_LENGTH, &url);
    url.is_name = !ipv4_parse(url.host, &url.host_ip);
    return url;
}

void url_parse_all(struct phone *phone)
{
    phone->urls[0] = url_parse(phone->config.recovery_url);
    phone->urls[1] = url_parse(phone->config.last_url);
}

static void connect_to_host(struct phone *phone, const struct url *url)
{
    struct attempt *attempt = &phone->attempt;
    attempt->host_ip = url->host_ip;
    attempt->host_port = url->port;
    bool on_link = (url->host_ip & phone->mask) == (phone->ip & phone->mask);
    attempt->arp_target = on_link ? url->host_ip : phone->gateway;
    if (attempt->arp_target == 0) {
        recovery_download_failed(phone, "no gateway");
    } else if (url->is_http) {
        http_client_start(phone);
    } else {
        phone_print_cost(phone, LOADER_URL_PRINT_NS);
        arp_resolve(phone, attempt->arp_target);
    }
}

static void ask_name_servers(struct phone *phone, const struct url *url)
{
    uint8_t query[DNS_NAME_SIZE + 32];
    struct writer writer = writer_over(query, sizeof query);
    dns_write_query(&writer, ++phone->dns_identification, url->host);
    if (phone->dns_server_count == 0 || writer.failed) {
        recovery_download_failed(phone, "no name server");
        return;
    }
    phone_set_state(phone, PHONE_URL_DNS);
    for (unsigned i = 0; i < phone->dns_server_count; i++)
        phone_transmit_udp(phone, phone->dns_servers[i], DNS_PHONE_PORT, DNS_SERVER_PORT, query,
                           writer.length);
    phone_set_timer(phone, LOADER_DNS_WAIT_NS, true);
}

static void start_attempt(struct phone *phone, const struct url *url)
{
    phone->attempt = (struct attempt){.kind = ATTEMPT_URL};
    strcpy(phone->attempt.file, url->path);
    phone_note(phone, "console: trying %s://%s%s", url->is_http ? "http" : "tftp", url->host,
               url->path);
    if (url->host_ip == 0)
        ask_name_servers(phone, url);
    else
        connect_to_host(phone, url);
}

void url_next_attempt(struct phone *phone)
{
    while (phone->next_url < PHONE_URLS) {
        const struct url *url = &phone->urls[phone->next_url++];
        if (url->present) {
            start_attempt(phone, url);
            return;
        }
    }
    phone->window = (phone->window + 1) % LOADER_WINDOWS;
    recovery_listen(phone);
}

void url_dns_timer(struct phone *phone)
{
    recovery_download_failed(phone, "no answer from the name server yet");
}

/* A late answer is remembered and makes the next attempt succeed. */
void url_dns_packet(struct phone *phone, const struct packet *packet)
{
    struct dns_message message;
    if (dns_parse(packet->payload, packet->payload_length, &message) != WIRE_OK ||
        !message.is_response || !message.has_address)
        return;
    for (unsigned i = 0; i < PHONE_URLS; i++) {
        struct url *url = &phone->urls[i];
        if (!url->present || !url->is_name || strcasecmp(url->host, message.name) != 0)
            continue;
        url->host_ip = message.address;
        if (phone->state == PHONE_URL_DNS && i + 1 == phone->next_url)
            connect_to_host(phone, url);
    }
}
