/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole recoveries, driven by hand-made frames in virtual time. */
#include "tests/support/synthetic_image.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void acknowledge_all(struct rig *rig, struct rig_phone *phone)
{
    for (uint16_t block = 1; block <= 3; block++) {
        rig_wait(rig, NS_PER_MS);
        rig_ack(rig, phone, block);
    }
}

static void assert_states(const struct rig *rig, const enum session_state *expected, size_t count)
{
    assert_int_equal(rig->state_count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(session_state_name(rig->states[i]), session_state_name(expected[i]));
}

static void phone_without_lease_is_led_to_its_normal_firmware(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    acknowledge_all(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    assert_false(station_done(rig->station));
    rig_wait(rig, 90 * NS_PER_S);
    rig_firmware(rig, &phone);
    static const enum session_state expected[] = {
        SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND,   SESSION_WAITING,
        SESSION_ORDERED,    SESSION_ECHOED,    SESSION_GATEWAY, SESSION_TRANSFER,
        SESSION_DELIVERED,  SESSION_RECOVERED,
    };
    assert_states(rig, expected, sizeof expected / sizeof *expected);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void bytes_arrive_in_order_and_complete(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    acknowledge_all(rig, &phone);
    size_t from = 0, received = 0;
    const struct rig_sent *data;
    for (uint16_t block = 1; (data = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from)); block++) {
        assert_int_equal(data->frame.tftp.block, block);
        assert_memory_equal(data->frame.tftp.data, rig->config.image + received,
                            data->frame.tftp.data_length);
        received += data->frame.tftp.data_length;
    }
    assert_int_equal(received, rig->config.image_length);
    assert_int_equal(rig_status(rig, &phone).bytes_acknowledged, rig->config.image_length);
    rig_free(rig);
}

static void static_phone_is_recovered_without_dhcp(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    phone.ip = UINT32_C(0x0a000007); /* an address from another site */
    rig_start(rig);
    rig_wait(rig, 600 * NS_PER_MS);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    rig_echo(rig, &phone);
    rig_who_has(rig, &phone, UINT32_C(0x0a000001));
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    acknowledge_all(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_free(rig);
}

/* How long the user waits is how long the silence after the last ACK counts as flashing. */
static void the_verdict_waits_for_the_flash_as_long_as_the_user(void **state)
{
    (void)state;
    static const struct {
        duration_ns flash_wait_ns, silence_ns;
        enum verdict_id verdict;
    } stories[] = {
        {20 * NS_PER_S, 10 * NS_PER_S, VERDICT_FLASHING},
        {1200 * NS_PER_S, 900 * NS_PER_S, VERDICT_FLASHING},
    };
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct rig *rig = rig_new();
        struct rig_phone phone = rig_phone(1);
        struct diagnosis diagnosis;
        size_t length;
        uint8_t *image = synthetic_image(5000, 1, &length);
        rig->config.image = image;
        rig->config.image_length = length;
        rig->config.flash_wait_ns = stories[i].flash_wait_ns;
        rig_start(rig);
        rig_up_to_request(rig, &phone);
        for (uint16_t block = 1; block <= length / 512 + 1; block++) {
            rig_wait(rig, NS_PER_MS);
            rig_ack(rig, &phone, block);
        }
        assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
        rig_wait(rig, stories[i].silence_ns);
        station_stop(rig->station, rig->now_ns);
        station_diagnose(rig->station, &diagnosis);
        assert_int_equal(diagnosis.leading.id, stories[i].verdict);
        diagnosis_free(&diagnosis);
        rig_free(rig);
        free(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_waits_for_the_flash_as_long_as_the_user),
        cmocka_unit_test(phone_without_lease_is_led_to_its_normal_firmware),
        cmocka_unit_test(bytes_arrive_in_order_and_complete),
        cmocka_unit_test(static_phone_is_recovered_without_dhcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
