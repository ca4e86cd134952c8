/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated segment as a peer (wire/peer.h): the switch's uplink. Frames of its port go into the
 * segment, and what the segment sends to the uplink comes out; its time is that of the port.
 */
#ifndef RUN_UPLINK_H
#define RUN_UPLINK_H

#include "port/segment.h"
#include "wire/peer.h"

struct uplink_frame;

struct uplink {
    struct peer peer;
    struct segment *segment; /* the caller's */
    struct segment_endpoint *endpoint;
    struct uplink_frame *first, **end; /* owned: what is still to be sent */
    struct uplink_frame *sent;         /* owned: the last output */
};

extern const struct peer_operations uplink_operations;

/* `ret` stays at its place while time moves on the segment. */
void uplink_attach(struct uplink *ret, struct segment *segment);
/* Frees what was not sent. */
void uplink_free(struct uplink *uplink);

#endif
