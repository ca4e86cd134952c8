/* SPDX-License-Identifier: BSD-2-Clause */
/* Selection, several phones, tags, carrier, ends of runs, and what the user is told. */
#include "tests/unit/engine_rig.h"

#include "engine/statistics.h"
#include "engine/timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mac_address foreign_mac = {{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}};

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

static void acknowledge_all(struct rig *rig, struct rig_phone *phone)
{
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, phone, block);
}

/* ---- Whom the run is for ---- */

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
    struct craft_udp header = {
        .source_mac = phone.mac,
        .destination_mac = rig->config.source_mac,
        .source_ip = phone.ip,
        .destination_ip = rig->config.address,
        .source_port = TFTP_PHONE_PORT,
        .destination_port = 40000,
        .ip_identification = phone.ip_id++,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
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
    acknowledge_all(rig, &busy);
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
    acknowledge_all(rig, &real);
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
    acknowledge_all(rig, &one);
    assert_int_equal(rig_state(rig, &one), SESSION_DELIVERED);
    assert_int_equal(rig_state(rig, &two), SESSION_ORDERED);
    rig_rrq(rig, &two, station_file_name(rig->station), 69);
    acknowledge_all(rig, &two);
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
    acknowledge_all(rig, &one);
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &one);
    assert_false(station_done(rig->station));
    assert_true(rig_said(rig, "You may unplug it now. Connect the next phone"));
    rig_reply(rig, &two);
    assert_true(was_ordered(rig, &two));
    rig_free(rig);
}

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

/* ---- Carrier and ends ---- */

static void nothing_is_sent_while_the_cable_is_dead_and_patience_waits(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    station_link(rig->station, LINK_NONE, rig->now_ns);
    size_t from = rig->sent_count;
    rig_wait(rig, 100 * NS_PER_S);
    assert_int_equal(rig->sent_count, from);
    station_link(rig->station, LINK_UP, rig->now_ns);
    rig_wait(rig, 30 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_true(rig_count(rig, from, FRAME_IGMP, -1) > 0);
    rig_ack(rig, &phone, 2);
    rig_ack(rig, &phone, 3);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_free(rig);
}

static void timeout_counts_time_without_progress(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 30 * NS_PER_S;
    rig_start(rig);
    rig_wait(rig, 20 * NS_PER_S);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 20 * NS_PER_S);
    assert_false(station_done(rig->station));
    rig_wait(rig, 20 * NS_PER_S);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static struct rig *one_falls_silent_while_another_waits(struct rig_phone *silent,
                                                        struct rig_phone *next)
{
    struct rig *rig = rig_new();
    *silent = rig_phone(0);
    *next = rig_phone(1);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_up_to_request(rig, silent);
    rig_ack(rig, silent, 1);
    rig_reply(rig, next);
    rig_wait(rig, 15 * NS_PER_S);
    assert_int_equal(rig_state(rig, silent), SESSION_TRANSFER);
    assert_int_equal(rig_state(rig, next), SESSION_WAITING);
    return rig;
}

static void who_falls_silent_in_its_transfer_holds_nobody_up(void **state)
{
    (void)state;
    struct rig_phone silent, next;
    struct rig *rig = one_falls_silent_while_another_waits(&silent, &next);
    rig_wait(rig, 10 * NS_PER_S);
    assert_int_equal(rig_state(rig, &next), SESSION_ORDERED);
    assert_int_equal(rig_state(rig, &silent), SESSION_TRANSFER);
    assert_true(rig_said(rig, "silent for 20 s in its transfer"));
    rig_wait(rig, 45 * NS_PER_S);
    assert_int_equal(rig_state(rig, &silent), SESSION_RETRY);
    rig_free(rig);
}

static void and_goes_on_when_it_answers(void **state)
{
    (void)state;
    struct rig_phone silent, next;
    struct rig *rig = one_falls_silent_while_another_waits(&silent, &next);
    rig_wait(rig, 10 * NS_PER_S);
    rig_ack(rig, &silent, 2);
    rig_ack(rig, &silent, 3);
    assert_int_equal(rig_state(rig, &silent), SESSION_DELIVERED);
    assert_int_equal(rig_state(rig, &next), SESSION_ORDERED);
    /* The turns are counted rightly afterwards: a third one waits for the second. */
    struct rig_phone third = rig_phone(2);
    rig_reply(rig, &third);
    rig_wait(rig, NS_PER_S);
    assert_int_equal(rig_state(rig, &third), SESSION_WAITING);
    rig_free(rig);
}

static void others_are_asked_for_meanwhile(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.selection.all = true;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 19 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 0);
    rig_wait(rig, 10 * NS_PER_S);
    assert_in_range(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 2, 10);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_free(rig);
}

