/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for the PC side, one to eleven (docs: protocol), each with the frames that test it. */
#include "loader/loader.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FOREIGN_SERVER UINT32_C(0xc0a80101) /* 192.168.1.1 */

static const struct mac_address foreign_mac = {{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}};

static struct rig *started_rig(void)
{
    struct rig *rig = rig_new();
    rig_start(rig);
    return rig;
}

static const struct rig_sent *first(const struct rig *rig, enum frame_kind kind, int operation)
{
    size_t next;
    const struct rig_sent *sent = rig_find(rig, 0, kind, operation, &next);
    assert_non_null(sent);
    return sent;
}

static void foreign_udp_ttl(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                            uint16_t from_port, uint16_t to_port, const uint8_t *payload,
                            size_t length, uint8_t time_to_live)
{
    struct craft_udp header = {
        .source_mac = foreign_mac,
        .destination_mac = *to_mac,
        .source_ip = FOREIGN_SERVER,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .time_to_live = time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
    rig_udp(rig, &header, payload, length);
}

static void foreign_udp(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                        uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    foreign_udp_ttl(rig, to_ip, to_mac, from_port, to_port, payload, length, 64);
}

static void foreign_dhcp_reply(struct rig *rig, const struct rig_phone *phone, uint8_t type,
                               bool with_router)
{
    struct dhcp_message message = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = loader_transaction_id(&phone->mac, 1),
        .your_ip = FOREIGN_SERVER + 9,
        .client_mac = phone->mac,
    };
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, FOREIGN_SERVER);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, UINT32_C(0xffffff00));
    if (with_router)
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, FOREIGN_SERVER);
    dhcp_write_end(&writer, sizeof payload);
    foreign_udp(rig, message.your_ip, &phone->mac, DHCP_SERVER_PORT, DHCP_CLIENT_PORT, payload,
                writer.length);
}

/* ---- R1: DHCP ---- */

static void r1_first_discover_is_answered_after_four_seconds(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    instant_ns asked_ns = rig->now_ns;
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 3999 * NS_PER_MS);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_wait(rig, 2 * NS_PER_MS);
    assert_int_equal(first(rig, FRAME_DHCP, DHCP_OFFER)->time_ns - asked_ns, 4 * NS_PER_S);
    rig_free(rig);
}

static void r1_second_discover_is_answered_at_once(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER), 1);
    rig_free(rig);
}

/* Its buffers may have been full. */
static void r1_an_offer_that_no_request_follows_is_made_again(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 2);
    rig_dhcp_request(rig, &phone, 2, rig->config.address, phone.ip);
    static const uint8_t types[] = {DHCP_OFFER, DHCP_ACK};
    for (size_t i = 0; i < 2; i++) {
        const struct frame *frame = &first(rig, FRAME_DHCP, types[i])->frame;
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
    foreign_dhcp_reply(rig, &phone, DHCP_OFFER, true);
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
    rig_dhcp_request(rig, &phone, 1, FOREIGN_SERVER, FOREIGN_SERVER + 9);
    rig_discover(rig, &other, 1);
    rig_wait(rig, 6 * NS_PER_S);
    rig_discover(rig, &other, 2);
    assert_int_equal(rig_count(rig, 0, FRAME_DHCP, -1), 0);
    rig_free(rig);
}

/* ---- rule 1: another server that proves unfit ---- */

static size_t offers(struct rig *rig)
{
    return rig_count(rig, 0, FRAME_DHCP, DHCP_OFFER);
}

/* The phone takes the lease of the other server. */
static void lease_elsewhere(struct rig *rig, struct rig_phone *phone, unsigned discover)
{
    rig_discover(rig, phone, discover);
    rig_dhcp_request(rig, phone, discover, FOREIGN_SERVER, FOREIGN_SERVER + 9);
}

/* A DHCP message that has nothing to do with loaders, by number: a PC's INFORM, a PC's renewal, and
 * an OFFER to a PC. */
