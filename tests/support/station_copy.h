/* SPDX-License-Identifier: BSD-2-Clause */
/* One more copy of this program on a segment, beside the one that is looked at. */
#ifndef SUPPORT_STATION_COPY_H
#define SUPPORT_STATION_COPY_H

#include "engine/station_peer.h"
#include "run/plug.h"

#define COPY_TEXT_BYTES 16384

/* Its own frames come back to it. Plug it in, then plug_start(&copy->plug). */
struct copy {
    struct peer peer; /* what is plugged in */
    struct station_peer inner;
    struct station *station;
    struct plug plug;
    bool is_started;
    uint64_t frames;
    unsigned requests, orders, offers; /* sent */
    char said[COPY_TEXT_BYTES];
};

/* Aborts without memory, and if no station can be made of `config`. Free its station at the end. */
void copy_plug_in(struct copy *copy, const struct station_config *config, struct segment *segment);

#endif
