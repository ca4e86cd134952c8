/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames in, facts out: what is known of each phone and of the segment. It never trusts that one
 * side is "us". Memory grows with phones and open transfers, not with the number of frames.
 */
#ifndef OBSERVE_OBSERVER_H
#define OBSERVE_OBSERVER_H

#include "base/address.h"
#include "base/instant.h"
#include "base/link.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One thing that happened, for a timeline or a ladder diagram. */
enum observation_kind {
    OBSERVED_DHCP,    /* DISCOVER, OFFER, REQUEST, ACK, NAK of a phone, or relayed to it */
    OBSERVED_ARP,     /* a phone asks, answers or is asked */
    OBSERVED_REQUEST, /* "who is there" to port 4810, also a malformed one */
    OBSERVED_REPLY,
    OBSERVED_UPGRADE, /* the order */
    OBSERVED_ECHO,    /* the phone confirms the order */
    OBSERVED_RRQ,     /* the phone asks for the file */
    OBSERVED_DATA,
    OBSERVED_ACK,
    OBSERVED_TFTP_ERROR,
    OBSERVED_URL,      /* DNS, TCP or TFTP of a URL attempt */
    OBSERVED_FIRMWARE, /* a frame of the normal firmware */
    OBSERVED_NETWORK,  /* spanning tree, IGMP, LLDP or CDP of a switch */
    OBSERVED_REBOOT,   /* concluded: the phone has restarted */
    OBSERVED_COMPLETE, /* concluded: the last block was acknowledged */
    OBSERVED_CARRIER,  /* the cable, live only */
    OBSERVED_CLOCK,    /* recorded time ran backwards */
    OBSERVATION_KIND_COUNT
};

struct observation {
    instant_ns time_ns; /* clamped: never earlier than the observation before */
    uint64_t number;    /* of the frame; 0: no frame of its own (carrier) */
    enum observation_kind kind;
    bool has_phone;
    struct mac_address phone; /* whom it is about */
    bool has_frame;           /* from and to are filled: Ethernet addresses */
    struct mac_address from, to;
    bool from_phone;
    bool repeated;  /* the same REQUEST, RRQ, DATA or ACK as before */
    bool concluded; /* not a frame but what follows from it */
    unsigned block; /* DATA, ACK */
    char text[320]; /* plain and escaped: "DATA 17, 512 bytes" */
};

typedef void observation_sink(void *context, const struct observation *observation);

/* How well a capture was recorded: what it cannot show is no evidence of absence. */
struct capture_quality {
    bool times_are_coarse;  /* whole seconds: order counts, durations do not */
    bool times_are_missing; /* only the order counts */
    bool clock_set_back;    /* in the middle; the time stood still meanwhile */
    const char *filter;     /* only frames that match it were read; NULL: all. The caller's */
    uint64_t cut_frames;
    size_t cut_length; /* captured bytes of the longest of them */
};

/* How it ended: a recording simply ends, a run was ended by something. */
enum observer_ending {
    ENDING_RECORDING,
    ENDING_NOT_YET,     /* a run: it goes on */
    ENDING_DONE,        /* a run: it had nothing more to do */
    ENDING_INTERRUPTED, /* a run: by its user */
    ENDING_TIMED_OUT,   /* a run: nothing went forward for the time allowed */
    ENDING_FAILED,      /* a run: the interface or the system failed */
};

struct facts; /* observe/facts.h: for those who judge */
struct phone_facts;
struct observer;

struct observer *observer_new(void);
void observer_free(struct observer *observer);
/* Frames in recorded order, numbered from 1; time running backwards is clamped and noted. */
void observer_frame(struct observer *observer, const struct frame *frame);
/* What is known so far; valid until the next frame. */
const struct facts *observer_facts(const struct observer *observer);
/*
 * For whoever follows the phones without looking at all of them each time. Returns: one whose facts
 * may have changed since it was returned last; NULL if there is none.
 */
const struct phone_facts *observer_next_touched(struct observer *observer);
/*
 * A quick look at a frame as it was captured, for long traces of busy networks: true if it cannot
 * matter and was only counted; false if it has to be dissected and given to observer_frame, which
 * is always right. The diagnosis is the same either way.
 */
bool observer_pass(struct observer *observer, const uint8_t *bytes, size_t captured, size_t length,
                   instant_ns time_ns, uint64_t number);
/* Every observation goes to `sink` from now on, inside observer_frame; NULL: none. */
void observer_set_sink(struct observer *observer, observation_sink *sink, void *context);
/* After the last ACK a silence counts as flashing for this long; default 600 s. */
void observer_set_flash_limit(struct observer *observer, duration_ns limit_ns);
/* What the reader of the capture knows of it, at its end. */
void observer_set_quality(struct observer *observer, const struct capture_quality *quality);
/* Of a run, at its start and at its end; without it what was observed is judged as a recording. */
void observer_set_ending(struct observer *observer, enum observer_ending ending);
/* Of a run: which frames are the program's own. */
void observer_set_own_mac(struct observer *observer, const struct mac_address *mac);
/* What only a live host knows. */
void observer_link(struct observer *observer, enum link_state state, instant_ns now_ns);
/* The capture (or run) ended now; without it the last frame's time counts. */
void observer_end(struct observer *observer, instant_ns now_ns);

/* Returns: "request", "data", ...: static strings, for a timeline's column. */
const char *observation_kind_name(enum observation_kind kind);

#endif
