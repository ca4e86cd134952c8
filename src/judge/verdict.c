/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From facts to a diagnosis: runs every rule on every phone and on the segment, and chooses the
 * leading verdict by the order of the catalogue (docs: verdicts). Knows no protocol.
 */
#include "judge/catalogue.h"
#include "judge/class.h"

#include <stdlib.h>
#include <string.h>

const char *confidence_name(enum confidence confidence)
{
    static const char *const names[] = {"possible", "likely", "certain"};
    return (unsigned)confidence < 3 ? names[confidence] : "unknown";
}

/* ---- evidence ---- */

void judge_number(struct judgement *judgement, uint64_t number)
{
    if (number == 0)
        return;
    if (judgement->number_count == judgement->number_capacity) {
        size_t capacity = judgement->number_capacity ? 2 * judgement->number_capacity : 32;
        uint64_t *numbers = realloc(judgement->numbers, capacity * sizeof(*numbers));
        if (!numbers)
            abort();
        judgement->numbers = numbers;
        judgement->number_capacity = capacity;
    }
    judgement->numbers[judgement->number_count++] = number;
}

void judge_marks(struct judgement *judgement, const struct marks *marks)
{
    for (uint64_t i = 0; i < marks->total && i < MARKS_FIRST; i++)
        judge_number(judgement, marks->first[i]);
    for (uint64_t i = 0; i + MARKS_FIRST < marks->total && i < MARKS_NEWEST; i++)
        judge_number(judgement, marks->newest[i]);
}

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

bool times_are_sound(const struct capture_quality *quality)
{
    return !quality->times_are_coarse && !quality->times_are_missing && !quality->clock_set_back;
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
        if (!times_are_sound(&facts->quality) &&
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

static void make_verdict(struct candidate *candidate, struct verdict *ret)
{
    struct judgement *judgement = &candidate->judgement;
    *ret = (struct verdict){
        .id = candidate->row->id,
        .confidence = judgement->confidence,
        .sentence = judgement->sentence.length
                        ? copy(text_chars(&judgement->sentence))
                        : fill_in(candidate->row->sentence, text_chars(&judgement->subject)),
        .detail = copy(text_chars(&judgement->detail)),
        .advice = copy(judgement->advice.length ? text_chars(&judgement->advice)
                                                : candidate->row->advice),
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

/* Of several phones, whose verdict leads? */
static int urgency(const struct candidate *candidate)
{
    return verdict_urgency(candidate->row->id, candidate->phone && candidate->phone->attempts);
}

static void describe_phone(const struct phone_facts *facts, struct diagnosis_phone *ret)
{
    ret->mac = facts->mac;
    ret->ip = facts->ip;
    ret->answered = facts->answered;
    memcpy(ret->serial, facts->reply.serial, sizeof(ret->serial));
    memcpy(ret->product, facts->reply.product, sizeof(ret->product));
    memcpy(ret->software, facts->reply.software, sizeof(ret->software));
    memcpy(ret->hardware, facts->reply.hardware, sizeof(ret->hardware));
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

void diagnosis_make(const struct facts *facts, struct diagnosis *ret)
{
    struct candidates candidates = {0};
    *ret = (struct diagnosis){
        .frame_count = facts->frame_count,
        .first_ns = facts->first_ns,
        .last_ns = facts->last_ns,
        .phone_count = facts->phone_count,
        .phones_dropped = facts->phones_dropped,
        .phones = allocate(facts->phone_count, sizeof(*ret->phones)),
    };
    struct candidate **leaders = allocate(facts->phone_count + 1, sizeof(struct candidate *));
    size_t *from = allocate(facts->phone_count + 2, sizeof(*from));

    size_t index = 0;
    for (const struct phone_facts *phone = facts->phones; phone; phone = phone->by_mac.next) {
        describe_phone(phone, &ret->phones[index]);
        run_rules(facts, SCOPE_PHONE, phone, index, &candidates);
        from[++index] = candidates.count;
    }
    run_rules(facts, SCOPE_SEGMENT, NULL, index, &candidates);
    from[index + 1] = candidates.count;

    /* Only now, since adding moves the list. */
    struct candidate *leading = NULL;
    for (size_t i = 0; i <= index; i++) {
        leaders[i] = choose(&candidates, from[i], from[i + 1]);
        if (leaders[i] && (!leading || urgency(leaders[i]) > urgency(leading)))
            leading = leaders[i];
    }
    for (size_t i = 0; i < index; i++)
        make_verdict(leaders[i], &ret->phones[i].verdict);
    make_verdict(leading, &ret->leading);
    leading->leads = true;
    diagnosis_for(ret, PURPOSE_EXPLAIN);

    ret->findings = allocate(candidates.count, sizeof(*ret->findings));
    qsort(candidates.list, candidates.count, sizeof(*candidates.list), compare_rank);
    for (size_t i = 0; i < candidates.count; i++)
        if (!candidates.list[i].leads && verdict_is_worth_a_finding(candidates.list[i].row->id))
            make_verdict(&candidates.list[i], &ret->findings[ret->finding_count++]);
    for (size_t i = 0; i < candidates.count; i++)
        judgement_free(&candidates.list[i].judgement);
    free(candidates.list);
    free(leaders);
    free(from);
}

void diagnosis_for(struct diagnosis *diagnosis, enum run_purpose purpose)
{
    diagnosis->status = verdict_exit_status(diagnosis->leading.id, purpose);
    diagnosis->result = verdict_result(diagnosis->leading.id, purpose);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    verdict_free(&diagnosis->leading);
    for (size_t i = 0; i < diagnosis->finding_count; i++)
        verdict_free(&diagnosis->findings[i]);
    for (size_t i = 0; i < diagnosis->phone_count; i++)
        verdict_free(&diagnosis->phones[i].verdict);
    free(diagnosis->findings);
    free(diagnosis->phones);
    *diagnosis = (struct diagnosis){0};
}
