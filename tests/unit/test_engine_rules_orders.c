/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules 2 to 4 for the PC side (docs: protocol): asking, ordering, the gateway. */
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- R2: asking ---- */

static void r2_requests_alternate_between_the_destinations(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    rig_wait(rig, 30 * NS_PER_S);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    unsigned to_group = 0, to_all = 0, to_phone = 0;
    instant_ns last_ns = 0;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_RECM, RECM_REQUEST, &from))) {
        const struct frame *frame = &sent->frame;
        assert_int_equal(frame->payload_length, RECM_PC_LENGTH);
        assert_int_equal(frame->udp.source_port, RECM_PC_PORT);
        assert_int_equal(frame->ipv4.destination, RECM_GROUP_IP);
        assert_string_equal(frame->recm.serial, RECM_WILDCARD_SERIAL);
        assert_true(sent->time_ns - last_ns >= NS_PER_S);
        last_ns = sent->time_ns;
        to_group += mac_equal(&frame->ethernet.destination, &group);
        to_all += mac_equal(&frame->ethernet.destination, &mac_broadcast);
        to_phone += mac_equal(&frame->ethernet.destination, &phone.mac);
    }
    assert_true(to_group >= 3 && to_all >= 3 && to_phone >= 3);
    rig_free(rig);
}

/* Returns: REQUESTs and UPGRADEs sent since `from` that every phone of a dumb switch hears. */
static unsigned sent_to_all(const struct rig *rig, size_t from)
{
    unsigned count = 0;
    for (size_t i = from; i < rig->sent_count; i++)
        count += rig->sent[i].frame.kind == FRAME_RECM &&
                 (rig->sent[i].frame.ethernet.destination.octet[0] & 1) != 0;
    return count;
}

static void r2_nothing_goes_to_all_while_a_loader_asks_for_its_address(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone asking = rig_phone(0), answering = rig_phone(1);
    rig_wait(rig, 2 * NS_PER_S);
    rig_discover(rig, &asking, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &asking, 2);
    rig_wait(rig, 2 * NS_PER_S);
    rig_reply(rig, &answering); /* it listens: told by its own MAC */
    rig_wait(rig, 6 * NS_PER_S);
    assert_true(rig_count(rig, from, FRAME_RECM, RECM_UPGRADE) >= 2);
    assert_int_equal(sent_to_all(rig, from), 0);
    rig_dhcp_request(rig, &asking, 2, rig->config.address, asking.ip);
    from = rig->sent_count;
    rig_wait(rig, 5 * NS_PER_S);
    assert_int_equal(sent_to_all(rig, from), 0); /* the ACK may be lost: it would ask again */
    rig_reply(rig, &asking);                     /* it has it */
    rig_wait(rig, 8 * NS_PER_S);
    assert_true(sent_to_all(rig, from) > 0);
    rig_free(rig);
}

static void r2_a_dhcp_stage_ends_twelve_seconds_after_its_last_message(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &phone, 2);
    size_t from = rig->sent_count;
    rig_wait(rig, 12 * NS_PER_S - 1);
    assert_int_equal(sent_to_all(rig, from), 0);
    rig_wait(rig, 3 * NS_PER_S);
    assert_true(sent_to_all(rig, from) > 0);
    rig_free(rig);
}

/* One that is refused asks without end, and phones may start again and again. */
static void r2_no_loader_holds_the_requests_to_all_for_ever(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone refused = rig_phone(0), restarting = rig_phone(1);
    for (unsigned n = 1; n < 20; n++) {
        rig_discover(rig, &refused, n);
        rig_dhcp_request(rig, &refused, n, RIG_FOREIGN_SERVER, RIG_FOREIGN_SERVER + 9);
        rig_wait(rig, 3 * NS_PER_S);
    }
    assert_true(sent_to_all(rig, 0) > 10);
    size_t from = rig->sent_count;
    for (unsigned i = 0; i < 20; i++) {
        restarting.ip_id = 0;
        rig_discover(rig, &restarting, 1);
        rig_wait(rig, 10 * NS_PER_S);
    }
    assert_true(sent_to_all(rig, from) >= 6);
    rig_free(rig);
}

