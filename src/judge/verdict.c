/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From facts to a diagnosis: runs every rule on every phone and on the segment, and chooses the
 * leading verdict by the order of the catalogue (docs: verdicts). Knows no protocol.
 */
#include "judge/catalogue.h"
#include "judge/class.h"
#include "judge/headline.h"
#include "judge/rules_support.h"
#include "judge/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *confidence_name(enum confidence confidence)
{
    static const char *const names[] = {"possible", "likely", "certain"};
    return (unsigned)confidence < 3 ? names[confidence] : "unknown";
}

/* ---- evidence ---- */

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sorted, each once; of too many the first and the last ones. */
static void take_evidence(struct judgement *judgement, struct verdict *ret)
{
    size_t count = 0;
    uint64_t *numbers = judgement->numbers;
    if (judgement->number_count)
        qsort(numbers, judgement->number_count, sizeof(*numbers), compare_numbers);
    for (size_t i = 0; i < judgement->number_count; i++)
        if (count == 0 || numbers[i] != numbers[count - 1])
            numbers[count++] = numbers[i];
    const size_t half = VERDICT_EVIDENCE_MAXIMUM / 2;
    for (size_t i = 0; i < count; i++)
        if (count <= VERDICT_EVIDENCE_MAXIMUM || i < half || i >= count - half)
            ret->evidence[ret->evidence_count++] = numbers[i];
}

/* ---- candidates: the rules that hold ---- */

struct candidate {
    const struct verdict_row *row;
    const struct phone_facts *phone;
    size_t phone_index;
    struct judgement judgement;
    bool leads;
};

struct candidates {
    struct candidate *list;
    size_t count, capacity;
};

static void judgement_free(struct judgement *judgement)
{
    text_free(&judgement->subject);
    text_free(&judgement->sentence);
    text_free(&judgement->detail);
    text_free(&judgement->advice);
    free(judgement->numbers);
}

static void add_candidate(struct candidates *candidates, const struct candidate *candidate)
{
    if (candidates->count == candidates->capacity) {
        candidates->capacity = candidates->capacity ? 2 * candidates->capacity : 16;
        candidates->list =
            realloc(candidates->list, candidates->capacity * sizeof(*candidates->list));
        if (!candidates->list)
            abort();
    }
    candidates->list[candidates->count++] = *candidate;
}

static void run_rules(const struct facts *facts, enum rule_scope scope,
                      const struct phone_facts *phone, size_t phone_index, struct candidates *ret)
{
    for (size_t i = 0; i < catalogue_length; i++) {
        if (!(catalogue[i].scopes & (unsigned)scope))
            continue;
        struct candidate candidate = {
            .row = &catalogue[i], .phone = phone, .phone_index = phone_index};
        if (!catalogue[i].rule(facts, phone, &candidate.judgement)) {
            judgement_free(&candidate.judgement);
            continue;
        }
        if (!judge_times_are_sound(&facts->quality) &&
            candidate.judgement.confidence == CONFIDENCE_CERTAIN)
            candidate.judgement.confidence = CONFIDENCE_LIKELY;
        add_candidate(ret, &candidate);
    }
}

/*
 * The first in the order of the table that may lead and is at least likely; failing that the first
 * that is possible. Returns: NULL if none may lead.
 */
static struct candidate *choose(struct candidates *candidates, size_t from, size_t to)
{
    struct candidate *best = NULL;
    for (size_t i = from; i < to; i++) {
        struct candidate *candidate = &candidates->list[i];
        if (candidate->judgement.finding_only)
            continue;
        if (!best || (best->judgement.confidence == CONFIDENCE_POSSIBLE &&
                      candidate->judgement.confidence > CONFIDENCE_POSSIBLE))
            best = candidate;
    }
    return best;
}

/* ---- verdicts ---- */

static char *copy(const char *text)
{
    char *result = strdup(text);
    if (!result)
        abort();
    return result;
}

