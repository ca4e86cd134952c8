/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DHCP server for recovery loaders alone (docs: protocol, rules for the PC side, 1). It yields to
 * other servers, never sends a NAK, never answers a REQUEST that names another server, and knows no
 * relay. Who is a loader has been decided before (dhcp_is_loader).
 */
#ifndef ENGINE_DHCP_SERVER_H
#define ENGINE_DHCP_SERVER_H

#include "engine/core.h"

/* What the server knows of one phone. */
struct dhcp_client {
    struct mac_address mac;
    uint32_t lease_ip;       /* kept for the whole run; 0 = none */
    uint32_t transaction_id; /* of the last DISCOVER */
    bool offered;            /* that DISCOVER was answered */
    struct timer timer;      /* the owner's function calls dhcp_server_offer */
};

/* A DISCOVER: answered after OFFER_DELAY_NS, at once, or not at all. */
void dhcp_server_discover(struct core *core, struct dhcp_client *client,
                          const struct dhcp_message *message, instant_ns now_ns);
void dhcp_server_offer(struct core *core, struct dhcp_client *client, instant_ns now_ns);
/* A REQUEST. Returns: whether the ACK was sent. */
bool dhcp_server_request(struct core *core, struct dhcp_client *client,
                         const struct dhcp_message *message);
/* Any DHCP message of others: notes a foreign server. `from` is the frame's source. */
void dhcp_server_witness(struct core *core, const struct mac_address *from,
                         const struct dhcp_message *message, instant_ns now_ns);
/* Somebody uses this address: it is not leased any more. */
void dhcp_server_avoid(struct core *core, uint32_t ip);

#endif