static void r2_group_only_uses_the_group_address_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.group_only = true;
    rig_start(rig);
    rig_discover(rig, &phone, 2);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    rig_wait(rig, 10 * NS_PER_S);
    rig_reply(rig, &phone);
    rig_wait(rig, 10 * NS_PER_S);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_RECM, -1, &from)))
        assert_true(mac_equal(&sent->frame.ethernet.destination, &group));
    assert_true(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE) > 0);
    rig_free(rig);
}

static void r2_membership_is_reported_at_start_every_ten_seconds_and_when_asked(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    assert_int_equal(rig_count(rig, 0, FRAME_IGMP, -1), 1);
    rig_wait(rig, 35 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_IGMP, -1), 4);
    struct mac_address all_hosts = mac_of_group(UINT32_C(0xe0000001));
    uint8_t query[60] = {0};
    memcpy(query, all_hosts.octet, 6);
    memcpy(query + 6, rig_foreign_mac.octet, 6);
    static const uint8_t packet[] = {0x08, 0x00, 0x45, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x00,
                                     0x01, 0x02, 0x00, 0x00, 192,  168,  1,    1,    224,  0,
                                     0,    1,    0x11, 0x64, 0xee, 0x9b, 0,    0,    0,    0};
    memcpy(query + 12, packet, sizeof packet);
    bytes_store_be16(query + 24, ipv4_checksum_finish(ipv4_checksum_add(0, query + 14, 20)));
    rig_frame(rig, query, sizeof query);
    assert_int_equal(rig_count(rig, 0, FRAME_IGMP, -1), 5);
    rig_free(rig);
}

static void r2_no_wildcard_and_no_broadcast_while_a_transfer_runs(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig->config.selection.all = true;
    rig_start(rig);
    struct rig_phone phone = rig_phone(0);
    rig_up_to_request(rig, &phone);
    size_t from = rig->sent_count;
    rig_wait(rig, 15 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_REQUEST), 0);
    rig_free(rig);
}

static void r2_a_given_serial_is_asked_for_by_name(void **state)
{
    (void)state;
    static const struct phone_name names[] = {{.serial = "CBT141100H0"}};
    struct rig *rig = rig_new();
    rig->config.selection.names = names;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_wait(rig, 15 * NS_PER_S);
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_RECM, RECM_REQUEST, &from)))
        assert_string_equal(sent->frame.recm.serial, names[0].serial);
    rig_free(rig);
}

/* ---- R3: ordering ---- */

static void r3_no_order_before_the_reply_shows_an_address(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    uint32_t ip = phone.ip;
    phone.ip = 0;
    rig_reply(rig, &phone);
    rig_wait(rig, 3900 * NS_PER_MS);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    phone.ip = ip;
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    const struct frame *order = &rig_first(rig, FRAME_RECM, RECM_UPGRADE)->frame;
    assert_string_equal(order->recm.serial, phone.serial);
    assert_string_equal(order->recm.file_name, station_file_name(rig->station));
    assert_int_equal(order->recm.tftp_port, 69);
    assert_int_equal(order->payload_length, RECM_PC_LENGTH);
    rig_free(rig);
}

static void r3_file_names_differ_from_run_to_run(void **state)
{
    (void)state;
    struct rig *one = rig_started();
    struct rig *two = rig_new();
    two->config.seed = 2;
    rig_start(two);
    assert_string_not_equal(station_file_name(one->station), station_file_name(two->station));
    assert_true(recm_file_name_is_sendable(station_file_name(one->station)));
    rig_free(one);
    rig_free(two);
}

static void r3_without_echo_the_order_goes_out_again_after_three_seconds(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 10 * NS_PER_S);
    size_t next;
    const struct rig_sent *order = rig_first(rig, FRAME_RECM, RECM_UPGRADE);
    rig_find(rig, 0, FRAME_RECM, RECM_UPGRADE, &next);
    const struct rig_sent *again = rig_find(rig, next, FRAME_RECM, RECM_UPGRADE, &next);
    assert_non_null(again);
    assert_int_equal(again->time_ns - order->time_ns, 3 * NS_PER_S);
    assert_int_equal(rig_status(rig, &phone).attempts, 1);
    rig_free(rig);
}

static void r3_after_an_echo_no_order_for_fifteen_seconds(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 2500 * NS_PER_MS);
    rig_echo(rig, &phone);
    size_t from = rig->sent_count;
    rig_wait(rig, 14900 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, -1), 0);
    rig_wait(rig, 10 * NS_PER_S);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_UPGRADE), 0); /* not answered yet */
    assert_true(rig_count(rig, from, FRAME_RECM, RECM_REQUEST) > 2);
    rig_reply(rig, &phone);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, RECM_UPGRADE), 1);
    rig_free(rig);
}

