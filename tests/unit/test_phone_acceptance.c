/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frames the simulated phone takes (docs: protocol, section 2), statement by statement. */
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS

static const struct mac_address stranger = {{0x00, 0x11, 0x22, 0x33, 0x44, 0x55}};

static bool put_is_answered(struct bench *bench, const uint8_t *frame, size_t length)
{
    bench_put(bench, frame, length);
    return bench_is_answered(bench);
}

static void mend_ip_checksum(uint8_t *frame)
{
    bytes_store_be16(frame + 24, 0);
    bytes_store_be16(frame + 24, ipv4_checksum_finish(ipv4_checksum_add(0, frame + 14, 20)));
}

static void with_destination(uint8_t *frame, const struct mac_address *mac)
{
    memcpy(frame, mac->octet, 6);
}

static void P2_1_P2_2_frames_to_its_own_broadcast_and_any_group_mac_are_taken(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    static const struct mac_address other_group = {{0x01, 0x80, 0xc2, 0, 0, 0x42}};
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    assert_true(put_is_answered(bench, frame, length));
    with_destination(frame, &bench->phone_mac);
    assert_true(put_is_answered(bench, frame, length));
    with_destination(frame, &mac_broadcast);
    assert_true(put_is_answered(bench, frame, length));
    with_destination(frame, &other_group);
    assert_true(put_is_answered(bench, frame, length));
    with_destination(frame, &stranger);
    assert_false(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void P2_3_tags_and_other_ethertypes_are_dropped(void **state)
{
    (void)state;
    static const uint16_t types[] = {0x8100, 0x88a8, 0x86dd, 0x88cc, 0x0801, 0x0026};
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE], tagged[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    memcpy(tagged, frame, 12);
    memcpy(tagged + 12, (const uint8_t[]){0x81, 0x00, 0x00, 0x00}, 4); /* priority tag 0 */
    memcpy(tagged + 16, frame + 12, length - 12);
    assert_false(put_is_answered(bench, tagged, length + 4));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        bytes_store_be16(frame + 12, types[i]);
        assert_false(put_is_answered(bench, frame, length));
    }
    bench_free(bench);
}

static void P2_4_frames_longer_than_1496_bytes_are_dropped(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE] = {0};
    bench_request_frame(bench, frame);
    assert_true(put_is_answered(bench, frame, 1496)); /* padding behind the datagram */
    assert_false(put_is_answered(bench, frame, 1497));
    bench_free(bench);
}

static void P2_5_an_ip_option_means_a_silent_drop(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE], longer[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    memcpy(longer, frame, 34);
    memcpy(longer + 34, (const uint8_t[]){1, 1, 1, 0}, 4);
    memcpy(longer + 38, frame + 34, length - 34);
    longer[14] = 0x46;
    bytes_store_be16(longer + 16, (uint16_t)(length + 4 - 14));
    bytes_store_be16(longer + 24, 0);
    bytes_store_be16(longer + 24, ipv4_checksum_finish(ipv4_checksum_add(0, longer + 14, 24)));
    assert_false(put_is_answered(bench, longer, length + 4));
    bench_free(bench);
}

