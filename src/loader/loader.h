/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the recovery loader 7.4.4rec is, once: how its frames are known, what it takes and drops,
 * what becomes of a lease, when its series of IP ids shows a restart. What a format needs (ports,
 * lengths, options) is in wire/. Numbers carry their statement of docs/protocol.md. Only phone/
 * keeps a copy of its own, as an independent witness: tests/unit/test_loader.c compares the two.
 */
#ifndef LOADER_LOADER_H
#define LOADER_LOADER_H

#include "base/instant.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- Fingerprints ---- */

#define LOADER_UDP_TTL         60   /* P2.17 */
#define LOADER_SYN_TTL         250  /* P8.5 */
#define LOADER_SYN_WINDOW      1024 /* P8.5 */
#define LOADER_TFTP_ARP_LENGTH 62   /* P6.4: its ARP requests on the way to a TFTP server */

/* ---- Limits ---- */

#define LOADER_FRAME_MAXIMUM   1496                 /* P2.4: bytes without FCS */
#define LOADER_RECEIVE_BUFFERS 5                    /* P2.13 */
#define LOADER_OPTIONS_MAXIMUM 308                  /* P5.10: bytes of DHCP options */
#define LOADER_DEFAULT_SERVER  UINT32_C(0xc0a80001) /* P4.4: 192.168.0.1 when siaddr is 0 */
#define LOADER_ANSWER_MAXIMUM  7340032u             /* P8.7: bytes over HTTP, header and body */

/* ---- Waits ---- */

#define LOADER_DHCP_WAIT_NS (5 * NS_PER_S) /* P5.3, P5.4: DISCOVER and REQUEST go out twice */
/* P7.15: silence makes it send its RRQ or last ACK again after 6 to 9 s, so often in all. */
#define LOADER_SILENCE_LONGEST_NS (9 * NS_PER_S)
#define LOADER_SENDINGS           5
/* No phone is back with a frame so soon after its last one: booting alone takes 3 s (P4.1), and a
 * reset comes before it. A lower IP id before that is an old frame. */
#define LOADER_RESTART_SHORTEST_NS (2 * NS_PER_S)

/*
 * Why the loader would drop this frame before looking at its payload (P2.3 to P2.7, P2.10, P2.11),
 * or that it would not. Destination addresses are not judged here, and faults that only the capture
 * has (checksum offload, cut frames) are not held against a frame.
 */
enum loader_drop {
    LOADER_TAKES = 0,
    LOADER_DROPS_TAG,
    LOADER_DROPS_LENGTH,
    LOADER_DROPS_ETHERTYPE,
    LOADER_DROPS_IP_OPTIONS,
    LOADER_DROPS_FRAGMENT,
    LOADER_DROPS_IP_CHECKSUM,
    LOADER_DROPS_UDP_CHECKSUM,
    LOADER_DROPS_PROTOCOL,
    LOADER_DROPS_BROKEN,
};
enum loader_drop loader_drop(const struct frame *frame);

/* P5.2: the transaction id of the loader's n-th DISCOVER (n from 1). */
uint32_t loader_transaction_id(const struct mac_address *mac, unsigned n);
/* P5.1, P5.2: a DISCOVER or REQUEST of the loader: option 60, that transaction id, flags 0. */
bool loader_is_dhcp(const struct dhcp_message *message);

/* P5.2: a server's reply to such a message, by its transaction id. */
bool loader_is_answered(const struct dhcp_message *reply);

/*
 * The same of a frame that was cut before its option 60: by its length on the wire, its TTL and the
 * number that the loader derives from its MAC address. Its dhcp.type is DHCP_TYPE_NONE if option 53
 * is missing as well.
 */
bool loader_is_cut_dhcp(const struct frame *frame);

/* P8.5: a TCP frame that no operating system sends: sequence number 0, window 1024, TTL 250. */
bool loader_is_syn(const struct frame *frame);
/* P6.4: an ARP request of the length that only loaders send, on the way to a TFTP server; tags on
 * its way are none of its. */
bool loader_is_tftp_arp(const struct frame *frame);

/* What becomes of the loader with the lease of an ACK. */
enum loader_lease {
    LOADER_LEASE_LIVES,
    LOADER_LEASE_ASKS_FOR_NO_FILE, /* P4.4: it listens, but knows no gateway */
    LOADER_LEASE_STOPS,            /* P4.3, P4.4, P4.6: it is deaf until it is power-cycled */
};
struct loader_lease_terms {
    uint32_t ip;        /* yiaddr */
    uint32_t mask;      /* option 1; 0 = none */
    uint32_t router;    /* option 3; 0 = none */
    uint32_t server_ip; /* siaddr; 0: LOADER_DEFAULT_SERVER counts */
};
enum loader_lease loader_lease(const struct loader_lease_terms *terms);
/* The terms of an ACK. */
struct loader_lease_terms loader_lease_terms(const struct dhcp_message *ack);

/*
 * P2.17: how an IP id follows the newest one before it, which was seen `since_ns` ago. A series
 * begins at 0: an id that is lower, or that would be the next one of its kind only after tens of
 * thousands of packets nobody heard, is of a new one, or of an old packet.
 */
enum loader_series {
    LOADER_SERIES_GOES_ON,   /* also through 65535, and over a gap */
    LOADER_SERIES_COPY,      /* a copy of a frame, or one that was overtaken */
    LOADER_SERIES_RESTARTED, /* the phone has started again */
};
enum loader_series loader_series(uint16_t newest_id, uint16_t id, duration_ns since_ns);

#endif
