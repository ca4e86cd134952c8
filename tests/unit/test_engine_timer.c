/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers fire in order and once; quantiles of durations. */
#include "engine/statistics.h"
#include "engine/timer.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void count_up(void *owner, instant_ns now_ns)
{
    (void)now_ns;
    ++*(unsigned *)owner;
}

static void timers_fire_in_order_once_and_never_when_stopped(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct timers timers = {0};
    struct timer timer[COUNT];
    unsigned fired[COUNT] = {0};
    for (unsigned i = 0; i < COUNT; i++) {
        timer[i] = timer_for(count_up, &fired[i]);
        timer_set(&timers, &timer[i], (instant_ns)(i * 37 % COUNT) * 10);
    }
    for (unsigned i = 0; i < COUNT; i += 3)
        timer_stop(&timers, &timer[i]);
    for (instant_ns now_ns = 0; now_ns < 10 * COUNT; now_ns += 10) {
        timers_fire(&timers, now_ns);
        for (unsigned i = 0; i < COUNT; i++) {
            bool due = (instant_ns)(i * 37 % COUNT) * 10 <= now_ns;
            assert_int_equal(fired[i], due && i % 3 != 0);
        }
    }
    assert_true(timers_next(&timers) == INSTANT_NEVER);
    timers_free(&timers);
}

static void shifting_moves_every_timer(void **state)
{
    (void)state;
    struct timers timers = {0};
    unsigned fired = 0;
    struct timer one = timer_for(count_up, &fired), two = timer_for(count_up, &fired);
    timer_set(&timers, &one, 10);
    timer_set(&timers, &two, 20);
    timers_shift(&timers, 100);
    timers_fire(&timers, 109);
    assert_int_equal(fired, 0);
    timers_fire(&timers, 120);
    assert_int_equal(fired, 2);
    timers_free(&timers);
}

static void quantiles_are_right_to_an_eighth_of_an_octave(void **state)
{
    (void)state;
    struct statistics statistics = {0};
    assert_int_equal(statistics_quantile(&statistics, 0.5), 0);
    for (unsigned i = 1; i <= 1000; i++)
        statistics_add(&statistics, (duration_ns)i * NS_PER_MS);
    assert_in_range(statistics_quantile(&statistics, 0.5), 450 * NS_PER_MS, 565 * NS_PER_MS);
    assert_in_range(statistics_quantile(&statistics, 0.99), 900 * NS_PER_MS, 1000 * NS_PER_MS);
    assert_int_equal(statistics.maximum_ns, 1000 * NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_in_order_once_and_never_when_stopped),
        cmocka_unit_test(shifting_moves_every_timer),
        cmocka_unit_test(quantiles_are_right_to_an_eighth_of_an_octave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
