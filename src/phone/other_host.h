/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else can stand on a phone's segment and be in the way: a foreign DHCP server with its
 * router, a TFTP server that answers every request for a file, another program that asks for
 * phones. One host with one MAC address, as a pure function of frames and time like the phone.
 *
 * It is there to disturb; as the vendor's utility it may recover a phone, or die in the middle.
 */
#ifndef PHONE_OTHER_HOST_H
#define PHONE_OTHER_HOST_H

#include "base/address.h"
#include "base/error.h"
#include "base/instant.h"
#include "wire/peer.h"

#include <stdbool.h>
#include <stdint.h>

#define OTHER_HOST_IP     UINT32_C(0xc0a80101) /* 192.168.1.1 */
#define OTHER_HOST_MASK   UINT32_C(0xffffff00)
#define OTHER_HOST_ROUTER UINT32_C(0xc0a801fe)

enum foreign_server {
    SERVER_NONE,
    SERVER_GOOD,         /* its router answers ARP */
    SERVER_DEAD_GATEWAY, /* its router does not */
    SERVER_NO_ROUTER,
    SERVER_NO_MASK,
    SERVER_REFUSES, /* offers, and answers every REQUEST with a NAK */
};

enum foreign_tftp {
    TFTP_SERVER_NONE,
    TFTP_SERVER_REFUSES,    /* every file, with an ERROR */
    TFTP_SERVER_OTHER_FILE, /* sends a short text, whatever was asked for */
};

struct other_host_config {
    enum foreign_server dhcp;
    duration_ns dhcp_delay_ns; /* the longest time that its DHCP server takes, drawn from `seed` */
    uint64_t seed;
    enum foreign_tftp tftp;
    unsigned tftp_requests; /* it answers so many requests for files; 0 = all */
    bool asks_for_phones;   /* a REQUEST every 2 s, as the vendor's utility by its kernel */
    /* ... and it orders the first phone that answers, and serves it this image; NULL = never. */
    const uint8_t *image;
    size_t image_length;
    unsigned dies_at_block; /* it ends instead of sending this block; 0 = never */
};

struct other_host;

/* Returns: true if a host is needed for this. */
bool other_host_is_wanted(const struct other_host_config *config);
/* Returns: to be freed with other_host_free; NULL with ret_error filled. */
struct other_host *other_host_new(const struct other_host_config *config, instant_ns now_ns,
                                  struct error *ret_error);
void other_host_free(struct other_host *host);
const struct mac_address *other_host_mac(const struct other_host *host);

/* The host as it lives on its cable; it has no events. */
struct peer *other_host_peer(struct other_host *host);

#endif
