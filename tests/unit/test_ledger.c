/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of all phones at once, kept up to date change by change, is what walking over all
 * of them would find: thousands of random changes, counted both ways.
 */
#include "base/random.h"
#include "engine/core.h"
#include "engine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SESSIONS 200
#define CHANGES  20000
#define SERIALS  60 /* some have twins, some have none */

static const struct phone_name names[] = {
    {.serial = "CBT00000001"},
    {.mac = {{0, 0x24, 0x14, 0, 0, 3}}},
    {.serial = "CBT00000002"},
    {.serial = "CBT00000001"}, /* twice */
    {.mac = {{0, 0x24, 0x14, 0, 0, 199}}},
    {.serial = "CBT99999999"}, /* nobody's */
};
#define NAMES (sizeof names / sizeof *names)

struct bench {
    struct core core;
    struct dhcp_server dhcp;
    struct session *sessions[SESSIONS];
    bool has_names;
};

static struct mac_address mac_of(unsigned index)
{
    return (struct mac_address){{0, 0x24, 0x14, 0, 0, (uint8_t)index}};
}

static void come(struct bench *bench, unsigned index)
{
    const struct mac_address mac = mac_of(index);
    bench->sessions[index] = session_new(&bench->core, &bench->dhcp, &mac, index, 0);
}

static bool is_named_by(const struct session *session, const struct phone_name *name)
{
    return phone_name_is(name, session->answered ? session->serial : NULL, &session->mac);
}

static bool is_named(const struct session *session)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (is_named_by(session, &names[i]))
            return true;
    }
    return false;
}

struct counts {
    size_t present, open, open_unheard, over, over_unheard;
};

static struct counts walk(const struct bench *bench)
{
    struct counts counts = {0};
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct session *session = bench->sessions[i];
        bool is_meant = !bench->has_names || is_named(session);
        if (session->state == SESSION_NEW)
            continue;
        counts.present += session->state != SESSION_FAILED;
        if (session_is_over(session)) {
            counts.over += is_meant;
            counts.over_unheard += !is_meant && !session->answered;
        } else {
            counts.open += is_meant || !session->answered;
            counts.open_unheard += !session->answered;
        }
    }
    return counts;
}

/* By the name with this index. */
static void walk_name(const struct bench *bench, size_t name, bool *ret_answered, bool *ret_over)
{
    bool is_known = false, is_open = false, is_recovered = false;
    *ret_answered = false;
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct session *session = bench->sessions[i];
        if (!is_named_by(session, &names[name]))
            continue;
        is_known = true;
        is_open |= !session_is_over(session);
        is_recovered |= session->state == SESSION_RECOVERED;
        *ret_answered |= session->answered;
    }
    *ret_over = is_recovered || (is_known && !is_open);
}

static void compare(const struct bench *bench)
{
    const struct ledger *ledger = &bench->core.ledger;
    struct counts counts = walk(bench);
    size_t left = 0;
    assert_int_equal(ledger->present, counts.present);
    assert_int_equal(ledger->open, counts.open);
    assert_int_equal(ledger->open_unheard, counts.open_unheard);
    assert_int_equal(ledger->over, counts.over);
    assert_int_equal(ledger->over_unheard, counts.over_unheard);
    for (size_t i = 0; i < NAMES && bench->has_names; i++) {
        bool has_answered, is_over;
        walk_name(bench, i, &has_answered, &is_over);
        assert_int_equal(ledger_has_answered(ledger, i), has_answered);
        left += !is_over && i != 3; /* a name that stands twice is one */
    }
    assert_int_equal(ledger_entries_left(ledger), left);
}

static void change(struct bench *bench, struct random *random)
{
    unsigned index = random_below(random, SESSIONS);
    struct session *session = bench->sessions[index];
    switch (random_below(random, 8)) {
    case 0:
        session_free(session);
        come(bench, index);
        break;
    case 1:
    case 2:
        snprintf(session->serial, sizeof session->serial, "CBT%08u", random_below(random, SERIALS));
        session_answers(session, 0, 0);
        break;
    case 3:
        session_power_cycle_asked(session, random_below(random, 2));
        break;
    case 4:
        session_ask_after(session, NS_PER_S, 0);
        timers_fire(&bench->core.timers, random_below(random, 2) ? 0 : NS_PER_S);
        break;
    case 5:
        session->refused = random_below(random, 2);
        session_in_dhcp_stage(session, random_below(random, 2), false, NS_PER_S);
        break;
    default:
        session_enter(session, (enum session_state)random_below(random, SESSION_STATE_COUNT), 0,
                      "");
        break;
    }
}

/* The members, each once and in order, are those of whom it is true. */
static void compare_set(const struct bench *bench, const struct session_set *set,
                        bool is_true(const struct session *session))
{
    size_t place = session_set_next(set, NULL, 0), count = 0;
    for (unsigned i = 0; i < SESSIONS; i++) {
        if (!is_true(bench->sessions[i]))
            continue;
        assert_int_equal(place, i);
        place = session_set_next(set, NULL, place + 1);
        count++;
    }
    assert_int_equal(place, SESSIONS_MAXIMUM);
    assert_int_equal(set->count, count);
}