/* Eight times it answers, and then does `then` with the order. Returns: the attempts it got. */
static unsigned attempts_of(void then(struct rig *rig, struct rig_phone *phone))
{
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    for (unsigned i = 0; i < 8; i++) {
        rig_reply(rig, &phone);
        rig_wait(rig, 2500 * NS_PER_MS);
        if (rig_state(rig, &phone) != SESSION_FAILED)
            then(rig, &phone);
        rig_wait(rig, 80 * NS_PER_S);
    }
    unsigned attempts = rig_status(rig, &phone).attempts;
    assert_int_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_true(station_done(rig->station));
    rig_free(rig);
    return attempts;
}

static void confirm(struct rig *rig, struct rig_phone *phone)
{
    rig_echo(rig, phone);
}

static void ask_for_the_gateway_once(struct rig *rig, struct rig_phone *phone)
{
    rig_echo(rig, phone);
    if (rig_status(rig, phone).attempts == 1)
        rig_who_has(rig, phone, rig->config.address);
}

static void say_nothing(struct rig *rig, struct rig_phone *phone)
{
    (void)rig;
    (void)phone;
}

static void break_off(struct rig *rig, struct rig_phone *phone)
{
    rig_echo(rig, phone);
    rig_who_has(rig, phone, rig->config.address);
    rig_rrq(rig, phone, station_file_name(rig->station), 69);
    rig_ack(rig, phone, 1);
}

static void r3_five_attempts_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(attempts_of(say_nothing), 5);
    assert_int_equal(attempts_of(break_off), 5);
}

static void r3_only_attempts_that_can_succeed(void **state)
{
    (void)state;
    /* Its lease names no router: three attempts rule lost frames out. */
    assert_int_equal(attempts_of(confirm), 3);
    /* One that has asked for its gateway once has a router: what is lost now is frames. */
    assert_int_equal(attempts_of(ask_for_the_gateway_once), 5);
}

/* ---- R4: the gateway ---- */

static void ask_gateway(struct rig *rig, struct rig_phone *phone)
{
    rig_wait(rig, 280 * NS_PER_MS);
    rig_who_has(rig, phone, UINT32_C(0xc0a84dfe));
}

static void r4_own_address_is_answered_at_once(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    const struct frame *reply = &rig_first(rig, FRAME_ARP, ARP_REPLY_OPERATION)->frame;
    assert_int_equal(reply->arp.sender_ip, rig->config.address);
    assert_true(mac_equal(&reply->arp.sender_mac, &rig->config.source_mac));
    assert_true(mac_equal(&reply->ethernet.destination, &phone.mac));
    assert_int_equal(reply->length, 60);
    rig_free(rig);
}

/* Whoever else asks, and be it 18,000 times, gets nothing. */
static void r4_only_phones_get_an_answer(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone stranger = rig_phone(5);
    for (unsigned i = 0; i < 100; i++)
        rig_who_has(rig, &stranger, rig->config.address);
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), 0);
    rig_free(rig);
}

static void r4_nudge_at_the_second_and_stand_in_at_the_third(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_echo(&phone, GATEWAY_POLICY_AUTO);
    rig_who_has(rig, &phone, phone.ip); /* its announcement counts as nothing */
    ask_gateway(rig, &phone);
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 0);
    ask_gateway(rig, &phone);
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 1);
    const struct frame *probe = &rig_first(rig, FRAME_ARP, ARP_REQUEST_OPERATION)->frame;
    assert_int_equal(probe->arp.sender_ip, 0);
    assert_int_equal(probe->arp.target_ip, phone.ip);
    assert_true(mac_equal(&probe->ethernet.destination, &phone.mac));
    assert_int_equal(probe->length, 60);
    ask_gateway(rig, &phone);
    const struct frame *reply = &rig_first(rig, FRAME_ARP, ARP_REPLY_OPERATION)->frame;
    assert_int_equal(reply->arp.sender_ip, UINT32_C(0xc0a84dfe));
    assert_true(mac_equal(&reply->arp.sender_mac, &rig->config.source_mac));
    assert_true(mac_equal(&reply->ethernet.destination, &phone.mac));
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 2);
    rig_free(rig);
}

