/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue: a verdict is one row, with its identifier, its class, the rule that looks for the
 * evidence, its sentence and its advice. The order of the rows is the ranking: of all that hold,
 * the first that is at least likely leads (docs: how to add a verdict). Internal to judge/.
 */
#ifndef JUDGE_CATALOGUE_H
#define JUDGE_CATALOGUE_H

#include "base/text.h"
#include "judge/verdict.h"
#include "observe/facts.h"

/* What a rule found. Zeroed before the rule runs; texts are freed by whoever asked. */
struct judgement {
    enum confidence confidence;
    bool finding_only;    /* true as it is, this does not explain why the recovery failed */
    struct text subject;  /* what stands for {} in the sentence */
    struct text sentence; /* instead of the row's, if not empty */
    struct text detail;   /* why, in whole sentences */
    struct text advice;   /* instead of the row's, if not empty */
    uint64_t *numbers;    /* evidence so far, unsorted; judge_number and judge_marks add */
    size_t number_count, number_capacity;
};

/* Returns: whether the rule holds. `phone` is NULL when the rule is asked about the segment. */
typedef bool rule_judge(const struct facts *facts, const struct phone_facts *phone,
                        struct judgement *ret);

/* Whom a rule is asked about: each phone, the segment as a whole, or (bits) both. */
enum rule_scope { SCOPE_PHONE = 1, SCOPE_SEGMENT = 2 };

struct verdict_row {
    enum verdict_id id;
    const char *name;
    const char *short_form; /* of a phone among others, as a predicate: "refused the image" */
    enum verdict_class class;
    unsigned scopes;
    rule_judge *rule;     /* NULL: only a live run says so (docs: verdicts, outcome) */
    const char *sentence; /* {} is replaced by judgement.subject */
    const char *advice;
};

extern const struct verdict_row catalogue[];
extern const size_t catalogue_length;

/* Returns: the row of the identifier; NULL for VERDICT_COUNT and beyond. */
const struct verdict_row *catalogue_row(enum verdict_id id);

/* False where durations prove nothing; nearly every rule knows a cause by how long something did
 * not happen. */
bool judge_times_are_sound(const struct capture_quality *quality);

/* Evidence: the frames kept of a mark, or one frame (0 is ignored). */
void judge_marks(struct judgement *judgement, const struct marks *marks);
void judge_number(struct judgement *judgement, uint64_t number);

#endif
