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
#include "judge/class.h"
#include "wire/recm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facts; /* observe/facts.h */

enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

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
    enum verdict_result result; /* what the leading verdict means: see diagnosis_for */
    int status;                 /* exit status, likewise */
    struct verdict *findings;   /* ranked, without the leading one */
    size_t finding_count;
    struct diagnosis_phone *phones; /* in order of appearance */
    size_t phone_count;
    uint64_t frame_count;
    instant_ns first_ns, last_ns; /* of the frames; 0 without frames */
    uint64_t phones_dropped;      /* seen, but too many to be remembered */
};

/* Judges what was observed so far; may be called again later. Fills `ret`, to be freed. */
void diagnosis_make(const struct facts *facts, struct diagnosis *ret);
/*
 * What it means for a run of this purpose: sets result and status. diagnosis_make has done it for
 * PURPOSE_EXPLAIN.
 */
void diagnosis_for(struct diagnosis *diagnosis, enum run_purpose purpose);
void diagnosis_free(struct diagnosis *diagnosis);

/* "certain" etc.: a static string. */
const char *confidence_name(enum confidence confidence);

#endif
