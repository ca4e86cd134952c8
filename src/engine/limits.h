/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every number of the engine that comes from the protocol or is a decision, with its unit, the
 * section of the protocol document it follows from, and why it is what it is. Values that the user
 * may change are defaults of struct station_config.
 */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include "base/instant.h"
#include "loader/loader.h"

/* ---- Probing (docs: protocol, rules for the PC side, 2 and 3) ---- */

#define PROBE_INTERVAL_NS (1500 * NS_PER_MS)
#define PROBE_SPACING_NS  (1 * NS_PER_S) /* never closer together */
/* Every sixth question to a silent phone is an ARP probe: an answer says that it lives and that the
 * REQUESTs are lost on the way, silence that it is deaf. */
#define PROBE_ARP_EVERY 6
#define PROBE_ARP_OFTEN 3 /* where silence would mean that the lease is unfit */
/* ... and every fourth one that is no probe asks whoever has its MAC address (a wildcard): the
 * serial number that it stated may have been damaged on its way. */
#define ASKED_IN_VAIN 4
/* A phone that has just got its lease listens; its console is busy for some tenths of a second. */
#define PROBE_AFTER_LEASE_NS (500 * NS_PER_MS)
/* After so many unanswered serial-specific REQUESTs every fourth one is a wildcard: whoever answers
 * shows which serial number would have been right. */
#define PROBE_SPECIFIC_ONLY  12
#define PROBE_WILDCARD_EVERY 4
/*
 * A REQUEST to all costs a phone 0.58 s and its neighbours' buffers, and a loader that waits for
 * its ACK its address: none goes to the group or to broadcast while a loader is in its DHCP stage.
 * That counts for so long after its last DISCOVER or REQUEST, and for so long in all (a phone that
 * starts again and again); one that is refused asks without end and does not count. Whatever phones
 * do, a REQUEST to all goes out after PROBE_HELD_NS without one.
 */
#define DHCP_STAGE_QUIET_NS   (12 * NS_PER_S)
#define DHCP_STAGE_DOUBT_NS   (5500 * NS_PER_MS) /* after an ACK of ours: it may ask once more */
#define DHCP_STAGE_LONGEST_NS (30 * NS_PER_S)
#define DHCP_EXCHANGE_NS      (1 * NS_PER_S) /* and so long after its REQUEST in any case */
#define PROBE_HELD_NS         (30 * NS_PER_S)
/* One probe round (1.5 s) and a REPLY (0.58 s): a second phone has had its chance to answer. */
#define SETTLING_NS (2200 * NS_PER_MS)
/* Three rounds: who answered once, beside others, answers again or is not there. */
#define DOUBT_NS (5 * NS_PER_S)
/* After the last ACK only a REQUEST can show that the image was refused: a refused phone listens
 * silently. So the phone alone is asked, by its own MAC, after 3, 6, 12, 24 and 48 s. */
#define REFUSAL_PROBE_FIRST_NS (3 * NS_PER_S)
#define REFUSAL_PROBE_LAST_NS  (48 * NS_PER_S)

/* A phone that starts again and again comes as far each time: so many rounds count as progress. */
#define ROUNDS_IN_VAIN 3

/* ---- Ordering (rule 3) ---- */

#define ECHO_WAIT_NS (3 * NS_PER_S)
#define ORDERS_MAXIMUM                                                                             \
    3 /* UPGRADEs without echo before the phone has to answer a REQUEST again                      \
       */
#define FILE_WAIT_NS (15 * NS_PER_S) /* from the echo to the RRQ; never again before */

#define RETRY_HINT_NS     (75 * NS_PER_S) /* a phone in its own time-outs is silent for up to 45 s */
#define RETRY_PATIENCE_NS (240 * NS_PER_S)

/* ---- Beside another program (rule 5) ---- */