static void send_strangers_dhcp(struct rig *rig, unsigned number)
{
    struct dhcp_message message = {
        .operation = number == 2 ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST,
        .transaction_id = 0x11223344,
        .your_ip = number == 2 ? FOREIGN_SERVER + 77 : 0,
        .client_mac = {{0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc}},
    };
    static const uint8_t types[] = {8, DHCP_REQUEST, DHCP_OFFER};
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, types[number]);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, FOREIGN_SERVER);
    dhcp_write_end(&writer, sizeof payload);
    bool answers = number == 2;
    foreign_udp(rig, UINT32_MAX, &mac_broadcast, answers ? DHCP_SERVER_PORT : DHCP_CLIENT_PORT,
                answers ? DHCP_CLIENT_PORT : DHCP_SERVER_PORT, payload, writer.length);
}

static void r1_what_servers_do_for_others_than_loaders_silences_nothing(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 3; number++) {
        struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_discover(rig, &phone, 1);
    rig_wait(rig, NS_PER_S);
    foreign_dhcp_reply(rig, &phone, DHCP_OFFER, true);
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    foreign_dhcp_reply(rig, &phone, DHCP_ACK, false);
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
    struct rig *rig = started_rig();
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
    rig_dhcp_request(rig, &phone, 1, FOREIGN_SERVER, FOREIGN_SERVER + 9);
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
        struct rig *rig = started_rig();
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
    struct rig_sent made = *first(rig, FRAME_DHCP, DHCP_OFFER);
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
    struct rig *rig = started_rig();
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
    foreign_dhcp_reply(rig, &phone, DHCP_ACK, false);
    assert_true(rig_said(rig, "the lease of 192.168.1.1 lacks a router: it has stopped the phone"));
    assert_true(rig_said(rig, "with another DHCP server on the segment, or with none"));
    lease_elsewhere(rig, &refused, 1);
    foreign_dhcp_reply(rig, &refused, DHCP_NAK, true);
    assert_true(rig_said(rig, "refuses it the address. It asks again by itself."));
    assert_false(rig_said(rig, "this program"));
    rig_wait(rig, 120 * NS_PER_S);
    assert_int_equal(rig->sent_count, 0);
    rig_free(rig);
}

