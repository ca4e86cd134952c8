/* SPDX-License-Identifier: BSD-2-Clause */
/* Rule 1 for the PC side (docs: protocol): beside another DHCP server, fit or not. */
#include "loader/loader.h"
#include "tests/unit/engine_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- rule 1: another server that proves unfit ---- */

static size_t offers(struct rig *rig)
{
    return rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER);
}

/* The phone takes the lease of the other server. */
static void lease_elsewhere(struct rig *rig, struct rig_phone *phone, unsigned discover)
{
    rig_discover(rig, phone, discover);
    rig_dhcp_request(rig, phone, discover, RIG_FOREIGN_SERVER, RIG_FOREIGN_SERVER + 9);
}

/* A DHCP message that has nothing to do with loaders, by number: a PC's INFORM, a PC's renewal, and
 * an OFFER to a PC. */
static void send_strangers_dhcp(struct rig *rig, unsigned number)
{
    struct dhcp_message message = {
        .operation = number == 2 ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST,
        .transaction_id = 0x11223344,
        .your_ip = number == 2 ? RIG_FOREIGN_SERVER + 77 : 0,
        .client_mac = {{0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc}},
    };
    static const uint8_t types[] = {8, DHCP_REQUEST, DHCP_OFFER};
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, types[number]);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, RIG_FOREIGN_SERVER);
    dhcp_write_end(&writer, sizeof payload);
    bool answers = number == 2;
    rig_foreign_udp(rig, UINT32_MAX, &mac_broadcast, answers ? DHCP_SERVER_PORT : DHCP_CLIENT_PORT,
                    answers ? DHCP_CLIENT_PORT : DHCP_SERVER_PORT, payload, writer.length);
}

static void r1_what_servers_do_for_others_than_loaders_silences_nothing(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 3; number++) {
        struct rig *rig = rig_started();
        struct rig_phone phone = rig_phone(0);
        send_strangers_dhcp(rig, number);
        rig_discover(rig, &phone, 1);
        rig_wait(rig, 4500 * NS_PER_MS);
        assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 1);
        rig_free(rig);
    }
}

static void r1_waits_for_other_servers_as_long_as_they_are_fit(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    lease_elsewhere(rig, &phone, 1);
    rig_discover(rig, &other, 1);
    rig_wait(rig, 4900 * NS_PER_MS);
    assert_int_equal(offers(rig), 0);
    rig_free(rig);
}

static void r1_offers_to_a_phone_that_took_no_offer_of_the_other_server(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, NS_PER_S);
    rig_foreign_dhcp_reply(rig, &phone, DHCP_OFFER, true);
    rig_wait(rig, 4 * NS_PER_S);
    assert_int_equal(offers(rig), 0);
    rig_discover(rig, &phone, 2);
    assert_int_equal(offers(rig), 1);
    assert_true(rig_said(rig, "It asks again by itself"));
    rig_free(rig);
}

static void r1_offers_to_a_phone_that_the_other_server_refuses(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    rig_wait(rig, NS_PER_S);
    rig_discover(rig, &phone, 2); /* the NAK went past this port */
    assert_int_equal(offers(rig), 1);
    assert_true(rig_said(rig, "refuses it the address"));
    assert_false(rig_said(rig, "ower-cycle"));
    rig_free(rig);
}

static void r1_a_lease_that_was_seen_to_stop_the_loader_is_told_at_once(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    rig_foreign_dhcp_reply(rig, &phone, DHCP_ACK, false);
    assert_true(rig_said(rig, "the lease of 192.168.1.1 lacks a router: it has stopped the phone"));
    assert_false(rig_said(rig, "probably"));
    assert_true(rig_said(rig, "Power-cycle the phone now: this time this program gives it"));
    rig_wait(rig, 200 * NS_PER_S);
    assert_false(station_done(rig->station)); /* as patient as at the start */
    phone.ip_id = 1;
    rig_discover(rig, &phone, 1);
    assert_int_equal(offers(rig), 1); /* and not four seconds later */
    rig_free(rig);
}

