/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated wire in virtual time: a switch (learning), a switch with IGMP snooping and querier,
 * or a hub, and any number of devices on cables that lose, repeat, reorder, damage and delay
 * frames.
 *
 * A function of its configuration: the same seed and the same devices give the same run. It reads
 * no clock, never waits, and is as fast as the devices are. Time moves in segment_step only, or in
 * `next` of a port of the segment, which calls it.
 */
#ifndef PORT_SEGMENT_H
#define PORT_SEGMENT_H

#include "base/random.h"
#include "port/port.h"

enum segment_kind {
    SEGMENT_SWITCH,
    SEGMENT_SNOOPING_SWITCH, /* IPv4 groups (other than 224.0.0.x) only to ports that reported */
    SEGMENT_HUB,             /* everything to everybody */
};

/* Returns: true if the frame is to be lost. For faults that a test wants in one certain place. */
typedef bool segment_drop(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns);

/* One direction of one cable. Probabilities per frame from 0 to 1. All zeros: a perfect cable. */
struct segment_faults {
    double loss;
    double duplication; /* the copy follows within reorder_ns */
    double corruption;  /* one bit anywhere, past every frame check sequence */
    double reordering;  /* the frame is held back for up to reorder_ns; others overtake it */
    duration_ns reorder_ns;
    duration_ns delay_ns;  /* of every frame, on top of the time it takes at 100 Mbit/s */
    duration_ns jitter_ns; /* up to this on top */
    bool jitter_reorders;  /* otherwise frames wait for each other */
    segment_drop *drop;    /* NULL = none */
    void *drop_context;
};

/* A cable and the switch port at its end. */
struct segment_cable {
    struct segment_faults to_switch, from_switch;
    bool is_mirror;               /* also gets what is for other ports */
    duration_ns flap_interval_ns; /* mean time between losses of link; 0 = none */
    duration_ns flap_length_ns;
};

/* What hangs on a cable. `bytes` are the segment's, valid during the call. All but deliver may be
 * NULL. */
struct segment_device {
    void (*deliver)(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns);
    instant_ns (*deadline)(void *context); /* asked after each call of deliver and tick */
    void (*tick)(void *context, instant_ns now_ns);
    void (*carrier)(void *context, bool up, instant_ns now_ns);
};

struct segment_config {
    enum segment_kind kind;
    uint64_t seed;
    instant_ns start_ns;           /* of the clock */
    instant_ns end_ns;             /* nothing happens later; INSTANT_NEVER = no limit */
    duration_ns query_interval_ns; /* of the snooping switch's querier; 0 = 125 s (RFC 2236) */
    bool is_immediate; /* frames take no time but their cables' faults: another wire takes it */
};

struct segment_counters {
    uint64_t sent, delivered;
    uint64_t lost, duplicated, reordered, corrupted;
    uint64_t withheld; /* kept from a port by snooping */
};

struct segment;
struct segment_endpoint;

/* Returns: to be freed with segment_free after its ports; aborts without memory. */
struct segment *segment_new(const struct segment_config *config);
void segment_free(struct segment *segment);

/* Plugs a device in; `cable` NULL = a perfect one. Returns: an endpoint owned by the segment. */
struct segment_endpoint *segment_attach(struct segment *segment, const struct segment_cable *cable,
                                        const struct segment_device *device, void *context);
/* The device sends a frame now; allowed inside its own callbacks. */
void segment_send(struct segment_endpoint *endpoint, const uint8_t *bytes, size_t length);
/* The device's deadline has changed outside of deliver and tick (it was switched on, say). */
void segment_touch(struct segment_endpoint *endpoint);
/* The cable is plugged in or out at a given time, now or later. */
void segment_set_link(struct segment_endpoint *endpoint, bool up, instant_ns time_ns);

instant_ns segment_now(const struct segment *segment);
instant_ns segment_endpoint_now(const struct segment_endpoint *endpoint);
/* Returns: end_ns of its configuration. */
instant_ns segment_end(const struct segment *segment);
/* Returns: when something happens next, INSTANT_NEVER if nothing will. */
instant_ns segment_deadline(const struct segment *segment);
/*
 * Lets the next thing happen if its time is not after `until_ns`. Returns: false if nothing
 * happened; then the time is `until_ns`, or end_ns if that is earlier (unchanged for
 * INSTANT_NEVER).
 */
bool segment_step(struct segment *segment, instant_ns until_ns);
void segment_counters(const struct segment *segment, struct segment_counters *ret);

/*
 * A port for a station (run/run.h). Its `next` lets time pass for everybody on the segment; it
 * returns PORT_END when end_ns is reached or nothing will ever happen again and no deadline waits.
 * Returns: to be closed by its operations before segment_free; NULL without memory.
 */
struct port *segment_port(struct segment *segment, const struct segment_cable *cable);
/* For segment_set_link. */
struct segment_endpoint *segment_port_endpoint(struct port *port);

#endif
