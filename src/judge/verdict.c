/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From facts to a diagnosis: runs every rule on every phone and on the segment, and chooses the
 * leading verdict by the order of the table (docs: verdicts). Knows no protocol.
 */
#include "judge/rules.h"

#include <stdlib.h>
#include <string.h>

/* The names are an interface: the table says them once, in the order of the enumeration. */
static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_RECOVERED] = "recovered",
    [VERDICT_FLASHING] = "flashing",
    [VERDICT_DELIVERED] = "delivered",
    [VERDICT_FOUND] = "found",
    [VERDICT_SEVERAL_PHONES] = "several-phones",
    [VERDICT_FIRMWARE_RUNNING] = "firmware-running",
    [VERDICT_NO_PHONE_SEEN] = "no-phone-seen",
    [VERDICT_CAPTURE_TOO_SHORT] = "capture-too-short",
    [VERDICT_NO_LINK] = "no-link",
    [VERDICT_LINK_FLAPPING] = "link-flapping",
    [VERDICT_FIRMWARE_CRASH_LOOP] = "firmware-crash-loop",
    [VERDICT_NO_DHCP] = "no-dhcp",
    [VERDICT_DHCP_LATE] = "dhcp-late",
    [VERDICT_DHCP_OFFER_UNUSABLE] = "dhcp-offer-unusable",
    [VERDICT_DHCP_ACK_LOST] = "dhcp-ack-lost",
    [VERDICT_DHCP_REFUSED] = "dhcp-refused",
    [VERDICT_LEASE_WITHOUT_MASK] = "lease-without-mask",
    [VERDICT_LEASE_WITHOUT_ROUTER] = "lease-without-router",
    [VERDICT_TWO_DHCP_SERVERS] = "two-dhcp-servers",
    [VERDICT_PORT_BLOCKED] = "port-blocked",
    [VERDICT_STATIC_PHONE] = "static-phone",
    [VERDICT_REQUEST_NOT_SENT] = "request-not-sent",
    [VERDICT_REQUEST_MALFORMED] = "request-malformed",
    [VERDICT_SERIAL_MISMATCH] = "serial-mismatch",
    [VERDICT_SNOOPING] = "snooping",
    [VERDICT_TAGGED_PORT] = "tagged-port",
    [VERDICT_BUSY_WITH_URL] = "busy-with-url",
    [VERDICT_NOT_ONE_SEGMENT] = "not-one-segment",
    [VERDICT_REPLY_FILTERED] = "reply-filtered",
    [VERDICT_PHONE_DEAF] = "phone-deaf",
    [VERDICT_DUPLICATE_ADDRESS] = "duplicate-address",
    [VERDICT_UPGRADE_IGNORED] = "upgrade-ignored",
    [VERDICT_NO_GATEWAY] = "no-gateway",
    [VERDICT_GATEWAY_DEAD] = "gateway-dead",
    [VERDICT_REQUEST_FOR_FILE_UNANSWERED] = "request-for-file-unanswered",
    [VERDICT_TFTP_REFUSED] = "tftp-refused",
    [VERDICT_DATA_NOT_REACHING] = "data-not-reaching",
    [VERDICT_TWO_TFTP_SERVERS] = "two-tftp-servers",
    [VERDICT_WRONG_BLOCK] = "wrong-block",
    [VERDICT_TRANSFER_STALLED] = "transfer-stalled",
    [VERDICT_REBOOTED_IN_TRANSFER] = "rebooted-in-transfer",
    [VERDICT_WILDCARD_UPGRADE] = "wildcard-upgrade",
    [VERDICT_NESTED_UPGRADE] = "nested-upgrade",
    [VERDICT_IMAGE_REJECTED] = "image-rejected",
    [VERDICT_STILL_IN_RECOVERY] = "still-in-recovery",
    [VERDICT_POWER_LOST_WHILE_WRITING] = "power-lost-while-writing",
    [VERDICT_WRONG_FAMILY] = "wrong-family",
    [VERDICT_IMAGE_CORRUPT_ON_WIRE] = "image-corrupt-on-wire",
};