static void r1_silence_after_the_lease_of_another_server_is_told_after_30_s(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), stranger = rig_phone(1);
    lease_elsewhere(rig, &phone, 1);
    rig_wait(rig, 29 * NS_PER_S);
    assert_false(rig_said(rig, "ower-cycle it now: this time"));
    assert_false(rig_said(rig, "probably lacks"));
    rig_wait(rig, 2 * NS_PER_S);
    assert_true(rig_said(rig, "probably lacks a subnet mask or a router"));
    assert_true(rig_said(rig, "192.168.1.1"));
    assert_true(rig_count(rig, 0, FRAME_ARP, ARP_REQUEST_OPERATION) >= 2);
    rig_discover(rig, &stranger, 1); /* somebody else's is left to that server */
    rig_wait(rig, 4500 * NS_PER_MS);
    assert_int_equal(offers(rig), 0);
    phone.ip_id = 1;
    rig_discover(rig, &phone, 1);
    assert_int_equal(offers(rig), 1);
    rig_dhcp_request(rig, &phone, 1, RIG_FOREIGN_SERVER, RIG_FOREIGN_SERVER + 9);
    assert_true(rig_said(rig, "was faster this time"));
    phone.ip_id = 1;
    rig_wait(rig, 40 * NS_PER_S);
    rig_discover(rig, &phone, 1);
    assert_int_equal(offers(rig), 2); /* at each power cycle */
    rig_free(rig);
}

/* Wherever its REQUEST falls between our own: six questions take a while, and no longer than that.
 */
static void r1_the_sentence_comes_within_35_s_of_any_request(void **state)
{
    (void)state;
    for (duration_ns phase_ns = 0; phase_ns < 5 * NS_PER_S; phase_ns += 100 * NS_PER_MS) {
        struct rig *rig = rig_started();
        struct rig_phone phone = rig_phone(0);
        rig_wait(rig, phase_ns);
        lease_elsewhere(rig, &phone, 1);
        rig_wait(rig, 30 * NS_PER_S - 1);
        assert_false(rig_said(rig, "probably lacks"));
        rig_wait(rig, 5 * NS_PER_S);
        assert_true(rig_said(rig, "probably lacks a subnet mask or a router"));
        assert_true(rig_count(rig, 0, FRAME_ARP, ARP_REQUEST_OPERATION) >= 2);
        rig_free(rig);
    }
}

/* The user did not wait until he was told. */
/* Built ahead of its time, it is what it would have been, and only for the start it is meant for.
 */
static void r1_the_offer_of_the_next_start_is_ready(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.dhcp = DHCP_POLICY_ALWAYS;
    rig_start(rig);
    rig_discover(rig, &phone, 1);
    struct rig_sent made = *rig_first(rig, FRAME_DHCP, DHCP_OFFER);
    uint32_t ip = made.frame.dhcp.your_ip;
    rig_dhcp_request(rig, &phone, 1, UINT32_C(0xc0a80101), ip); /* the other server was faster */
    for (unsigned start = 0; start < 3; start++) {
        rig_wait(rig, 20 * NS_PER_S);
        phone.ip_id = 0;
        for (unsigned n = 1; n <= 2; n++) { /* the second DISCOVER has another transaction id */
            size_t from = rig->sent_count;
            rig_discover(rig, &phone, n);
            assert_int_equal(rig->sent_count, from + 1);
            const struct rig_sent *sent = &rig->sent[from];
            assert_int_equal(sent->time_ns, rig->now_ns);
            assert_int_equal(sent->frame.reason, WIRE_OK);
            assert_int_equal(sent->frame.length, made.frame.length);
            assert_int_equal(sent->frame.dhcp.type, DHCP_OFFER);
            assert_int_equal(sent->frame.dhcp.transaction_id, loader_transaction_id(&phone.mac, n));
            assert_int_equal(sent->frame.dhcp.your_ip, ip);
            if (n == 1) /* but for the IP id and the checksums */
                assert_memory_equal(sent->bytes + 42, made.bytes + 42, sent->frame.length - 42);
            rig_wait(rig, 5 * NS_PER_S);
        }
    }
    rig_free(rig);
}

static void r1_an_impatient_power_cycle_is_a_chance_too(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    rig_wait(rig, 15 * NS_PER_S);
    phone.ip_id = 1;
    rig_discover(rig, &phone, 1);
    assert_int_equal(offers(rig), 1);
    rig_free(rig);
}

