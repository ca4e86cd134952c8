/* SPDX-License-Identifier: BSD-2-Clause */
/* What all parts of a station share: configuration, output, journal, timers, run-wide facts. */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include "engine/journal.h"
#include "engine/outbox.h"
#include "engine/statistics.h"
#include "engine/timer.h"

struct session;

struct core {
    struct station_config config;
    struct outbox outbox;
    struct journal journal;
    struct timers timers;
    struct statistics turnaround; /* DATA to ACK */
    uint64_t retransmissions;     /* of DATA */

    char file_name[RECM_FILE_NAME_MAXIMUM + 1]; /* what our phones ask for */
    uint16_t transfer_port;                     /* the one source port of all DATA */

    bool foreign_dhcp_seen;         /* another server is on the segment: yield */
    uint32_t foreign_dhcp_server;   /* its identifier, 0 = unknown */
    instant_ns dhcp_quiet_until_ns; /* an exchange is going on: ask nobody else meanwhile */
    instant_ns next_offer_ns;       /* exchanges are kept apart */
    uint32_t leases_taken;          /* how far the pool is used */
#define AVOIDED_ADDRESSES 64
    uint32_t avoided[AVOIDED_ADDRESSES]; /* used by others on the segment, the latest ones */
    unsigned avoided_next;

    bool rival_seen;         /* another program recovers here */
    unsigned active;         /* sessions from the order to the last ACK */
    unsigned writing;        /* sessions that have the image and are still watched */
    struct session *waiting; /* those that wait for their turn, in order */
    instant_ns progress_ns;  /* when something last went forward */
    bool changed;            /* a state changed: the run may be over */
};

#endif
