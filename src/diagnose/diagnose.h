/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames in, verdict out: what happened on a segment, which frames prove it, how sure that is, and
 * what to do next (docs: verdicts). The same for a live run, a recorded run of this tool and
 * somebody else's capture; it never trusts that one side is "us".
 *
 * The observer turns frames into facts per phone; diagnosis_make judges the facts by one table of
 * rules. Memory grows with phones and open transfers, not with the number of frames.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "base/address.h"
#include "base/instant.h"
#include "wire/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

/* Identifiers are an interface: never renamed, never reused (docs: verdicts). */
enum verdict_id {
    VERDICT_RECOVERED,
    VERDICT_FLASHING,
    VERDICT_DELIVERED,
    VERDICT_FOUND,
    VERDICT_SEVERAL_PHONES,
    VERDICT_FIRMWARE_RUNNING,
    VERDICT_NO_PHONE_SEEN,
    VERDICT_CAPTURE_TOO_SHORT,
    VERDICT_NO_LINK,
    VERDICT_LINK_FLAPPING,
    VERDICT_FIRMWARE_CRASH_LOOP,
    VERDICT_NO_DHCP,
    VERDICT_DHCP_LATE,
    VERDICT_DHCP_OFFER_UNUSABLE,
    VERDICT_DHCP_ACK_LOST,
    VERDICT_DHCP_REFUSED,
    VERDICT_LEASE_WITHOUT_MASK,
    VERDICT_LEASE_WITHOUT_ROUTER,
    VERDICT_TWO_DHCP_SERVERS,
    VERDICT_PORT_BLOCKED,
    VERDICT_STATIC_PHONE,
    VERDICT_REQUEST_NOT_SENT,
    VERDICT_REQUEST_MALFORMED,
    VERDICT_SERIAL_MISMATCH,
    VERDICT_SNOOPING,
    VERDICT_TAGGED_PORT,
    VERDICT_BUSY_WITH_URL,
    VERDICT_NOT_ONE_SEGMENT,
    VERDICT_REPLY_FILTERED,
    VERDICT_PHONE_DEAF,
    VERDICT_DUPLICATE_ADDRESS,
    VERDICT_UPGRADE_IGNORED,
    VERDICT_NO_GATEWAY,
    VERDICT_GATEWAY_DEAD,
    VERDICT_REQUEST_FOR_FILE_UNANSWERED,
    VERDICT_TFTP_REFUSED,
    VERDICT_DATA_NOT_REACHING,
    VERDICT_TWO_TFTP_SERVERS,
    VERDICT_WRONG_BLOCK,
    VERDICT_TRANSFER_STALLED,
    VERDICT_REBOOTED_IN_TRANSFER,
    VERDICT_WILDCARD_UPGRADE,
    VERDICT_NESTED_UPGRADE,
    VERDICT_IMAGE_REJECTED,
    VERDICT_STILL_IN_RECOVERY,
    VERDICT_POWER_LOST_WHILE_WRITING,
    VERDICT_WRONG_FAMILY,
    VERDICT_IMAGE_CORRUPT_ON_WIRE,
    VERDICT_COUNT
};

#define VERDICT_EVIDENCE_MAXIMUM 60

struct verdict {
    enum verdict_id id;
    enum confidence confidence;
    char *sentence; /* owned by the diagnosis; network text escaped */
    char *detail;   /* why: what the evidence shows, in plain words; "" if nothing to add */
    char *advice;   /* what to do next */
    uint64_t evidence[VERDICT_EVIDENCE_MAXIMUM]; /* frame numbers, ascending */
    size_t evidence_count;
    bool has_phone;
    struct mac_address phone; /* whom it is about */
};

/* What is known of one phone from frames alone. */
struct diagnosis_phone {
    struct mac_address mac;
    bool answered; /* a REPLY was seen: the texts are filled, raw */
    char serial[RECM_TEXT_SIZE + 1];
    char product[RECM_TEXT_SIZE + 1];
    char software[RECM_TEXT_SIZE + 1];
    char hardware[RECM_TEXT_SIZE + 1];
    uint32_t ip;            /* 0 = unknown */
    struct verdict verdict; /* of this phone alone */
};

struct diagnosis {
    struct verdict leading;
    struct verdict *findings; /* ranked, without the leading one */
    size_t finding_count;
    struct diagnosis_phone *phones; /* in order of appearance */
    size_t phone_count;
    uint64_t frame_count;
    instant_ns first_ns, last_ns; /* of the frames; 0 without frames */
    uint64_t phones_dropped;      /* seen, but too many to be remembered */
};

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
    char text[160]; /* plain and escaped: "DATA 17, 512 bytes" */
};

typedef void observation_sink(void *context, const struct observation *observation);

struct observer;

struct observer *observer_new(void);
void observer_free(struct observer *observer);
/* Frames in recorded order, numbered from 1; time running backwards is clamped and noted. */
void observer_frame(struct observer *observer, const struct frame *frame);
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
/* What only a live host knows. */
void observer_carrier(struct observer *observer, bool up, instant_ns now_ns);
/* The capture (or run) ended now; without it the last frame's time counts. */
void observer_end(struct observer *observer, instant_ns now_ns);

/* Judges what was observed so far; may be called again later. Fills `ret`, to be freed. */
void diagnosis_make(const struct observer *observer, struct diagnosis *ret);
void diagnosis_free(struct diagnosis *diagnosis);

/* "no-dhcp" etc.: static strings. */
const char *verdict_name(enum verdict_id id);
/* Returns: "request", "data", ...: static strings, for a timeline's column. */
const char *observation_kind_name(enum observation_kind kind);
const char *confidence_name(enum confidence confidence);
/* The exit status that the command line contract gives a leading verdict: 0, 1, 5 or 6. */
int verdict_exit_status(enum verdict_id id);

#endif
