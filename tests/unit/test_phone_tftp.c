/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated phone's TFTP client (docs: protocol, section 7), statement by statement. */
#include "loader/loader.h"
#include "phone_bench.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS       NS_PER_MS
#define S        NS_PER_S
#define PORT     6900 /* of the right server */
#define INTRUDER 33012

static uint8_t block_of[512];

/* The RRQ has been sent and is in bench->last. */
static struct bench *asking(void)
{
    struct bench *bench = bench_listening();
    assert_true(bench_order(bench, "x.bin"));
    return bench;
}

static void give(struct bench *bench, uint16_t port, uint16_t block, size_t length)
{
    memset(block_of, block, sizeof block_of);
    bench_data(bench, port, block, block_of, length);
}

static void expect_ack(struct bench *bench, uint16_t port, uint16_t block)
{
    bench_expect_tftp(bench, TFTP_ACK, 10 * MS);
    assert_int_equal(bench->last.tftp.block, block);
    assert_int_equal(bench->last.udp.destination_port, port);
}

static size_t stored(struct bench *bench)
{
    size_t length;
    phone_download(bench->phone, &length);
    return length;
}

/* ---- Section 7 ---- */

static void P7_1_P7_2_the_rrq_goes_from_2000_to_the_group_port_69(void **state)
{
    (void)state;
    struct bench *bench = asking();
    assert_memory_equal(bench->last.payload, "\0\1x.bin\0octet\0", 14);
    assert_int_equal(bench->last.payload_length, 14);
    assert_int_equal(bench->last.udp.source_port, 2000);
    assert_int_equal(bench->last.udp.destination_port, 69);
    assert_int_equal(bench->last.ipv4.destination, RECM_GROUP_IP);
    assert_memory_equal(bench->last.bytes, "\1\0\x5e\4\x8\xa", 6);
    give(bench, PORT, 1, 512);
    expect_ack(bench, PORT, 1);
    assert_int_equal(bench->last.ipv4.destination, RECM_GROUP_IP);
    bench_free(bench);
}

static void P7_4_data_comes_to_port_2000_from_any_address(void **state)
{
    (void)state;
    struct bench *bench = asking();
    uint8_t payload[516] = {0, 3, 0, 1};
    struct craft_udp header = bench_header(bench, BENCH_PHONE_IP, PORT, TFTP_SERVER_PORT);
    bench_udp(bench, &header, payload, sizeof payload); /* to port 69 */
    assert_true(bench_is_silent(bench, S));
    header = bench_header(bench, BENCH_FOREIGN_IP, PORT, TFTP_PHONE_PORT);
    bench_udp(bench, &header, payload, sizeof payload); /* to another address */
    assert_true(bench_is_silent(bench, S));
    header = bench_header(bench, RECM_GROUP_IP, PORT, TFTP_PHONE_PORT);
    header.source_ip = 0x01020304;
    bench_udp(bench, &header, payload, sizeof payload);
    expect_ack(bench, PORT, 1);
    bench_free(bench);
}

static void P7_5_the_port_is_learnt_until_block_1_and_then_kept(void **state)
{
    (void)state;
    struct bench *bench = asking();
    give(bench, INTRUDER, 1, 512);
    expect_ack(bench, INTRUDER, 1);
    give(bench, PORT, 1, 512);
    give(bench, PORT, 2, 512);
    assert_true(bench_is_silent(bench, S));
    give(bench, INTRUDER, 2, 512);
    expect_ack(bench, INTRUDER, 2);
    bench_free(bench);
}

static void P7_6_a_repetition_is_not_acknowledged_again(void **state)
{
    (void)state;
    struct bench *bench = asking();
    give(bench, PORT, 1, 512);
    expect_ack(bench, PORT, 1);
    give(bench, PORT, 1, 512);
    assert_true(bench_is_silent(bench, S));
    assert_int_equal(stored(bench), 512);
    bench_free(bench);
}

static void P7_7_any_other_number_is_appended_and_acknowledged(void **state)
{
    (void)state;
    static const uint16_t blocks[] = {1, 2, 5, 4, 1, 2, 65535, 0, 3};
    struct bench *bench = asking();
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        give(bench, PORT, blocks[i], 512);
        expect_ack(bench, PORT, blocks[i]);
        size_t length;
        const uint8_t *bytes = phone_download(bench->phone, &length);
        assert_int_equal(length, 512 * (i + 1));
        assert_int_equal(bytes[512 * i], blocks[i] & 255);
    }
    bench_free(bench);
}

static void P7_8_P7_10_a_first_block_that_is_not_1_is_stored_and_the_rrq_repeated(void **state)
{
    (void)state;
    struct bench *bench = asking();
    give(bench, PORT, 7, 512);
    bench_expect_tftp(bench, TFTP_RRQ, 10 * MS);
    assert_int_equal(bench->last.udp.destination_port, PORT); /* the learnt port, not 69 */
    assert_int_equal(stored(bench), 512);
    give(bench, PORT, 1, 512);
    expect_ack(bench, PORT, 1);
    assert_int_equal(stored(bench), 1024);
    bench_free(bench);
}

