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
#include "base/phone_name.h"
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
    bool is_seen;     /* false: it was asked for by name, and only that is filled */
    bool is_meant;    /* the run was for it: it counts. Of a recording: it needs recovery */
    bool was_ordered; /* somebody ordered it to fetch a file, or it did so of its own accord */
    struct mac_address mac; /* zero: not seen, and named by its serial number */
    bool answered;          /* a REPLY was seen: the texts are filled, raw */
    char serial[RECM_TEXT_SIZE + 1];
    char product[RECM_TEXT_SIZE + 1];
    char software[RECM_TEXT_SIZE + 1];
    char hardware[RECM_TEXT_SIZE + 1];
    uint32_t ip;            /* 0 = unknown */
    struct verdict verdict; /* of this phone alone */
};

/*
 * Whom a run is for and what it wants of them; the pointers are the caller's. All zero: a
 * recording, which is for everybody.
 */
struct run_scope {
    enum run_purpose purpose;
    bool takes_all; /* every phone; else, if none is named, the only one */
    const struct phone_name *names;
    size_t name_count;
    const char *interface, *image; /* for commands in the advice; NULL: not known */
};

struct diagnosis {
    struct verdict leading;     /* of a run: the worst of the phones it was for */
    bool leading_is_of_phone;   /* else of the segment */
    enum run_purpose purpose;   /* what it was judged for */
    char *headline;             /* what is said first: the leading sentence, or how many of them */
    enum verdict_result result; /* what the leading verdict means: see diagnosis_for */
    int status;                 /* exit status, likewise */
    struct verdict *findings;   /* ranked, without the leading one */
    size_t finding_count;
    struct diagnosis_phone *phones; /* those named, in that order; then in order of appearance */
    size_t phone_count;
    uint64_t frame_count;
    instant_ns first_ns, last_ns; /* of the frames; 0 without frames */
    uint64_t phones_dropped;      /* seen, but too many to be remembered */
};

/* Judges what was observed so far; may be called again later. Fills `ret`, to be freed. */
void diagnosis_make(const struct facts *facts, struct diagnosis *ret);
/* The same for a run: what became of the phones it was for decides. */
void diagnosis_make_for(const struct facts *facts, const struct run_scope *scope,
                        struct diagnosis *ret);
/*
 * Says what it means for a run of this purpose: sets result, status and headline. Part of the two
 * above.
 */
void diagnosis_conclude(struct diagnosis *diagnosis, enum run_purpose purpose);
/* Leaves out evidence behind frame `last`: the trace ends there. */
void diagnosis_limit_evidence(struct diagnosis *diagnosis, uint64_t last);
void diagnosis_free(struct diagnosis *diagnosis);

/* How a user knows this phone: its serial number, else its MAC address; escaped. */
struct diagnosis_phone_text {
    char text[4 * RECM_TEXT_SIZE + 1];
};
struct diagnosis_phone_text diagnosis_phone_name(const struct diagnosis_phone *phone);

/* "certain" etc.: a static string. */
const char *confidence_name(enum confidence confidence);

#endif