/* Its answers cross a network that is as slow as the phone is impatient. */
static void r4_help_that_came_too_late_comes_sooner_the_next_time(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_echo(&phone, GATEWAY_POLICY_STAND_IN);
    for (unsigned needed = 3; needed > 0; needed--) {
        unsigned before = rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION);
        for (unsigned i = 1; i < needed; i++)
            ask_gateway(rig, &phone);
        assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), before);
        ask_gateway(rig, &phone);
        assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), before + 1);
        rig_wait(rig, 16 * NS_PER_S);
        assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
        rig_reply(rig, &phone);
        rig_wait(rig, 4 * NS_PER_S);
        rig_echo(rig, &phone);
    }
    rig_free(rig);
}

static void r4_policies_do_only_what_they_say(void **state)
{
    (void)state;
    static const struct {
        enum gateway_policy policy;
        unsigned nudges, replies;
    } cases[] = {
        {GATEWAY_POLICY_NUDGE, 2, 0},
        {GATEWAY_POLICY_STAND_IN, 0, 1},
        {GATEWAY_POLICY_NEVER, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig_phone phone = rig_phone(0);
        struct rig *rig = rig_with_echo(&phone, cases[i].policy);
        for (unsigned n = 0; n < 3; n++)
            ask_gateway(rig, &phone);
        assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REQUEST_OPERATION), cases[i].nudges);
        assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), cases[i].replies);
        rig_wait(rig, 16 * NS_PER_S);
        assert_true(rig_said(rig, "nobody answered for its gateway 192.168.77.254"));
        rig_free(rig);
    }
}

/* A run that may not help ends after a second attempt instead of five, 15 s each. */
static void r4_who_may_not_help_does_not_order_five_times(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_echo(&phone, GATEWAY_POLICY_NEVER);
    ask_gateway(rig, &phone);
    rig_wait(rig, 16 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    rig_reply(rig, &phone);
    rig_wait(rig, 4 * NS_PER_S);
    rig_echo(rig, &phone);
    ask_gateway(rig, &phone);
    rig_wait(rig, 16 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_FAILED);
    assert_int_equal(rig_status(rig, &phone).attempts, 2);
    rig_free(rig);
}

static void r4_phones_that_were_not_ordered_get_no_help(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    for (unsigned n = 0; n < 3; n++)
        rig_who_has(rig, &phone, UINT32_C(0xc0a84dfe));
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 0);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r2_requests_alternate_between_the_destinations),
        cmocka_unit_test(r2_nothing_goes_to_all_while_a_loader_asks_for_its_address),
        cmocka_unit_test(r2_a_dhcp_stage_ends_twelve_seconds_after_its_last_message),
        cmocka_unit_test(r2_no_loader_holds_the_requests_to_all_for_ever),
        cmocka_unit_test(r2_group_only_uses_the_group_address_alone),
        cmocka_unit_test(r2_membership_is_reported_at_start_every_ten_seconds_and_when_asked),
        cmocka_unit_test(r2_no_wildcard_and_no_broadcast_while_a_transfer_runs),
        cmocka_unit_test(r2_a_given_serial_is_asked_for_by_name),
        cmocka_unit_test(r3_no_order_before_the_reply_shows_an_address),
        cmocka_unit_test(r3_file_names_differ_from_run_to_run),
        cmocka_unit_test(r3_without_echo_the_order_goes_out_again_after_three_seconds),
        cmocka_unit_test(r3_after_an_echo_no_order_for_fifteen_seconds),
        cmocka_unit_test(r3_five_attempts_and_no_more),
        cmocka_unit_test(r3_only_attempts_that_can_succeed),
        cmocka_unit_test(r4_own_address_is_answered_at_once),
        cmocka_unit_test(r4_only_phones_get_an_answer),
        cmocka_unit_test(r4_nudge_at_the_second_and_stand_in_at_the_third),
        cmocka_unit_test(r4_help_that_came_too_late_comes_sooner_the_next_time),
        cmocka_unit_test(r4_policies_do_only_what_they_say),
        cmocka_unit_test(r4_who_may_not_help_does_not_order_five_times),
        cmocka_unit_test(r4_phones_that_were_not_ordered_get_no_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