static void P7_9_data_0_at_the_start_is_ignored(void **state)
{
    (void)state;
    struct bench *bench = asking();
    give(bench, PORT, 0, 512);
    assert_true(bench_is_silent(bench, S));
    assert_int_equal(stored(bench), 0);
    bench_expect_tftp(bench, TFTP_RRQ, 10 * S);
    assert_int_equal(bench->last.udp.destination_port,
                     PORT); /* P7.10: learnt from it all the same */
    bench_free(bench);
}

static void P7_11_a_short_block_ends_the_file(void **state)
{
    (void)state;
    static const size_t lengths[] = {511, 1, 0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct bench *bench = asking();
        give(bench, PORT, 1, 512);
        expect_ack(bench, PORT, 1);
        assert_int_equal(phone_state(bench->phone), PHONE_TFTP);
        give(bench, PORT, 2, lengths[i]);
        expect_ack(bench, PORT, 2);
        assert_int_not_equal(phone_state(bench->phone), PHONE_TFTP);
        assert_int_equal(stored(bench), 512 + lengths[i]);
        bench_free(bench);
    }
}

static void P7_12_larger_blocks_are_taken_and_numbers_wrap(void **state)
{
    (void)state;
    struct bench *bench = asking();
    uint8_t large[1400] = {0};
    bench_data(bench, PORT, 1, large, sizeof large);
    expect_ack(bench, PORT, 1);
    assert_int_equal(stored(bench), sizeof large);
    give(bench, PORT, 65535, 512);
    expect_ack(bench, PORT, 65535);
    give(bench, PORT, 0, 512);
    expect_ack(bench, PORT, 0);
    bench_free(bench);
}

static void P7_13_more_than_10485760_bytes_destroy_the_heap(void **state)
{
    (void)state;
    struct bench *bench = asking();
    uint8_t block[512] = {0};
    for (unsigned i = 1; i <= 20480; i++) {
        bench->frame_count = bench->frames_read = 0;
        bench_data(bench, PORT, (uint16_t)i, block, sizeof block);
        assert_true(bench_next(bench, 10 * MS));
    }
    assert_int_equal(stored(bench), 10485760);
    assert_null(phone_damage(bench->phone));
    bench_data(bench, PORT, 20481, block, 1);
    assert_string_equal(phone_damage(bench->phone), "download of more than 10485760 bytes");
    assert_int_equal(phone_state(bench->phone), PHONE_CRASHED);
    bench_free(bench);
}

static void P7_14_an_empty_file_is_a_failure(void **state)
{
    (void)state;
    struct bench *bench = asking();
    give(bench, PORT, 1, 0);
    expect_ack(bench, PORT, 1);
    bench_run_for(bench, S);
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    assert_true(bench_console_says(bench, "empty file"));
    bench_free(bench);
}

static void P7_15_five_transmissions_of_the_same_and_the_count_restarts(void **state)
{
    (void)state;
    struct bench *bench = asking();
    for (unsigned i = 0; i < 4; i++) {
        bench_expect_tftp(bench, TFTP_RRQ, 7 * S);
        assert_int_equal(bench->last.udp.destination_port, 69);
    }
    give(bench, PORT, 1, 512); /* in the last wait */
    expect_ack(bench, PORT, 1);
    for (unsigned block = 2; block < 5; block++) {
        for (unsigned i = 0; i < 4; i++)
            bench_expect_tftp(bench, TFTP_ACK, 7 * S);
        give(bench, PORT, (uint16_t)block, 512);
        expect_ack(bench, PORT, (uint16_t)block);
    }
    instant_ns last_ns = bench->now_ns;
    for (unsigned i = 0; i < 4; i++)
        bench_expect_tftp(bench, TFTP_ACK, 7 * S);
    assert_true(bench_reach(bench, PHONE_LISTENING, 10 * S));
    assert_in_range(bench->now_ns - last_ns, 31 * S, 33 * S);
    assert_true(bench_is_silent(bench, 60 * S));
    bench_free(bench);
}

static void P7_16_an_error_ends_it_at_once_and_it_never_sends_one(void **state)
{
    (void)state;
    for (unsigned blocks = 0; blocks < 3; blocks++) {
        struct bench *bench = asking();
        for (uint16_t block = 1; block <= blocks; block++) {
            give(bench, PORT, block, 512);
            expect_ack(bench, PORT, block);
        }
        const uint8_t error[] = {0, 5, 0, 1, 'n', 'o', 0};
        struct craft_udp header = bench_header(bench, BENCH_PHONE_IP, PORT, TFTP_PHONE_PORT);
        bench_udp(bench, &header, error, sizeof error);
        assert_true(bench_is_silent(bench, 60 * S));
        assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
        bench_free(bench);
    }
}

