/* SPDX-License-Identifier: BSD-2-Clause */
/* Rule 1 for the PC side (docs: protocol): an address for a phone, and when. */
#include "loader/loader.h"
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- R1: DHCP ---- */

static void r1_first_discover_is_answered_after_four_seconds(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    instant_ns asked_ns = rig->now_ns;
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 3999 * NS_PER_MS);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_wait(rig, 2 * NS_PER_MS);
    assert_int_equal(rig_first(rig, FRAME_DHCP, DHCP_OFFER)->time_ns - asked_ns, 4 * NS_PER_S);
    rig_free(rig);
}

static void r1_second_discover_is_answered_at_once(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 1);
    rig_free(rig);
}

/* Its buffers may have been full. */
static void r1_an_offer_that_no_request_follows_is_made_again(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), quick = rig_phone(1);
    rig_discover(rig, &phone, 2);
    rig_discover(rig, &quick, 2);
    rig_wait(rig, 100 * NS_PER_MS);
    rig_dhcp_request(rig, &quick, 2, rig->config.address, quick.ip);
    rig_wait(rig, 10 * NS_PER_S);
    unsigned offers = 0;
    size_t from = 0;
    const struct rig_sent *sent;
    instant_ns first_ns = 0;
    while ((sent = rig_find(rig, from, FRAME_DHCP, DHCP_OFFER, &from))) {
        if (!mac_equal(&sent->frame.ethernet.destination, &phone.mac))
            continue;
        first_ns = offers ? first_ns : sent->time_ns;
        static const unsigned after_s[] = {0, 1, 3};
        assert_true(offers < 3);
        assert_in_range((sent->time_ns - first_ns) / NS_PER_MS, after_s[offers] * 1000,
                        after_s[offers] * 1000 + 100);
        offers++;
    }
    assert_int_equal(offers, 3);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 4);
    rig_free(rig);
}

/* Offers are kept apart; those that do not fit before the second DISCOVER answer that one. */
static void r1_sixty_phones_at_once_are_answered_in_two_waves(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phones[60];
    for (unsigned i = 0; i < 60; i++) {
        phones[i] = rig_phone(i);
        rig_discover(rig, &phones[i], 1);
    }
    rig_wait(rig, 4900 * NS_PER_MS);
    unsigned first_wave = rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER);
    assert_in_range(first_wave, 50, 55);
    instant_ns last_ns = 0;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_DHCP, DHCP_OFFER, &from))) {
        assert_true(sent->time_ns - last_ns >= 15 * NS_PER_MS);
        last_ns = sent->time_ns;
    }
    from = rig->sent_count;
    for (unsigned i = first_wave; i < 60; i++)
        rig_discover(rig, &phones[i], 2);
    rig_wait(rig, 500 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_DHCP, DHCP_OFFER), 60 - first_wave);
    rig_free(rig);
}

static void r1_always_answers_the_first_discover_at_once(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_ALWAYS;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 1);
    rig_free(rig);
}

static void r1_never_gives_no_address(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_NEVER;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 5 * NS_PER_S);
    rig_discover(rig, &phone, 2);
    rig_wait(rig, 13 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    assert_true(rig_said(rig, "has stopped listening"));
    rig_free(rig);
}

static void r1_offer_and_ack_have_the_form_the_loader_accepts(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    static const uint8_t types[] = {DHCP_OFFER, DHCP_ACK};
    for (size_t i = 0; i < 2; i++) {
        const struct frame *frame = &rig_first(rig, FRAME_DHCP, types[i])->frame;
        assert_int_equal(frame->reason, WIRE_OK);
        assert_int_equal(frame->length, 342);
        assert_true(mac_equal(&frame->ethernet.destination, &phone.mac));
        const struct dhcp_message *message = &frame->dhcp;
        assert_int_equal(message->transaction_id, loader_transaction_id(&phone.mac, 2));
        assert_int_equal(message->server_identifier, rig->config.address);
        assert_int_equal(message->server_ip, rig->config.address);
        assert_int_equal(message->router, rig->config.address);
        assert_int_equal(message->subnet_mask, UINT32_C(0xffff0000));
        assert_int_equal(message->your_ip, phone.ip);
        assert_true(message->has_lease_time && message->has_end);
    }
    rig_free(rig);
}

static void r1_yields_to_an_offer_of_another_server(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    rig->config.dhcp = DHCP_POLICY_YIELD;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, NS_PER_S);
    rig_foreign_dhcp_reply(rig, &phone, DHCP_OFFER, true);
    rig_wait(rig, 4 * NS_PER_S);
    rig_discover(rig, &phone, 2);
    rig_discover(rig, &other, 2);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    assert_true(rig_said(rig, "Another DHCP server"));
    rig_free(rig);
}

static void r1_yields_when_a_request_names_another_server(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    rig->config.dhcp = DHCP_POLICY_YIELD;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, RIG_FOREIGN_SERVER, RIG_FOREIGN_SERVER + 9);
    rig_discover(rig, &other, 1);
    rig_wait(rig, 6 * NS_PER_S);
    rig_discover(rig, &other, 2);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_free(rig);
}

static void r1_always_does_not_answer_a_request_for_another_server(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_ALWAYS;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, RIG_FOREIGN_SERVER, RIG_FOREIGN_SERVER + 9);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_ACK), 0);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_NAK), 0);
    rig_free(rig);
}

static void r1_only_loaders_get_an_address(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_ALWAYS;
    rig_start(rig);
    rig_firmware(rig, &phone); /* option 60 of the normal firmware */
    rig_wait(rig, 6 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_free(rig);
}

static void r1_repeated_request_is_acknowledged_again(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    rig_wait(rig, 5 * NS_PER_S);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_ACK), 2);
    rig_free(rig);
}

static void r1_exhausted_pool_is_said_and_not_answered(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig->config.prefix_length = 30; /* two hosts: the tool and one phone */
    rig_start(rig);
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    rig_discover(rig, &phone, 2);
    rig_discover(rig, &other, 2);
    rig_wait(rig, 20 * NS_PER_MS); /* exchanges are kept apart */
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 1);
    assert_true(rig_said(rig, "No address is left"));
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r1_first_discover_is_answered_after_four_seconds),
        cmocka_unit_test(r1_second_discover_is_answered_at_once),
        cmocka_unit_test(r1_an_offer_that_no_request_follows_is_made_again),
        cmocka_unit_test(r1_sixty_phones_at_once_are_answered_in_two_waves),
        cmocka_unit_test(r1_always_answers_the_first_discover_at_once),
        cmocka_unit_test(r1_never_gives_no_address),
        cmocka_unit_test(r1_offer_and_ack_have_the_form_the_loader_accepts),
        cmocka_unit_test(r1_yields_to_an_offer_of_another_server),
        cmocka_unit_test(r1_yields_when_a_request_names_another_server),
        cmocka_unit_test(r1_always_does_not_answer_a_request_for_another_server),
        cmocka_unit_test(r1_only_loaders_get_an_address),
        cmocka_unit_test(r1_repeated_request_is_acknowledged_again),
        cmocka_unit_test(r1_exhausted_pool_is_said_and_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
