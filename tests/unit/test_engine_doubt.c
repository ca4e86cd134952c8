/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One frame, late, damaged or somebody else's, is no final word on a phone (docs: protocol, rules
 * for the PC side). The worlds with a hostile host found these (tests/sim/hostile.h).
 */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void answers_as(struct rig *rig, struct rig_phone *phone, const char *serial)
{
    phone->serial = serial;
    rig_reply(rig, phone);
    rig_wait(rig, 3 * NS_PER_S);
}

/* It gets the whole image. */
static void deliver(struct rig *rig, struct rig_phone *phone)
{
    rig_up_to_request(rig, phone);
    rig_acknowledge_all(rig, phone);
}

static struct rig *rig_for_all(void)
{
    struct rig *rig = rig_new();
    rig->config.selection.all = true;
    rig_start(rig);
    return rig;
}

static void one_answer_without_a_usable_serial_is_no_final_word(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    const char *own = phone.serial;
    answers_as(rig, &phone, "CBT14\x16");
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    answers_as(rig, &phone, own);
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    answers_as(rig, &phone, "CBT14\x16"); /* who stated one keeps it */
    assert_int_not_equal(rig_state(rig, &phone), SESSION_FAILED);
    rig_free(rig);
}

static void three_answers_without_a_usable_serial_are(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    for (int i = 0; i < 3; i++)
        answers_as(rig, &phone, "CBT14\x16");
    assert_int_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_true(rig_said(rig, "it states no usable serial number, so it cannot be ordered"));
    rig_free(rig);
}

/* Told to power-cycle a phone that writes, its user would brick it. */
static void who_may_be_writing_is_neither_given_up_nor_power_cycled(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0), late;
    deliver(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 20 * NS_PER_S);
    late = phone;
    late.ip_id = 0;
    rig_discover(rig, &late, 1); /* of its start, from somebody's buffer */
    rig_wait(rig, 300 * NS_PER_S);
    assert_int_equal(rig->power_cycles, 0);
    assert_int_not_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_true(rig_said(rig, "it may be writing its image. Do not unplug it"));
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

/* It listened, and if the DISCOVER was not its own it still does: it is asked. */
static void who_answered_before_is_asked_on_when_it_seems_deaf(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0), late;
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    rig_dhcp_request(rig, &phone, 1, rig->config.address, phone.ip);
    rig_wait(rig, 3 * NS_PER_S);
    rig_reply(rig, &phone);
    rig_wait(rig, 30 * NS_PER_S);
    late = phone;
    late.ip_id = 0;
    rig_discover(rig, &late, 1);
    rig_wait(rig, 40 * NS_PER_S);
    assert_int_equal(rig->power_cycles, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 20 * NS_PER_S);
    assert_true(rig_count(rig, from, FRAME_RECM, RECM_REQUEST) > 0);
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    rig_free(rig);
}

/* A bit of its serial number was flipped on the way: it is never heard under that name again. */
static void who_stated_a_damaged_serial_is_asked_by_wildcard(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    const char *own = phone.serial;
    phone.serial = "CBT149900A0";
    rig_discover(rig, &phone, 1);
    rig_reply(rig, &phone);
    phone.ip_id = 0;
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &phone, 1); /* it was power-cycled */
    rig_wait(rig, 5 * NS_PER_S);
    rig_dhcp_request(rig, &phone, 1, rig->config.address, rig_status(rig, &phone).ip);
    size_t from = rig->sent_count;
    rig_wait(rig, 20 * NS_PER_S);
    unsigned wildcards = 0;
    for (size_t i = from; i < rig->sent_count; i++) {
        const struct frame *frame = &rig->sent[i].frame;
        wildcards += frame->kind == FRAME_RECM && frame->recm.operation == RECM_REQUEST &&
                     mac_equal(&frame->ethernet.destination, &phone.mac) &&
                     strcmp(frame->recm.serial, RECM_WILDCARD_SERIAL) == 0;
    }
    assert_true(wildcards >= 1);
    phone.serial = own;
    rig_reply(rig, &phone);
    assert_string_equal(rig_status(rig, &phone).serial, own);
    rig_free(rig);
}

