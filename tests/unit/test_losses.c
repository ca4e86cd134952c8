/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames lost by this machine are told while the run goes on, and not too often. */
#include "cmd/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct port_counters counters;
static unsigned asked;

static void count(struct port *port, struct port_counters *ret)
{
    (void)port;
    asked++;
    *ret = counters;
}

static const struct port_operations operations = {.counters = count};
static struct port port = {&operations};
static struct losses losses;

static int begin(void **state)
{
    (void)state;
    counters = (struct port_counters){0};
    asked = 0;
    losses_init(&losses);
    return 0;
}

/* Fails unless this is said at this second; "" = nothing. */
static void expect(double second, const char *wanted)
{
    struct text said = TEXT_EMPTY;
    bool told = losses_check(&losses, &port, (instant_ns)(second * 1e9), &said);
    assert_string_equal(text_chars(&said), wanted);
    assert_int_equal(told, wanted[0] != '\0');
    text_free(&said);
}

#define BUSY                                                                                       \
    " frames were lost on this machine before they could be read: it is too busy, or was "         \
    "suspended"
#define FULL " frames could not be sent: the interface takes no more"

static void nothing_lost_is_nothing_said(void **state)
{
    (void)state;
    counters.frames_in = counters.frames_out = 100000;
    for (int second = 0; second < 60; second++)
        expect(second, "");
}

static void a_loss_is_told_within_a_second(void **state)
{
    (void)state;
    expect(0, "");
    counters.kernel_drops = 40;
    counters.interface_drops = 2;
    expect(0.5, "");
    expect(1, "42" BUSY);
}

static void the_port_is_asked_once_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++)
        expect(i / 1000.0, "");
    assert_int_equal(asked, 5);
}

static void what_is_lost_later_is_counted_from_there_and_told_every_ten_seconds(void **state)
{
    (void)state;
    counters.kernel_drops = 1;
    expect(0, "1" BUSY);
    for (int second = 1; second < 10; second++) {
        counters.kernel_drops += 10;
        expect(second, "");
    }
    expect(10, "90" BUSY);
    expect(30, "");
}

static void what_could_not_be_sent_is_told_too(void **state)
{
    (void)state;
    counters.frames_unsent = 7;
    expect(0, "7" FULL);
    counters.frames_unsent = 9;
    counters.kernel_drops = 3;
    expect(10, "3" BUSY "; 2" FULL);
}

#define T(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_lost_is_nothing_said),
        T(a_loss_is_told_within_a_second),
        T(the_port_is_asked_once_a_second),
        T(what_is_lost_later_is_counted_from_there_and_told_every_ten_seconds),
        T(what_could_not_be_sent_is_told_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
