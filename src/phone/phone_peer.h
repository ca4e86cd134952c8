/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated phone as a peer (wire/peer.h); its events' `own` is a struct phone_event. */
#ifndef PHONE_PHONE_PEER_H
#define PHONE_PHONE_PEER_H

#include "phone/phone.h"
#include "wire/peer.h"

struct phone_peer {
    struct peer peer;
    struct phone *phone; /* the caller's */
    struct phone_output output;
    struct phone_event event;
    bool has_spoken_since_flash; /* sent a frame after it was flashed */
};

extern const struct peer_operations phone_peer_operations;

/* `start` of the peer switches the phone on. */
void phone_peer_init(struct phone_peer *ret, struct phone *phone);

#endif
