/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --answer-urls: the station gives the simulated phone what it asks for of its own accord. A switch
 * keeps the requests of the run from the phone, so that no order can be the reason of a recovery.
 */
#include "tests/sim/world.h"
#include "tests/support/synthetic_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    fixture->plan.kind = SEGMENT_SNOOPING_SWITCH;
    fixture->plan.station.group_only = true;
    fixture->plan.station.answer_urls = true;
    fixture->plan.station.timeout_ns = 600 * NS_PER_S;
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

static void set_url(struct fixture *fixture, const char *url)
{
    strcpy(fixture->plan.phones[0].config.last_url, url);
}

/* Returns: the result; the phone has the image, nobody was ordered, and the verdict is right. */
static void assert_recovered(const struct fixture *fixture)
{
    struct world_result result;
    world_run(&fixture->plan, getenv("TRACE"), getenv("VERBOSE") != NULL, &result);
    assert_string_equal(result.violation, "");
    assert_true(result.ended);
    assert_int_equal(result.recovered, fixture->plan.phone_count);
    assert_int_equal(result.verdict, VERDICT_RECOVERED);
    assert_int_equal(result.orders, 0);
}

static void assert_not_served(const struct fixture *fixture)
{
    struct world_result result;
    world_run(&fixture->plan, NULL, false, &result);
    assert_int_equal(result.recovered, 0);
    assert_int_equal(result.answers, 0);
}

static void tftp_url_on_the_segment_is_answered(void **state)
{
    set_url(*state, "tftp://198.18.77.1/spa504g.bin");
    assert_recovered(*state);
}

static void tftp_url_beyond_the_gateway_is_answered(void **state)
{
    set_url(*state, "tftp://203.0.113.9/a/long/path/spa504g.bin");
    assert_recovered(*state);
}

static void tftp_url_beyond_a_dead_gateway_is_answered(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_DEAD_GATEWAY;
    set_url(fixture, "tftp://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void http_url_on_the_segment_is_answered(void **state)
{
    set_url(*state, "http://198.18.77.1/spa504g.bin");
    assert_recovered(*state);
}

static void http_url_beyond_the_gateway_with_a_port_is_answered(void **state)
{
    set_url(*state, "http://203.0.113.9:8080/spa504g.bin?x=1");
    assert_recovered(*state);
}

static void http_url_beyond_a_dead_gateway_is_answered(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_DEAD_GATEWAY;
    set_url(fixture, "http://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void name_in_a_tftp_url_is_answered(void **state)
{
    set_url(*state, "tftp://provisioning.example.com/spa504g.bin");
    assert_recovered(*state);
}

static void name_in_an_http_url_is_answered(void **state)
{
    set_url(*state, "http://provisioning.example.com/spa504g.bin");
    assert_recovered(*state);
}

static void recovery_url_of_a_phone_with_a_static_address_is_answered(void **state)
{
    struct fixture *fixture = *state;
    struct phone_config *phone = &fixture->plan.phones[0].config;
    phone->is_static = true;
    phone->static_ip = UINT32_C(0x0a141e0a);
    phone->static_mask = UINT32_C(0xffffff00);
    phone->static_gateway = UINT32_C(0x0a141e01); /* nobody has it */
    strcpy(phone->recovery_url, "tftp://192.0.2.1/rec.bin");
    assert_recovered(fixture);
}

static void phone_with_a_lease_of_another_server_is_served(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_GOOD;
    set_url(fixture, "http://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void lost_frames_do_not_stop_it(void **state)
{
    static const char *const urls[] = {"tftp://198.18.77.1/x", "http://198.18.77.1/x"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 20; i++) {
        set_url(fixture, urls[i % 2]);
        fixture->plan.seed = i;
        fixture->plan.phone_cable.from_switch.loss = 0.02;
        fixture->plan.phone_cable.to_switch.loss = 0.02;
        fixture->plan.phone_cable.to_switch.duplication = 0.05;
        fixture->plan.user_power_cycles = true;
        assert_recovered(fixture);
    }
}

static void phone_named_by_its_mac_address_is_served_among_others(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "tftp://198.18.77.1/x");
    plan->phone_count = 2;
    plan->phones[1] = plan->phones[0];
    plan->phones[1].config.mac.octet[5] ^= 1;
    strcpy(plan->phones[1].config.serial, "CBT141100H9");
    plan->name = (struct phone_name){.mac = plan->phones[0].config.mac};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
    struct world_result result;
    world_run(plan, NULL, false, &result);
    assert_int_equal(result.recovered, 1);
    assert_int_equal(result.orders, 0);
}

static void one_of_two_phones_is_never_guessed(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "tftp://198.18.77.1/x");
    plan->phone_count = 2;
    plan->phones[1] = plan->phones[0];
    plan->phones[1].config.mac.octet[5] ^= 1;
    strcpy(plan->phones[1].config.serial, "CBT141100H9");
    plan->station.timeout_ns = 100 * NS_PER_S;
    assert_not_served(fixture);
}

static void phone_that_has_not_told_the_serial_number_asked_for_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "http://198.18.77.1/x");
    strcpy(plan->serial_text, plan->phones[0].config.serial);
    plan->name = (struct phone_name){.serial = plan->serial_text};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
    plan->station.timeout_ns = 100 * NS_PER_S;
    assert_not_served(fixture);
}

static void without_the_option_nothing_is_answered(void **state)
{
    static const char *const urls[] = {"tftp://198.18.77.1/x", "http://198.18.77.1/x",
                                       "tftp://provisioning.example.com/x"};
    struct fixture *fixture = *state;
    fixture->plan.station.answer_urls = false;
    fixture->plan.station.timeout_ns = 100 * NS_PER_S;
    for (size_t i = 0; i < 3; i++) {
        set_url(fixture, urls[i]);
        assert_not_served(fixture);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tftp_url_on_the_segment_is_answered),
        T(tftp_url_beyond_the_gateway_is_answered),
        T(tftp_url_beyond_a_dead_gateway_is_answered),
        T(http_url_on_the_segment_is_answered),
        T(http_url_beyond_the_gateway_with_a_port_is_answered),
        T(http_url_beyond_a_dead_gateway_is_answered),
        T(name_in_a_tftp_url_is_answered),
        T(name_in_an_http_url_is_answered),
        T(recovery_url_of_a_phone_with_a_static_address_is_answered),
        T(phone_with_a_lease_of_another_server_is_served),
        T(lost_frames_do_not_stop_it),
        T(phone_named_by_its_mac_address_is_served_among_others),
        T(one_of_two_phones_is_never_guessed),
        T(phone_that_has_not_told_the_serial_number_asked_for_is_left_alone),
        T(without_the_option_nothing_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