static void r1_a_phone_that_answers_arp_is_not_deaf(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    phone.ip = FOREIGN_SERVER + 9;
    rig_wait(rig, 25 * NS_PER_S);
    rig_who_has(rig, &phone, FOREIGN_SERVER + 1);
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    lease_elsewhere(rig, &phone, 1);
    phone.ip = FOREIGN_SERVER + 9;
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    lease_elsewhere(rig, &phone, 1);
    rig_wait(rig, 601 * NS_PER_S);
    rig_discover(rig, &other, 1);
    rig_wait(rig, 4100 * NS_PER_MS);
    assert_int_equal(offers(rig), 1);
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
    rig_dhcp_request(rig, &phone, 1, FOREIGN_SERVER, FOREIGN_SERVER + 9);
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
    struct rig *rig = started_rig();
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

/* ---- R2: asking ---- */

static void r2_requests_alternate_between_the_destinations(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
    struct rig_phone refused = rig_phone(0), restarting = rig_phone(1);
    for (unsigned n = 1; n < 20; n++) {
        rig_discover(rig, &refused, n);
        rig_dhcp_request(rig, &refused, n, FOREIGN_SERVER, FOREIGN_SERVER + 9);
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
    struct rig *rig = started_rig();
    assert_int_equal(rig_count(rig, 0, FRAME_IGMP, -1), 1);
    rig_wait(rig, 35 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_IGMP, -1), 4);
    struct mac_address all_hosts = mac_of_group(UINT32_C(0xe0000001));
    uint8_t query[60] = {0};
    memcpy(query, all_hosts.octet, 6);
    memcpy(query + 6, foreign_mac.octet, 6);
    static const uint8_t packet[] = {0x08, 0x00, 0x45, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x00,
                                     0x01, 0x02, 0x00, 0x00, 192,  168,  1,    1,    224,  0,
                                     0,    1,    0x11, 0x64, 0xee, 0x9b, 0,    0,    0,    0};
    memcpy(query + 12, packet, sizeof packet);
    store_be16(query + 24, checksum_finish(checksum_add(0, query + 14, 20)));
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
    struct rig *rig = started_rig();
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
    const struct frame *order = &first(rig, FRAME_RECM, RECM_UPGRADE)->frame;
    assert_string_equal(order->recm.serial, phone.serial);
    assert_string_equal(order->recm.file_name, station_file_name(rig->station));
    assert_int_equal(order->recm.tftp_port, 69);
    assert_int_equal(order->payload_length, RECM_PC_LENGTH);
    rig_free(rig);
}

static void r3_file_names_differ_from_run_to_run(void **state)
{
    (void)state;
    struct rig *one = started_rig();
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 10 * NS_PER_S);
    size_t next;
    const struct rig_sent *order = first(rig, FRAME_RECM, RECM_UPGRADE);
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
    struct rig *rig = started_rig();
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
    struct rig *rig = started_rig();
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

static struct rig *rig_with_echo(struct rig_phone *phone, enum gateway_policy policy)
{
    struct rig *rig = rig_new();
    rig->config.gateway = policy;
    rig_start(rig);
    phone->ip = UINT32_C(0xc0a84d14);
    rig_reply(rig, phone);
    rig_wait(rig, 3 * NS_PER_S);
    rig_echo(rig, phone);
    return rig;
}

static void ask_gateway(struct rig *rig, struct rig_phone *phone)
{
    rig_wait(rig, 280 * NS_PER_MS);
    rig_who_has(rig, phone, UINT32_C(0xc0a84dfe));
}

static void r4_own_address_is_answered_at_once(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_who_has(rig, &phone, rig->config.address);
    const struct frame *reply = &first(rig, FRAME_ARP, ARP_REPLY_OPERATION)->frame;
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
    struct rig *rig = started_rig();
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
    const struct frame *probe = &first(rig, FRAME_ARP, ARP_REQUEST_OPERATION)->frame;
    assert_int_equal(probe->arp.sender_ip, 0);
    assert_int_equal(probe->arp.target_ip, phone.ip);
    assert_true(mac_equal(&probe->ethernet.destination, &phone.mac));
    assert_int_equal(probe->length, 60);
    ask_gateway(rig, &phone);
    const struct frame *reply = &first(rig, FRAME_ARP, ARP_REPLY_OPERATION)->frame;
    assert_int_equal(reply->arp.sender_ip, UINT32_C(0xc0a84dfe));
    assert_true(mac_equal(&reply->arp.sender_mac, &rig->config.source_mac));
    assert_true(mac_equal(&reply->ethernet.destination, &phone.mac));
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 2);
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
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    for (unsigned n = 0; n < 3; n++)
        rig_who_has(rig, &phone, UINT32_C(0xc0a84dfe));
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, -1), 0);
    rig_free(rig);
}

/* ---- R5: whom to serve ---- */

static void r5_only_phones_that_were_ordered_are_served(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0), other = rig_phone(1);
    rig_up_to_request(rig, &phone);
    size_t from = rig->sent_count;
    rig_rrq(rig, &other, station_file_name(rig->station), 69);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    rig_free(rig);
}

static void r5_another_file_name_is_not_served(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_echo(&phone, GATEWAY_POLICY_AUTO);
    rig_rrq(rig, &phone, "spa504g.bin", 69);
    assert_int_equal(rig_count(rig, 0, FRAME_TFTP, -1), 0);
    assert_true(rig_said(rig, "spa504g.bin"));
    rig_free(rig);
}

static void r5_request_is_served_although_the_echo_was_lost(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(first(rig, FRAME_TFTP, TFTP_DATA)->frame.tftp.block, 1);
    rig_free(rig);
}