static void P2_6_the_header_checksum_must_be_right(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    frame[25] ^= 1;
    assert_false(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void P2_7_fragments_are_dropped_and_do_not_fragment_is_allowed(void **state)
{
    (void)state;
    static const uint16_t dropped[] = {0x2000, 0x8000, 0x0001, 0x1fff};
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++) {
        bytes_store_be16(frame + 20, dropped[i]);
        mend_ip_checksum(frame);
        assert_false(put_is_answered(bench, frame, length));
    }
    bytes_store_be16(frame + 20, 0x4000);
    mend_ip_checksum(frame);
    assert_true(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void P2_8_P3_12_total_length_ttl_tos_and_sender_are_not_checked(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    frame[15] = 0xff;                         /* TOS */
    frame[22] = 0;                            /* TTL */
    bytes_store_be16(frame + 16, 21);         /* total length */
    bytes_store_be16(frame + 40, 0);          /* no UDP checksum */
    bytes_store_be32(frame + 26, 0xffffffff); /* source address */
    mend_ip_checksum(frame);
    assert_true(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void with_destination_ip(struct bench *bench, uint8_t *frame, size_t *ret_length,
                                uint32_t ip)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    struct craft_udp header = bench_header(bench, ip, RECM_PC_PORT, RECM_PHONE_PORT);
    *ret_length = craft_udp(bench->craft, &header, payload, sizeof payload, frame);
}

static void P2_9_destination_is_its_own_address_or_the_group_or_anything_during_dhcp(void **state)
{
    (void)state;
    static const uint32_t foreign[] = {UINT32_MAX, 0xc0a84dff, 0xe0000001, BENCH_FOREIGN_IP};
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length;
    bench_run_for(bench, 6 * NS_PER_S);
    assert_int_equal(phone_state(bench->phone), PHONE_DHCP);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        with_destination_ip(bench, frame, &length, foreign[i]);
        bench_put(bench, frame, length);
        do
            assert_true(bench_next(bench, NS_PER_S));
        while (bench->last.kind != FRAME_RECM);
    }
    bench_free(bench);
    bench = bench_listening();
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        with_destination_ip(bench, frame, &length, foreign[i]);
        assert_false(put_is_answered(bench, frame, length));
    }
    with_destination_ip(bench, frame, &length, BENCH_PHONE_IP);
    assert_true(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void P2_10_a_ping_is_never_answered_and_no_group_is_joined(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length;
    with_destination_ip(bench, frame, &length, BENCH_PHONE_IP);
    for (unsigned protocol = 0; protocol < 256; protocol++) {
        if (protocol == 17)
            continue;
        frame[23] = (uint8_t)protocol;
        mend_ip_checksum(frame);
        bench_put(bench, frame, length);
        assert_true(bench_is_silent(bench, 50 * MS));
    }
    assert_true(bench_is_silent(bench, 300 * NS_PER_S)); /* no IGMP, CDP, LLDP either */
    bench_free(bench);
}

static void P2_11_udp_checksum_zero_is_accepted_and_a_wrong_one_is_not(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    frame[41] ^= 1;
    assert_false(put_is_answered(bench, frame, length));
    bytes_store_be16(frame + 40, 0);
    assert_true(put_is_answered(bench, frame, length));
    bench_free(bench);
}

static void P2_12_other_ports_are_not_listened_on(void **state)
{
    (void)state;
    static const uint16_t ports[] = {7, 53, 67, 69, 161, 4809, 4811, 5060};
    struct bench *bench = bench_listening();
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, ports[i]);
        bench_udp(bench, &header, payload, sizeof payload);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    bench_free(bench);
}

/* Sends pairs of ARP requests without a pause. Returns: how many requests were answered. */
static unsigned answers_to_pairs(struct bench *bench, unsigned pairs)
{
    unsigned answers = 0;
    for (unsigned i = 0; i < pairs; i++) {
        bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
        bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
        while (bench_next(bench, 10 * MS))
            answers++;
    }
    return answers;
}

static void P2_13_the_second_of_two_frames_back_to_back_can_be_lost(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    /* Ten frames are two chains of five: the second frame after a fifth one is lost. */
    unsigned answers = answers_to_pairs(bench, 50);
    assert_in_range(answers, 80, 99);
    for (unsigned i = 0; i < 50; i++) { /* one by one none is */
        bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
        assert_true(bench_next(bench, 10 * MS));
        assert_true(bench_is_silent(bench, 10 * MS));
    }
    bench_free(bench);
}

static void P2_13_at_most_five_frames_wait_while_it_prints(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    bench_request(bench, RECM_WILDCARD_SERIAL); /* busy for 0.58 s */
    for (unsigned i = 0; i < 20; i++)
        bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_is_answered(bench));
    unsigned answers = 0;
    while (bench_next(bench, 10 * MS))
        answers++;
    assert_in_range(answers, 0, 4);
    bench_free(bench);
}

static duration_ns time_of_second_rrq(enum phone_timing timing)
{
    struct phone_config config = phone_config_default();
    config.timing = timing;
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x"));
    instant_ns first_ns = bench->last.time_ns;
    assert_true(bench_next(bench, 10 * NS_PER_S));
    duration_ns ret = bench->last.time_ns - first_ns;
    bench_free(bench);
    return ret;
}

static void P2_14_loop_counts_stretch_on_hardware(void **state)
{
    (void)state;
    assert_in_range(time_of_second_rrq(PHONE_TIMING_HARDWARE), 6250 * MS, 6400 * MS);
    assert_int_equal(time_of_second_rrq(PHONE_TIMING_NOMINAL), 2000 * MS);
}

static void P2_14_handling_frames_stretches_a_loop_count(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    assert_true(bench_order(bench, "x"));
    instant_ns first_ns = bench->last.time_ns;
    for (unsigned i = 0; i < 5; i++) {
        bench_request(bench, RECM_WILDCARD_SERIAL);
        assert_true(bench_is_answered(bench)); /* 0.58 s each */
    }
    assert_true(bench_next(bench, 10 * NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_TFTP);
    assert_in_range(bench->last.time_ns - first_ns, 9100 * MS, 9400 * MS);
    bench_free(bench);
}

static duration_ns reply_time(const struct phone_config *config)
{
    struct bench *bench = bench_new(config);
    assert_true(bench_get_address(bench));
    instant_ns asked_ns = bench->now_ns;
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, 5 * NS_PER_S));
    duration_ns ret = bench->last.time_ns - asked_ns;
    bench_free(bench);
    return ret;
}

static void P2_15_printing_delays_the_reply_unless_the_console_is_locked(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    assert_in_range(reply_time(&config), 570 * MS, 600 * MS);
    config.console_locked = true;
    assert_in_range(reply_time(&config), 0, 5 * MS);
}

static void P2_15_a_message_for_another_phone_costs_time_too(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    instant_ns start_ns = bench->now_ns;
    bench_request(bench, "CBT00000000");
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, NS_PER_S));
    assert_in_range(bench->last.time_ns - start_ns, 130 * MS, 150 * MS);
    bench_free(bench);
}

