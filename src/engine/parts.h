/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a station, for the files that make it up: intake (frames to events), prober, choice
 * (whom to recover, and when the run is over), membership and hints. Nobody else includes this.
 */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/session.h"

struct prober {
    struct timer timer;
    instant_ns last_ns;     /* the last REQUEST */
    unsigned turn;          /* walks through the destination MACs */
    unsigned search_count;  /* REQUESTs that looked for unknown phones */
    size_t next_session;    /* where to look on for a phone to be asked by itself */
    struct session *urgent; /* has just got its lease: it listens */
};

struct choice {
    struct timer settling; /* no serial given: time for a second phone to answer */
    struct timer quiet;    /* --all: time for another phone to appear */
    bool settled, quiet_over;
    bool several;         /* more than one answered, and none was named */
    struct session *only; /* the one phone of a run without selection */
};

struct station {
    struct core core;
    struct observer *observer;
    struct session *by_mac;    /* uthash */
    struct session **sessions; /* owned, in order of appearance */
    size_t session_count, session_capacity;
    struct prober prober;
    struct choice choice;
    struct timer membership, hint;
    instant_ns report_ns; /* the last IGMP report */
    instant_ns now_ns;    /* of the last call: time never runs back */
    instant_ns pause_ns;  /* since when the carrier is down */
    bool carrier_down, started, stopped, over;
    bool hinted;       /* the user was told what to do */
    bool other_frames; /* somebody else's frame was seen */
    bool address_conflict_said, flood_said, firmware_said;
    uint64_t frames_in;
    uint64_t drops[WIRE_REASON_COUNT];
};

struct session *station_find(const struct station *station, const struct mac_address *mac);
/* Returns: the session of this phone, a new one if need be; NULL if there are too many. */
struct session *station_find_or_add(struct station *station, const struct mac_address *mac,
                                    instant_ns now_ns);

void intake_frame(struct station *station, const struct frame *frame, instant_ns now_ns);

/* The phone's own attempts at a URL (url_server.c). Each returns true if the frame is one that is
 * answered, or will be. */
bool url_take_arp(struct station *station, const struct frame *frame, instant_ns now_ns);
bool url_takes_request(struct station *station, struct session *session, const struct frame *frame,
                       instant_ns now_ns);
void url_take_dns(struct station *station, const struct frame *frame, instant_ns now_ns);
void url_take_tcp(struct station *station, const struct frame *frame, instant_ns now_ns);

void prober_start(struct station *station, instant_ns now_ns);
/* The phone has just got its lease. */
void prober_hurry(struct station *station, struct session *session, instant_ns now_ns);

void choice_start(struct station *station);
bool choice_wants(const struct station *station, const struct session *session);
/* May its own URL attempts be answered? Unlike choice_wants it need not have answered before: the
 * only phone there is, is meant if none was named. */
bool choice_serves(const struct station *station, const struct session *session);
/* It is served: this run is for it. */
void choice_served(struct station *station, struct session *session);
/* The session has answered with an address. */
void choice_answered(struct station *station, struct session *session, instant_ns now_ns);
/* A new session: with --all the run waits for more. */
void choice_appeared(struct station *station, instant_ns now_ns);
/* Gives free transfer slots to those that wait. */
void choice_dispatch(struct station *station, instant_ns now_ns);
/* Is there a phone to look for that has not answered yet? */
bool choice_searches(const struct station *station);
/* Returns: the next serial number to ask for, NULL for the wildcard. */
const char *choice_search_serial(const struct station *station, unsigned turn);
/* Is there a phone that is or may be meant, and that something may still come from? */
bool choice_is_at_work(const struct station *station);
/* Returns: whether a phone that was named has not answered; `ret` names it ("X and 3 more"). */
bool choice_awaits(const struct station *station, char *ret, size_t size);
bool choice_run_is_over(const struct station *station);

void membership_start(struct station *station, instant_ns now_ns);
/* Now, and every ten seconds from now on. */
void membership_report(struct station *station, instant_ns now_ns);
void membership_query(struct station *station, const struct igmp_message *query, instant_ns now_ns);
void hints_start(struct station *station, instant_ns now_ns);

#endif