static void the_only_phone_is_left_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 50 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 0);
    rig_free(rig);
}

static void assert_attempt(const struct rig *rig, unsigned number, unsigned at_s,
                           const char *outcome)
{
    duration_ns at_ns;
    const char *text;
    assert_true(station_attempt(rig->station, 0, number, &at_ns, &text));
    assert_in_range((uint64_t)(at_ns / NS_PER_S), at_s, at_s + 1);
    if (!strstr(text, outcome) || (!*outcome && *text))
        fail_msg("attempt %u: \"%s\" instead of \"%s\"", number, text, outcome);
}

static void every_attempt_is_accounted_for(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    duration_ns at_ns;
    const char *text;
    rig_start(rig);
    rig_reply(rig, &phone);
    rig_wait(rig, 20 * NS_PER_S); /* orders without echo */
    assert_attempt(rig, 0, 2, "did not confirm the order");
    instant_ns begin_ns = rig->now_ns;
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    rig_echo(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 70 * NS_PER_S);
    unsigned second_s = (unsigned)((begin_ns - RIG_START_NS) / NS_PER_S);
    assert_attempt(rig, 1, second_s, "the transfer broke off at 39 %; nothing was written");
    phone.ip_id = 0;
    unsigned third_s = (unsigned)((rig->now_ns - RIG_START_NS) / NS_PER_S);
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, &phone, block);
    assert_attempt(rig, 2, third_s + 7, ""); /* not over yet */
    rig_wait(rig, 60 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_attempt(rig, 2, third_s + 7, "recovered");
    assert_false(station_attempt(rig->station, 0, 3, &at_ns, &text));
    assert_false(station_attempt(rig->station, 1, 0, &at_ns, &text));
    rig_free(rig);
}

/* Restarts every 25 s until the run ends, having come as far as `round` lets it. Returns: s. */
static unsigned circles_until_the_end(void (*round)(struct rig *rig, struct rig_phone *phone))
{
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 60 * NS_PER_S;
    rig_start(rig);
    for (unsigned i = 0; i < 100 && !station_done(rig->station); i++) {
        instant_ns end_ns = rig->now_ns + 25 * NS_PER_S;
        phone.ip_id = 0;
        round(rig, &phone);
        if (end_ns > rig->now_ns)
            rig_wait(rig, end_ns - rig->now_ns);
    }
    unsigned seconds = (unsigned)((rig->now_ns - RIG_START_NS) / NS_PER_S);
    assert_true(station_done(rig->station));
    rig_free(rig);
    return seconds;
}

static void only_asks(struct rig *rig, struct rig_phone *phone)
{
    rig_discover(rig, phone, 1);
}

static void asks_again_and_again(struct rig *rig, struct rig_phone *phone)
{
    for (unsigned i = 1; i <= 4; i++) {
        rig_discover(rig, phone, i);
        rig_wait(rig, 5 * NS_PER_S);
    }
}

static void gets_the_first_block(struct rig *rig, struct rig_phone *phone)
{
    rig_up_to_request(rig, phone);
    rig_ack(rig, phone, 1);
}