const char *verdict_name(enum verdict_id id)
{
    return (unsigned)id < VERDICT_COUNT ? verdict_names[id] : "unknown";
}

const char *confidence_name(enum confidence confidence)
{
    static const char *const names[] = {"possible", "likely", "certain"};
    return (unsigned)confidence < 3 ? names[confidence] : "unknown";
}

int verdict_exit_status(enum verdict_id id)
{
    switch (id) {
    case VERDICT_RECOVERED:
    case VERDICT_FOUND:
    case VERDICT_FIRMWARE_RUNNING:
        return 0;
    case VERDICT_NO_PHONE_SEEN:
        return 5;
    case VERDICT_DELIVERED:
    case VERDICT_FLASHING:
    case VERDICT_CAPTURE_TOO_SHORT:
        return 6;
    default:
        return 1;
    }
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
    const struct rule *rule;
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
    for (size_t i = 0; i < rule_count; i++) {
        if (rules[i].scope != scope)
            continue;
        struct candidate candidate = {
            .rule = &rules[i], .phone = phone, .phone_index = phone_index};
        if (rules[i].judge(facts, phone, &candidate.judgement))
            add_candidate(ret, &candidate);
        else
            judgement_free(&candidate.judgement);
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
        .id = candidate->rule->id,
        .confidence = judgement->confidence,
        .sentence = judgement->sentence.length
                        ? copy(text_chars(&judgement->sentence))
                        : fill_in(candidate->rule->sentence, text_chars(&judgement->subject)),
        .detail = copy(text_chars(&judgement->detail)),
        .advice = copy(judgement->advice.length ? text_chars(&judgement->advice)
                                                : candidate->rule->advice),
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

/*
 * Of several phones, whose verdict leads? One that somebody tried to recover before one that was
 * left alone; of each kind a failure before success; a phone that is only there comes last.
 */
static int urgency(const struct candidate *candidate)
{
    enum verdict_id id = candidate->rule->id;
    int status = verdict_exit_status(id);
    if (id == VERDICT_WILDCARD_UPGRADE && !candidate->phone)
        return 80;
    if (id == VERDICT_NO_LINK || id == VERDICT_LINK_FLAPPING)
        return 35;
    if (id == VERDICT_SEVERAL_PHONES)
        return 40;
    if (candidate->phone && candidate->phone->attempts)
        return status == 1 ? 70 : status == 6 && id != VERDICT_CAPTURE_TOO_SHORT ? 60 : 50;
    if (status == 1)
        return 30;
    if (id == VERDICT_FOUND || id == VERDICT_RECOVERED)
        return 25;
    if (id == VERDICT_FIRMWARE_RUNNING)
        return 20;
    return id == VERDICT_CAPTURE_TOO_SHORT ? 10 : 5;
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
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    return (x->phone_index > y->phone_index) - (x->phone_index < y->phone_index);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

/* Outcomes that do not lead stand with their phones; as findings they would only repeat that. */
static bool is_worth_a_finding(const struct candidate *candidate)
{
    return !candidate->leads && candidate->rule->id > VERDICT_CAPTURE_TOO_SHORT;
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
        run_rules(facts, RULE_PHONE, phone, index, &candidates);
        from[++index] = candidates.count;
    }
    run_rules(facts, RULE_SEGMENT, NULL, index, &candidates);
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

    ret->findings = allocate(candidates.count, sizeof(*ret->findings));
    qsort(candidates.list, candidates.count, sizeof(*candidates.list), compare_rank);
    for (size_t i = 0; i < candidates.count; i++)
        if (is_worth_a_finding(&candidates.list[i]))
            make_verdict(&candidates.list[i], &ret->findings[ret->finding_count++]);
    for (size_t i = 0; i < candidates.count; i++)
        judgement_free(&candidates.list[i].judgement);
    free(candidates.list);
    free(leaders);
    free(from);
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
