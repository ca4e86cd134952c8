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

#include <stdlib.h>

#define uthash_fatal(message) abort() /* out of memory: as everywhere in this program */
#include <uthash.h>

#define DHCP_AVOIDED_MAXIMUM 64
#define DHCP_FOREIGN_MAXIMUM 8

/* Another server of this segment. */
struct foreign_server {
    uint32_t identifier; /* option 54 */
    instant_ns heard_ns; /* a loader chose it, or it answered one */
    bool unfit;          /* no loader can use its leases */
};

struct dhcp_server {
    struct core *core;
    struct foreign_server foreign[DHCP_FOREIGN_MAXIMUM]; /* the latest ones */
    unsigned foreign_count;
    instant_ns quiet_until_ns;              /* an exchange is going on: ask nobody else meanwhile */
    instant_ns next_offer_ns;               /* exchanges are kept apart: those made at once, */
    instant_ns next_late_offer_ns;          /* those after OFFER_DELAY_NS, */
    instant_ns next_repeat_ns;              /* and those made again */
    struct dhcp_client *leases;             /* by lease_ip */
    uint32_t avoided[DHCP_AVOIDED_MAXIMUM]; /* used by others on the segment, the latest ones */
    unsigned avoided_next;
    struct dhcp_client *to_prepare; /* dhcp_server_prepare builds its next OFFER; NULL = nobody's */
};

/* What the server knows of one phone. */
struct dhcp_client {
    struct dhcp_server *server;
    struct mac_address mac;
    UT_hash_handle hh;       /* by lease_ip */
    uint32_t lease_ip;       /* kept as long as the phone is; 0 = none */
    uint32_t transaction_id; /* of the last DISCOVER */
    bool offered;            /* that DISCOVER was answered */
    instant_ns asked_ns;     /* when it came */
    unsigned offer_repeats;  /* of the OFFER that answered it */
    bool goes_first;         /* no other server is waited for: see rule 1 */
    struct timer timer;      /* the owner's function calls dhcp_server_offer */
    /* For the DISCOVER of its next start, whose transaction id is known: owned; NULL = none. */
    struct station_output *ready;
    uint32_t ready_ip; /* what it offers */
};

/* The phone is forgotten: its address is free. */
void dhcp_client_release(struct dhcp_client *client);

/* A DISCOVER: answered after OFFER_DELAY_NS, at once, or not at all. */
void dhcp_server_discover(struct dhcp_client *client, const struct dhcp_message *message,
                          instant_ns now_ns);
void dhcp_server_offer(struct dhcp_client *client, instant_ns now_ns);
/*
 * After the answer has left: builds the OFFER of the next start of the phone that was answered
 * last, where it has to be faster than another server's.
 */
void dhcp_server_prepare(struct dhcp_server *server);
/* A REQUEST. Returns: whether the ACK was sent. */
bool dhcp_server_request(struct dhcp_client *client, const struct dhcp_message *message,
                         instant_ns now_ns);
/* Any DHCP message of others: notes a server that answers a loader, or that a loader chooses.
 * `from` is the frame's source. */
void dhcp_server_witness(struct dhcp_server *server, const struct mac_address *from,
                         const struct dhcp_message *message, instant_ns now_ns);
/* Other servers are there: seen in the last FOREIGN_SERVER_NS. */
bool dhcp_server_has_others(const struct dhcp_server *server, instant_ns now_ns);
/* One of them has proved unfit. */
bool dhcp_server_has_unfit(const struct dhcp_server *server, instant_ns now_ns);
/* No loader can use what this server gives. `identifier` 0 = not known: nothing happens. */
void dhcp_server_is_unfit(struct dhcp_server *server, uint32_t identifier, instant_ns now_ns);
/* Does the user's choice allow to go ahead of a server that is unfit? */
bool dhcp_server_competes(const struct dhcp_server *server);
/* Would a DISCOVER of this phone be answered? */
bool dhcp_server_may_offer(const struct dhcp_client *client, instant_ns now_ns);
/* Somebody uses this address: it is not leased any more. */
void dhcp_server_avoid(struct dhcp_server *server, uint32_t ip);

#endif
