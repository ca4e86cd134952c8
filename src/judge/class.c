/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What follows from the class of a verdict: exit status, result, urgency, and whether it is worth a
 * finding. The one place that says so (docs: command line, exit status; verdicts, which one leads).
 */
#include "judge/class.h"

#include "judge/catalogue.h"

/* Whose verdict leads a run with several phones: the most urgent one. `tried`: of a phone that
 * somebody ordered to fetch a file; each kind of failure stands before success there too. */
struct class_row {
    int status;
    enum verdict_result result;
    int urgency, urgency_tried;
    bool is_outcome; /* stands with its phone; as a finding it would only repeat that */
};

static const struct class_row classes[CLASS_COUNT] = {
    [CLASS_FAULT] = {1, RESULT_FAILED, 30, 70, false},
    [CLASS_LINK] = {1, RESULT_FAILED, 35, 35, false},
    [CLASS_EVERY_PHONE] = {1, RESULT_FAILED, 80, 80, false},
    [CLASS_CHOICE] = {1, RESULT_FAILED, 40, 40, true},
    [CLASS_RECOVERED] = {0, RESULT_RECOVERED, 25, 50, true},
    [CLASS_DELIVERED] = {6, RESULT_DELIVERED, 5, 60, true},
    [CLASS_FOUND] = {0, RESULT_FOUND, 25, 50, true},
    [CLASS_HEALTHY] = {0, RESULT_FOUND, 20, 50, true},
    [CLASS_NOTHING] = {5, RESULT_NOTHING_FOUND, 5, 5, true},
    [CLASS_UNCLEAR] = {6, RESULT_INCONCLUSIVE, 10, 50, true},
};

static enum verdict_class class_of(enum verdict_id id)
{
    const struct verdict_row *row = catalogue_row(id);
    return row ? row->class : CLASS_FAULT;
}

/* What the purpose of a run makes of a verdict that a file would only state. */
static enum verdict_class class_for(enum verdict_id id, enum run_purpose purpose)
{
    enum verdict_class class = class_of(id);
    if (purpose == PURPOSE_FIND && class == CLASS_CHOICE)
        return CLASS_FOUND;
    /* Who asked for a recovery and got no more than an answer has not succeeded. */
    if ((purpose == PURPOSE_RECOVER || purpose == PURPOSE_DELIVER) && class == CLASS_FOUND)
        return CLASS_FAULT;
    return class;
}

int verdict_exit_status(enum verdict_id id, enum run_purpose purpose)
{
    enum verdict_class class = class_for(id, purpose);
    if (purpose == PURPOSE_DELIVER && class == CLASS_DELIVERED)
        return 0;
    return classes[class].status;
}

enum verdict_result verdict_result(enum verdict_id id, enum run_purpose purpose)
{
    return classes[class_for(id, purpose)].result;
}

int verdict_urgency(enum verdict_id id, bool tried)
{
    const struct class_row *class = &classes[class_of(id)];
    return tried ? class->urgency_tried : class->urgency;
}

bool verdict_is_worth_a_finding(enum verdict_id id)
{
    return !classes[class_of(id)].is_outcome;
}

const char *verdict_result_name(enum verdict_result result)
{
    static const char *const names[] = {
        [RESULT_RECOVERED] = "recovered",
        [RESULT_DELIVERED] = "delivered",
        [RESULT_FOUND] = "found",
        [RESULT_FAILED] = "failed",
        [RESULT_INCONCLUSIVE] = "inconclusive",
        [RESULT_NOTHING_FOUND] = "nothing-found",
        [RESULT_VALID] = "valid",
        [RESULT_INVALID] = "invalid",
    };
    return names[result];
}

int verdict_worse_status(int a, int b)
{
    static const int worst_first[] = {3, 4, 1, 6, 5}; /* 3: an output file failed */
    for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++) {
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    }
    return 0;
}