/* The run must not end by its timeout while a phone may be writing, whatever was heard since. */
static void the_timeout_waits_for_a_phone_that_may_be_writing(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig->config.selection.all = true;
    rig->config.timeout_ns = 60 * NS_PER_S;
    rig_start(rig);
    struct rig_phone phone = rig_phone(0), late;
    deliver(rig, &phone);
    rig_wait(rig, 20 * NS_PER_S);
    late = phone;
    late.ip_id = 0;
    rig_discover(rig, &late, 1);
    rig_wait(rig, 300 * NS_PER_S);
    assert_false(station_done(rig->station));
    rig_wait(rig, 1000 * NS_PER_S);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

/* It was left alone as somebody else's, seemed to restart, and answers again: still left alone. */
static void who_is_not_meant_is_not_ordered_after_a_restart_either(void **state)
{
    (void)state;
    static const struct phone_name wanted = {.serial = "CBT141900ZZ"};
    struct rig *rig = rig_new();
    rig->config.selection.names = &wanted;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    struct rig_phone phone = rig_phone(0), late;
    rig_discover(rig, &phone, 1);
    rig_reply(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_FOUND);
    rig_wait(rig, 5 * NS_PER_S);
    late = phone;
    late.ip_id = 0;
    rig_discover(rig, &late, 1);
    rig_wait(rig, 30 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    late.ip_id = 9;
    rig_reply(rig, &late);
    rig_wait(rig, 5 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_FOUND);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_free(rig);
}

/* Three copies of one echo, minutes apart, are one attempt: not three that failed alike. */
static void late_copies_of_an_echo_are_no_attempts(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    for (int i = 0; i < 5; i++) {
        rig_echo(rig, &phone);
        rig_wait(rig, 16 * NS_PER_S);
        assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    }
    assert_int_equal(rig_status(rig, &phone).attempts, 1);
    rig_free(rig);
}

static struct rig *rig_with_one_attempt_delivered(struct rig_phone *phone)
{
    struct rig *rig = rig_new();
    rig->config.selection.all = true;
    rig->config.attempts_maximum = 1;
    rig_start(rig);
    *phone = rig_phone(0);
    deliver(rig, phone);
    rig_wait(rig, 5 * NS_PER_S);
    rig_reply(rig, phone); /* as if it had refused the image, and no attempt is left */
    return rig;
}

static void one_answer_does_not_give_up_who_may_be_writing(void **state)
{
    (void)state;
    struct rig_phone phone;
    struct rig *rig = rig_with_one_attempt_delivered(&phone);
    rig_wait(rig, 60 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_false(station_done(rig->station));
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

static void three_answers_do(void **state)
{
    (void)state;
    struct rig_phone phone;
    struct rig *rig = rig_with_one_attempt_delivered(&phone);
    for (int i = 0; i < 2; i++) {
        assert_int_not_equal(rig_state(rig, &phone), SESSION_FAILED);
        rig_wait(rig, 2 * NS_PER_S);
        rig_reply(rig, &phone);
    }
    assert_int_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_true(rig_said(rig, "attempt 1 of 1 failed"));
    rig_free(rig);
}

/* Copies of one answer, all at once, prove no more than one. */
static void three_copies_of_an_answer_do_not(void **state)
{
    (void)state;
    struct rig_phone phone;
    struct rig *rig = rig_with_one_attempt_delivered(&phone);
    for (int i = 0; i < 9; i++)
        rig_reply(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    rig_free(rig);
}

/* Another device that shows the serial number of phone 0 was chosen, and does not take its order.
 */
static struct rig *rig_with_silent_twin(void)
{
    struct rig *rig = rig_new();
    rig_start(rig);
    struct rig_phone twin = rig_phone(0);
    twin.mac.octet[5] = 0xee;
    for (int i = 0; i < 2; i++) {
        rig_reply(rig, &twin);
        rig_wait(rig, 3 * NS_PER_S);
    }
    assert_int_equal(rig_state(rig, &twin), SESSION_ORDERED);
    rig_wait(rig, 20 * NS_PER_S);
    assert_int_equal(rig_state(rig, &twin), SESSION_RETRY);
    return rig;
}

/* Somebody repeated its answer in another name, twice, before it was heard itself. */
static void the_real_phone_takes_the_place_of_its_twin(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_silent_twin();
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    rig_free(rig);
}

/* A phone with a stored address has no DHCP stage: that it answers each time speaks for it. */
static void a_twin_that_is_silent_gives_its_place_to_one_that_answers(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_silent_twin();
    for (int i = 0; i < 3; i++) {
        rig_reply(rig, &phone);
        assert_int_equal(rig_state(rig, &phone), i < 2 ? SESSION_FOUND : SESSION_ORDERED);
        rig_wait(rig, 2 * NS_PER_S);
    }
    rig_free(rig);
}

/* Another program orders it and then the cable is pulled: it may have got everything. */
static void who_was_ordered_elsewhere_may_be_writing(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 100 * NS_PER_MS);
    uint8_t payload[RECM_PHONE_LENGTH];
    recm_build_echo(phone.serial, 69, "spa50x.bin", payload);
    struct craft_udp header = rig_header(rig, &phone, RECM_PHONE_PORT, RECM_PC_PORT);
    rig_udp(rig, &header, payload, sizeof payload);
    rig_wait(rig, 400 * NS_PER_S);
    assert_true(rig_said(rig, "it may be writing what the other program has sent it"));
    assert_int_equal(rig->power_cycles, 0);
    rig_firmware(rig, &phone);
    assert_true(rig_said(rig, "recovered by the other program"));
    rig_free(rig);
}

static void a_serial_that_is_stated_twice_is_right(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    const char *own = phone.serial;
    answers_as(rig, &phone, "CBT149900A0");
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    answers_as(rig, &phone, own);
    assert_string_equal(rig_status(rig, &phone).serial, "CBT149900A0");
    answers_as(rig, &phone, own);
    assert_string_equal(rig_status(rig, &phone).serial, own);
    rig_free(rig);
}

/*
 * The switch keeps the group from it, and is wrong about where it is: only what goes to broadcast
 * reaches it. Every third question is one by ARP here, and must not take the place of those.
 */
static void a_silent_phone_is_asked_by_broadcast_too(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig_start(rig);
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, UINT32_C(0xc0a80101), phone.ip);
    rig_wait(rig, 15 * NS_PER_S);
    rig_reply(rig, &phone);
    rig_wait(rig, 20 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    rig_wait(rig, 20 * NS_PER_S);
    size_t from = rig->sent_count;
    rig_wait(rig, 60 * NS_PER_S);
    assert_true(rig_count_to(rig, from, mac_broadcast) >= 5);
    assert_true(rig_count_to(rig, from, phone.mac) >= 5);
    assert_true(rig_count_to(rig, from, mac_of_group(RECM_GROUP_IP)) >= 5);
    rig_free(rig);
}

/* While another is served nothing is asked of those that have not answered: who is silent then is
 * not deaf. */
static void who_was_not_asked_is_not_given_up(void **state)
{
    (void)state;
    static uint8_t image[60 * 512];
    struct rig *rig = rig_new();
    rig->config.selection.all = true;
    rig->config.image = image;
    rig->config.image_length = sizeof image;
    rig_start(rig);
    struct rig_phone served = rig_phone(0), silent = rig_phone(1);
    rig_up_to_request(rig, &served);
    rig_dhcp_request(rig, &silent, 1, rig->config.address, silent.ip);
    for (uint16_t block = 1; block <= 60; block++) {
        rig_ack(rig, &served, block);
        rig_wait(rig, 2 * NS_PER_S);
    }
    assert_int_equal(rig_state(rig, &served), SESSION_TRANSFER);
    assert_int_equal(rig_state(rig, &silent), SESSION_ADDRESSED);
    rig_free(rig);
}

/* All but the last ACK was heard of it, then a late DISCOVER: its firmware says what became of it.
 */
static void who_was_sent_the_whole_image_and_runs_is_recovered(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0), late;
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 2; block++)
        rig_ack(rig, &phone, block);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_wait(rig, 3 * NS_PER_S);
    late = phone;
    late.ip_id = 0;
    rig_discover(rig, &late, 1);
    rig_wait(rig, 90 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

static void a_request_for_a_file_from_another_port_is_no_loaders(void **state)
{
    (void)state;
    struct rig *rig = rig_for_all();
    struct rig_phone phone = rig_phone(0);
    uint8_t payload[256];
    struct writer writer = writer_over(payload, sizeof payload);
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    rig_echo(rig, &phone);
    tftp_write_rrq(&writer, station_file_name(rig->station));
    struct craft_udp header = rig_header(rig, &phone, TFTP_PHONE_PORT + 1, TFTP_SERVER_PORT);
    rig_udp(rig, &header, payload, writer.length);
    assert_int_equal(rig_count(rig, 0, FRAME_TFTP, TFTP_DATA), 0);
    rig_rrq(rig, &phone, station_file_name(rig->station), TFTP_SERVER_PORT);
    assert_int_equal(rig_count(rig, 0, FRAME_TFTP, TFTP_DATA), 1);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_answer_without_a_usable_serial_is_no_final_word),
        cmocka_unit_test(three_answers_without_a_usable_serial_are),
        cmocka_unit_test(who_may_be_writing_is_neither_given_up_nor_power_cycled),
        cmocka_unit_test(who_answered_before_is_asked_on_when_it_seems_deaf),
        cmocka_unit_test(who_stated_a_damaged_serial_is_asked_by_wildcard),
        cmocka_unit_test(the_timeout_waits_for_a_phone_that_may_be_writing),
        cmocka_unit_test(who_is_not_meant_is_not_ordered_after_a_restart_either),
        cmocka_unit_test(late_copies_of_an_echo_are_no_attempts),
        cmocka_unit_test(one_answer_does_not_give_up_who_may_be_writing),
        cmocka_unit_test(three_answers_do),
        cmocka_unit_test(three_copies_of_an_answer_do_not),
        cmocka_unit_test(the_real_phone_takes_the_place_of_its_twin),
        cmocka_unit_test(a_twin_that_is_silent_gives_its_place_to_one_that_answers),
        cmocka_unit_test(who_was_ordered_elsewhere_may_be_writing),
        cmocka_unit_test(a_serial_that_is_stated_twice_is_right),
        cmocka_unit_test(a_silent_phone_is_asked_by_broadcast_too),
        cmocka_unit_test(who_was_not_asked_is_not_given_up),
        cmocka_unit_test(who_was_sent_the_whole_image_and_runs_is_recovered),
        cmocka_unit_test(a_request_for_a_file_from_another_port_is_no_loaders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
