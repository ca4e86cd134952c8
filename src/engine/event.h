/* SPDX-License-Identifier: BSD-2-Clause */
/* What the engine says: the states a phone goes through, and the events that tell of it. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include "base/address.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>

/* A session's state; the table of states and events is in engine/states.c. */
enum session_state {
    SESSION_NEW,         /* a frame of this phone was seen */
    SESSION_ADDRESSING,  /* its DHCP client is at work */
    SESSION_ADDRESSED,   /* it has a lease, or shows an address; no REPLY yet */
    SESSION_FOUND,       /* it answered a REQUEST */
    SESSION_WAITING,     /* chosen, another transfer comes first */
    SESSION_ORDERED,     /* UPGRADE sent */
    SESSION_ECHOED,      /* it confirmed the order */
    SESSION_GATEWAY,     /* it resolves its gateway */
    SESSION_TRANSFER,    /* RRQ answered, DATA and ACK in lockstep */
    SESSION_DELIVERED,   /* last ACK: it checks and writes */
    SESSION_UNCONFIRMED, /* ... and did not show that it started as long as it was watched */
    SESSION_RETRY,       /* an attempt failed; until it answers a REQUEST again */
    SESSION_UNFIT_LEASE, /* only a power cycle and another lease help it */
    SESSION_RECOVERED,   /* its normal firmware was seen after the transfer */
    SESSION_FAILED,      /* attempts used up, or what happened cannot be retried */
    SESSION_STATE_COUNT
};

enum station_event_kind {
    STATION_EVENT_STATE,    /* a session changed its state */
    STATION_EVENT_PROGRESS, /* blocks acknowledged; at most one per new ACK */
    STATION_EVENT_MESSAGE,  /* something the user should read now */
    STATION_EVENT_DETAIL,   /* for -v */
    STATION_EVENT_FRAME,    /* for -vv */
};

struct station_event {
    instant_ns time_ns;
    enum station_event_kind kind;
    struct mac_address mac; /* zero: about the segment */
    enum session_state old_state, new_state;
    bool asks_power_cycle; /* of this phone; whoever cuts its power first looks at ... */
    unsigned writing;      /* ... how many phones write their flash, and must not lose theirs */
    char text[320];        /* one plain sentence, escaped */
};

/* Returns: "transfer" etc.: static strings. */
const char *session_state_name(enum session_state state);

#endif
