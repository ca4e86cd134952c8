/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a verdict means for who asked: exit status and result (docs: command line). Everything here
 * follows from the class that the catalogue gives the verdict, and from what the run was for.
 */
#ifndef JUDGE_CLASS_H
#define JUDGE_CLASS_H

#include <stdbool.h>

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
    VERDICT_DIFFERENT_VLANS,
    VERDICT_VLAN_CHANGES,
    VERDICT_INTERRUPTED,
    VERDICT_TIMED_OUT,
    VERDICT_ANOTHER_TOOL,
    VERDICT_COUNT
};

/* What kind of answer it is. Status, result and rank among phones follow from it (judge/class.h).
 */
enum verdict_class {
    CLASS_FAULT,       /* the recovery failed, or would, and this is why */
    CLASS_LINK,        /* of the cable: before anything of the phone */
    CLASS_EVERY_PHONE, /* somebody meddled with all phones at once */
    CLASS_CHOICE,      /* several phones, none chosen */
    CLASS_RECOVERED,
    CLASS_DELIVERED,
    CLASS_FOUND,
    CLASS_HEALTHY, /* nothing to recover */
    CLASS_NOTHING, /* no phone */
    CLASS_UNCLEAR,
    CLASS_COUNT
};

/* Returns: "no-dhcp" etc., a static string. */
const char *verdict_name(enum verdict_id id);

/* What a run was for. A file is only explained. */
enum run_purpose {
    PURPOSE_EXPLAIN,
    PURPOSE_FIND,    /* discover: several phones are an answer, not a question */
    PURPOSE_RECOVER, /* a phone that only answers is not recovered */
    PURPOSE_DELIVER  /* recover --flash-wait 0: delivered is all that was asked for */
};

/* Results of the JSON document; the last two are those of files. */
enum verdict_result {
    RESULT_RECOVERED,
    RESULT_DELIVERED,
    RESULT_FOUND,
    RESULT_FAILED,
    RESULT_INCONCLUSIVE,
    RESULT_NOTHING_FOUND,
    RESULT_VALID,
    RESULT_INVALID,
};

/* The exit status of a leading verdict: 0, 1, 5 or 6. */
int verdict_exit_status(enum verdict_id id, enum run_purpose purpose);
enum verdict_result verdict_result(enum verdict_id id, enum run_purpose purpose);
/* Returns: "nothing-found" etc., a static string. */
const char *verdict_result_name(enum verdict_result result);
/* Of two exit statuses the worse, in the order of the contract: (3,) 4, 1, 6, 5, 0. */
int verdict_worse_status(int a, int b);

/* Of several phones the one with the most urgent verdict leads; `tried`: somebody ordered it. */
int verdict_urgency(enum verdict_id id, bool tried);
/* Outcomes that do not lead stand with their phones, not among the findings. */
bool verdict_is_worth_a_finding(enum verdict_id id);

#endif
