/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching and looking, tags, own frames, the phone's URLs, and what the user is told. */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void discovering_orders_nothing_and_ends_with_the_phone_named(void **state)
{
    (void)state;
    static const struct phone_name names[] = {{.serial = "CBT141100H0"}};
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.mode = STATION_DISCOVER;
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_wait(rig, NS_PER_S);
    assert_false(station_done(rig->station));
    rig_reply(rig, &phone);
    assert_true(station_done(rig->station));
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_free(rig);
}

static void watching_sends_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.mode = STATION_WATCH;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 6 * NS_PER_S);
    rig_discover(rig, &phone, 2);
    rig_who_has(rig, &phone, rig->config.address);
    rig_reply(rig, &phone);
    rig_wait(rig, 60 * NS_PER_S);
    assert_int_equal(rig->sent_count, 0);
    assert_true(rig_said(rig, "DISCOVER"));
    rig_free(rig);
}

/* Found by test_station_mutations: the report to a querier was planned by a part never started. */
static void watching_stands_an_igmp_query(void **state)
{
    (void)state;
    static const uint8_t query[] = {
        0x01, 0x00, 0x5e, 0x00, 0x00, 0x01, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x08, 0x00, 0x45,
        0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0xe7, 0x35, 0xc0, 0xa8, 0x32, 0x01,
        0xe0, 0x00, 0x00, 0x01, 0x11, 0x64, 0xee, 0x9b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
    struct rig *rig = rig_new();
    rig->config.mode = STATION_WATCH;
    rig_start(rig);
    rig_wait(rig, 60 * NS_PER_S);
    rig_frame(rig, query, sizeof query);
    rig_wait(rig, 120 * NS_PER_S);
    assert_int_equal(rig->sent_count, 0);
    rig_free(rig);
}

/* ---- Tags and own frames ---- */

static void with_a_vlan_everything_sent_is_tagged(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.vlan = 42;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    for (size_t i = 0; i < rig->sent_count; i++) {
        assert_int_equal(rig->sent[i].frame.ethernet.tag_count, 1);
        assert_int_equal(ethernet_tag_vlan(rig->sent[i].frame.ethernet.tags[0]), 42);
    }
    rig_free(rig);
}

static void frames_with_another_tag_are_no_input(void **state)
{
    (void)state;
    static const int expected[] = {CRAFT_NO_VLAN, 42};
    for (size_t i = 0; i < 2; i++) {
        struct rig *rig = rig_new();
        struct rig_phone phone = rig_phone(0);
        rig->config.vlan = expected[i];
        rig_start(rig);
        rig->config.vlan = expected[i] == 42 ? CRAFT_NO_VLAN : 42; /* the phone's side */
        rig_reply(rig, &phone);
        assert_int_equal(station_session_count(rig->station), 0);
        rig_free(rig);
    }
}

static void own_frames_are_no_input(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    phone.mac = rig->config.source_mac;
    rig_reply(rig, &phone);
    assert_int_equal(station_session_count(rig->station), 0);
    rig_wait(rig, 10 * NS_PER_S); /* our REQUESTs come back: no rival */
    assert_false(rig_said(rig, "Another program"));
    rig_free(rig);
}

static void wrong_configurations_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct phone_name bad_serial[] = {{.serial = "has a space"}};
    struct rig *rig = rig_new();
    struct station_config configs[6];
    for (size_t i = 0; i < 6; i++)
        configs[i] = rig->config;
    configs[0].address = UINT32_C(0xc6120000); /* the network itself */
    configs[1].source_mac = mac_broadcast;
    configs[2].vlan = 4095;
    configs[3].file_name = "/a-name-of-more-than-sixty-three-characters-would-damage-the-heap-x";
    configs[4].selection.names = bad_serial;
    configs[4].selection.name_count = 1;
    configs[5].attempts_maximum = 0;
    for (size_t i = 0; i < 6; i++) {
        struct error error = {0};
        assert_null(station_new(&configs[i], &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_true(error.text[0] != '\0');
    }
    rig_free(rig);
}

static void hints_tell_what_to_do_while_nothing_is_seen(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig_start(rig);
    rig_wait(rig, NS_PER_S);
    assert_true(
        rig_said(rig, "Power-cycle the phone now. This program is ready to give it an address."));
    assert_false(rig_said(rig, "Not one frame of another device"));
    rig_wait(rig, 21 * NS_PER_S);
    assert_true(rig_said(rig, "Not one frame of another device"));
    rig_free(rig);
}

static void who_is_still_missing_is_said_when_nobody_is_at_work(void **state)
{
    (void)state;
    static const struct phone_name names[] = {{.serial = "CBT14119999"}};
    struct rig *rig = rig_new();
    struct rig_phone other = rig_phone(0);
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_reply(rig, &other);
    rig_wait(rig, 6 * NS_PER_S);
    assert_true(rig_said(rig, "Still waiting for CBT14119999. Power-cycle it now."));
    rig_free(rig);
}

static void a_flood_of_phones_is_bounded(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig_start(rig);
    for (unsigned i = 0; i < 4100; i++) {
        struct craft_udp header = {
            .source_mac = {{0x00, 0x24, 0x14, 0x77, (uint8_t)(i >> 8), (uint8_t)i}},
            .destination_mac = rig_foreign_mac,
            .source_port = TFTP_PHONE_PORT,
            .destination_port = TFTP_SERVER_PORT,
            .destination_ip = RECM_GROUP_IP,
            .time_to_live = 60,
            .vlan = CRAFT_NO_VLAN,
        };
        static const uint8_t rrq[] = "\0\1x\0octet";
        rig_udp(rig, &header, rrq, sizeof rrq);
    }
    assert_int_equal(station_session_count(rig->station), 4096);
    assert_true(rig_said(rig, "forgotten for others") || rig->text_count == RIG_TEXTS_SIZE);
    rig_free(rig);
}

/* ---- --answer-urls ---- */

static struct rig *rig_with_url_attempt(struct rig_phone *phone, bool answer_urls, bool selected)
{
    static const struct mac_address other = {{0x00, 0x24, 0x14, 0x00, 0x00, 0x01}};
    struct rig *rig = rig_new();
    rig->config.answer_urls = answer_urls;
    static struct phone_name name; /* outlives the station */
    name.mac = selected ? phone->mac : other;
    rig->config.selection.names = &name;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_discover(rig, phone, 2);
    rig_dhcp_request(rig, phone, 2, rig->config.address, phone->ip);
    rig_who_has(rig, phone, UINT32_C(0xc6126363));
    rig_who_has(rig, phone, UINT32_C(0xc6126363));
    struct craft_udp header = rig_header(rig, phone, TFTP_PHONE_PORT, TFTP_SERVER_PORT);
    header.destination_mac = rig->config.source_mac;
    header.destination_ip = UINT32_C(0xc6126363);
    static const uint8_t rrq[] = "\0\1spa504g.bin\0octet";
    rig_udp(rig, &header, rrq, sizeof rrq);
    return rig;
}

static void url_attempts_of_the_phone_are_answered_if_asked_for(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_url_attempt(&phone, true, true);
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), 2);
    assert_int_equal(rig_count(rig, 0, FRAME_TFTP, TFTP_DATA), 1);
    rig_acknowledge_all(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_free(rig);
}

static void url_attempts_are_not_answered_unasked_or_for_other_phones(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig_phone phone = rig_phone(0);
        struct rig *rig = rig_with_url_attempt(&phone, i == 0, i != 0);
        assert_int_equal(rig_count(rig, 0, FRAME_TFTP, -1), 0);
        assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), 0);
        rig_free(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovering_orders_nothing_and_ends_with_the_phone_named),
        cmocka_unit_test(watching_sends_nothing),
        cmocka_unit_test(watching_stands_an_igmp_query),
        cmocka_unit_test(with_a_vlan_everything_sent_is_tagged),
        cmocka_unit_test(frames_with_another_tag_are_no_input),
        cmocka_unit_test(own_frames_are_no_input),
        cmocka_unit_test(wrong_configurations_are_refused_with_a_sentence),
        cmocka_unit_test(hints_tell_what_to_do_while_nothing_is_seen),
        cmocka_unit_test(who_is_still_missing_is_said_when_nobody_is_at_work),
        cmocka_unit_test(a_flood_of_phones_is_bounded),
        cmocka_unit_test(url_attempts_of_the_phone_are_answered_if_asked_for),
        cmocka_unit_test(url_attempts_are_not_answered_unasked_or_for_other_phones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
