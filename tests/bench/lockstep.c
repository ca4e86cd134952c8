/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock-step TFTP client on ordinary sockets, the same for every server that is measured: it takes
 * a file in blocks of 512 bytes, acknowledges each at once, and tells how long a server takes from
 * an ACK to its next DATA.
 *
 *   lockstep server ADDRESS FILE        asks ADDRESS:69, as any TFTP client does
 *   lockstep phone INTERFACE ADDRESS    answers a REQUEST, confirms the order, and asks the group
 * for the file, as a phone with that address does
 *
 * Prints: BLOCKS SECONDS BLOCKS-PER-SECOND MEDIAN-US P99-US
 */
#include "base/bytes.h"
#include "wire/recm.h"
#include "wire/tftp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS_MAXIMUM  65535
#define RETRIES_MAXIMUM 5
#define SERIAL          "CBT14110001"

static double turnarounds[BLOCKS_MAXIMUM]; /* seconds */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
    fprintf(stderr, "lockstep: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static int open_udp(const char *address, uint16_t port)
{
    const struct timeval patience = {.tv_sec = 2};
    const int on = 1;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    int opened = socket(AF_INET, SOCK_DGRAM, 0);
    if (address && inet_aton(address, &own.sin_addr) == 0)
        give_up("that is no IPv4 address");
    if (opened < 0 || setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        bind(opened, (const struct sockaddr *)&own, sizeof own) != 0)
        give_up("no socket");
    return opened;
}

/* Sends to groups by `interface`, and hears nothing of that itself. */
static void use_group(int opened, unsigned interface, bool joins)
{
    struct ip_mreqn membership = {.imr_ifindex = (int)interface};
    const int off = 0;
    membership.imr_multiaddr.s_addr = htonl(RECM_GROUP_IP);
    if ((joins &&
         setsockopt(opened, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) ||
        setsockopt(opened, IPPROTO_IP, IP_MULTICAST_IF, &membership, sizeof membership) != 0 ||
        setsockopt(opened, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off) != 0)
        give_up("no group");
}

/* The phone's part up to the order. Returns: in `ret_name` the file that it is to ask for. */
static void be_ordered(unsigned interface, const char *address, char ret_name[RECM_FILE_NAME_SIZE])
{
    struct recm_message message;
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons(RECM_PC_PORT)};
    struct in_addr own;
    int opened = open_udp(NULL, RECM_PHONE_PORT);
    use_group(opened, interface, true);
    group.sin_addr.s_addr = htonl(RECM_GROUP_IP);
    inet_aton(address, &own);
    for (double end = now() + 60; now() < end;) {
        uint8_t received[RECM_PC_LENGTH + 1], answer[RECM_PHONE_LENGTH];
        ssize_t length = recv(opened, received, sizeof received, 0);
        if (length < 0 || recm_parse(received, (size_t)length, (size_t)length, RECM_PC_PORT,
                                     RECM_PHONE_PORT, &message) != WIRE_OK)
            continue;
        bool is_order = message.operation == RECM_UPGRADE;
        if (is_order) {
            recm_build_echo(SERIAL, message.tftp_port, message.file_name, answer);
        } else {
            struct recm_message reply = {.serial = SERIAL,
                                         .product = "SPA504G",
                                         .software = "7.4.4rec",
                                         .hardware = "1.0.2",
                                         .ip = ntohl(own.s_addr)};
            struct ifreq own_interface = {0};
            if (!if_indextoname(interface, own_interface.ifr_name) ||
                ioctl(opened, SIOCGIFHWADDR, &own_interface) != 0)
                give_up("no MAC address");
            memcpy(&reply.mac, own_interface.ifr_hwaddr.sa_data, sizeof reply.mac);
            recm_build_reply(&reply, answer);
        }
        sendto(opened, answer, sizeof answer, 0, (const struct sockaddr *)&group, sizeof group);
        if (is_order) {
            snprintf(ret_name, RECM_FILE_NAME_SIZE, "%s", message.file_name);
            close(opened);
            return;
        }
    }
    give_up("no order came");
}

static void send_request(int opened, const struct sockaddr_in *to, const char *name)
{
    uint8_t request[RECM_FILE_NAME_SIZE + 16] = {0, TFTP_RRQ};
    int length = snprintf((char *)request + 2, sizeof request - 2, "%s%coctet", name, 0);
    sendto(opened, request, (size_t)length + 3, 0, (const struct sockaddr *)to, sizeof *to);
}

static void send_ack(int opened, const struct sockaddr_in *to, uint16_t block)
{
    uint8_t ack[4] = {0, TFTP_ACK, (uint8_t)(block >> 8), (uint8_t)block};
    sendto(opened, ack, sizeof ack, 0, (const struct sockaddr *)to, sizeof *to);
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void report(unsigned blocks, double seconds)
{
    unsigned count = blocks - 1;
    qsort(turnarounds, count, sizeof *turnarounds, compare);
    printf("%u %.3f %.0f %.1f %.1f\n", blocks, seconds, blocks / seconds,
           turnarounds[count / 2] * 1e6, turnarounds[(size_t)(count * 0.99)] * 1e6);
}

/* From the request to the last block; `answers_anybody`: the server answers from where it likes. */
static void download(int opened, struct sockaddr_in to, const char *name, bool answers_anybody)
{
    double begin = 0, sent = 0;
    unsigned blocks = 0, tries = 0;
    send_request(opened, &to, name);
    for (;;) {
        uint8_t data[4 + TFTP_BLOCK_LENGTH + 1];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(opened, data, sizeof data, 0, (struct sockaddr *)&from, &size);
        double time = now();
        if (length < 0) {
            if (++tries > RETRIES_MAXIMUM)
                give_up("the server has fallen silent");
            if (blocks > 0)
                send_ack(opened, &to, (uint16_t)blocks);
            else
                send_request(opened, &to, name);
            continue;
        }
        if (length < 4 || bytes_load_be16(data) != TFTP_DATA ||
            bytes_load_be16(data + 2) != blocks + 1)
            continue;
        if (blocks == 0) {
            begin = time;
            to.sin_port = from.sin_port;
            if (answers_anybody)
                to.sin_addr = from.sin_addr;
        } else {
            turnarounds[blocks - 1] = time - sent;
        }
        blocks++;
        sent = now();
        send_ack(opened, &to, (uint16_t)blocks);
        tries = 0;
        if (length < 4 + TFTP_BLOCK_LENGTH || blocks == BLOCKS_MAXIMUM)
            break;
    }
    report(blocks, now() - begin);
}

int main(int argc, char **argv)
{
    bool is_phone = argc == 4 && strcmp(argv[1], "phone") == 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(TFTP_SERVER_PORT)};
    char name[RECM_FILE_NAME_SIZE];
    if (argc != 4 || (!is_phone && strcmp(argv[1], "server") != 0)) {
        fprintf(stderr, "usage: lockstep server ADDRESS FILE | phone INTERFACE ADDRESS\n");
        return 2;
    }
    int opened = open_udp(is_phone ? argv[3] : NULL, TFTP_PHONE_PORT);
    if (is_phone) {
        unsigned interface = if_nametoindex(argv[2]);
        use_group(opened, interface, false);
        be_ordered(interface, argv[3], name);
        to.sin_addr.s_addr = htonl(RECM_GROUP_IP);
    } else {
        snprintf(name, sizeof name, "%s", argv[3]);
        if (inet_aton(argv[2], &to.sin_addr) == 0)
            give_up("that is no IPv4 address");
    }
    download(opened, to, name, !is_phone);
    return 0;
}
