/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts in, verdict out: what happened on a segment, which frames prove it, how sure that is, and
 * what to do next (docs: verdicts). The same for a live run, a recorded run of this tool and
 * somebody else's capture. diagnosis_make judges the observer's facts by one table of rules.
 */
#ifndef JUDGE_VERDICT_H
#define JUDGE_VERDICT_H

#include "base/address.h"
#include "base/instant.h"
#include "wire/recm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facts; /* observe/facts.h */

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

/* Judges what was observed so far; may be called again later. Fills `ret`, to be freed. */
void diagnosis_make(const struct facts *facts, struct diagnosis *ret);
void diagnosis_free(struct diagnosis *diagnosis);

/* "no-dhcp" etc.: static strings. */
const char *verdict_name(enum verdict_id id);
const char *confidence_name(enum confidence confidence);
/* The exit status that the command line contract gives a leading verdict: 0, 1, 5 or 6. */
int verdict_exit_status(enum verdict_id id);

#endif
