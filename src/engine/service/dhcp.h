/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DHCP server for recovery loaders alone (docs: protocol, rules for the PC side, 1). It yields to
 * other servers, never sends a NAK, never answers a REQUEST that names another server, and knows no
 * relay. Who is a loader has been decided before (loader_is_dhcp).
 */
#ifndef ENGINE_SERVICE_DHCP_H
#define ENGINE_SERVICE_DHCP_H

#include "engine/core.h"
#include "wire/dhcp.h"

#define DHCP_AVOIDED_MAXIMUM 64

struct dhcp_server {
    struct core *core;
    bool foreign_seen;                      /* another server is on the segment: yield */
    instant_ns quiet_until_ns;              /* an exchange is going on: ask nobody else meanwhile */
    instant_ns next_offer_ns;               /* exchanges are kept apart */
    uint32_t leases_taken;                  /* how far the pool is used */
    uint32_t avoided[DHCP_AVOIDED_MAXIMUM]; /* used by others on the segment, the latest ones */
    unsigned avoided_next;
};

/* What the server knows of one phone. */
struct dhcp_client {
    struct dhcp_server *server;
    struct mac_address mac;
    uint32_t lease_ip;       /* kept for the whole run; 0 = none */
    uint32_t transaction_id; /* of the last DISCOVER */
    bool offered;            /* that DISCOVER was answered */
    struct timer timer;      /* the owner's function calls dhcp_server_offer */
};

/* A DISCOVER: answered after OFFER_DELAY_NS, at once, or not at all. */
void dhcp_server_discover(struct dhcp_client *client, const struct dhcp_message *message,
                          instant_ns now_ns);
void dhcp_server_offer(struct dhcp_client *client, instant_ns now_ns);
/* A REQUEST. Returns: whether the ACK was sent. */
bool dhcp_server_request(struct dhcp_client *client, const struct dhcp_message *message);
/* Any DHCP message of others: notes a foreign server. `from` is the frame's source. */
void dhcp_server_witness(struct dhcp_server *server, const struct mac_address *from,
                         const struct dhcp_message *message, instant_ns now_ns);
/* Somebody uses this address: it is not leased any more. */
void dhcp_server_avoid(struct dhcp_server *server, uint32_t ip);

#endif
