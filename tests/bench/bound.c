/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bound of the race: the least that a program on a packet socket can do between an ACK and the
 * next DATA. One receive, one send, frames built beforehand; nothing is checked, recorded or told.
 *
 *   bound INTERFACE IMAGE [spin]    serves one `lockstep phone`, and ends
 */
#include "tests/bench/packets.h"

#include "base/bytes.h"
#include "wire/craft.h"
#include "wire/ethernet.h"
#include "wire/recm.h"
#include "wire/tftp.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define OWN_IP   UINT32_C(0xc6120001)
#define OWN_PORT 6900

#define AT_SOURCE_PORT 34
#define AT_PAYLOAD     42

struct built {
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t length;
};

static const struct mac_address own_mac = {{0x02, 0x53, 0x4f, 0xb0, 0x00, 0x01}};
static struct craft *craft;
static uint8_t *image;
static size_t image_length;

static void build(const struct mac_address *to_mac, uint32_t to_ip, uint16_t from_port,
                  uint16_t to_port, const uint8_t *payload, size_t length, struct built *ret)
{
    const struct craft_udp header = {
        .source_mac = own_mac,
        .destination_mac = *to_mac,
        .source_ip = OWN_IP,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    ret->length = craft_udp(craft, &header, payload, length, ret->bytes);
}

static void load_image(const char *path)
{
    FILE *file = fopen(path, "rb");
    image = malloc(BUFSIZ * 4096);
    if (file && image)
        image_length = fread(image, 1, BUFSIZ * 4096, file);
    if (image_length == 0) {
        perror(path);
        exit(1);
    }
    fclose(file);
}

/* All blocks for this phone. Returns: their number; *ret is [1, number]. */
static unsigned build_blocks(const struct mac_address *phone, uint32_t ip, struct built **ret)
{
    unsigned count = (unsigned)(image_length / TFTP_BLOCK_LENGTH + 1);
    struct built *blocks = calloc(count + 1, sizeof *blocks);
    if (!blocks)
        exit(1);
    for (unsigned block = 1; block <= count; block++) {
        size_t begin = (block - 1) * (size_t)TFTP_BLOCK_LENGTH;
        size_t left = image_length - begin;
        uint8_t payload[4 + TFTP_BLOCK_LENGTH];
        struct writer writer = writer_over(payload, sizeof payload);
        tftp_write_data(&writer, (uint16_t)block, image + begin,
                        left < TFTP_BLOCK_LENGTH ? left : TFTP_BLOCK_LENGTH);
        build(phone, ip, OWN_PORT, TFTP_PHONE_PORT, payload, writer.length, &blocks[block]);
    }
    *ret = blocks;
    return count;
}

int main(int argc, char **argv)
{
    struct error error;
    const struct mac_address group = mac_of_group(RECM_GROUP_IP);
    struct built request, *blocks = NULL;
    uint8_t payload[RECM_PC_LENGTH];
    unsigned count = 0, at = 0;
    time_t asked = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: bound INTERFACE IMAGE [spin]\n");
        return 2;
    }
    craft = craft_new(&error);
    load_image(argv[2]);
    int flags = argc > 3 ? MSG_DONTWAIT : 0;
    const struct timeval patience = {.tv_usec = 200000};
    int opened = open_packets(argv[1]);
    setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    build(&group, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload, &request);
    for (;;) {
        uint8_t frame[2048];
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        if (!blocks && time(NULL) != asked) {
            asked = time(NULL);
            send(opened, request.bytes, request.length, 0);
        }
        ssize_t length =
            recvfrom(opened, frame, sizeof frame, flags, (struct sockaddr *)&from, &size);
        if (length < AT_PAYLOAD + 4 || from.sll_pkttype == PACKET_OUTGOING)
            continue;
        uint16_t source_port = bytes_load_be16(frame + AT_SOURCE_PORT);
        uint16_t opcode = bytes_load_be16(frame + AT_PAYLOAD);
        struct mac_address phone;
        memcpy(&phone, frame + 6, sizeof phone);
        if (source_port == TFTP_PHONE_PORT && opcode == TFTP_ACK && blocks) {
            if (bytes_load_be16(frame + AT_PAYLOAD + 2) != (uint16_t)at)
                continue;
            if (at == count)
                return 0;
            at++;
            send(opened, blocks[at].bytes, blocks[at].length, 0);
        } else if (source_port == TFTP_PHONE_PORT && opcode == TFTP_RRQ && blocks) {
            at = 1;
            send(opened, blocks[1].bytes, blocks[1].length, 0);
        } else if (source_port == RECM_PHONE_PORT && frame[AT_PAYLOAD] == RECM_REPLY && !blocks) {
            struct recm_message reply;
            struct built order;
            recm_parse(frame + AT_PAYLOAD, (size_t)length - AT_PAYLOAD, (size_t)length - AT_PAYLOAD,
                       RECM_PHONE_PORT, RECM_PC_PORT, &reply);
            count = build_blocks(&phone, reply.ip, &blocks);
            recm_build_upgrade(reply.serial, TFTP_SERVER_PORT, "bound.bin", payload);
            build(&phone, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload,
                  &order);
            send(opened, order.bytes, order.length, 0);
        }
    }
}
