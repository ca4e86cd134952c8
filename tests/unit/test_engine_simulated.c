/* SPDX-License-Identifier: BSD-2-Clause */
/* The station against the simulated phone on a simulated segment: whole recoveries, byte for byte.
 */
#include "tests/sim/world.h"
#include "tests/support/synthetic_image.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_BYTES 20000

struct fixture {
    uint8_t *image;
    size_t image_length;
    struct plan plan;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->image = synthetic_image(IMAGE_BYTES, 1, &fixture->image_length);
    assert_non_null(fixture->image);
    plan_simple(fixture->image, fixture->image_length, &fixture->plan);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->image);
    free(fixture);
    return 0;
}

/* The invariants of tests/sim/checks.h hold, and every phone runs the image. */
static void assert_recovered(const struct fixture *fixture)
{
    struct world_result result;
    world_run(&fixture->plan, NULL, false, &result);
    assert_string_equal(result.violation, "");
    assert_true(result.ended);
    assert_int_equal(result.recovered, fixture->plan.phone_count);
}

static void phone_without_an_address_is_recovered(void **state)
{
    assert_recovered(*state);
}

static void phone_with_a_static_address_is_recovered(void **state)
{
    struct fixture *fixture = *state;
    struct phone_config *phone = &fixture->plan.phones[0].config;
    phone->is_static = true;
    phone->static_ip = UINT32_C(0x0a141e0a);
    phone->static_mask = UINT32_C(0xffffff00);
    phone->static_gateway = UINT32_C(0x0a141e01); /* nobody has it: the nudge is needed */
    assert_recovered(fixture);
}

static void foreign_server_with_a_good_lease_is_used(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_GOOD;
    assert_recovered(fixture);
}

/* Told to power-cycle the phone, the user does; then this program is first sooner or later. */
static void unfit_leases_are_overcome_by_a_power_cycle(void **state)
{
    static const enum foreign_server servers[] = {SERVER_NO_ROUTER, SERVER_NO_MASK};
    struct fixture *fixture = *state;
    fixture->plan.user_power_cycles = true;
    fixture->plan.server_delay_ns = 5 * NS_PER_MS;
    for (size_t i = 0; i < 2; i++) {
        fixture->plan.server = servers[i];
        assert_recovered(fixture);
    }
}

/* A loader that is refused asks again by itself: nobody has to do anything. */
static void a_server_that_refuses_is_overcome(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_REFUSES;
    assert_recovered(fixture);
}

static void dead_gateway_is_overcome_by_nudge_and_by_stand_in(void **state)
{
    static const enum gateway_policy policies[] = {GATEWAY_POLICY_AUTO, GATEWAY_POLICY_NUDGE,
                                                   GATEWAY_POLICY_STAND_IN};
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_DEAD_GATEWAY;
    for (size_t i = 0; i < 3; i++) {
        fixture->plan.station.gateway = policies[i];
        assert_recovered(fixture);
    }
}

static void snooping_switch_does_not_hide_the_phone(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.kind = SEGMENT_SNOOPING_SWITCH;
    assert_recovered(fixture);
}

static void ten_phones_are_recovered_one_after_the_other(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    plan->phone_count = 10;
    plan->station.selection.all = true;
    for (unsigned i = 1; i < plan->phone_count; i++) {
        plan->phones[i] = plan->phones[0];
        plan->phones[i].config.mac.octet[5] = (uint8_t)(0x40 + i);
        plan->phones[i].config.serial[10] = (char)('A' + i);
    }
    assert_recovered(fixture);
}

/*
 * All of them are switched on within a moment, as a PoE switch does: their broadcasts fill each
 * other's receive buffers, and who misses both answers ends at its serial prompt.
 */
static void a_boot_storm_loses_no_phone(void **state)
{
    static const struct {
        unsigned phones, within_ms;
    } storms[] = {{40, 0}, {40, 1000}, {100, 0}, {100, 50}, {100, 300}, {100, 1000}};
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    plan->station.selection.all = true;
    for (size_t s = 0; s < sizeof storms / sizeof *storms; s++) {
        struct random random = random_from_seed(s);
        plan->phone_count = storms[s].phones;
        for (unsigned i = 0; i < plan->phone_count; i++) {
            struct phone_plan *phone = &plan->phones[i];
            if (i > 0)
                *phone = plan->phones[0];
            phone->config.timing = PHONE_TIMING_HARDWARE;
            phone->config.mac.octet[5] = (uint8_t)(0x40 + i);
            snprintf(phone->config.serial, sizeof phone->config.serial, "CBT1411%04u", i);
            phone->power_on_ns =
                PLAN_START_NS +
                (instant_ns)random_below(&random, storms[s].within_ms * 1000 + 1) * NS_PER_US;
        }
        assert_recovered(fixture);
    }
}

static void last_ack_that_never_comes_is_presumed(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.phones[0].config.faults.final_ack_not_sent = true;
    assert_recovered(fixture);
}

static void phone_that_loses_power_in_the_transfer_is_served_again(void **state)
{
    struct fixture *fixture = *state;
    struct phone_faults *faults = &fixture->plan.phones[0].config.faults;
    faults->power_loss_at_block = true;
    faults->block_number = 20;
    faults->power_off_ns = 3 * NS_PER_S;
    assert_recovered(fixture);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(phone_without_an_address_is_recovered),
        T(phone_with_a_static_address_is_recovered),
        T(foreign_server_with_a_good_lease_is_used),
        T(unfit_leases_are_overcome_by_a_power_cycle),
        T(a_server_that_refuses_is_overcome),
        T(dead_gateway_is_overcome_by_nudge_and_by_stand_in),
        T(snooping_switch_does_not_hide_the_phone),
        T(ten_phones_are_recovered_one_after_the_other),
        T(a_boot_storm_loses_no_phone),
        T(last_ack_that_never_comes_is_presumed),
        T(phone_that_loses_power_in_the_transfer_is_served_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
