/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom a diagnosis is about: the phones in the order of the report, and which of them a run was
 * for. Internal to judge/.
 */
#ifndef JUDGE_SCOPE_H
#define JUDGE_SCOPE_H

#include "judge/catalogue.h"

/* A place in the report: a phone that was seen, or one that was asked for by name and was not. */
struct slot {
    const struct phone_facts *phone; /* NULL: not seen */
    const struct phone_name *name;   /* how it was asked for; NULL: it was not */
    bool is_meant;                   /* it counts */
};

/*
 * Those named come first, in the order in which they were named, then all others in order of
 * appearance. Returns: an array to be freed.
 */
struct slot *scope_slots(const struct facts *facts, const struct run_scope *scope,
                         size_t *ret_count);
/* What is said of a phone that was named and not seen. */
void scope_judge_missing(const struct facts *facts, const struct slot *slot,
                         enum verdict_id *ret_id, struct judgement *ret);
/*
 * `advice` with INTERFACE, IMAGE and SERIAL replaced in its commands where they are known and can
 * be typed as they are. Returns: an owned string.
 */
char *scope_fill_commands(const struct run_scope *scope, const struct phone_facts *phone,
                          const char *advice);

#endif