static char *fill_in(const char *sentence, const char *subject)
{
    struct text text = TEXT_EMPTY;
    const char *hole = strstr(sentence, "{}");
    if (hole) {
        text_add_bytes(&text, sentence, (size_t)(hole - sentence));
        text_add(&text, "%s%s", subject, hole + 2);
    } else {
        text_add(&text, "%s", sentence);
    }
    char *result = copy(text_chars(&text));
    text_free(&text);
    return result;
}

static void make_verdict(struct candidate *candidate, const struct run_scope *scope,
                         struct verdict *ret)
{
    struct judgement *judgement = &candidate->judgement;
    const char *advice =
        judgement->advice.length ? text_chars(&judgement->advice) : candidate->row->advice;
    *ret = (struct verdict){
        .id = candidate->row->id,
        .confidence = judgement->confidence,
        .sentence = judgement->sentence.length
                        ? copy(text_chars(&judgement->sentence))
                        : fill_in(candidate->row->sentence, text_chars(&judgement->subject)),
        .detail = copy(text_chars(&judgement->detail)),
        .advice = scope_fill_commands(scope, candidate->phone, advice),
        .has_phone = candidate->phone != NULL,
    };
    if (candidate->phone)
        ret->phone = candidate->phone->mac;
    take_evidence(judgement, ret);
}

static void verdict_free(struct verdict *verdict)
{
    free(verdict->sentence);
    free(verdict->detail);
    free(verdict->advice);
}

static void describe_phone(const struct phone_facts *facts, struct diagnosis_phone *ret)
{
    ret->is_seen = true;
    ret->was_ordered = facts->attempts > 0;
    ret->mac = facts->mac;
    ret->ip = facts->ip;
    ret->answered = facts->answered;
    memcpy(ret->serial, facts->reply.serial, sizeof(ret->serial));
    memcpy(ret->product, facts->reply.product, sizeof(ret->product));
    memcpy(ret->software, facts->reply.software, sizeof(ret->software));
    memcpy(ret->hardware, facts->reply.hardware, sizeof(ret->hardware));
}

static void describe_missing(const struct slot *slot, struct diagnosis_phone *ret)
{
    ret->mac = slot->name->mac;
    if (slot->name->serial)
        snprintf(ret->serial, sizeof(ret->serial), "%s", slot->name->serial);
}

/* ---- who leads ---- */

static int urgency(const struct candidate *candidate)
{
    return verdict_urgency(candidate->row->id, candidate->phone && candidate->phone->attempts);
}

/* A recording is led by the most urgent verdict, a run by the worst of those it was for. */
static bool is_before(const struct candidate *a, const struct candidate *b,
                      enum run_purpose purpose)
{
    int status_a = verdict_exit_status(a->row->id, purpose);
    int status_b = verdict_exit_status(b->row->id, purpose);
    if (purpose != PURPOSE_EXPLAIN && status_a != status_b)
        return verdict_worse_status(status_a, status_b) == status_a;
    return urgency(a) > urgency(b);
}

/* What is to be said, phone by phone and of the segment as a whole. */
struct leaders {
    struct candidate **of_slot; /* for each slot; not NULL */
    struct candidate *of_segment;
    const struct slot *slots;
    size_t slot_count;
};

/* Of the phones that are meant, or of the others. Returns: NULL if there is none. */
static struct candidate *first_of(const struct leaders *leaders, bool meant, bool seen_only,
                                  enum run_purpose purpose)
{
    struct candidate *first = NULL;
    for (size_t i = 0; i < leaders->slot_count; i++) {
        struct candidate *leader = leaders->of_slot[i];
        if (leaders->slots[i].is_meant == meant && (leaders->slots[i].phone || !seen_only) &&
            (!first || is_before(leader, first, purpose)))
            first = leader;
    }
    return first;
}

static struct candidate *more_urgent(struct candidate *a, struct candidate *b)
{
    return !b || (a && urgency(a) >= urgency(b)) ? a : b;
}