static void timeout_ends_a_run_against_a_phone_that_restarts_for_ever(void **state)
{
    (void)state;
    /* Four rounds at most, the timeout, and the step of the test. */
    const unsigned most_s = 4 * 25 + 60 + 25;
    assert_in_range(circles_until_the_end(only_asks), 60, most_s);
    assert_in_range(circles_until_the_end(asks_again_and_again), 60, most_s);
    assert_in_range(circles_until_the_end(gets_the_first_block), 60, most_s + 30);
}

static void stopping_sends_nothing_any_more(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    station_stop(rig->station, rig->now_ns);
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 60 * NS_PER_S);
    assert_int_equal(rig->sent_count, from);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void phone_that_runs_its_firmware_fails_nobody_but_ends_the_run(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig_start(rig);
    rig_reply(rig, &phone);
    rig_wait(rig, NS_PER_S);
    rig_firmware(rig, &phone);
    assert_true(rig_said(rig, "runs its normal firmware"));
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void foreign_lease_and_silence_end_the_run_at_its_timeout(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 45 * NS_PER_S;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, UINT32_C(0xc0a80101), UINT32_C(0xc0a80109));
    rig_wait(rig, 48 * NS_PER_S); /* a lease was the last thing that went forward */
    assert_false(station_done(rig->station));
    rig_wait(rig, 20 * NS_PER_S);
    assert_true(station_done(rig->station));
    assert_true(rig_said(rig, "probably lacks a subnet mask or a router"));
    assert_true(rig_count(rig, 0, FRAME_ARP, ARP_REQUEST_OPERATION) >= 2);
    rig_free(rig);
}

