/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom a run is for, whose turn it is, and devices that claim to be one of them. */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool was_ordered(const struct rig *rig, const struct rig_phone *phone)
{
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_RECM, RECM_UPGRADE, &from))) {
        if (strcmp(sent->frame.recm.serial, phone->serial) == 0)
            return true;
    }
    return false;
}

static void only_the_phone_named_by_serial_is_ordered(void **state)
{
    (void)state;
    static const struct phone_name names[] = {{.serial = "CBT141100H1"}};
    struct rig *rig = rig_new();
    struct rig_phone other = rig_phone(0), wanted = rig_phone(1);
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_reply(rig, &other);
    rig_reply(rig, &wanted);
    rig_wait(rig, 5 * NS_PER_S);
    assert_true(was_ordered(rig, &wanted));
    assert_false(was_ordered(rig, &other));
    assert_true(rig_said(rig, "not the phone asked for"));
    rig_free(rig);
}

/* A phone that was told about once before, because its DHCP client had given up. */
static void give_up_on_dhcp(struct rig *rig, struct rig_phone *phone)
{
    rig_discover(rig, phone, 1);
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, phone, 2);
    rig_wait(rig, 15 * NS_PER_S);
}

static void a_phone_that_was_warned_about_is_still_told_to_be_the_wrong_one(void **state)
{
    (void)state;
    static const struct phone_name names[] = {{.serial = "CBT141100H1"}};
    struct rig *rig = rig_new();
    struct rig_phone other = rig_phone(0);
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig->config.dhcp = DHCP_POLICY_NEVER;
    rig_start(rig);
    give_up_on_dhcp(rig, &other);
    rig_reply(rig, &other);
    assert_true(rig_said(rig, "not the phone asked for"));
    rig_free(rig);
}

static void another_tftp_server_is_told_of_a_phone_that_was_warned_about(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_NEVER;
    rig_start(rig);
    give_up_on_dhcp(rig, &phone);
    rig_reply(rig, &phone);
    rig_wait(rig, 5 * NS_PER_S);
    rig_echo(rig, &phone);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    struct craft_udp header = rig_header(rig, &phone, TFTP_PHONE_PORT, 40000);
    header.destination_mac = rig->config.source_mac;
    header.destination_ip = rig->config.address;
    static const uint8_t ack[] = {0, 4, 0, 1};
    rig_udp(rig, &header, ack, sizeof ack);
    assert_true(rig_said(rig, "Another TFTP server answers the phone"));
    rig_free(rig);
}

static void only_the_phone_named_by_mac_is_ordered(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone other = rig_phone(0), wanted = rig_phone(1);
    const struct phone_name names[] = {{.mac = wanted.mac}};
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_reply(rig, &other);
    rig_reply(rig, &wanted);
    rig_wait(rig, 5 * NS_PER_S);
    assert_true(was_ordered(rig, &wanted));
    assert_false(was_ordered(rig, &other));
    rig_free(rig);
}

