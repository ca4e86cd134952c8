/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules 8 to 11 for the PC side (docs: protocol): after the last ACK, and whose frames they are. */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- R8: refused copies are ordered again ---- */

static void r8_refused_image_is_ordered_again(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_acknowledge_all(rig, &phone);
    size_t from = rig->sent_count;
    rig_wait(rig, 4 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 1);
    rig_reply(rig, &phone); /* its IP id continues */
    assert_true(rig_said(rig, "refused the image"));
    assert_int_equal(rig_state(rig, &phone), SESSION_ORDERED);
    assert_int_equal(rig_status(rig, &phone).attempts, 2);
    rig_free(rig);
}

/* ---- R9: the image ---- */

static void r9_no_station_without_a_sendable_image(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct error error;
    rig->config.image_length = 10485761;
    assert_null(station_new(&rig->config, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    rig->config.image_length = 0;
    assert_null(station_new(&rig->config, &error));
    rig_free(rig);
}

/* ---- R10: after the last ACK ---- */

/* To its own MAC address; the fourth to broadcast: a switch may be wrong about where it is. */
static void r10_after_the_last_ack_only_sparse_questions_for_the_phone(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_acknowledge_all(rig, &phone);
    size_t from = rig->sent_count;
    rig_wait(rig, 300 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 5);
    const struct rig_sent *sent;
    for (unsigned i = 0; (sent = rig_find(rig, from, FRAME_RECM, -1, &from)); i++) {
        assert_true(
            mac_equal(&sent->frame.ethernet.destination, i == 3 ? &mac_broadcast : &phone.mac));
        assert_string_equal(sent->frame.recm.serial, phone.serial);
    }
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_free(rig);
}

/* A run for all phones, of which `ret_writer` has got its image and writes it. */
static struct rig *rig_with_writer(struct rig_phone *ret_writer)
{
    struct rig *rig = rig_new();
    *ret_writer = rig_phone(0);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_up_to_request(rig, ret_writer);
    rig_acknowledge_all(rig, ret_writer);
    return rig;
}

/* Whoever goes to the switch to power-cycle one phone must not cut off those that write. */
static void r10_a_power_cycle_is_asked_for_with_a_word_on_those_that_write(void **state)
{
    (void)state;
    struct rig_phone writer, lost = rig_phone(1);
    struct rig *rig = rig_with_writer(&writer);
    rig_discover(rig, &lost, 1);
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &lost, 2);
    rig_wait(rig, 15 * NS_PER_S);
    assert_int_equal(rig->power_cycles, 1);
    assert_true(mac_equal(&rig->power_cycle.mac, &lost.mac));
    assert_int_equal(rig->power_cycle.writing, 1);
    assert_true(
        rig_said(rig, "Do not switch these off, they are writing their flash: CBT141100H0."));
    rig_firmware(rig, &writer);
    lost.ip_id = 0;
    rig_discover(rig, &lost, 1);
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &lost, 2);
    rig_wait(rig, 15 * NS_PER_S);
    assert_int_equal(rig->power_cycles, 2);
    assert_int_equal(rig->power_cycle.writing, 0);
    rig_free(rig);
}

static void lose(struct rig *rig, struct rig_phone *phones, unsigned count)
{
    for (unsigned turn = 1; turn <= 2; turn++) {
        for (unsigned i = 0; i < count; i++)
            rig_discover(rig, &phones[i], turn);
        rig_wait(rig, 5 * NS_PER_S);
    }
    rig_wait(rig, 11 * NS_PER_S);
}

/* Of a boot storm: one list, and no power cycle that cuts off those that write. */
static void r9_lost_phones_are_listed_together_and_again_when_nobody_writes(void **state)
{
    (void)state;
    struct rig_phone writer, lost[8];
    struct rig *rig = rig_with_writer(&writer);
    for (unsigned i = 0; i < 8; i++)
        lost[i] = rig_phone(1 + i);
    lose(rig, lost, 8);
    assert_true(
        rig_said(rig, "8 phones have stopped listening. Power-cycle later, when no phone writes:"));
    assert_true(rig_said(rig, "Not these, they are writing: CBT141100H0."));
    assert_false(rig_said(rig, "Power-cycle these now"));
    rig_firmware(rig, &writer);
    rig_wait(rig, 5 * NS_PER_S);
    assert_true(rig_said(
        rig, "8 phones have stopped listening, and no phone writes. Power-cycle these now:"));
    char last[64];
    snprintf(last, sizeof last, "  %s, %s", mac_format(&lost[6].mac).text,
             mac_format(&lost[7].mac).text);
    assert_true(rig_said(rig, last));
    rig_free(rig);
}

static void r9_one_lost_phone_is_named_again_when_nobody_writes(void **state)
{
    (void)state;
    struct rig_phone writer, lost = rig_phone(1);
    struct rig *rig = rig_with_writer(&writer);
    lose(rig, &lost, 1);
    assert_false(rig_said(rig, "stopped listening. Power-cycle later"));
    rig_firmware(rig, &writer);
    rig_wait(rig, 5 * NS_PER_S);
    assert_true(
        rig_said(rig, "1 phone has stopped listening, and no phone writes. Power-cycle it now:"));
    rig_free(rig);
}

static void r10_three_unanswered_repeats_of_the_last_block_are_delivered(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 2);
    size_t from = rig->sent_count;
    rig_wait(rig, 5 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 3);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

static void r10_a_phone_that_still_waits_gets_the_last_block(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 2);
    rig_wait(rig, 6 * NS_PER_S);
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 2); /* all repeats were lost: it asks by its last ACK */
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    assert_int_equal(rig_newest_block(rig), 3);
    rig_ack(rig, &phone, 3);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_free(rig);
}