#define OWN_TIME_TO_LIVE  64 /* of what this program sends; kernels send to groups with 1 */
#define COPIES_APART_NS   (2 * NS_PER_S)
#define COPIES_DECIDE_NS  (3 * NS_PER_S)
#define COPIES_CLAIM_NS   (200 * NS_PER_MS) /* a start's report and REQUEST come together */
#define COPIES_ANSWER_NS  (1 * NS_PER_S) /* a copy that was here first answers our first REQUEST */
#define QUERY_ANSWER_NS   (500 * NS_PER_MS) /* reports after a query say nothing */
#define RIVAL_SIGNS       2                 /* one frame of an unknown program decides nothing */
#define RIVAL_DOUBT_NS    (5 * NS_PER_S)    /* ... but is given the time for a second one */
#define RIVAL_SILENCE_NS  (30 * NS_PER_S)
#define COPIES_SILENCE_NS (35 * NS_PER_S) /* it asks every 30 s, whatever phones do */
#define ELSEWHERE_CERTAIN 2               /* blocks that our phone acknowledged to another server */
#define RIVAL_VAIN_NS     (30 * NS_PER_S) /* asking without an answer */
#define RIVAL_TRIAL_NS    (5 * NS_PER_S)  /* it asks every two seconds: does a phone answer that? */
#define RIVAL_COPY_NS     (1 * NS_PER_S)  /* a second copy of the answer is none to that one */
#define RIVAL_STALL_NS    (60 * NS_PER_S) /* without a new block */

/* ---- DHCP (rule 1; section DHCP client) ---- */

#define OFFER_DELAY_NS (4 * NS_PER_S) /* before the second DISCOVER at 5.0 s */
/* Phones that start together flood each other's five receive buffers with their broadcasts: their
 * exchanges are kept apart (docs: protocol, what the phone accepts). */
#define OFFER_SPACING_NS (15 * NS_PER_MS)
#define OFFER_LATEST_NS  (4800 * NS_PER_MS) /* after the DISCOVER; it asks again after 5 s */
/* The frames of others may have filled the phone's buffers: an OFFER that no REQUEST follows is
 * made again, after this time and twice it. A loader that has taken one ignores the others. */
#define OFFER_REPEAT_NS    (1 * NS_PER_S)
#define OFFER_REPEATS_MOST 2
#define DHCP_PATIENCE_NS   (12 * NS_PER_S) /* the loader gives up after 10 s of silence */
#define LEASE_GUESS_NS     (6 * NS_PER_S)  /* no second REQUEST after 5 s: the ACK came, unseen */
/* A lease of another server is unfit if after the REQUEST for it nothing comes: neither REPLY nor
 * ARP in answer to at least so many questions. */
#define DEAF_LEASE_NS        (30 * NS_PER_S)
#define DEAF_QUESTIONS       6
#define NO_GATEWAY_NS        (20 * NS_PER_S)  /* an echo, then neither ARP nor RRQ */
#define FOREIGN_SERVER_NS    (600 * NS_PER_S) /* another server that is not heard is forgotten */
#define POWER_CYCLE_AGAIN_NS (60 * NS_PER_S)  /* the user is reminded */
#define LEASE_TIME_S         86400u
/* A phone that has had its address for so long and answers nothing is deaf. */
#define DEAF_PATIENCE_NS (66 * NS_PER_S) /* a full minute of questions and a round more */
/* The user was told to power-cycle the phone, and may have to walk to it. */
#define POWER_CYCLE_PATIENCE_NS (180 * NS_PER_S)

/* ---- Transfer (rules 6 to 10) ---- */

#define REPEAT_TURNAROUNDS  10
#define REPEAT_MINIMUM_NS   (250 * NS_PER_MS)
#define REPEAT_MAXIMUM_NS   (4 * NS_PER_S)
#define TRANSFER_SILENCE_NS (60 * NS_PER_S)
/* Its own timer repeats an ACK after 6 to 9 s: who is silent for two of them does not hold up those
 * that wait for their turn. */
