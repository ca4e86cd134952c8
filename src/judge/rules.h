/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table of rules: every identifier of the verdicts document is a row with its sentence, the
 * function that looks for the evidence, the advice, and where to read on. The order of the rows is
 * the ranking: of all that hold, the first that is at least likely leads (docs: how to add a
 * verdict). Internal to observe/ and judge/.
 */
#ifndef JUDGE_RULES_H
#define JUDGE_RULES_H

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
    uint64_t *numbers;    /* evidence so far, unsorted; judge_mark adds */
    size_t number_count, number_capacity;
};

/* Returns: whether the rule holds. `phone` is NULL for a rule about the segment. */
typedef bool rule_judge(const struct facts *facts, const struct phone_facts *phone,
                        struct judgement *ret);

enum rule_scope { RULE_PHONE, RULE_SEGMENT };

struct rule {
    enum verdict_id id;
    const char *name;
    enum rule_scope scope;
    const char *sentence; /* {} is replaced by judgement.subject */
    rule_judge *judge;
    const char *advice;
    const char *reference; /* "docs: ..." */
};

extern const struct rule rules[];
extern const size_t rule_count;

/* Evidence: the frames kept of a mark, or one frame (0 is ignored). */
void judge_marks(struct judgement *judgement, const struct marks *marks);
void judge_number(struct judgement *judgement, uint64_t number);

#endif
