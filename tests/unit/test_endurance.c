/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hours in seconds: a bench and a listener in virtual time, on a segment where a stranger speaks in
 * ever new names and real phones come and go. Memory must be flat once the tables are full (the
 * real hour: scripts/soak).
 */
#include "base/random.h"
#include "cmd/progress/percents.h"
#include "tests/support/heap.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define STRANGERS_PER_ROUND 400
#define ROUNDS              60
#define FULL_AFTER_ROUNDS   20 /* 8,000 names: both tables are full */
#define GROWTH_MAXIMUM      (64u << 10)
#define MEMORY_MAXIMUM      (64u << 20) /* of 1,000 phones; with 4,096 and the rig it is enough, too */

static void send_random(struct rig *rig, struct rig_phone *from, struct random *random,
                        uint16_t source_port, uint16_t port, size_t length)
{
    uint8_t payload[RECM_PHONE_LENGTH];
    for (size_t i = 0; i < length; i++)
        payload[i] = (uint8_t)random_below(random, 256);
    payload[0] = 0;
    payload[1] = TFTP_ACK; /* where it is one */
    struct craft_udp header = rig_header(rig, from, source_port, port);
    rig_udp(rig, &header, payload, length);
}

static void stranger_speaks(struct rig *rig, struct random *random)
{
    struct rig_phone stranger = rig_phone(0);
    for (size_t i = 3; i < 6; i++)
        stranger.mac.octet[i] = (uint8_t)random_below(random, 256);
    stranger.ip = UINT32_C(0xc0a83200) + random_below(random, 256);
    stranger.ip_id = (uint16_t)random_below(random, 65536);
    switch (random_below(random, 5)) {
    case 0:
        rig_discover(rig, &stranger, 1);
        break;
    case 1:
        rig_rrq(rig, &stranger, "x.bin", 69);
        break;
    case 2:
        send_random(rig, &stranger, random, TFTP_PHONE_PORT, 40000, 4);
        break;
    case 3:
        send_random(rig, &stranger, random, RECM_PHONE_PORT, RECM_PC_PORT, RECM_PHONE_LENGTH);
        break;
    default:
        rig_who_has(rig, &stranger, rig->config.address);
        break;
    }
}

/* A phone of this round: recovered, and gone. */
static void phone_is_recovered(struct rig *rig, unsigned round)
{
    struct rig_phone phone = rig_phone(1);
    phone.mac.octet[4] = (uint8_t)round;
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, &phone, block);
    rig_wait(rig, 20 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
}

static void hours_pass(enum station_mode mode)
{
    struct random random = random_from_seed(7);
    struct rig *rig = rig_new();
    rig->config.mode = mode;
    rig->config.selection.all = rig->config.keep_going = rig->config.force =
        mode == STATION_RECOVER;
    rig_start(rig);
    size_t full = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < STRANGERS_PER_ROUND; i++) {
            stranger_speaks(rig, &random);
            rig_wait(rig, 100 * NS_PER_MS);
            rig->sent_count = 0;
        }
        if (mode == STATION_RECOVER)
            phone_is_recovered(rig, round);
        rig->sent_count = 0;
        if (round == FULL_AFTER_ROUNDS)
            full = heap_in_use();
    }
    size_t end = heap_in_use();
    print_message("%zu KiB in use when full, %zu KiB at the end\n", full >> 10, end >> 10);
    assert_true(end <= full + GROWTH_MAXIMUM);
    assert_true(end <= MEMORY_MAXIMUM);
    rig_free(rig);
}

static void a_bench_needs_no_more_memory_after_an_hour(void **state)
{
    (void)state;
    hours_pass(STATION_RECOVER);
}

static void a_listener_needs_no_more_memory_after_an_hour(void **state)
{
    (void)state;
    hours_pass(STATION_WATCH);
}

/* What the view of a run remembers; until this test a listener's memory grew with every stranger.
 */
static void percentages_are_remembered_of_a_bounded_number_of_phones(void **state)
{
    (void)state;
    struct percents percents = {0};
    struct mac_address mac = {{0x00, 0x24, 0x14, 0, 0, 0}};
    for (unsigned i = 0; i < 10 * PERCENTS_MAXIMUM; i++) {
        mac.octet[3] = (uint8_t)(i >> 16), mac.octet[4] = (uint8_t)(i >> 8),
        mac.octet[5] = (uint8_t)i;
        assert_false(percents_raise(&percents, &mac, 0));
    }
    assert_int_equal(percents_count(&percents), 0);
    for (unsigned i = 0; i < 10 * PERCENTS_MAXIMUM; i++) {
        mac.octet[3] = (uint8_t)(i >> 16), mac.octet[4] = (uint8_t)(i >> 8),
        mac.octet[5] = (uint8_t)i;
        assert_true(percents_raise(&percents, &mac, 10));
        assert_false(percents_raise(&percents, &mac, 10));
    }
    assert_int_equal(percents_count(&percents), PERCENTS_MAXIMUM);
    assert_true(percents_raise(&percents, &mac, 20));
    assert_false(percents_raise(&percents, &mac, 0)); /* it begins anew: */
    assert_true(percents_raise(&percents, &mac, 10));
    percents_free(&percents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bench_needs_no_more_memory_after_an_hour),
        cmocka_unit_test(a_listener_needs_no_more_memory_after_an_hour),
        cmocka_unit_test(percentages_are_remembered_of_a_bounded_number_of_phones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
