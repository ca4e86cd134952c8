/* SPDX-License-Identifier: BSD-2-Clause */
/* What all parts of a station share: configuration, output, journal, timers, run-wide facts. */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include "engine/journal.h"
#include "engine/ledger.h"
#include "engine/outbox.h"
#include "engine/statistics.h"
#include "engine/timer.h"
#include "wire/recm.h"

#include <string.h>

struct session;
struct tftp_transfer;

/* Whether this run may order (rival.h). */
enum standing {
    STANDING_FREE,  /* nobody is in the way */
    STANDING_DOUBT, /* soon decided: no orders meanwhile */
    STANDING_BACK,  /* another program is at work: nothing is asked or ordered */
};

/* Does a frame to the group's MAC address reach the phones (parallel.h)? */
enum group_reach { GROUP_UNKNOWN, GROUP_IS_HEARD, GROUP_KEPT_BACK };

/* The next block of the transfer that is under way, built while its phone reads the last one. */
struct block_ahead {
    struct tftp_transfer *transfer; /* NULL = none */
    uint16_t block;                 /* that `frame` holds; 0 = not built yet */
    struct station_output frame;
};

struct core {
    struct station_config config;
    struct outbox outbox;
    struct journal journal;
    struct timers timers;
    struct ledger ledger;         /* of all sessions */
    struct statistics turnaround; /* DATA to ACK */
    uint64_t retransmissions;     /* of DATA */

    char file_name[RECM_FILE_NAME_MAXIMUM + 1]; /* what our phones ask for */
    uint16_t transfer_port;                     /* the one source port of all DATA */
    struct block_ahead ahead;

    bool stopped;           /* the user ended the run: nothing is sent any more */
    enum standing standing; /* beside another program that recovers here */
    bool asks_beside;       /* STANDING_BACK: ... but asked, because that one asks in vain */
    bool other_is_done;     /* ... the phone that it ordered runs its firmware */
    bool takes_over;        /* ... that has just fallen silent */
    bool echoed;            /* an order of this run was confirmed */
    instant_ns first_request_ns;
    unsigned in_dhcp_stage;  /* sessions that have not shown yet that they have an address */
    instant_ns stage_end_ns; /* until then at the latest one of them counts as in its DHCP stage */
    enum group_reach group;  /* what becomes of frames to the group's MAC address */
    bool tries_group;        /* ... is being found out: no turn is given meanwhile */
    unsigned group_questions;
    unsigned active;            /* sessions from the order to the last ACK */
    unsigned writing;           /* sessions that have the image and are still watched */
    struct session *writers;    /* those */
    instant_ns writers_said_ns; /* when the user was told last not to switch them off */
    struct session *waiting;    /* those that wait for their turn, in order */
    instant_ns progress_ns;     /* when something last went forward */
    instant_ns waits_until_ns;  /* until then a silent phone may be writing its image */
    bool changed;               /* a state changed: the run may be over */
};

/* Is it this run's file, by a name that no other program can have given? */
static inline bool core_file_is_unique(const struct core *core, const char *name)
{
    return !core->config.file_name && strcmp(name, core->file_name) == 0;
}

#endif
