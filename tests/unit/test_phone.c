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

static void recover(struct bench *bench)
{
    size_t length;
    uint8_t *image = bench_read_file(GOOD_IMAGE, &length);
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(bench->last.kind, FRAME_RECM);
    assert_string_equal(bench->last.recm.serial, "CBT141100HR");
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
    recover(bench);
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
    recover(bench);
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
        recover(bench);
        assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
        assert_int_equal(phone_flash_count(bench->phone), i);
        phone_power_off(bench->phone, bench->now_ns);
        phone_power_on(bench->phone, bench->now_ns);
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_with_dhcp_comes_back_to_its_normal_firmware),
        cmocka_unit_test(a_static_phone_sends_no_frame_until_asked_and_recovers),
        cmocka_unit_test(one_phone_can_be_recovered_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