#define TURN_SILENCE_NS (20 * NS_PER_S)
#define FIRST_ACK_WAIT_NS                                                                          \
    (20 * NS_PER_S) /* the phone repeats its RRQ after 6 to 9 s, if it waits */
#define LAST_BLOCK_REPEATS  3
#define TRANSFER_PORT_FIRST 49152u /* TID ports are taken from here to 65535 */
/* After so many answers one after the other since its image was sent a phone surely listens, and
 * does not write. */
#define ANSWERS_CERTAIN   3
#define ANSWER_LATEST_NS  (1500 * NS_PER_MS) /* after the REQUEST */
#define ANSWERS_SPACED_NS (500 * NS_PER_MS)
#define ANSWERS_GAP_NS    (5 * NS_PER_S)
/* A loader DISCOVER sooner than this after the last ACK cannot follow a complete write: booting
 * alone takes 5.5 s. The phone lost power while it checked or wrote. */
#define FLASH_SHORTEST_NS (15 * NS_PER_S)
#define NOT_STARTED_FINAL 2 /* complete deliveries, each followed by recovery mode */
#define FLASH_WAIT_NS     (600 * NS_PER_S)
#define TRANSFER_ROUND_NS (LOADER_SILENCE_LONGEST_NS + 3 * NS_PER_S)

/* ---- The phone's own URLs (docs: protocol, URL attempts) ---- */

#define HTTP_SEGMENT_MAXIMUM LOADER_SYN_WINDOW
#define HTTP_MSS_DEFAULT     536 /* RFC 9293 section 3.7.1 */
/* A segment costs the loader 0.2 s: no repeat before its pace is known. */
#define HTTP_REPEAT_FIRST_NS (1 * NS_PER_S)
#define HTTP_REQUEST_WAIT_NS (15 * NS_PER_S) /* the loader gives up after 8 to 10 s */
#define DNS_TIME_TO_LIVE_S   600u

/* ---- The segment ---- */

#define MEMBERSHIP_INTERVAL_NS (10 * NS_PER_S)   /* rule 2 */
#define MEMBERSHIP_PAUSE_NS    (100 * NS_PER_MS) /* between two answers to queries */
#define DISCOVER_QUIET_NS      (5 * NS_PER_S)    /* discover: no new answer for so long */
#define ALL_QUIET_NS           (10 * NS_PER_S)   /* --all: no new phone for so long */
/* What to do is said within the first second, unless a phone that already listens replied before.
 */
#define HINT_FIRST_NS    (800 * NS_PER_MS)
#define HINT_SECOND_NS   (20 * NS_PER_S) /* nobody has power-cycled a phone: why? */
#define HINT_LOOK_NS     (4 * NS_PER_S)  /* while phones are at work: are they still? */
#define HINT_INTERVAL_NS (60 * NS_PER_S)
/* The list of phones that have stopped listening: of several at once it is said once. */
#define LOST_LOOK_NS           (4 * NS_PER_S)
#define LOST_AGAIN_NS          (60 * NS_PER_S)
#define DISCOVER_TIMEOUT_NS    (60 * NS_PER_S)
#define ATTEMPTS_MAXIMUM       5
#define UNUSABLE_SERIALS_FINAL 3 /* answers without a serial number that can be ordered */
#define TWINS_SAID_MAXIMUM     3 /* devices with somebody else's serial number: more are not told */
/* Four of the phones of a shelf at the same time are done in 0.63 of the time where a switch keeps
 * the group from them, eight in 0.57, with more blocks sent again; where it does not, 1.0. */
#define PARALLEL_SNOOPING 4
#define GROUP_QUESTIONS   3
#define SESSIONS_MAXIMUM  4096 /* a flood of invented phones must not eat the memory */
#define ROSTER_FULL_NS    (1 * NS_PER_S)

#endif
