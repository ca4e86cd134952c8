/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other hosts on the simulated segment: a foreign DHCP server with its router, a TFTP server that
 * refuses every file, another program that asks for phones.
 */
#ifndef SIM_HOSTS_H
#define SIM_HOSTS_H

#include "tests/sim/plan.h"

#define HOST_IP     UINT32_C(0xc0a80101) /* 192.168.1.1 */
#define HOST_MASK   UINT32_C(0xffffff00)
#define HOST_ROUTER UINT32_C(0xc0a801fe)

struct host {
    const struct plan *plan;
    struct craft *craft;
    struct mac_address mac;
    struct segment_endpoint *endpoint;
    instant_ns next_ns; /* the rival's next REQUEST */
    unsigned leases;
    uint16_t ip_id;
};

/* All roles that the plan gives to other hosts, on one cable. */
void host_init(struct host *host, const struct plan *plan, struct craft *craft);
extern const struct segment_device host_device;

#endif