/* The second transfer is as much progress as the first: a run does not end in the middle of it. */
static void blocks_of_a_second_transfer_are_progress_too(void **state)
{
    (void)state;
    static uint8_t image[40 * 512];
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.timeout_ns = 30 * NS_PER_S;
    rig->config.image = image;
    rig->config.image_length = sizeof image;
    rig_start(rig);
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 41; block++)
        rig_ack(rig, &phone, block);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 2 * NS_PER_S);
    rig_reply(rig, &phone); /* it refused the image */
    rig_wait(rig, 2 * NS_PER_S);
    rig_echo(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    for (uint16_t block = 1; block <= 40; block++) {
        rig_wait(rig, 2 * NS_PER_S);
        rig_ack(rig, &phone, block);
        assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
        assert_false(station_done(rig->station));
    }
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
            .destination_mac = foreign_mac,
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
    struct craft_udp header = {
        .source_mac = phone->mac,
        .destination_mac = rig->config.source_mac,
        .source_ip = phone->ip,
        .destination_ip = UINT32_C(0xc6126363),
        .source_port = TFTP_PHONE_PORT,
        .destination_port = TFTP_SERVER_PORT,
        .ip_identification = phone->ip_id++,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
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
    acknowledge_all(rig, &phone);
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

/* ---- Timers and statistics ---- */

static void count_up(void *owner, instant_ns now_ns)
{
    (void)now_ns;
    ++*(unsigned *)owner;
}

static void timers_fire_in_order_once_and_never_when_stopped(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct timers timers = {0};
    struct timer timer[COUNT];
    unsigned fired[COUNT] = {0};
    for (unsigned i = 0; i < COUNT; i++) {
        timer[i] = timer_for(count_up, &fired[i]);
        timer_set(&timers, &timer[i], (instant_ns)(i * 37 % COUNT) * 10);
    }
    for (unsigned i = 0; i < COUNT; i += 3)
        timer_stop(&timers, &timer[i]);
    for (instant_ns now_ns = 0; now_ns < 10 * COUNT; now_ns += 10) {
        timers_fire(&timers, now_ns);
        for (unsigned i = 0; i < COUNT; i++) {
            bool due = (instant_ns)(i * 37 % COUNT) * 10 <= now_ns;
            assert_int_equal(fired[i], due && i % 3 != 0);
        }
    }
    assert_true(timers_next(&timers) == INSTANT_NEVER);
    timers_free(&timers);
}

static void shifting_moves_every_timer(void **state)
{
    (void)state;
    struct timers timers = {0};
    unsigned fired = 0;
    struct timer one = timer_for(count_up, &fired), two = timer_for(count_up, &fired);
    timer_set(&timers, &one, 10);
    timer_set(&timers, &two, 20);
    timers_shift(&timers, 100);
    timers_fire(&timers, 109);
    assert_int_equal(fired, 0);
    timers_fire(&timers, 120);
    assert_int_equal(fired, 2);
    timers_free(&timers);
}

static void quantiles_are_right_to_an_eighth_of_an_octave(void **state)
{
    (void)state;
    struct statistics statistics = {0};
    assert_int_equal(statistics_quantile(&statistics, 0.5), 0);
    for (unsigned i = 1; i <= 1000; i++)
        statistics_add(&statistics, (duration_ns)i * NS_PER_MS);
    assert_in_range(statistics_quantile(&statistics, 0.5), 450 * NS_PER_MS, 565 * NS_PER_MS);
    assert_in_range(statistics_quantile(&statistics, 0.99), 900 * NS_PER_MS, 1000 * NS_PER_MS);
    assert_int_equal(statistics.maximum_ns, 1000 * NS_PER_MS);
}

#define T(name) cmocka_unit_test(name)

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
    struct craft_udp header = {
        .source_mac = phone.mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = phone.ip,
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PHONE_PORT,
        .destination_port = RECM_PC_PORT,
        .ip_identification = phone.ip_id,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
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
        T(only_the_phone_named_by_serial_is_ordered),
        T(a_phone_that_was_warned_about_is_still_told_to_be_the_wrong_one),
        T(another_tftp_server_is_told_of_a_phone_that_was_warned_about),
        T(only_the_phone_named_by_mac_is_ordered),
        T(several_phones_without_a_choice_end_the_run),
        T(a_phone_that_answers_once_beside_another_does_not_end_the_run),
        T(of_two_with_one_serial_the_loader_comes_first),
        T(all_phones_take_turns),
        T(parallel_transfers_run_side_by_side),
        T(keep_going_never_ends_and_takes_the_next_phone),
        T(discovering_orders_nothing_and_ends_with_the_phone_named),
        T(watching_sends_nothing),
        T(watching_stands_an_igmp_query),
        T(with_a_vlan_everything_sent_is_tagged),
        T(frames_with_another_tag_are_no_input),
        T(own_frames_are_no_input),
        T(nothing_is_sent_while_the_cable_is_dead_and_patience_waits),
        T(timeout_counts_time_without_progress),
        T(every_attempt_is_accounted_for),
        T(who_falls_silent_in_its_transfer_holds_nobody_up),
        T(and_goes_on_when_it_answers),
        T(others_are_asked_for_meanwhile),
        T(the_only_phone_is_left_alone),
        T(timeout_ends_a_run_against_a_phone_that_restarts_for_ever),
        T(stopping_sends_nothing_any_more),
        T(phone_that_runs_its_firmware_fails_nobody_but_ends_the_run),
        T(foreign_lease_and_silence_end_the_run_at_its_timeout),
        T(blocks_of_a_second_transfer_are_progress_too),
        T(wrong_configurations_are_refused_with_a_sentence),
        T(hints_tell_what_to_do_while_nothing_is_seen),
        T(who_is_still_missing_is_said_when_nobody_is_at_work),
        T(a_flood_of_phones_is_bounded),
        T(url_attempts_of_the_phone_are_answered_if_asked_for),
        T(url_attempts_are_not_answered_unasked_or_for_other_phones),
        T(timers_fire_in_order_once_and_never_when_stopped),
        T(shifting_moves_every_timer),
        T(quantiles_are_right_to_an_eighth_of_an_octave),
        T(a_reply_that_contradicts_its_frame_is_no_second_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