static void r10_discover_in_any_state_starts_the_session_anew(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 8 * NS_PER_S);
    phone.ip_id = 0;
    size_t from = rig->sent_count;
    rig_discover(rig, &phone, 1);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
    rig_wait(rig, 4100 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(rig_count(rig, from, FRAME_DHCP, DHCP_OFFER), 1);
    rig_free(rig);
}

/* All blocks but the last one are acknowledged; the station gives the last ACK up. */
static void fall_silent_at_the_end(struct rig *rig, struct rig_phone *phone)
{
    rig_ack(rig, phone, 1);
    rig_ack(rig, phone, 2);
    rig_wait(rig, 20 * NS_PER_S);
    assert_int_equal(rig_state(rig, phone), SESSION_DELIVERED);
}

static void be_in_recovery_mode_again(struct rig *rig, struct rig_phone *phone,
                                      duration_ns after_ns)
{
    rig_wait(rig, after_ns);
    phone->ip_id = 0;
    rig_discover(rig, phone, 1);
}

/* Its last ACK is missing, so that it may have refused the image; it is asked three times. */
static void r10_presumed_it_is_asked_by_broadcast_too(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    size_t from = rig->sent_count;
    fall_silent_at_the_end(rig, &phone);
    rig_wait(rig, 300 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 3);
    assert_int_equal(rig_count_to(rig, from, mac_broadcast), 1);
    rig_free(rig);
}

static void r10_nothing_that_a_lost_power_explains_is_final(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    for (unsigned i = 0; i < 2; i++) { /* sooner than anything can have been written */
        rig_acknowledge_all(rig, &phone);
        be_in_recovery_mode_again(rig, &phone, 10 * NS_PER_S);
        assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
        rig_up_to_request(rig, &phone);
    }
    fall_silent_at_the_end(rig, &phone); /* the whole image was only presumed to be there */
    be_in_recovery_mode_again(rig, &phone, 60 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
    rig_up_to_request(rig, &phone);
    rig_acknowledge_all(rig, &phone);
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

static void r10_recovery_mode_after_flashing_twice_is_final(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_acknowledge_all(rig, &phone);
    be_in_recovery_mode_again(rig, &phone, 120 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
    assert_true(rig_said(rig, "it is tried once more"));
    rig_up_to_request(rig, &phone);
    rig_acknowledge_all(rig, &phone);
    be_in_recovery_mode_again(rig, &phone, 120 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY); /* one frame is no final word */
    rig_wait(rig, 5 * NS_PER_S);
    size_t orders = rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE);
    for (int i = 0; i < 3; i++) {
        assert_int_not_equal(rig_state(rig, &phone), SESSION_FAILED);
        rig_reply(rig, &phone);
        rig_wait(rig, 2 * NS_PER_S);
    }
    assert_int_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), orders);
    assert_true(rig_said(rig, "still in recovery mode"));
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void r10_flash_wait_of_zero_ends_with_the_last_ack(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.flash_wait_ns = 0;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_acknowledge_all(rig, &phone);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

/* The bench goes on; whoever starts late is recovered all the same. */
static void r10_watched_in_vain_it_is_over_until_it_starts_after_all(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.selection.all = rig->config.keep_going = true;
    rig->config.flash_wait_ns = 60 * NS_PER_S;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_acknowledge_all(rig, &phone);
    rig_wait(rig, 59 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_UNCONFIRMED);
    assert_true(rig_said(rig, "not seen in the time given by --flash-wait"));
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    rig_free(rig);
}

/* ---- R11: addresses ---- */

static void r11_every_frame_comes_from_the_one_pretended_host(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_acknowledge_all(rig, &phone);
    for (size_t i = 0; i < rig->sent_count; i++) {
        const struct frame *frame = &rig->sent[i].frame;
        assert_int_equal(frame->reason, WIRE_OK);
        assert_true(mac_equal(&frame->ethernet.source, &rig->config.source_mac));
        assert_int_equal(frame->ethernet.tag_count, 0);
        assert_int_not_equal(frame->kind, FRAME_ICMP);
        if (frame->has_ipv4)
            assert_int_equal(frame->ipv4.source, rig->config.address);
        if (frame->kind != FRAME_IGMP && frame->has_ipv4)
            assert_int_equal(frame->bytes[14], 0x45);
    }
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r8_refused_image_is_ordered_again),
        cmocka_unit_test(r9_no_station_without_a_sendable_image),
        cmocka_unit_test(r10_after_the_last_ack_only_sparse_questions_for_the_phone),
        cmocka_unit_test(r10_a_power_cycle_is_asked_for_with_a_word_on_those_that_write),
        cmocka_unit_test(r9_lost_phones_are_listed_together_and_again_when_nobody_writes),
        cmocka_unit_test(r9_one_lost_phone_is_named_again_when_nobody_writes),
        cmocka_unit_test(r10_three_unanswered_repeats_of_the_last_block_are_delivered),
        cmocka_unit_test(r10_a_phone_that_still_waits_gets_the_last_block),
        cmocka_unit_test(r10_discover_in_any_state_starts_the_session_anew),
        cmocka_unit_test(r10_presumed_it_is_asked_by_broadcast_too),
        cmocka_unit_test(r10_nothing_that_a_lost_power_explains_is_final),
        cmocka_unit_test(r10_recovery_mode_after_flashing_twice_is_final),
        cmocka_unit_test(r10_flash_wait_of_zero_ends_with_the_last_ack),
        cmocka_unit_test(r10_watched_in_vain_it_is_over_until_it_starts_after_all),
        cmocka_unit_test(r11_every_frame_comes_from_the_one_pretended_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