static void r5_request_is_known_on_the_announced_and_the_transfer_port(void **state)
{
    (void)state;
    static const uint16_t ports[] = {69, 6969, 50000};
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = rig_new();
        struct rig_phone phone = rig_phone(0);
        rig->config.tftp_port = 6969;
        rig->config.transfer_port = 50000;
        rig_start(rig);
        rig_reply(rig, &phone);
        rig_wait(rig, 3 * NS_PER_S);
        rig_rrq(rig, &phone, station_file_name(rig->station), 70);
        assert_int_equal(rig_count(rig, 0, FRAME_TFTP, -1), 0);
        rig_rrq(rig, &phone, station_file_name(rig->station), ports[i]);
        assert_int_equal(rig_count(rig, 0, FRAME_TFTP, TFTP_DATA), 1);
        assert_int_equal(first(rig, FRAME_TFTP, TFTP_DATA)->frame.udp.source_port, 50000);
        rig_free(rig);
    }
}

static void send_rival_request(struct rig *rig, uint8_t time_to_live)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    foreign_udp_ttl(rig, RECM_GROUP_IP, &group, RECM_PC_PORT, RECM_PHONE_PORT, payload,
                    sizeof payload, time_to_live);
}

/* A kernel sends to groups with TTL 1; this program does not. */
static void r5_nothing_is_ordered_beside_another_program(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    for (unsigned i = 0; i < 30; i++) {
        send_rival_request(rig, 1);
        rig_wait(rig, 2 * NS_PER_S);
        rig_reply(rig, &phone);
    }
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    assert_true(rig_said(rig, "Another program recovers phones"));
    assert_int_equal(rig_state(rig, &phone), SESSION_WAITING);
    rig_wait(rig, 29 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_wait(rig, 3 * NS_PER_S);
    assert_true(rig_said(rig, "It has been silent for 30 s: this one goes on."));
    rig_reply(rig, &phone);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    rig_free(rig);
}

static void r5_one_stray_request_decides_nothing(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    send_rival_request(rig, 1);
    rig_reply(rig, &phone);
    rig_wait(rig, 4900 * NS_PER_MS);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 0);
    rig_wait(rig, 2 * NS_PER_S);
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    assert_false(rig_said(rig, "Another program"));
    rig_free(rig);
}

static void acknowledge_to(struct rig *rig, struct rig_phone *phone, uint16_t port, uint16_t block)
{
    uint8_t payload[4];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_ack(&writer, block);
    const struct craft_udp header = {.source_mac = phone->mac,
                                     .destination_mac = mac_of_group(RECM_GROUP_IP),
                                     .source_ip = phone->ip,
                                     .destination_ip = RECM_GROUP_IP,
                                     .source_port = TFTP_PHONE_PORT,
                                     .destination_port = port,
                                     .ip_identification = phone->ip_id++,
                                     .time_to_live = LOADER_UDP_TTL,
                                     .vlan = CRAFT_NO_VLAN};
    rig_udp(rig, &header, payload, writer.length);
}

/* The server of the program that was taken over from lives, and answers our request as well. */
static void r5_a_server_that_takes_our_phone_stops_this_program(void **state)
{
    (void)state;
    struct rig *rig = started_rig();
    struct rig_phone phone = rig_phone(0);
    rig_up_to_request(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    acknowledge_to(rig, &phone, 40001, 1);
    acknowledge_to(rig, &phone, 40001, 1); /* one frame and its copy are no proof */
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    size_t from = rig->sent_count;
    acknowledge_to(rig, &phone, 40001, 2);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_true(rig_said(rig, "another TFTP server answered the phone's request for the file, and "
                              "the phone takes its blocks"));
    assert_true(rig_said(rig, "This one orders nothing and watches"));
    for (uint16_t block = 3; block <= 30; block++) {
        rig_wait(rig, 2 * NS_PER_S);
        acknowledge_to(rig, &phone, 40001, block);
    }
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(rig_count(rig, from, FRAME_RECM, -1), 0);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    assert_true(rig_said(rig, "recovered by the other program"));
    rig_free(rig);
}

static void r5_force_orders_beside_another_program(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.force = true;
    rig_start(rig);
    send_rival_request(rig, 1);
    send_rival_request(rig, 1);
    rig_reply(rig, &phone);
    rig_wait(rig, 3 * NS_PER_S);
    assert_true(rig_said(rig, "Going on all the same (--force)."));
    assert_int_equal(rig_count(rig, 0, FRAME_RECM, RECM_UPGRADE), 1);
    rig_free(rig);
}

/* ---- R6: lockstep ---- */

static struct rig *rig_with_transfer(struct rig_phone *phone)
{
    struct rig *rig = started_rig();
    rig_up_to_request(rig, phone);
    assert_int_equal(rig_state(rig, phone), SESSION_TRANSFER);
    return rig;
}

static uint16_t newest_block(const struct rig *rig)
{
    uint16_t block = 0;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from)))
        block = sent->frame.tftp.block;
    return block;
}

