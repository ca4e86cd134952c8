/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of all phones by their state, kept up to date frame by frame, is what looking at
 * each of them finds: a bench that is watched and one that is recovered, and more phones than the
 * observer keeps.
 */
#include "base/random.h"
#include "observe/facts.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PHONES 40
#define FRAMES 4000

static size_t members(const struct rig *rig, enum session_state state)
{
    size_t count = 0, index;
    for (size_t from = 0; station_next_in(rig->station, state, from, &index); from = index + 1) {
        struct session_status status;
        station_session(rig->station, index, &status);
        assert_int_equal(status.state, state);
        count++;
    }
    return count;
}

/* Each phone is in one set, that of its state. */
static void compare(const struct rig *rig)
{
    size_t total = 0;
    for (size_t i = 0; i < SESSION_STATE_COUNT; i++) {
        size_t count = station_count_in(rig->station, (enum session_state)i);
        assert_int_equal(members(rig, (enum session_state)i), count);
        total += count;
    }
    assert_int_equal(total, station_session_count(rig->station));
}

static void speak(struct rig *rig, struct rig_phone *phone, struct random *random)
{
    switch (random_below(random, 8)) {
    case 0:
        phone->ip_id = 0; /* a start */
        rig_discover(rig, phone, 1);
        break;
    case 1:
        rig_dhcp_request(rig, phone, 1, UINT32_C(0xc0a80001), phone->ip);
        break;
    case 2:
    case 3:
        rig_reply(rig, phone);
        break;
    case 4:
        rig_echo(rig, phone);
        break;
    case 5:
        rig_rrq(rig, phone, "spa50x.bin", 69);
        break;
    case 6:
        rig_ack_to(rig, phone, 40000, (uint16_t)random_below(random, 4));
        break;
    default:
        rig_firmware(rig, phone);
        break;
    }
}

static void follow(enum station_mode mode)
{
    struct random random = random_from_seed(12);
    struct rig_phone phones[PHONES];
    struct rig *rig = rig_new();
    rig->config.mode = mode;
    rig->config.selection.all = mode == STATION_RECOVER;
    rig_start(rig);
    for (unsigned i = 0; i < PHONES; i++)
        phones[i] = rig_phone(i);
    for (unsigned i = 0; i < FRAMES; i++) {
        speak(rig, &phones[random_below(&random, PHONES)], &random);
        rig->sent_count = 0;
        if (random_below(&random, 4) == 0)
            rig_wait(rig, random_below(&random, 3000) * NS_PER_MS);
        if (i % 8 == 0)
            compare(rig);
    }
    rig_free(rig);
}

static void phones_that_are_watched_are_counted_by_state(void **state)
{
    (void)state;
    follow(STATION_WATCH);
}

static void phones_that_are_recovered_are_counted_by_state(void **state)
{
    (void)state;
    follow(STATION_RECOVER);
}

static void who_gives_way_to_another_is_counted_no_more(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig->config.mode = STATION_WATCH;
    rig_start(rig);
    for (unsigned i = 0; i < PHONES_MAXIMUM + 100; i++) {
        struct rig_phone phone = rig_phone(0);
        phone.mac.octet[4] = (uint8_t)(i >> 8);
        phone.mac.octet[5] = (uint8_t)i;
        if (i % 3)
            rig_discover(rig, &phone, 1);
        else
            rig_firmware(rig, &phone);
        rig->sent_count = 0;
    }
    assert_int_equal(station_session_count(rig->station), PHONES_MAXIMUM);
    compare(rig);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_that_are_watched_are_counted_by_state),
        cmocka_unit_test(phones_that_are_recovered_are_counted_by_state),
        cmocka_unit_test(who_gives_way_to_another_is_counted_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
