/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole recoveries of the simulated phone, from power-on to the normal firmware. */
#include "phone_bench.h"

#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOOD_IMAGE "tests/images/good.bin"

static void recover(struct bench *bench, const char *serial)
{
    size_t length;
    uint8_t *image = bench_read_file(GOOD_IMAGE, &length);
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_RECM);
    assert_string_equal(bench->last.recm.serial, serial);
    assert_int_equal(bench->last.recm.ip, BENCH_PHONE_IP);
    assert_true(bench_order(bench, "image.bin"));
    assert_string_equal(bench->last.tftp.file_name, "image.bin");
    assert_true(bench_transfer(bench, image, length));
    size_t stored;
    assert_memory_equal(phone_download(bench->phone, &stored), image, length);
    assert_int_equal(stored, length);
    free(image);
}

static void a_phone_with_dhcp_comes_back_to_its_normal_firmware(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    recover(bench, config.serial);
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
    assert_int_equal(phone_flash_count(bench->phone), 1);
    assert_non_null(phone_flash_sector(bench->phone, 124));
    assert_null(phone_flash_sector(bench->phone, 0));
    assert_true(bench_next(bench, 60 * NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_DHCP);
    assert_true(dhcp_is_normal_firmware(&bench->last.dhcp));
    assert_null(phone_damage(bench->phone));
    bench_free(bench);
}

static void a_static_phone_sends_no_frame_until_asked_and_recovers(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    config.is_static = true;
    config.static_ip = BENCH_PHONE_IP;
    config.static_mask = BENCH_MASK;
    config.static_gateway = BENCH_PC_IP;
    struct bench *bench = bench_new(&config);
    assert_true(bench_is_silent(bench, 30 * NS_PER_S));
    recover(bench, config.serial);
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
    bench_free(bench);
}

static void one_phone_can_be_recovered_again_and_again(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    config.timing = PHONE_TIMING_NOMINAL;
    struct bench *bench = bench_new(&config);
    for (unsigned i = 1; i <= 20; i++) {
        assert_true(bench_get_address(bench));
        recover(bench, config.serial);
        assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
        assert_int_equal(phone_flash_count(bench->phone), i);
        phone_power_off(bench->phone, bench->now_ns);
        phone_power_on(bench->phone, bench->now_ns);
    }
    bench_free(bench);
}

/* A phone that was recovered and whose normal firmware has got its address. */
static struct bench *recovered_with_address(const struct phone_config *config)
{
    struct bench *bench = bench_new(config);
    assert_true(bench_get_address(bench));
    recover(bench, config->serial);
    assert_true(bench_next(bench, 60 * NS_PER_S));
    struct bench_lease lease = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &lease);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.dhcp.type, DHCP_REQUEST);
    assert_int_equal(bench->last.dhcp.requested_ip, BENCH_PHONE_IP);
    assert_int_equal(bench->last.ipv4.time_to_live, 64);
    lease.type = DHCP_ACK;
    bench_dhcp(bench, &lease);
    return bench;
}

static void the_normal_firmware_announces_itself_as_on_the_recorded_trace(void **state)
{
    (void)state;
    /* Frame 98 of pcaps/recovered.pcap. */
    static const uint8_t cdp[] =
        "\x01\x00\x0c\xcc\xcc\xcc\x00\x24\x14\xa1\xb3\xb1\x00\x4c\xaa\xaa\x03\x00\x00\x0c\x20\x00"
        "\x02\xb4\x41\xe4\x00\x01\x00\x13SEP002414A1B3B1\x00\x03\x00\x0aPort "
        "1\x00\x04\x00\x08\x00\x00"
        "\x00\x28\x00\x05\x00\x0a"
        "7.6.2f\x00\x06\x00\x11"
        "Cisco SPA508G";
    struct phone_config config = phone_config_default();
    strcpy(config.product, "SPA508G");
    config.mac = (struct mac_address){{0x00, 0x24, 0x14, 0xa1, 0xb3, 0xb1}};
    struct bench *bench = recovered_with_address(&config);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_ARP);
    assert_int_equal(bench->last.arp.sender_ip, BENCH_PHONE_IP);
    assert_int_equal(bench->last.arp.target_ip, BENCH_PHONE_IP);
    assert_true(bench_next(bench, 2 * NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_CDP);
    assert_int_equal(bench->last.length, sizeof cdp - 1);
    assert_memory_equal(bench->last.bytes, cdp, sizeof cdp - 1);
    assert_true(bench_next(bench, 61 * NS_PER_S)); /* and again */
    assert_int_equal(bench->last.kind, FRAME_CDP);
    bench_free(bench);
}

static void the_normal_firmware_answers_arp_and_no_recovery_message(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = recovered_with_address(&config);
    bench_run_for(bench, 2 * NS_PER_S);
    while (bench_next(bench, 0))
        continue;
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_is_silent(bench, NS_PER_S));
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.arp.operation, ARP_REPLY_OPERATION);
    bench_free(bench);
}

static void a_group_address_is_no_phone(void **state)
{
    (void)state;
    struct error error;
    struct phone_config config = phone_config_default();
    config.mac.octet[0] |= 1;
    assert_null(phone_new(&config, &error));
    assert_string_equal(error.text,
                        "a phone cannot have the group address 01:24:14:a1:b2:c3 as its MAC");
}

static void power_cut_in_the_middle_of_an_answer_takes_the_answer_along(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x"); /* echo, then two ARP frames 0.11 s later */
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_RECM);
    phone_power_off(bench->phone, bench->now_ns);
    assert_true(bench_is_silent(bench, 60 * NS_PER_S));
    assert_int_equal(phone_state(bench->phone), PHONE_OFF);
    bench_free(bench);
}

static void another_phone_in_the_same_memory_knows_nothing_of_the_first(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    struct bench *bench = recovered_with_address(&config);
    strcpy(config.serial, "CCQ162306EA");
    phone_become(bench->phone, &config);
    bench->now_ns = 0;
    bench->frame_count = bench->frames_read = 0;
    assert_int_equal(phone_state(bench->phone), PHONE_OFF);
    assert_int_equal(phone_flash_count(bench->phone), 0);
    assert_null(phone_flash_sector(bench->phone, 124));
    phone_power_on(bench->phone, 0);
    assert_true(bench_get_address(bench));
    recover(bench, "CCQ162306EA");
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
    assert_non_null(phone_flash_sector(bench->phone, 124));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_with_dhcp_comes_back_to_its_normal_firmware),
        cmocka_unit_test(a_static_phone_sends_no_frame_until_asked_and_recovers),
        cmocka_unit_test(one_phone_can_be_recovered_again_and_again),
        cmocka_unit_test(the_normal_firmware_announces_itself_as_on_the_recorded_trace),
        cmocka_unit_test(the_normal_firmware_answers_arp_and_no_recovery_message),
        cmocka_unit_test(a_group_address_is_no_phone),
        cmocka_unit_test(power_cut_in_the_middle_of_an_answer_takes_the_answer_along),
        cmocka_unit_test(another_phone_in_the_same_memory_knows_nothing_of_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
