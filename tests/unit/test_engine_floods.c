/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thousands of invented phones on the segment: what they cost is bounded, and neither the phone
 * that the run is for nor the verdict on it gives way to them.
 */
#include "engine/limits.h"
#include "engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FLOOD 6000 /* more than there is room for */

typedef void one_of_a_flood(struct rig *rig, struct rig_phone *phone);

static void asks_for_an_address(struct rig *rig, struct rig_phone *phone)
{
    rig_discover(rig, phone, 1);
}

static void answers(struct rig *rig, struct rig_phone *phone)
{
    rig_reply(rig, phone);
}

static void asks_for_a_file(struct rig *rig, struct rig_phone *phone)
{
    rig_rrq(rig, phone, "x.bin", 69);
}

static void acknowledges(struct rig *rig, struct rig_phone *phone)
{
    static const uint8_t ack[] = {0, TFTP_ACK, 0, 1};
    struct craft_udp header = rig_header(rig, phone, TFTP_PHONE_PORT, 50000);
    header.destination_mac = rig->config.source_mac;
    header.destination_ip = rig->config.address;
    rig_udp(rig, &header, ack, sizeof ack);
}

static one_of_a_flood *const kinds[] = {asks_for_an_address, answers, asks_for_a_file,
                                        acknowledges};
#define KINDS (sizeof kinds / sizeof *kinds)

static void flood(struct rig *rig, one_of_a_flood *kind, unsigned count)
{
    static char serial[16];
    for (unsigned i = 0; i < count; i++) {
        struct rig_phone stranger = {
            .mac = {{0x00, 0x24, 0x14, (uint8_t)(0x10 + (i >> 16)), (uint8_t)(i >> 8), (uint8_t)i}},
            .ip = UINT32_C(0xc6120000) + i + 300,
            .serial = serial,
        };
        snprintf(serial, sizeof serial, "XXX%08u", i);
        kind(rig, &stranger);
        if (i % 10 == 9)
            rig_wait(rig, NS_PER_MS); /* 10,000 a second */
    }
}

static struct rig *rig_for(const struct rig_phone *phone, struct phone_name *name)
{
    struct rig *rig = rig_new();
    *name = (struct phone_name){.serial = phone->serial};
    rig->config.selection.names = name;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    return rig;
}

static void the_phone_that_is_meant_is_served_after_a_flood(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct phone_name name;
        struct rig_phone phone = rig_phone(0);
        struct rig *rig = rig_for(&phone, &name);
        flood(rig, kinds[i], FLOOD);
        assert_true(station_session_count(rig->station) <= SESSIONS_MAXIMUM);
        rig_wait(rig, 40 * NS_PER_S);
        rig_up_to_request(rig, &phone);
        assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
        rig_free(rig);
    }
}

static void and_stays_in_the_middle_of_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct phone_name name;
        struct rig_phone phone = rig_phone(0);
        struct rig *rig = rig_for(&phone, &name);
        rig_up_to_request(rig, &phone);
        flood(rig, kinds[i], FLOOD);
        rig_ack(rig, &phone, 1);
        flood(rig, kinds[i], FLOOD);
        rig_ack(rig, &phone, 2);
        rig_ack(rig, &phone, 3);
        assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
        flood(rig, kinds[i], FLOOD);
        rig_wait(rig, 120 * NS_PER_S);
        flood(rig, kinds[i], FLOOD);
        rig_firmware(rig, &phone);
        assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
        struct diagnosis diagnosis;
        station_stop(rig->station, rig->now_ns);
        station_diagnose(rig->station, &diagnosis);
        if (diagnosis.leading.id != VERDICT_RECOVERED)
            fail_msg("flood %zu: %s: %s", i, verdict_name(diagnosis.leading.id),
                     diagnosis.leading.sentence);
        diagnosis_free(&diagnosis);
        rig_free(rig);
    }
}

/* A pool of 254 addresses is soon used up: whoever is forgotten leaves his to others. */
static void a_flood_does_not_use_the_pool_up_for_ever(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.prefix_length = 20;
    phone.ip = UINT32_C(0xc61202c0); /* the end of its MAC address is a1:b2:c0 */
    rig_start(rig);
    flood(rig, asks_for_an_address, FLOOD);
    rig_wait(rig, 40 * NS_PER_S);
    size_t from = rig->sent_count;
    rig_discover(rig, &phone, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    size_t next;
    const struct rig_sent *offer = rig_find(rig, from, FRAME_DHCP, DHCP_OFFER, &next);
    assert_non_null(offer);
    rig_free(rig);
}

static uint32_t offered_to(struct rig *rig, struct rig_phone *phone)
{
    size_t from = rig->sent_count;
    rig_discover(rig, phone, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    size_t next;
    const struct rig_sent *offer = rig_find(rig, from, FRAME_DHCP, DHCP_OFFER, &next);
    assert_non_null(offer);
    return offer->frame.dhcp.your_ip;
}

/* Two copies of this program, or two runs, must not give one phone two addresses. */
static void the_address_follows_from_the_phone(void **state)
{
    (void)state;
    struct rig_phone first = rig_phone(1), second = rig_phone(2), twin = rig_phone(1);
    struct rig *one = rig_new(), *other = rig_new();
    rig_start(one);
    rig_start(other);
    struct rig_phone round = rig_phone(3);
    round.mac.octet[5] = 0xff; /* 198.18.178.255 and .179.0 are left out */
    assert_int_equal(offered_to(other, &round), UINT32_C(0xc612b301));
    twin.mac.octet[1] ^= 0x10; /* the same end */
    uint32_t ip = offered_to(one, &first);
    assert_int_equal(ip, UINT32_C(0xc612b2c1));
    uint32_t next_ip = offered_to(one, &second);
    assert_int_equal(next_ip, UINT32_C(0xc612b2c2));
    assert_int_equal(offered_to(other, &second), next_ip);
    assert_int_equal(offered_to(other, &first), ip);
    assert_int_equal(offered_to(one, &twin), UINT32_C(0xc612b2c3)); /* the next that is free */
    assert_int_equal(offered_to(one, &twin), UINT32_C(0xc612b2c3));
    rig_free(one);
    rig_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_phone_that_is_meant_is_served_after_a_flood),
        cmocka_unit_test(and_stays_in_the_middle_of_one),
        cmocka_unit_test(a_flood_does_not_use_the_pool_up_for_ever),
        cmocka_unit_test(the_address_follows_from_the_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