static void P2_16_a_packet_of_another_protocol_costs_40_ms(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length;
    with_destination_ip(bench, frame, &length, BENCH_PHONE_IP);
    frame[23] = 1; /* ICMP */
    mend_ip_checksum(frame);
    instant_ns start_ns = bench->now_ns;
    bench_put(bench, frame, length);
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, NS_PER_S));
    assert_in_range(bench->last.time_ns - start_ns, 40 * MS, 45 * MS);
    bench_free(bench);
}

static void P2_17_ttl_60_tos_0_and_ip_ids_from_0_since_power_on(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    for (unsigned power = 0; power < 2; power++) {
        assert_true(bench_get_address(bench));
        for (uint16_t id = 2; id < 10; id++) {
            bench_request(bench, RECM_WILDCARD_SERIAL);
            assert_true(bench_is_answered(bench));
            assert_int_equal(bench->last.ipv4.identification, id);
            assert_int_equal(bench->last.ipv4.time_to_live, 60);
            assert_int_equal(bench->last.ipv4.type_of_service, 0);
            assert_int_equal(bench->last.ipv4.fragment, 0);
        }
        phone_power_off(bench->phone, bench->now_ns);
        phone_power_on(bench->phone, bench->now_ns);
    }
    bench_free(bench);
}

static void P2_18_short_frames_are_padded_to_60_with_old_memory(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    assert_true(bench_order(bench, "x"));
    const uint8_t block[512] = {0};
    bench_data(bench, 6900, 1, block, sizeof block);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.length, 60);
    assert_int_equal(bench->last.udp.checksum_state, UDP_CHECKSUM_GOOD);
    unsigned zeros = 0;
    for (unsigned i = 46; i < 60; i++)
        zeros += bench->last.bytes[i] == 0;
    assert_in_range(zeros, 0, 13);
    bench_free(bench);
}

static void P2_19_unicast_goes_to_the_last_arp_result(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, "tftp://192.168.77.111/x.bin");
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    assert_true(bench_next(bench, 20 * NS_PER_S));
    assert_true(bench_next(bench, NS_PER_S));
    bench_arp(bench, ARP_REPLY_OPERATION, 0xc0a84d6f, BENCH_PHONE_IP);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_TFTP);
    assert_memory_equal(bench->last.bytes, bench->pc_mac.octet, 6);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P2_1_P2_2_frames_to_its_own_broadcast_and_any_group_mac_are_taken),
        cmocka_unit_test(P2_3_tags_and_other_ethertypes_are_dropped),
        cmocka_unit_test(P2_4_frames_longer_than_1496_bytes_are_dropped),
        cmocka_unit_test(P2_5_an_ip_option_means_a_silent_drop),
        cmocka_unit_test(P2_6_the_header_checksum_must_be_right),
        cmocka_unit_test(P2_7_fragments_are_dropped_and_do_not_fragment_is_allowed),
        cmocka_unit_test(P2_8_P3_12_total_length_ttl_tos_and_sender_are_not_checked),
        cmocka_unit_test(P2_9_destination_is_its_own_address_or_the_group_or_anything_during_dhcp),
        cmocka_unit_test(P2_10_a_ping_is_never_answered_and_no_group_is_joined),
        cmocka_unit_test(P2_11_udp_checksum_zero_is_accepted_and_a_wrong_one_is_not),
        cmocka_unit_test(P2_12_other_ports_are_not_listened_on),
        cmocka_unit_test(P2_13_the_second_of_two_frames_back_to_back_can_be_lost),
        cmocka_unit_test(P2_13_at_most_five_frames_wait_while_it_prints),
        cmocka_unit_test(P2_14_loop_counts_stretch_on_hardware),
        cmocka_unit_test(P2_14_handling_frames_stretches_a_loop_count),
        cmocka_unit_test(P2_15_printing_delays_the_reply_unless_the_console_is_locked),
        cmocka_unit_test(P2_15_a_message_for_another_phone_costs_time_too),
        cmocka_unit_test(P2_16_a_packet_of_another_protocol_costs_40_ms),
        cmocka_unit_test(P2_17_ttl_60_tos_0_and_ip_ids_from_0_since_power_on),
        cmocka_unit_test(P2_18_short_frames_are_padded_to_60_with_old_memory),
        cmocka_unit_test(P2_19_unicast_goes_to_the_last_arp_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
