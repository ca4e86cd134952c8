/* SPDX-License-Identifier: BSD-2-Clause */
/* A station as a peer (wire/peer.h); its events' `own` is a struct station_event. */
#ifndef ENGINE_STATION_PEER_H
#define ENGINE_STATION_PEER_H

#include "engine/station.h"
#include "wire/peer.h"

struct station_peer {
    struct peer peer;
    struct station *station; /* the caller's */
    struct station_output output;
    struct station_event event;
};

void station_peer_init(struct station_peer *ret, struct station *station);

#endif