static struct candidate *leader_of_run(const struct leaders *leaders, const struct run_scope *scope)
{
    struct candidate *worst = first_of(leaders, true, false, scope->purpose);
    struct candidate *other = first_of(leaders, false, false, scope->purpose);
    struct candidate *segment = leaders->of_segment;
    bool chooses = !scope->takes_all && scope->name_count == 0;
    if (!first_of(leaders, true, true, scope->purpose)) {
        /* None of those was seen: a reason for that says more than that. */
        struct candidate *reason = more_urgent(other, segment);
        bool is_reason = reason && verdict_exit_status(reason->row->id, scope->purpose) == 1 &&
                         reason->row->id != VERDICT_FOUND;
        return worst && !is_reason ? worst : reason;
    }
    if (!segment || urgency(segment) <= urgency(worst))
        return worst;
    if (segment->row->class == CLASS_CHOICE)
        return chooses ? segment : worst;
    /* What goes on around them is a finding where they got what they were to get. */
    return verdict_exit_status(worst->row->id, scope->purpose) != 0 ? segment : worst;
}

static struct candidate *leader_of_all(const struct leaders *leaders, const struct run_scope *scope)
{
    if (scope->purpose != PURPOSE_EXPLAIN)
        return leader_of_run(leaders, scope);
    return more_urgent(more_urgent(first_of(leaders, true, false, scope->purpose),
                                   first_of(leaders, false, false, scope->purpose)),
                       leaders->of_segment);
}

static int compare_rank(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->phone_index > y->phone_index) - (x->phone_index < y->phone_index);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static void judge_slot(const struct facts *facts, const struct slot *slot, size_t index,
                       struct candidates *ret)
{
    if (slot->phone) {
        run_rules(facts, SCOPE_PHONE, slot->phone, index, ret);
        return;
    }
    enum verdict_id id;
    struct candidate candidate = {.phone_index = index};
    scope_judge_missing(facts, slot, &id, &candidate.judgement);
    candidate.row = catalogue_row(id);
    add_candidate(ret, &candidate);
}

/* Who asked for a recovery is not helped by hearing that the phone could be recovered. */
static void speak_of_the_run(struct candidate *candidate, enum run_purpose purpose)
{
    bool orders = purpose == PURPOSE_RECOVER || purpose == PURPOSE_DELIVER;
    if (!orders || candidate->row->id != VERDICT_FOUND || candidate->judgement.sentence.length)
        return;
    text_add(&candidate->judgement.sentence,
             "The phone answers in recovery mode, but it was not ordered to fetch the image.");
    text_add(&candidate->judgement.advice,
             "Start again for this phone: spa-sos recover -i INTERFACE -s SERIAL IMAGE.");
}

static void list_findings(struct candidates *candidates, const struct run_scope *scope,
                          struct diagnosis *ret)
{
    ret->findings = allocate(candidates->count, sizeof(*ret->findings));
    qsort(candidates->list, candidates->count, sizeof(*candidates->list), compare_rank);
    for (size_t i = 0; i < candidates->count; i++)
        if (!candidates->list[i].leads && verdict_is_worth_a_finding(candidates->list[i].row->id))
            make_verdict(&candidates->list[i], scope, &ret->findings[ret->finding_count++]);
}

/* What was passed over may be the very thing: the first sentence says so, whatever it says. */
static void name_filter(const struct facts *facts, struct diagnosis *diagnosis)
{
    struct filter_text filter = rules_filter_words(facts);
    struct text headline = TEXT_EMPTY;
    if (!filter.text[0] || strstr(diagnosis->headline, filter.text))
        return;
    text_add(&headline, "%s %s", diagnosis->headline, filter.text);
    free(diagnosis->headline);
    diagnosis->headline = copy(text_chars(&headline));
    text_free(&headline);
}