static bool waits(const struct session *session)
{
    return session->state == SESSION_WAITING;
}

static bool could_be_meant(const struct session *session)
{
    return session->answered && session->state != SESSION_FAILED &&
           session->state != SESSION_RECOVERED;
}

static bool is_credible(const struct session *session)
{
    return could_be_meant(session) && session_is_credible(session);
}

static void compare_sets(const struct bench *bench)
{
    const struct ledger *ledger = &bench->core.ledger;
    compare_set(bench, &ledger->due, session_is_due);
    compare_set(bench, &ledger->in_state[SESSION_WAITING], waits);
    compare_set(bench, &ledger->could_be_meant, could_be_meant);
    compare_set(bench, &ledger->credible, is_credible);
    compare_set(bench, &ledger->lost, session_is_lost);
}

/* From anywhere the round comes by every one that is due, or waits if those are asked, once. */
static void go_round(const struct bench *bench, struct random *random)
{
    const struct ledger *ledger = &bench->core.ledger;
    bool asks_waiting = random_below(random, 2);
    size_t first = random_below(random, SESSIONS), found = 0, expected = 0;
    for (unsigned i = 0; i < SESSIONS; i++)
        expected +=
            session_is_due(bench->sessions[i]) || (asks_waiting && waits(bench->sessions[i]));
    size_t begin = ledger_next_due(ledger, first, asks_waiting);
    for (size_t place = begin; place < SESSIONS_MAXIMUM;) {
        found++;
        place = ledger_next_due(ledger, place + 1, asks_waiting);
        if (place == begin)
            break;
    }
    assert_int_equal(found, expected);
}

/* Who shows the serial number of one: somebody else who does, or nobody. */
static void look_for_twins(const struct bench *bench)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        const struct session *session = bench->sessions[i], *twin = ledger_twin(session);
        bool expected = false;
        for (unsigned j = 0; j < SESSIONS; j++) {
            const struct session *other = bench->sessions[j];
            expected |= j != i && session->answered && other->answered &&
                        strcmp(session->serial, other->serial) == 0;
        }
        assert_int_equal(twin != NULL, expected);
        if (twin) {
            assert_ptr_not_equal(twin, session);
            assert_true(twin->answered);
            assert_string_equal(twin->serial, session->serial);
        }
    }
}

static void change_at_random(bool has_names)
{
    static struct bench bench;
    struct random random = random_from_seed(5);
    struct station_event event;
    memset(&bench, 0, sizeof bench);
    bench.has_names = has_names;
    bench.core.config = station_config_default();
    bench.core.config.selection.names = has_names ? names : NULL;
    bench.core.config.selection.name_count = has_names ? NAMES : 0;
    bench.dhcp.core = &bench.core;
    ledger_init(&bench.core.ledger, &bench.core.config.selection);
    for (unsigned i = 0; i < SESSIONS; i++)
        come(&bench, i);
    for (unsigned i = 0; i < CHANGES; i++) {
        change(&bench, &random);
        while (journal_next(&bench.core.journal, &event))
            continue;
        if (i % 10 == 0) {
            compare(&bench);
            go_round(&bench, &random);
            compare_sets(&bench);
        }
        if (i % 500 == 0) {
            look_for_twins(&bench);
        }
    }
    for (unsigned i = 0; i < SESSIONS; i++)
        session_free(bench.sessions[i]);
    assert_int_equal(bench.core.ledger.present, 0);
    assert_int_equal(bench.core.ledger.open, 0);
    ledger_free(&bench.core.ledger);
    timers_free(&bench.core.timers);
    journal_free(&bench.core.journal);
}

static void the_ledger_counts_what_a_walk_would_without_names(void **state)
{
    (void)state;
    change_at_random(false);
}

static void the_ledger_counts_what_a_walk_would_with_names(void **state)
{
    (void)state;
    change_at_random(true);
}

/* Three answers in a row say that it does not write; what was sent to it since undoes that. */
static void sure_is_only_what_was_heard_since(void **state)
{
    (void)state;
    static struct bench bench;
    static void (*const sent[])(struct session *, instant_ns) = {session_image_is_out,
                                                                 session_is_served_elsewhere};
    instant_ns now_ns = NS_PER_S;
    bench.core.config = station_config_default();
    ledger_init(&bench.core.ledger, &bench.core.config.selection);
    bench.dhcp.core = &bench.core;
    come(&bench, 0);
    struct session *session = bench.sessions[0];
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        assert_false(session->surely_listens);
        for (unsigned j = 0; j < ANSWERS_CERTAIN; j++) {
            assert_false(session->surely_listens);
            now_ns += NS_PER_S;
            session_answers(session, now_ns, now_ns);
        }
        assert_true(session->surely_listens);
        sent[i](session, now_ns);
    }
    assert_false(session->surely_listens);
    session_free(session);
    ledger_free(&bench.core.ledger);
    timers_free(&bench.core.timers);
    journal_free(&bench.core.journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ledger_counts_what_a_walk_would_without_names),
        cmocka_unit_test(the_ledger_counts_what_a_walk_would_with_names),
        cmocka_unit_test(sure_is_only_what_was_heard_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
