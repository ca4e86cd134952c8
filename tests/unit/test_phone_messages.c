/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery messages of the simulated phone (docs: protocol, section 3), statement by statement. */
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct phone_config static_config(void)
{
    struct phone_config config = phone_config_default();
    config.is_static = true;
    config.static_ip = BENCH_PHONE_IP;
    config.static_mask = BENCH_MASK;
    config.static_gateway = BENCH_PC_IP;
    return config;
}

/* ---- Section 3 ---- */

static void P3_1_a_request_comes_from_port_4811_to_4810(void **state)
{
    (void)state;
    static const uint16_t wrong[] = {4810, 4812, 0, 1024, 65535};
    struct bench *bench = bench_listening();
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct craft_udp header = bench_header(bench, RECM_GROUP_IP, wrong[i], RECM_PHONE_PORT);
        bench_udp(bench, &header, payload, sizeof payload);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    bench_free(bench);
}

static void P3_2_P3_3_the_reply_has_100_bytes_for_the_group(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    memset(config.serial, 'S', 20); /* as long as the field: not terminated in the message */
    config.serial[20] = '\0';
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_is_answered(bench));
    const uint8_t *payload = bench->last.payload;
    assert_int_equal(bench->last.length, 142);
    assert_int_equal(bench->last.payload_length, 100);
    assert_int_equal(bench->last.ipv4.destination, RECM_GROUP_IP);
    assert_int_equal(bench->last.udp.source_port, 4810);
    assert_int_equal(bench->last.udp.destination_port, 4811);
    assert_memory_equal(bench->last.bytes, ((const uint8_t[]){1, 0, 0x5e, 4, 8, 10}), 6);
    assert_memory_equal(payload + 4, "RECM", 4);
    assert_memory_equal(payload + 8, config.serial, 20);
    assert_memory_equal(payload + 28, "SPA504G\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    assert_memory_equal(payload + 48, config.mac.octet, 6);
    assert_memory_equal(payload + 54, "7.4.4rec", 9);
    assert_memory_equal(payload + 74, "1.0.2", 6);
    assert_int_equal(bytes_load_be32(payload + 94), BENCH_PHONE_IP);
    assert_int_equal(bytes_load_be16(payload + 98), 0xffff);
    bench_free(bench);
}

static void P3_4_P3_5_P3_9_the_echo_names_the_phone_and_the_port_is_not_used(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(RECM_WILDCARD_SERIAL, 6969, "image.bin", payload);
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    bench_udp(bench, &header, payload, sizeof payload);
    assert_true(bench_next(bench, NS_PER_S));
    const uint8_t *echo = bench->last.payload;
    assert_int_equal(bench->last.payload_length, 100);
    assert_memory_equal(echo, "\2\0\0\0RECM", 8);
    assert_memory_equal(echo + 8, "CBT141100HR\0\0\0\0\0\0\0\0\0", 20);
    assert_int_equal(bytes_load_be16(echo + 28), 6969);
    assert_int_equal(bytes_load_be16(echo + 30), 0);
    assert_string_equal((const char *)echo + 32, "image.bin");
    assert_true(bench_next(bench, NS_PER_S) && bench_next(bench, NS_PER_S));
    bench_arp(bench, ARP_REPLY_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.udp.destination_port, 69);
    bench_free(bench);
}