static void r6_data_goes_to_the_phone_alone_from_one_port(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 2);
    uint16_t port = first(rig, FRAME_TFTP, TFTP_DATA)->frame.udp.source_port;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from))) {
        assert_true(mac_equal(&sent->frame.ethernet.destination, &phone.mac));
        assert_int_equal(sent->frame.ipv4.destination, phone.ip);
        assert_int_equal(sent->frame.ipv4.header_length, 20);
        assert_int_equal(sent->frame.udp.destination_port, TFTP_PHONE_PORT);
        assert_int_equal(sent->frame.udp.source_port, port);
        assert_true(sent->frame.tftp.data_length <= 512);
    }
    rig_free(rig);
}

static void r6_duplicate_and_foreign_acks_move_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    rig_ack(rig, &phone, 3);
    rig_ack(rig, &phone, 0);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    assert_int_equal(newest_block(rig), 2);
    rig_free(rig);
}

static void r6_repeats_double_from_a_quarter_to_four_seconds(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, NS_PER_MS);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    instant_ns last_ns = rig->now_ns;
    rig_wait(rig, 30 * NS_PER_S);
    static const duration_ns waits_ms[] = {250, 500, 1000, 2000, 4000, 4000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        const struct rig_sent *sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from);
        assert_non_null(sent);
        assert_int_equal(sent->frame.tftp.block, 2);
        assert_int_equal(sent->time_ns - last_ns, waits_ms[i] * NS_PER_MS);
        last_ns = sent->time_ns;
    }
    rig_free(rig);
}

static void r6_repeat_waits_ten_measured_turnarounds(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, 60 * NS_PER_MS);
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    rig_wait(rig, 599 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 0);
    rig_wait(rig, 2 * NS_PER_MS);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, -1), 1);
    rig_free(rig);
}

static void r6_late_repeated_ack_allows_one_immediate_repeat(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 3500 * NS_PER_MS); /* repeats after 0.25, 0.75 and 1.75 s */
    size_t from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    rig_wait(rig, 300 * NS_PER_MS);
    from = rig->sent_count;
    rig_ack(rig, &phone, 1);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 0);
    rig_free(rig);
}

/* Seeds 45583, 88869 and 98129 of the simulation: a repeated ACK 1 overtook ACK 2 on the way. */
static void r6_ack_overtaken_by_an_older_one_still_counts(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    uint16_t of_ack_2 = phone.ip_id++;
    rig_ack(rig, &phone, 1);
    size_t from = rig->sent_count;
    uint16_t later = phone.ip_id;
    phone.ip_id = of_ack_2;
    rig_ack(rig, &phone, 2);
    phone.ip_id = later;
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    assert_int_equal(newest_block(rig), 3);
    rig_free(rig);
}

static void r6_late_ack_of_an_earlier_download_moves_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    uint16_t of_first_download = phone.ip_id++;
    rig_rrq(rig, &phone, station_file_name(rig->station), TFTP_SERVER_PORT);
    rig_ack(rig, &phone, 1);
    assert_int_equal(newest_block(rig), 2);
    size_t from = rig->sent_count;
    phone.ip_id = of_first_download;
    rig_ack(rig, &phone, 2);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 0);
    rig_free(rig);
}

/* ---- R7: lost ACKs, restarts, nested downloads ---- */