static void several_phones_without_a_choice_end_the_run(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone one = rig_phone(0), two = rig_phone(1);
    rig_start(rig);
    rig_reply(rig, &one);
    rig_wait(rig, NS_PER_S);
    rig_reply(rig, &two);
    rig_wait(rig, NS_PER_S);
    rig_reply(rig, &one); /* as they do to each REQUEST */
    rig_reply(rig, &two);
    rig_wait(rig, 5 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    assert_true(station_done(rig->station));
    assert_true(rig_said(rig, "choose one by its serial number"));
    rig_free(rig);
}

/* One forged REPLY is a phone that never answers again. */
static void a_phone_that_answers_once_beside_another_does_not_end_the_run(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone real = rig_phone(0), forged = rig_phone(1);
    rig_start(rig);
    rig_discover(rig, &real, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    rig_dhcp_request(rig, &real, 1, rig->config.address, real.ip);
    rig_reply(rig, &forged);
    rig_wait(rig, NS_PER_S);
    rig_reply(rig, &real);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0); /* in doubt */
    rig_wait(rig, 6 * NS_PER_S);
    assert_false(station_done(rig->station));
    assert_true(was_ordered(rig, &real));
    assert_false(was_ordered(rig, &forged));
    rig_free(rig);
}

/* The order goes to the phone whose loader was heard, and to its own MAC. */
static void of_two_with_one_serial_the_loader_comes_first(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone real = rig_phone(0), forged = rig_phone(1), busy = rig_phone(2);
    forged.serial = real.serial;
    const struct phone_name names[] = {{.serial = busy.serial}, {.serial = real.serial}};
    rig->config.selection.names = names;
    rig->config.selection.name_count = 2;
    rig_start(rig);
    rig_discover(rig, &real, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    rig_dhcp_request(rig, &real, 1, rig->config.address, real.ip);
    rig_reply(rig, &busy); /* the transfer slot is taken */
    rig_reply(rig, &forged);
    rig_reply(rig, &real);
    assert_true(rig_said(rig, "Two devices answer with the serial number CBT141100H0: "));
    assert_true(rig_said(rig, "The one whose boot loader was heard comes first: "));
    rig_echo(rig, &busy);
    rig_rrq(rig, &busy, station_file_name(rig->station), 69);
    rig_acknowledge_all(rig, &busy);
    const struct rig_sent *sent;
    size_t from = 0;
    unsigned to_real = 0;
    while ((sent = rig_find(rig, from, FRAME_RECM, RECM_UPGRADE, &from))) {
        const struct mac_address *to = &sent->frame.ethernet.destination;
        assert_false(mac_is_group(to) || mac_equal(to, &forged.mac));
        to_real += mac_equal(to, &real.mac);
    }
    assert_int_equal(to_real, 1);
    rig_rrq(rig, &real, station_file_name(rig->station), 69);
    rig_acknowledge_all(rig, &real);
    rig_firmware(rig, &busy);
    rig_firmware(rig, &real);
    assert_true(station_done(rig->station)); /* the entry is over, whatever the other one does */
    rig_free(rig);
}

static void all_phones_take_turns(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone one = rig_phone(0), two = rig_phone(1);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_reply(rig, &one);
    rig_reply(rig, &two);
    assert_int_equal(rig_state(rig, &one), SESSION_ORDERED);
    assert_int_equal(rig_state(rig, &two), SESSION_WAITING);
    rig_rrq(rig, &one, station_file_name(rig->station), 69);
    rig_acknowledge_all(rig, &one);
    assert_int_equal(rig_state(rig, &one), SESSION_DELIVERED);
    assert_int_equal(rig_state(rig, &two), SESSION_ORDERED);
    rig_rrq(rig, &two, station_file_name(rig->station), 69);
    rig_acknowledge_all(rig, &two);
    rig_wait(rig, 30 * NS_PER_S);
    rig_firmware(rig, &one);
    assert_false(station_done(rig->station));
    rig_firmware(rig, &two);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void parallel_transfers_run_side_by_side(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone one = rig_phone(0), two = rig_phone(1);
    rig->config.selection.all = true;
    rig->config.parallel_transfers = 2;
    rig_start(rig);
    rig_reply(rig, &one);
    rig_reply(rig, &two);
    assert_int_equal(rig_state(rig, &one), SESSION_ORDERED);
    assert_int_equal(rig_state(rig, &two), SESSION_ORDERED);
    rig_free(rig);
}

static void keep_going_never_ends_and_takes_the_next_phone(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone one = rig_phone(0), two = rig_phone(1);
    rig->config.keep_going = true;
    rig_start(rig);
    rig_up_to_request(rig, &one);
    rig_acknowledge_all(rig, &one);
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &one);
    assert_false(station_done(rig->station));
    assert_true(rig_said(rig, "You may unplug it now. Connect the next phone"));
    rig_reply(rig, &two);
    assert_true(was_ordered(rig, &two));
    rig_free(rig);
}

/* Seed 7734 of the simulation: one bit of a REPLY's source address was flipped on the way. */
static void a_reply_that_contradicts_its_frame_is_no_second_phone(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_new();
    rig_start(rig);
    rig_reply(rig, &phone);
    struct recm_message message = {.mac = phone.mac, .ip = phone.ip};
    uint8_t payload[RECM_PHONE_LENGTH];
    snprintf(message.serial, sizeof message.serial, "%s", phone.serial);
    recm_build_reply(&message, payload);
    struct craft_udp header = rig_header(rig, &phone, RECM_PHONE_PORT, RECM_PC_PORT);
    header.source_mac.octet[5] ^= 0x10;
    rig_udp(rig, &header, payload, sizeof payload);
    assert_int_equal(station_session_count(rig->station), 1);
    struct diagnosis diagnosis;
    station_diagnose(rig->station, &diagnosis);
    assert_int_equal(diagnosis.phone_count, 1);
    diagnosis_free(&diagnosis);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_phone_named_by_serial_is_ordered),
        cmocka_unit_test(a_phone_that_was_warned_about_is_still_told_to_be_the_wrong_one),
        cmocka_unit_test(another_tftp_server_is_told_of_a_phone_that_was_warned_about),
        cmocka_unit_test(only_the_phone_named_by_mac_is_ordered),
        cmocka_unit_test(several_phones_without_a_choice_end_the_run),
        cmocka_unit_test(a_phone_that_answers_once_beside_another_does_not_end_the_run),
        cmocka_unit_test(of_two_with_one_serial_the_loader_comes_first),
        cmocka_unit_test(all_phones_take_turns),
        cmocka_unit_test(parallel_transfers_run_side_by_side),
        cmocka_unit_test(keep_going_never_ends_and_takes_the_next_phone),
        cmocka_unit_test(a_reply_that_contradicts_its_frame_is_no_second_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
