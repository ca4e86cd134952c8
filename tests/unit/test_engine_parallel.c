/* SPDX-License-Identifier: BSD-2-Clause */
/* How many phones are served at the same time, and how --parallel auto finds out (parallel.h). */
#include "engine/config.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PHONES 6

struct shelf {
    struct rig *rig;
    struct rig_phone phones[PHONES];
};

/* All of them have answered, and the first REPLYs were to what did not go to the group. */
static struct shelf shelf_open(unsigned parallel)
{
    struct shelf shelf = {.rig = rig_new()};
    shelf.rig->config.selection.all = true;
    shelf.rig->config.parallel_transfers = parallel;
    rig_start(shelf.rig);
    rig_wait(shelf.rig, 2 * NS_PER_S); /* the newest REQUEST went to broadcast */
    for (unsigned i = 0; i < PHONES; i++) {
        shelf.phones[i] = rig_phone(i);
        rig_reply(shelf.rig, &shelf.phones[i]);
    }
    return shelf;
}

static unsigned count_ordered(const struct shelf *shelf)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PHONES; i++)
        count += rig_state(shelf->rig, &shelf->phones[i]) == SESSION_ORDERED;
    return count;
}

static unsigned count_questions_to_group(const struct rig *rig, size_t from)
{
    return rig_count_to(rig, from, mac_of_group(RECM_GROUP_IP));
}

static void a_number_is_taken_as_it_is(void **state)
{
    (void)state;
    struct shelf shelf = shelf_open(3);
    assert_int_equal(count_ordered(&shelf), 3);
    rig_free(shelf.rig);
}

static void where_the_group_is_answered_it_is_one(void **state)
{
    (void)state;
    struct shelf shelf = shelf_open(PARALLEL_AUTO);
    /* The first one was ordered at once: nobody else waited yet. */
    assert_int_equal(count_ordered(&shelf), 1);
    for (unsigned i = 0; i < 12 && count_ordered(&shelf) == 1; i++)
        rig_wait(shelf.rig, NS_PER_S); /* that one does not confirm: the next one's turn */
    size_t from = shelf.rig->sent_count;
    for (unsigned i = 0; i < 4 && count_questions_to_group(shelf.rig, from) == 0; i++)
        rig_wait(shelf.rig, 500 * NS_PER_MS);
    assert_int_equal(count_questions_to_group(shelf.rig, from), 1);
    assert_int_equal(count_ordered(&shelf), 0);
    rig_wait(shelf.rig, 500 * NS_PER_MS);
    rig_reply(shelf.rig, &shelf.phones[1]);
    assert_int_equal(count_ordered(&shelf), 1);
    assert_true(rig_said(shelf.rig, "multicast reaches the phones"));
    rig_free(shelf.rig);
}

static void where_a_switch_keeps_it_back_it_is_four(void **state)
{
    (void)state;
    struct shelf shelf = shelf_open(PARALLEL_AUTO);
    rig_wait(shelf.rig, 9500 * NS_PER_MS); /* the first one does not confirm its order */
    size_t from = shelf.rig->sent_count;
    rig_wait(shelf.rig, 6 * NS_PER_S);
    assert_true(count_questions_to_group(shelf.rig, from) <= 3);
    assert_true(rig_said(shelf.rig, "The switch keeps multicast from the phones (IGMP snooping): "
                                    "up to 4 transfers at the same time"));
    assert_int_equal(count_ordered(&shelf), 4);
    rig_free(shelf.rig);
}

static void a_late_answer_to_another_question_proves_nothing(void **state)
{
    (void)state;
    struct shelf shelf = shelf_open(PARALLEL_AUTO);
    rig_reply(shelf.rig, &shelf.phones[2]); /* to what went to broadcast */
    assert_false(rig_said(shelf.rig, "multicast reaches the phones"));
    rig_free(shelf.rig);
}

/* Nothing may go to the group while a loader asks for its address: no turn waits for that. */
static void no_turn_waits_while_a_loader_asks_for_its_address(void **state)
{
    (void)state;
    struct shelf shelf = shelf_open(PARALLEL_AUTO);
    rig_wait(shelf.rig, 8 * NS_PER_S);
    struct rig_phone loader = rig_phone(PHONES);
    rig_discover(shelf.rig, &loader, 1);
    rig_wait(shelf.rig, 2500 * NS_PER_MS); /* the first one is given up meanwhile */
    assert_int_equal(count_ordered(&shelf), 1);
    assert_false(rig_said(shelf.rig, "The switch keeps multicast"));
    rig_free(shelf.rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_taken_as_it_is),
        cmocka_unit_test(where_the_group_is_answered_it_is_one),
        cmocka_unit_test(where_a_switch_keeps_it_back_it_is_four),
        cmocka_unit_test(a_late_answer_to_another_question_proves_nothing),
        cmocka_unit_test(no_turn_waits_while_a_loader_asks_for_its_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
