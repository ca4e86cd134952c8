/* SPDX-License-Identifier: BSD-2-Clause */
/* Awake or asleep: only quick replies are awaited awake, and a slow phone never is for long. */
#include "port/spin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND NS_PER_S

/* Sends at `now_ns`, gets the reply after `delay_ns`. Returns: true if it was awaited awake. */
static bool exchange(struct spin *spin, instant_ns now_ns, duration_ns delay_ns)
{
    spin_sent(spin, now_ns);
    bool awake = spin_is_awake(spin, now_ns + NS_PER_US);
    for (duration_ns t = NS_PER_US; t < delay_ns && spin_is_awake(spin, now_ns + t); t += NS_PER_US)
        ;
    spin_received(spin, now_ns + delay_ns);
    return awake;
}

static void quick_replies_are_awaited_awake(void **state)
{
    (void)state;
    struct spin spin = {0};
    for (int i = 0; i < 20; i++)
        assert_int_equal(exchange(&spin, SECOND + i * NS_PER_MS, 40 * NS_PER_US), i >= SPIN_TRUST);
}

static void a_phone_that_takes_a_millisecond_is_awaited_asleep(void **state)
{
    (void)state;
    struct spin spin = {0};
    for (int i = 0; i < 100; i++)
        assert_false(exchange(&spin, SECOND + i * 2 * NS_PER_MS, NS_PER_MS));
    /* Also after it was quick for long. */
    for (int i = 0; i < 100; i++)
        exchange(&spin, 2 * SECOND + i * NS_PER_MS, 40 * NS_PER_US);
    unsigned awake = 0;
    for (int i = 0; i < 100; i++)
        awake += exchange(&spin, 3 * SECOND + i * 2 * NS_PER_MS, NS_PER_MS);
    assert_true(awake <= 3);
}

static void one_late_reply_ends_nothing(void **state)
{
    (void)state;
    struct spin spin = {0};
    for (int i = 0; i < 10; i++)
        exchange(&spin, SECOND + i * NS_PER_MS, 40 * NS_PER_US);
    assert_true(exchange(&spin, 2 * SECOND, 5 * NS_PER_MS));
    assert_true(exchange(&spin, 3 * SECOND, 40 * NS_PER_US));
}

static void being_awake_is_bounded_and_soon_shared(void **state)
{
    (void)state;
    struct spin spin = {.quick = SPIN_TRUST};
    spin_sent(&spin, SECOND);
    assert_false(spin_should_yield(&spin, SECOND + SPIN_YIELD_NS - 1));
    assert_true(spin_should_yield(&spin, SECOND + SPIN_YIELD_NS));
    assert_true(spin_is_awake(&spin, SECOND + SPIN_NS - 1));
    assert_false(spin_is_awake(&spin, SECOND + SPIN_NS));
    assert_false(spin_is_awake(&spin, SECOND + 1)); /* over is over */
}

static void nothing_sent_is_nothing_to_await(void **state)
{
    (void)state;
    struct spin spin = {.quick = SPIN_TRUST};
    spin_received(&spin, SECOND);
    assert_false(spin_is_awake(&spin, SECOND));
    assert_int_equal(spin.quick, SPIN_TRUST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quick_replies_are_awaited_awake),
        cmocka_unit_test(a_phone_that_takes_a_millisecond_is_awaited_asleep),
        cmocka_unit_test(one_late_reply_ends_nothing),
        cmocka_unit_test(being_awake_is_bounded_and_soon_shared),
        cmocka_unit_test(nothing_sent_is_nothing_to_await),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
