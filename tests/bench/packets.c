/* SPDX-License-Identifier: BSD-2-Clause */
/* See packets.h. */
#include "tests/bench/packets.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int open_packets(const char *interface)
{
    struct sockaddr_ll own = {.sll_family = AF_PACKET,
                              .sll_protocol = htons(ETH_P_IP),
                              .sll_ifindex = (int)if_nametoindex(interface)};
    struct packet_mreq all = {.mr_ifindex = own.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    int opened = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
    if (opened < 0 || bind(opened, (const struct sockaddr *)&own, sizeof own) != 0 ||
        setsockopt(opened, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0) {
        perror(interface);
        exit(1);
    }
    return opened;
}