static void P3_6_every_failed_check_is_silent(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    uint8_t good[RECM_PC_LENGTH], bad[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, good);
    for (unsigned i = 4; i < 8; i++) { /* magic */
        memcpy(bad, good, sizeof bad);
        bad[i] ^= 0x20;
        bench_udp(bench, &header, bad, sizeof bad);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    for (unsigned operation = 0; operation < 256; operation++) {
        if (operation == RECM_REQUEST || operation == RECM_UPGRADE)
            continue;
        memcpy(bad, good, sizeof bad);
        bad[0] = (uint8_t)operation;
        bench_udp(bench, &header, bad, sizeof bad);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    for (size_t length = 0; length < RECM_PC_LENGTH; length++) {
        bench_udp(bench, &header, good, length);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    assert_null(phone_damage(bench->phone));
    bench_udp(bench, &header, good, sizeof good);
    assert_true(bench_is_answered(bench));
    bench_free(bench);
}

static void P3_7_more_than_160_bytes_damage_the_heap(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    uint8_t payload[RECM_PC_LENGTH + 1] = {0};
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    bench_udp(bench, &header, payload, sizeof payload);
    assert_string_equal(phone_damage(bench->phone), "RECM message with a UDP length of 169");
    bench_run_for(bench, 10 * NS_PER_S);
    assert_true(bench_console_says(
        bench, "this would have damaged a real phone: RECM message with a UDP length of 169"));
    assert_int_equal(phone_state(bench->phone), PHONE_CRASHED);
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_is_silent(bench, 60 * NS_PER_S));
    bench_free(bench);
}

static void P3_7_a_udp_length_below_8_damages_the_heap(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length = bench_request_frame(bench, frame);
    bytes_store_be16(frame + 38, 7);
    bytes_store_be16(frame + 40, 0);
    bench_put(bench, frame, length);
    assert_non_null(phone_damage(bench->phone));
    bench_free(bench);
}

static void P3_8_the_serial_is_compared_byte_for_byte(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "cbt141100hr", "CBT141100HR ",  " CBT141100HR", "CBT141100H",
        "FFFFFFFFFFF", "FFFFFFFFFFFFF", "ffffffffffff", "",
        "002414A1B2C3"};
    struct bench *bench = bench_listening();
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t payload[RECM_PC_LENGTH] = {0};
        memcpy(payload + 4, "RECM", 4);
        memcpy(payload + 8, wrong[i], strlen(wrong[i]));
        bench_udp(bench, &header, payload, sizeof payload);
        assert_true(bench_is_silent(bench, NS_PER_S));
    }
    bench_request(bench, "CBT141100HR");
    assert_true(bench_is_answered(bench));
    bench_free(bench);
}

static void upgrade_raw(struct bench *bench, const char *file_name)
{
    uint8_t payload[RECM_PC_LENGTH] = {2, 0, 0, 0, 'R', 'E', 'C', 'M'};
    memcpy(payload + 8, RECM_WILDCARD_SERIAL, sizeof RECM_WILDCARD_SERIAL);
    memcpy(payload + 32, file_name, strlen(file_name));
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    bench_udp(bench, &header, payload, sizeof payload);
}

static void P3_10_a_file_name_of_68_characters_damages_the_heap(void **state)
{
    (void)state;
    char name[69];
    memset(name, 'n', sizeof name);
    name[68] = '\0';
    struct bench *bench = bench_listening();
    upgrade_raw(bench, name);
    assert_string_equal(phone_damage(bench->phone), "file name of 68 characters in an UPGRADE");
    bench_run_for(bench, 60 * NS_PER_S);
    assert_int_equal(phone_state(bench->phone), PHONE_CRASHED);
    bench_free(bench);
    name[67] = '\0';
    bench = bench_listening();
    upgrade_raw(bench, name);
    bench_run_for(bench, 60 * NS_PER_S);
    assert_null(phone_damage(bench->phone));
    bench_free(bench);
}

static void P3_11_the_file_name_goes_into_the_rrq_unchanged(void **state)
{
    (void)state;
    struct bench *bench = bench_listening();
    assert_true(bench_order(bench, "/dir/Image File.bin"));
    assert_string_equal(bench->last.tftp.file_name, "/dir/Image File.bin");
    bench_free(bench);
}

static void P4_2_a_static_phone_listens_without_a_frame(void **state)
{
    (void)state;
    struct phone_config config = static_config();
    struct bench *bench = bench_new(&config);
    assert_true(bench_is_silent(bench, 2 * NS_PER_S));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_is_answered(bench));
    assert_int_equal(bench->last.ipv4.identification, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P3_1_a_request_comes_from_port_4811_to_4810),
        cmocka_unit_test(P3_2_P3_3_the_reply_has_100_bytes_for_the_group),
        cmocka_unit_test(P3_4_P3_5_P3_9_the_echo_names_the_phone_and_the_port_is_not_used),
        cmocka_unit_test(P3_6_every_failed_check_is_silent),
        cmocka_unit_test(P3_7_more_than_160_bytes_damage_the_heap),
        cmocka_unit_test(P3_7_a_udp_length_below_8_damages_the_heap),
        cmocka_unit_test(P3_8_the_serial_is_compared_byte_for_byte),
        cmocka_unit_test(P3_10_a_file_name_of_68_characters_damages_the_heap),
        cmocka_unit_test(P3_11_the_file_name_goes_into_the_rrq_unchanged),
        cmocka_unit_test(P4_2_a_static_phone_listens_without_a_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