static void P7_17_an_oack_is_answered_with_ack_0(void **state)
{
    (void)state;
    struct bench *bench = asking();
    const uint8_t oack[] = "\0\6blksize\0001024";
    struct craft_udp header = bench_header(bench, BENCH_PHONE_IP, PORT, TFTP_PHONE_PORT);
    bench_udp(bench, &header, oack, sizeof oack);
    expect_ack(bench, PORT, 0);
    give(bench, PORT, 1, 512);
    expect_ack(bench, PORT, 1);
    bench_free(bench);
}

static void P7_20_a_refused_image_is_forgotten_and_the_next_is_taken(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = bench_read_file("tests/images/good.bin", &length);
    struct bench *bench = bench_listening();
    image[9640] ^= 1;
    assert_true(bench_order(bench, "x.bin"));
    assert_true(bench_transfer(bench, image, length));
    bench_run_for(bench, S);
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, S));
    assert_true(bench->last.ipv4.identification > 40); /* the series goes on: no reboot */
    image[9640] ^= 1;
    assert_true(bench_order(bench, "x.bin"));
    assert_true(bench_transfer(bench, image, length));
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * S));
    bench_free(bench);
    free(image);
}

static void P7_21_a_second_upgrade_is_eaten_by_arp_and_nested_later(void **state)
{
    (void)state;
    struct bench *bench = bench_resolving();
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "y.bin");
    bench_arp(bench, ARP_REPLY_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    bench_expect_tftp(bench, TFTP_RRQ, S);
    assert_string_equal(bench->last.tftp.file_name, "x.bin");
    give(bench, PORT, 1, 512);
    expect_ack(bench, PORT, 1);
    assert_true(bench_order(bench, "z.bin"));
    assert_string_equal(bench->last.tftp.file_name, "z.bin");
    assert_int_equal(bench->last.udp.destination_port, 69);
    give(bench, PORT + 1, 1, 512);
    expect_ack(bench, PORT + 1, 1);
    assert_int_equal(stored(bench), 512);
    bench_free(bench);
}

static void P7_22_after_flashing_the_firmware_or_recovery_again(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = bench_read_file("tests/images/good.bin", &length);
    for (unsigned stays = 0; stays < 2; stays++) {
        struct phone_config config = phone_config_default();
        config.after_flash = stays ? PHONE_STAYS_IN_RECOVERY : PHONE_STARTS_FIRMWARE;
        struct bench *bench = bench_new(&config);
        assert_true(bench_get_address(bench));
        assert_true(bench_order(bench, "x.bin"));
        assert_true(bench_transfer(bench, image, length));
        assert_true(bench_next(bench, 600 * S));
        assert_int_equal(bench->last.kind, FRAME_DHCP);
        assert_int_equal(loader_is_dhcp(&bench->last.dhcp), stays);
        assert_int_equal(dhcp_is_normal_firmware(&bench->last.dhcp), !stays);
        assert_int_equal(bench->last.ipv4.identification, stays ? 0 : 1);
        bench_free(bench);
    }
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P7_1_P7_2_the_rrq_goes_from_2000_to_the_group_port_69),
        cmocka_unit_test(P7_4_data_comes_to_port_2000_from_any_address),
        cmocka_unit_test(P7_5_the_port_is_learnt_until_block_1_and_then_kept),
        cmocka_unit_test(P7_6_a_repetition_is_not_acknowledged_again),
        cmocka_unit_test(P7_7_any_other_number_is_appended_and_acknowledged),
        cmocka_unit_test(P7_8_P7_10_a_first_block_that_is_not_1_is_stored_and_the_rrq_repeated),
        cmocka_unit_test(P7_9_data_0_at_the_start_is_ignored),
        cmocka_unit_test(P7_11_a_short_block_ends_the_file),
        cmocka_unit_test(P7_12_larger_blocks_are_taken_and_numbers_wrap),
        cmocka_unit_test(P7_13_more_than_10485760_bytes_destroy_the_heap),
        cmocka_unit_test(P7_14_an_empty_file_is_a_failure),
        cmocka_unit_test(P7_15_five_transmissions_of_the_same_and_the_count_restarts),
        cmocka_unit_test(P7_16_an_error_ends_it_at_once_and_it_never_sends_one),
        cmocka_unit_test(P7_17_an_oack_is_answered_with_ack_0),
        cmocka_unit_test(P7_20_a_refused_image_is_forgotten_and_the_next_is_taken),
        cmocka_unit_test(P7_21_a_second_upgrade_is_eaten_by_arp_and_nested_later),
        cmocka_unit_test(P7_22_after_flashing_the_firmware_or_recovery_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