/* Who only watches is told the same, and that somebody else has to help. */
static void r1_watching_tells_of_unfit_leases_and_refusals_too(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0), refused = rig_phone(1);
    rig->config.mode = STATION_WATCH;
    rig_start(rig);
    lease_elsewhere(rig, &phone, 1);
    rig_foreign_dhcp_reply(rig, &phone, DHCP_ACK, false);
    assert_true(rig_said(rig, "the lease of 192.168.1.1 lacks a router: it has stopped the phone"));
    assert_true(rig_said(rig, "with another DHCP server on the segment, or with none"));
    lease_elsewhere(rig, &refused, 1);
    rig_foreign_dhcp_reply(rig, &refused, DHCP_NAK, true);
    assert_true(rig_said(rig, "refuses it the address. It asks again by itself."));
    assert_false(rig_said(rig, "this program"));
    rig_wait(rig, 120 * NS_PER_S);
    assert_int_equal(rig->sent_count, 0);
    rig_free(rig);
}

static void r1_a_phone_that_answers_arp_is_not_deaf(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    phone.ip = RIG_FOREIGN_SERVER + 9;
    rig_wait(rig, 25 * NS_PER_S);
    rig_who_has(rig, &phone, RIG_FOREIGN_SERVER + 1);
    rig_wait(rig, 40 * NS_PER_S);
    assert_false(rig_said(rig, "probably lacks"));
    rig_wait(rig, 10 * NS_PER_S);
    assert_true(rig_said(rig, "speaks ARP, but answers no request"));
    assert_true(station_done(rig->station));
    rig_free(rig);
}

static void r1_an_echo_and_then_nothing_is_a_lease_without_a_router(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    phone.ip = RIG_FOREIGN_SERVER + 9;
    rig_reply(rig, &phone);
    rig_wait(rig, 4 * NS_PER_S);
    rig_echo(rig, &phone);
    rig_wait(rig, 19 * NS_PER_S);
    assert_false(rig_said(rig, "lacks a router"));
    rig_wait(rig, 2 * NS_PER_S);
    assert_true(rig_said(rig, "192.168.1.1 probably lacks a router: the phone cannot fetch"));
    size_t orders = rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE);
    rig_reply(rig, &phone); /* it goes on listening; another order cannot succeed */
    rig_wait(rig, 30 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), orders);
    phone.ip_id = 1;
    rig_discover(rig, &phone, 1);
    assert_int_equal(offers(rig), 1);
    rig_free(rig);
}

static void r1_a_server_that_is_not_heard_is_forgotten(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    lease_elsewhere(rig, &phone, 1);
    rig_wait(rig, 601 * NS_PER_S);
    rig_discover(rig, &other, 1);
    rig_wait(rig, 4100 * NS_PER_MS);
    assert_int_equal(offers(rig), 1);
    rig_free(rig);
}

static void r1_a_request_that_names_no_server_is_no_loaders(void **state)
{
    (void)state;
    struct rig *rig = rig_started();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    rig_dhcp_request(rig, &phone, 1, RIG_FOREIGN_SERVER, phone.ip);
    rig_dhcp_request(rig, &phone, 1, 0, phone.ip); /* damaged: its server is still that one */
    rig_wait(rig, 40 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_UNFIT_LEASE);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r1_what_servers_do_for_others_than_loaders_silences_nothing),
        cmocka_unit_test(r1_waits_for_other_servers_as_long_as_they_are_fit),
        cmocka_unit_test(r1_offers_to_a_phone_that_took_no_offer_of_the_other_server),
        cmocka_unit_test(r1_offers_to_a_phone_that_the_other_server_refuses),
        cmocka_unit_test(r1_a_lease_that_was_seen_to_stop_the_loader_is_told_at_once),
        cmocka_unit_test(r1_silence_after_the_lease_of_another_server_is_told_after_30_s),
        cmocka_unit_test(r1_the_sentence_comes_within_35_s_of_any_request),
        cmocka_unit_test(r1_the_offer_of_the_next_start_is_ready),
        cmocka_unit_test(r1_an_impatient_power_cycle_is_a_chance_too),
        cmocka_unit_test(r1_watching_tells_of_unfit_leases_and_refusals_too),
        cmocka_unit_test(r1_a_phone_that_answers_arp_is_not_deaf),
        cmocka_unit_test(r1_an_echo_and_then_nothing_is_a_lease_without_a_router),
        cmocka_unit_test(r1_a_server_that_is_not_heard_is_forgotten),
        cmocka_unit_test(r1_a_request_that_names_no_server_is_no_loaders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
