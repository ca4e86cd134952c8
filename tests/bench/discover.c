/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is first with an OFFER, and how fast: power-ups of loaders, one after the other, each with a
 * MAC address of its own.
 *
 *   discover INTERFACE COUNT    sends COUNT DISCOVERs, 100 ms apart, and takes what comes for each
 *
 * Prints one line per server that offered (option 54): ADDRESS FIRST-COUNT OFFER-COUNT MEDIAN-US
 * P99-US
 */
#include "tests/bench/packets.h"

#include "base/bytes.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SERVERS_MAXIMUM 4
#define COUNT_MAXIMUM   1000
#define WINDOW_S        0.1

struct server {
    uint32_t address;
    unsigned firsts, offers;
    double seconds[COUNT_MAXIMUM];
};

static struct server servers[SERVERS_MAXIMUM];
static unsigned server_count;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct mac_address mac_of_phone(unsigned number)
{
    return (struct mac_address){{0x00, 0x24, 0x14, 0xa1, (uint8_t)(number >> 8), (uint8_t)number}};
}

/* What the loader broadcasts when it starts (docs: protocol, boot). */
static size_t build_discover(struct craft *craft, unsigned number, uint8_t ret[CRAFT_FRAME_SIZE])
{
    const struct mac_address mac = mac_of_phone(number);
    struct dhcp_message message = {
        .operation = DHCP_BOOTREQUEST,
        .transaction_id = bytes_load_be32(mac.octet + 2) + UINT32_C(0x01000000),
        .client_mac = mac,
    };
    const struct craft_udp header = {
        .source_mac = mac,
        .destination_mac = mac_broadcast,
        .destination_ip = UINT32_MAX,
        .source_port = DHCP_CLIENT_PORT,
        .destination_port = DHCP_SERVER_PORT,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_DISCOVER);
    dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, DHCP_LOADER_VENDOR_CLASS,
                      (uint8_t)strlen(DHCP_LOADER_VENDOR_CLASS));
    dhcp_write_end(&writer, sizeof payload);
    return craft_udp(craft, &header, payload, writer.length, ret);
}

static struct server *find_server(uint32_t address)
{
    for (unsigned i = 0; i < server_count; i++)
        if (servers[i].address == address)
            return &servers[i];
    if (server_count == SERVERS_MAXIMUM)
        return NULL;
    servers[server_count].address = address;
    return &servers[server_count++];
}

/* Everything that comes within the window. */
static void take_offers(int opened, unsigned number, double sent)
{
    const struct mac_address mac = mac_of_phone(number);
    struct pollfd polled = {.fd = opened, .events = POLLIN};
    bool has_first = false;
    for (double left; (left = sent + WINDOW_S - now()) > 0;) {
        uint8_t bytes[2048];
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        struct frame frame;
        if (poll(&polled, 1, (int)(left * 1000) + 1) <= 0)
            continue;
        ssize_t length = recvfrom(opened, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size);
        double time = now();
        if (length <= 0 || from.sll_pkttype == PACKET_OUTGOING)
            continue;
        frame_dissect(bytes, (size_t)length, (size_t)length, &frame);
        if (frame.kind != FRAME_DHCP || frame.dhcp.type != DHCP_OFFER ||
            !mac_equal(&frame.dhcp.client_mac, &mac))
            continue;
        struct server *server = find_server(frame.dhcp.server_identifier);
        if (!server || server->offers == COUNT_MAXIMUM)
            continue;
        server->firsts += !has_first;
        has_first = true;
        server->seconds[server->offers++] = time - sent;
    }
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    struct error error;
    unsigned count = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    if (count == 0 || count > COUNT_MAXIMUM) {
        fprintf(stderr, "usage: discover INTERFACE COUNT (1 to %d)\n", COUNT_MAXIMUM);
        return 2;
    }
    struct craft *craft = craft_new(&error);
    int opened = open_packets(argv[1]);
    for (unsigned number = 0; number < count; number++) {
        uint8_t discover[CRAFT_FRAME_SIZE];
        size_t length = build_discover(craft, number, discover);
        double sent = now();
        if (send(opened, discover, length, 0) < 0)
            perror("discover");
        take_offers(opened, number, sent);
    }
    for (unsigned i = 0; i < server_count; i++) {
        struct server *server = &servers[i];
        const struct in_addr address = {htonl(server->address)};
        qsort(server->seconds, server->offers, sizeof *server->seconds, compare);
        printf("%s %u %u %.0f %.0f\n", inet_ntoa(address), server->firsts, server->offers,
               server->seconds[server->offers / 2] * 1e6,
               server->seconds[(size_t)(server->offers * 0.99)] * 1e6);
    }
    craft_free(craft);
    return 0;
}
