/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures that mean harm, or nothing: floods of addresses, damaged datagrams, clocks that jump. */
#include "diagnose_bench.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static struct bench bench;
    bench_open(&bench);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    bench_close(*state);
    return 0;
}

static size_t phones_of(const struct bench *bench)
{
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    size_t count = diagnosis.phone_count;
    diagnosis_free(&diagnosis);
    return count;
}

static void a_flood_of_addresses_does_not_push_out_the_phone_that_answered(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    bench_lease(bench, &phone);
    bench_request_group(bench);
    bench_wait(bench, 0.6);
    bench_reply(bench, &phone, "CBT14190000");
    for (unsigned i = 0; i < 20000; i++) {
        struct mac_address other = {
            {0x02, 0x99, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
        bench->phone_identification = 0;
        bench_discover(bench, &other, 1);
    }
    assert_in_range(phones_of(bench), 100, 2048);
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    bool is_there = false;
    for (size_t i = 0; i < diagnosis.phone_count; i++)
        is_there |= mac_equal(&diagnosis.phones[i].mac, &phone);
    assert_true(is_there);
    diagnosis_free(&diagnosis);
}

static void many_transfers_at_once_are_held(void **state)
{
    struct bench *bench = *state;
    for (unsigned i = 0; i < 3000; i++) {
        struct mac_address phone = {{0x00, 0x24, 0x14, 0x77, (uint8_t)(i >> 8), (uint8_t)i}};
        bench->phone_identification = 3;
        bench_transfer(bench, &phone, 2, false);
    }
    assert_int_equal(phones_of(bench), 2048);
}

static void serials_without_end_are_held(void **state)
{
    struct bench *bench = *state;
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    char serial[] = "CBT00000000";
    for (unsigned i = 0; i < 1000; i++) {
        serial[4] = (char)('A' + i % 26);
        serial[5] = (char)('A' + i / 26 % 26);
        bench_request(bench, serial, &group);
        bench_order(bench, serial);
        bench_wait(bench, 0.1);
    }
    bench_expect(bench, VERDICT_NO_PHONE_SEEN, CONFIDENCE_LIKELY);
}

/* Random bytes on the ports of the recovery, whole and cut: no phone may be seen in them. */
static void damaged_datagrams_are_no_phone(void **state)
{
    static const uint16_t ports[] = {67, 68, 69, 2000, 4810, 4811, 44821, 53};
    struct bench *bench = *state;
    struct random random = random_from_seed(6);
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t payload[600], bytes[CRAFT_FRAME_SIZE];
        size_t length = random_below(&random, sizeof(payload));
        for (size_t j = 0; j < length; j++)
            payload[j] = (uint8_t)random_u64(&random);
        if (length > 4 && random_below(&random, 2))
            memset(payload, 0, 4);
        struct craft_udp header = bench->next;
        header.destination_mac = random_below(&random, 2) ? mac_broadcast : bench_phone(9);
        header.destination_ip = random_below(&random, 2) ? UINT32_MAX : BENCH_PHONE_IP;
        header.source_port = ports[random_below(&random, 8)];
        header.destination_port = ports[random_below(&random, 8)];
        header.time_to_live = 60;
        size_t size = craft_udp(bench->craft, &header, payload, length, bytes);
        for (unsigned flips = random_below(&random, 3); flips > 0; flips--)
            bytes[14 + random_below(&random, (uint32_t)size - 14)] ^= 0x20;
        size_t cut = random_below(&random, 4) ? size : random_below(&random, (uint32_t)size);
        bench_frame(bench, bytes, cut, size);
        bench_wait(bench, 0.001);
    }
    assert_int_equal(phones_of(bench), 0);
}

/* Frames of a real conversation, spoiled in any byte: any verdict, no crash, plain text. */
static void spoiled_conversations_do_no_harm(void **state)
{
    (void)state;
    struct random random = random_from_seed(7);
    for (unsigned round = 0; round < 40; round++) {
        struct bench bench;
        bench_open(&bench);
        struct mac_address phone = bench_phone(1);
        bench_lease(&bench, &phone);
        for (unsigned i = 0; i < 200; i++) {
            uint8_t bytes[CRAFT_FRAME_SIZE], payload[RECM_PHONE_LENGTH];
            struct recm_message message = {.mac = phone, .ip = BENCH_PHONE_IP};
            memset(message.serial, 0xfe, 20);
            recm_build_reply(&message, payload);
            struct craft_udp header = {.source_mac = phone,
                                       .destination_mac = mac_of_group(RECM_GROUP_IP),
                                       .source_ip = BENCH_PHONE_IP,
                                       .destination_ip = RECM_GROUP_IP,
                                       .source_port = RECM_PHONE_PORT,
                                       .destination_port = RECM_PC_PORT,
                                       .ip_identification = (uint16_t)i,
                                       .time_to_live = 60,
                                       .vlan = CRAFT_NO_VLAN};
            size_t size = craft_udp(bench.craft, &header, payload, sizeof(payload), bytes);
            bytes[random_below(&random, (uint32_t)size)] ^=
                (uint8_t)(1 + random_below(&random, 255));
            bench_frame(&bench, bytes, size, size);
            bench_wait(&bench, random_unit(&random));
        }
        struct diagnosis diagnosis;
        diagnosis_make(observer_facts(bench.observer), &diagnosis);
        for (const char *text = diagnosis.leading.detail; *text; text++)
            assert_in_range(*text, ' ', '~');
        diagnosis_free(&diagnosis);
        bench_close(&bench);
    }
}

static void time_that_runs_backwards_is_clamped(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    bench_discover(bench, &phone, 1);
    bench_wait(bench, 5);
    bench_discover(bench, &phone, 2);
    bench_wait(bench, -3600);
    bench_request_group(bench);
    bench_wait(bench, 3615);
    bench_request_group(bench);
    bench_expect(bench, VERDICT_NO_DHCP, CONFIDENCE_LIKELY);
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    assert_true(diagnosis.last_ns - diagnosis.first_ns == 20 * NS_PER_S);
    diagnosis_free(&diagnosis);
}

struct count {
    unsigned observations, requests, replies, backwards;
    instant_ns last_ns;
};

static void count(void *context, const struct observation *observation)
{
    struct count *counted = context;
    counted->observations++;
    counted->requests += observation->kind == OBSERVED_REQUEST;
    counted->replies += observation->kind == OBSERVED_REPLY && observation->from_phone;
    counted->backwards += observation->time_ns < counted->last_ns;
    counted->last_ns = observation->time_ns;
    assert_true(strlen(observation->text) > 0);
    assert_string_not_equal(observation_kind_name(observation->kind), "unknown");
}

static void a_sink_gets_every_observation_in_order_of_time(void **state)
{
    struct bench *bench = *state;
    struct mac_address phone = bench_phone(1);
    struct count counted = {0};
    observer_set_sink(bench->observer, count, &counted);
    bench_lease(bench, &phone);
    bench_request_group(bench);
    bench_wait(bench, -1);
    bench_reply(bench, &phone, "CBT14190000");
    assert_int_equal(counted.requests, 1);
    assert_int_equal(counted.replies, 1);
    assert_int_equal(counted.observations, 7); /* four of DHCP, and one about the clock */
    assert_int_equal(counted.backwards, 0);
    observer_set_sink(bench->observer, NULL, NULL);
    bench_request_group(bench);
    assert_int_equal(counted.observations, 7);
}

#define HOSTILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTILE_TEST(a_flood_of_addresses_does_not_push_out_the_phone_that_answered),
        HOSTILE_TEST(many_transfers_at_once_are_held),
        HOSTILE_TEST(serials_without_end_are_held),
        HOSTILE_TEST(damaged_datagrams_are_no_phone),
        HOSTILE_TEST(spoiled_conversations_do_no_harm),
        HOSTILE_TEST(time_that_runs_backwards_is_clamped),
        HOSTILE_TEST(a_sink_gets_every_observation_in_order_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