static void r7_sixty_seconds_of_silence_are_borne(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_wait(rig, 59 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_wait(rig, 6 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_true(rig_said(rig, "broke off at 39 %"));
    rig_free(rig);
}

static void r7_new_request_in_mid_transfer_starts_at_block_one(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_ack(rig, &phone, 1);
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(newest_block(rig), 1);
    rig_free(rig);
}

static void r7_late_request_in_mid_transfer_starts_nothing(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    uint16_t request_id = (uint16_t)(phone.ip_id - 1);
    rig_ack(rig, &phone, 1);
    uint16_t next_id = phone.ip_id;
    phone.ip_id = request_id; /* the same RRQ once more, from a slow path */
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    phone.ip_id = next_id;
    assert_int_equal(newest_block(rig), 2);
    rig_free(rig);
}

static void r7_repeated_request_brings_block_one_again(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    rig_wait(rig, 6 * NS_PER_S);
    size_t from = rig->sent_count;
    rig_rrq(rig, &phone, station_file_name(rig->station), 69);
    assert_int_equal(rig_count(rig, from, FRAME_TFTP, TFTP_DATA), 1);
    assert_int_equal(newest_block(rig), 1);
    rig_free(rig);
}

/* ---- R8: refused copies are ordered again ---- */

static void acknowledge_all(struct rig *rig, struct rig_phone *phone)
{
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, phone, block);
    assert_int_equal(rig_state(rig, phone),
                     rig->config.flash_wait_ns ? SESSION_DELIVERED : SESSION_UNCONFIRMED);
}

static void r8_refused_image_is_ordered_again(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    acknowledge_all(rig, &phone);
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
    acknowledge_all(rig, &phone);
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
    acknowledge_all(rig, ret_writer);
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
    assert_int_equal(newest_block(rig), 3);
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
        acknowledge_all(rig, &phone);
        be_in_recovery_mode_again(rig, &phone, 10 * NS_PER_S);
        assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
        rig_up_to_request(rig, &phone);
    }
    fall_silent_at_the_end(rig, &phone); /* the whole image was only presumed to be there */
    be_in_recovery_mode_again(rig, &phone, 60 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
    rig_up_to_request(rig, &phone);
    acknowledge_all(rig, &phone);
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
    acknowledge_all(rig, &phone);
    be_in_recovery_mode_again(rig, &phone, 120 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSING);
    assert_true(rig_said(rig, "it is tried once more"));
    rig_up_to_request(rig, &phone);
    acknowledge_all(rig, &phone);
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
    acknowledge_all(rig, &phone);
    assert_true(station_done(rig->station));
    rig_free(rig);
}

/* ---- R11: addresses ---- */

static void r11_every_frame_comes_from_the_one_pretended_host(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_transfer(&phone);
    acknowledge_all(rig, &phone);
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

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(r1_first_discover_is_answered_after_four_seconds),
        T(r1_second_discover_is_answered_at_once),
        T(r1_an_offer_that_no_request_follows_is_made_again),
        T(r1_sixty_phones_at_once_are_answered_in_two_waves),
        T(r1_always_answers_the_first_discover_at_once),
        T(r1_never_gives_no_address),
        T(r1_offer_and_ack_have_the_form_the_loader_accepts),
        T(r1_yields_to_an_offer_of_another_server),
        T(r1_yields_when_a_request_names_another_server),
        T(r1_what_servers_do_for_others_than_loaders_silences_nothing),
        T(r1_waits_for_other_servers_as_long_as_they_are_fit),
        T(r1_offers_to_a_phone_that_took_no_offer_of_the_other_server),
        T(r1_offers_to_a_phone_that_the_other_server_refuses),
        T(r1_a_lease_that_was_seen_to_stop_the_loader_is_told_at_once),
        T(r1_silence_after_the_lease_of_another_server_is_told_after_30_s),
        T(r1_the_sentence_comes_within_35_s_of_any_request),
        T(r1_the_offer_of_the_next_start_is_ready),
        T(r1_an_impatient_power_cycle_is_a_chance_too),
        T(r1_watching_tells_of_unfit_leases_and_refusals_too),
        T(r1_a_phone_that_answers_arp_is_not_deaf),
        T(r1_an_echo_and_then_nothing_is_a_lease_without_a_router),
        T(r1_a_server_that_is_not_heard_is_forgotten),
        T(r1_always_does_not_answer_a_request_for_another_server),
        T(r1_only_loaders_get_an_address),
        T(r1_repeated_request_is_acknowledged_again),
        T(r1_exhausted_pool_is_said_and_not_answered),
        T(r2_requests_alternate_between_the_destinations),
        T(r2_nothing_goes_to_all_while_a_loader_asks_for_its_address),
        T(r2_a_dhcp_stage_ends_twelve_seconds_after_its_last_message),
        T(r2_no_loader_holds_the_requests_to_all_for_ever),
        T(r2_group_only_uses_the_group_address_alone),
        T(r2_membership_is_reported_at_start_every_ten_seconds_and_when_asked),
        T(r2_no_wildcard_and_no_broadcast_while_a_transfer_runs),
        T(r2_a_given_serial_is_asked_for_by_name),
        T(r3_no_order_before_the_reply_shows_an_address),
        T(r3_file_names_differ_from_run_to_run),
        T(r3_without_echo_the_order_goes_out_again_after_three_seconds),
        T(r3_after_an_echo_no_order_for_fifteen_seconds),
        T(r3_five_attempts_and_no_more),
        T(r3_only_attempts_that_can_succeed),
        T(r4_own_address_is_answered_at_once),
        T(r4_only_phones_get_an_answer),
        T(r4_nudge_at_the_second_and_stand_in_at_the_third),
        T(r4_policies_do_only_what_they_say),
        T(r4_who_may_not_help_does_not_order_five_times),
        T(r4_phones_that_were_not_ordered_get_no_help),
        T(r5_only_phones_that_were_ordered_are_served),
        T(r5_another_file_name_is_not_served),
        T(r5_request_is_served_although_the_echo_was_lost),
        T(r5_request_is_known_on_the_announced_and_the_transfer_port),
        T(r5_nothing_is_ordered_beside_another_program),
        T(r5_one_stray_request_decides_nothing),
        T(r5_a_server_that_takes_our_phone_stops_this_program),
        T(r5_force_orders_beside_another_program),
        T(r6_data_goes_to_the_phone_alone_from_one_port),
        T(r6_duplicate_and_foreign_acks_move_nothing),
        T(r6_repeats_double_from_a_quarter_to_four_seconds),
        T(r6_repeat_waits_ten_measured_turnarounds),
        T(r6_late_repeated_ack_allows_one_immediate_repeat),
        T(r6_ack_overtaken_by_an_older_one_still_counts),
        T(r6_late_ack_of_an_earlier_download_moves_nothing),
        T(r7_sixty_seconds_of_silence_are_borne),
        T(r7_new_request_in_mid_transfer_starts_at_block_one),
        T(r7_late_request_in_mid_transfer_starts_nothing),
        T(r7_repeated_request_brings_block_one_again),
        T(r8_refused_image_is_ordered_again),
        T(r9_no_station_without_a_sendable_image),
        T(r10_after_the_last_ack_only_sparse_questions_for_the_phone),
        T(r9_lost_phones_are_listed_together_and_again_when_nobody_writes),
        T(r9_one_lost_phone_is_named_again_when_nobody_writes),
        T(r10_a_power_cycle_is_asked_for_with_a_word_on_those_that_write),
        T(r10_three_unanswered_repeats_of_the_last_block_are_delivered),
        T(r10_a_phone_that_still_waits_gets_the_last_block),
        T(r10_discover_in_any_state_starts_the_session_anew),
        T(r10_presumed_it_is_asked_by_broadcast_too),
        T(r10_nothing_that_a_lost_power_explains_is_final),
        T(r10_recovery_mode_after_flashing_twice_is_final),
        T(r10_flash_wait_of_zero_ends_with_the_last_ack),
        T(r11_every_frame_comes_from_the_one_pretended_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
