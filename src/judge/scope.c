/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom a diagnosis is about: see scope.h. */
#include "judge/scope.h"

#include "judge/rules_support.h"

#include <string.h>

static bool has_name(const struct phone_facts *phone, const struct phone_name *name)
{
    return phone_name_is(name, phone->answered ? phone->reply.serial : NULL, &phone->mac);
}

/* How much speaks for it that it is a phone, and the one that a run dealt with. */
enum likelihood {
    LIKELY_A_FRAME, /* a single one, which anybody can have sent */
    LIKELY_A_PHONE, /* several, or it answered */
    LIKELY_ORDERED,
    LIKELY_SERVED, /* by this run, and it took blocks */
};

static bool was_served(const struct facts *facts, const struct attempt *attempt)
{
    for (unsigned i = 0; i < SERVERS_MAXIMUM && i < attempt->server_count; i++)
        if (mac_equal(&attempt->servers[i].mac, &facts->own_mac))
            return attempt->acks.total > 0;
    return false;
}

static enum likelihood likelihood_of(const struct facts *facts, const struct phone_facts *phone)
{
    if (was_served(facts, &phone->attempt))
        return LIKELY_SERVED;
    if (phone->attempts && phone->answered)
        return LIKELY_ORDERED;
    return phone->answered || phone->loader_frames.total > 1 ? LIKELY_A_PHONE : LIKELY_A_FRAME;
}

static bool orders_one(const struct run_scope *scope)
{
    return (scope->purpose == PURPOSE_RECOVER || scope->purpose == PURPOSE_DELIVER) &&
           !scope->takes_all;
}

/* What there is among all phones, so that each is not held against all others anew. */
struct crowd {
    enum likelihood best;
    bool was_ordered; /* somebody was */
};

static struct crowd look_at_all(const struct facts *facts)
{
    struct crowd crowd = {LIKELY_A_FRAME, false};
    for (const struct phone_facts *phone = facts->phones; phone; phone = phone->by_mac.next) {
        enum likelihood likelihood = likelihood_of(facts, phone);
        crowd.best = likelihood > crowd.best ? likelihood : crowd.best;
        crowd.was_ordered = crowd.was_ordered || phone->attempts;
    }
    return crowd;
}

/*
 * Of those that were not named: with names nobody else. Otherwise those that are in recovery; of a
 * run for one phone the one that it served, or those that were ordered; and of any run nobody of
 * whom a single frame is all there is.
 */
static bool is_meant(const struct facts *facts, const struct run_scope *scope,
                     const struct crowd *crowd, const struct phone_facts *phone)
{
    if (scope->name_count || rules_is_bystander(phone))
        return false;
    if (scope->purpose == PURPOSE_EXPLAIN)
        return true;
    enum likelihood likelihood = likelihood_of(facts, phone);
    if (orders_one(scope) && crowd->best == LIKELY_SERVED)
        return likelihood == crowd->best;
    if (likelihood == LIKELY_A_FRAME && crowd->best > likelihood)
        return false;
    return !orders_one(scope) || phone->attempts || !crowd->was_ordered;
}

/* The phone of this name: two can claim one serial number, and the likelier one has it. */
static const struct phone_facts *find_named(const struct facts *facts,
                                            const struct phone_name *name)
{
    const struct phone_facts *found = NULL;
    for (const struct phone_facts *phone = facts->phones; phone; phone = phone->by_mac.next)
        if (has_name(phone, name) &&
            (!found || likelihood_of(facts, phone) > likelihood_of(facts, found)))
            found = phone;
    return found;
}

struct slots {
    struct slot *list;
    size_t count;
    struct phone_set placed;
};

static void add_named(struct slots *slots, const struct facts *facts, const struct phone_name *name)
{
    const struct phone_facts *phone = find_named(facts, name);
    if (phone && phone_set_has(&slots->placed, phone->index))
        return;
    if (phone)
        phone_set_add(&slots->placed, phone->index);
    slots->list[slots->count++] = (struct slot){.phone = phone, .name = name, .is_meant = true};
}

struct slot *scope_slots(const struct facts *facts, const struct run_scope *scope,
                         size_t *ret_count)
{
    struct slots slots = {0};
    size_t most = facts->phone_count + scope->name_count;
    slots.list = calloc(most ? most : 1, sizeof(*slots.list));
    if (!slots.list)
        abort();
    struct crowd crowd = look_at_all(facts);
    for (size_t i = 0; i < scope->name_count; i++)
        add_named(&slots, facts, &scope->names[i]);
    for (const struct phone_facts *phone = facts->phones; phone; phone = phone->by_mac.next)
        if (!phone_set_has(&slots.placed, phone->index))
            slots.list[slots.count++] =
                (struct slot){.phone = phone, .is_meant = is_meant(facts, scope, &crowd, phone)};
    *ret_count = slots.count;
    return slots.list;
}

void scope_judge_missing(const struct facts *facts, const struct slot *slot,
                         enum verdict_id *ret_id, struct judgement *ret)
{
    char name[ESCAPED(RECM_TEXT_SIZE)];
    struct mac_text mac;
    const char *words = phone_name_text(slot->name, &mac), *serial = slot->name->serial;
    text_escape(words, strlen(words), name, sizeof name);
    bool is_interrupted = facts->ending == ENDING_INTERRUPTED;
    *ret_id = is_interrupted ? VERDICT_INTERRUPTED : VERDICT_NO_PHONE_SEEN;
    ret->confidence = CONFIDENCE_LIKELY;
    if (is_interrupted)
        text_add(&ret->sentence, "You interrupted the run before %s was seen.", name);
    else
        text_add(&ret->sentence, "%s was not seen.", name);
    for (unsigned i = 0; serial && i < SERIALS_MAXIMUM; i++) {
        const struct asked_serial *asked = &facts->segment.serials[i];
        if (asked->index == 0 || strcmp(asked->serial, serial) != 0)
            continue;
        judge_marks(ret, &asked->requests);
        text_add(&ret->detail, "It was asked for %llu times by its serial number.",
                 (unsigned long long)asked->requests.total);
    }
    text_add(&ret->advice, "Check the number, the phone's cable and its power, and power-cycle it "
                           "while the program runs. A phone that got no address is silent with SOS "
                           "on its display.");
}

/* A word that a shell takes as it is. */
static bool can_be_typed(const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "._/:@+-";
    return word && word[0] && word[0] != '-' && word[strspn(word, harmless)] == '\0';
}

char *scope_fill_commands(const struct run_scope *scope, const struct phone_facts *phone,
                          const char *advice)
{
    const struct {
        const char *name, *value;
    } words[] = {
        {"INTERFACE", scope->interface},
        {"IMAGE", scope->image},
        {"SERIAL", phone && phone->answered ? phone->reply.serial : NULL},
    };
    struct text text = TEXT_EMPTY;
    while (*advice) {
        size_t taken = 0;
        for (size_t i = 0; taken == 0 && i < sizeof words / sizeof words[0]; i++) {
            size_t length = strlen(words[i].name);
            if (strncmp(advice, words[i].name, length) != 0 || !can_be_typed(words[i].value))
                continue;
            text_add(&text, "%s", words[i].value);
            taken = length;
        }
        if (taken == 0)
            text_add_bytes(&text, advice, 1);
        advice += taken ? taken : 1;
    }
    char *filled = strdup(text_chars(&text));
    if (!filled)
        abort();
    text_free(&text);
    return filled;
}
