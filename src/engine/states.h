/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine of one phone as a table: what each event does in each state. An event that a
 * state does not expect is recorded, never an abort.
 */
#ifndef ENGINE_STATES_H
#define ENGINE_STATES_H

#include "engine/session.h"

enum session_event {
    EVENT_DISCOVER,      /* a loader DISCOVER: it starts, or has restarted */
    EVENT_DHCP_REQUEST,  /* a loader's DHCP REQUEST */
    EVENT_LEASED,        /* an ACK for it was sent by us, or seen */
    EVENT_LEASE_UNFIT,   /* the lease that another server gave it was seen, and does not do */
    EVENT_RIVAL_GONE,    /* the other program that had it has fallen silent */
    EVENT_ALIVE,         /* an ARP frame of it: it is not deaf */
    EVENT_REPLY_EARLY,   /* REPLY without an address: its DHCP client runs */
    EVENT_REPLY,         /* REPLY with an address: it listens */
    EVENT_CHOSEN,        /* this run is to recover it */
    EVENT_TURN,          /* a transfer slot is free */
    EVENT_ECHO,          /* it confirmed our order */
    EVENT_GATEWAY_ASKED, /* who-has gateway */
    EVENT_FILE_ASKED,    /* RRQ for our file, after our order */
    EVENT_URL_TRIED,     /* it tries to reach a host of its own accord */
    EVENT_URL_ASKED,     /* it asks for a file of its own accord, and is to be served */
    EVENT_LAST_ACK,      /* the last block was acknowledged */
    EVENT_LAST_ACK_LOST, /* its ACK is missing, and has to be presumed */
    EVENT_BLOCK_MISSING, /* after a presumed end it still asks for the last block */
    EVENT_STALLED,       /* the transfer broke off */
    EVENT_REFUSED,       /* another server told it that there is no such file */
    EVENT_FIRMWARE,      /* a frame of its normal firmware */
    EVENT_DEADLINE,      /* the state has lasted too long */
    SESSION_EVENT_COUNT
};

/* The one way in: looks the event up in the table and runs its action. */
void session_handle(struct session *session, enum session_event event, instant_ns now_ns);
/* What has come of a segment or a time-out of its HTTP connection. */
void session_http_result(struct session *session, enum http_result result, instant_ns now_ns);
/* From now on what comes due in time is handled: deadline, OFFER, repeats. */
void session_attach_timers(struct session *session);

#endif