void diagnosis_make_for(const struct facts *facts, const struct run_scope *scope,
                        struct diagnosis *ret)
{
    struct candidates candidates = {0};
    struct leaders leaders;
    struct slot *slots = scope_slots(facts, scope, &leaders.slot_count);
    *ret = (struct diagnosis){
        .frame_count = facts->frame_count,
        .first_ns = facts->first_ns,
        .last_ns = facts->last_ns,
        .phone_count = leaders.slot_count,
        .phones_dropped = facts->phones_dropped,
        .phones = allocate(leaders.slot_count, sizeof(*ret->phones)),
    };
    leaders.slots = slots;
    leaders.of_slot = allocate(leaders.slot_count, sizeof(struct candidate *));
    size_t *from = allocate(leaders.slot_count + 2, sizeof(*from));

    for (size_t i = 0; i < leaders.slot_count; i++) {
        judge_slot(facts, &slots[i], i, &candidates);
        from[i + 1] = candidates.count;
    }
    run_rules(facts, SCOPE_SEGMENT, NULL, leaders.slot_count, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        speak_of_the_run(&candidates.list[i], scope->purpose);

    /* Only now, since adding moves the list. */
    for (size_t i = 0; i < leaders.slot_count; i++)
        leaders.of_slot[i] = choose(&candidates, from[i], from[i + 1]);
    leaders.of_segment = choose(&candidates, from[leaders.slot_count], candidates.count);
    struct candidate *leading = leader_of_all(&leaders, scope);

    for (size_t i = 0; i < leaders.slot_count; i++) {
        struct diagnosis_phone *phone = &ret->phones[i];
        if (slots[i].phone)
            describe_phone(slots[i].phone, phone);
        else
            describe_missing(&slots[i], phone);
        phone->is_meant = slots[i].is_meant;
        make_verdict(leaders.of_slot[i], scope, &phone->verdict);
    }
    make_verdict(leading, scope, &ret->leading);
    leading->leads = true;
    ret->leading_is_of_phone = leading->phone_index < leaders.slot_count;
    diagnosis_conclude(ret, scope->purpose);
    name_filter(facts, ret);
    list_findings(&candidates, scope, ret);

    for (size_t i = 0; i < candidates.count; i++)
        judgement_free(&candidates.list[i].judgement);
    free(candidates.list);
    free(leaders.of_slot);
    free(slots);
    free(from);
}

void diagnosis_make(const struct facts *facts, struct diagnosis *ret)
{
    static const struct run_scope everybody = {.purpose = PURPOSE_EXPLAIN};
    diagnosis_make_for(facts, &everybody, ret);
}

void diagnosis_conclude(struct diagnosis *diagnosis, enum run_purpose purpose)
{
    struct text headline = TEXT_EMPTY;
    diagnosis->purpose = purpose;
    diagnosis->status = verdict_exit_status(diagnosis->leading.id, purpose);
    diagnosis->result = verdict_result(diagnosis->leading.id, purpose);
    headline_add(diagnosis, &headline);
    free(diagnosis->headline);
    diagnosis->headline = copy(text_chars(&headline));
    text_free(&headline);
}

static void limit_evidence(struct verdict *verdict, uint64_t last)
{
    while (verdict->evidence_count && verdict->evidence[verdict->evidence_count - 1] > last)
        verdict->evidence_count--;
}

void diagnosis_limit_evidence(struct diagnosis *diagnosis, uint64_t last)
{
    limit_evidence(&diagnosis->leading, last);
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        limit_evidence(&diagnosis->findings[i], last);
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        limit_evidence(&diagnosis->phones[i].verdict, last);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    verdict_free(&diagnosis->leading);
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        verdict_free(&diagnosis->findings[i]);
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        verdict_free(&diagnosis->phones[i].verdict);
    free(diagnosis->headline);
    free(diagnosis->findings);
    free(diagnosis->phones);
    *diagnosis = (struct diagnosis){0};
}
