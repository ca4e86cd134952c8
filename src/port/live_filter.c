/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel lets through to a live port: see live_filter.h. */
#include "port/live_filter.h"

#include "base/address.h"
#include "loader/loader.h"

#include <stdio.h>

/* Routers that a loader's TCP may have passed before the port sees it. */
#define ROUTERS_MAXIMUM 10

void live_filter_write(uint32_t address, char ret[LIVE_FILTER_SIZE])
{
    char own[32] = "";
    char wanted[LIVE_FILTER_SIZE / 2 - 32];
    if (address != 0)
        snprintf(own, sizeof own, " or host %s", ipv4_format(address).text);
    snprintf(
        wanted, sizeof wanted,
        "arp or igmp or icmp or host 234.4.8.10"
        " or ether proto 0x88cc or ether dst 01:80:c2:00:00:00"
        " or ether dst 01:00:0c:cc:cc:cc or ether dst 01:00:0c:cc:cc:cd"
        " or (udp and (port %d or port %d or port %d or port %d or port %d or port %d or port %d))"
        " or (tcp and (tcp[13] & 7 != 0 or (ip[8] > %d and ip[8] <= %d)%s))",
        DHCP_SERVER_PORT, DHCP_CLIENT_PORT, TFTP_SERVER_PORT, TFTP_PHONE_PORT, RECM_PHONE_PORT,
        RECM_PC_PORT, DNS_PHONE_PORT, LOADER_SYN_TTL - ROUTERS_MAXIMUM, LOADER_SYN_TTL, own);
    /* "vlan" moves all offsets behind it by a tag, so that the same words stand there again. */
    snprintf(ret, LIVE_FILTER_SIZE, "%s or (vlan and (%s))", wanted, wanted);
}
