/* SPDX-License-Identifier: BSD-2-Clause */
/* The faults of the simulated phone, by name, and that no input of any kind breaks it. */
#include "phone_bench.h"

#include "base/random.h"
#include "phone/fault.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define S  NS_PER_S

static uint8_t *image;
static size_t image_length;

static int read_image(void **state)
{
    (void)state;
    image = bench_read_file("tests/images/good.bin", &image_length);
    return 0;
}

static int free_image(void **state)
{
    (void)state;
    free(image);
    return 0;
}

static struct bench *faulty(const char *fault)
{
    struct phone_config config = phone_config_default();
    assert_true(phone_fault_by_name(fault, &config));
    return bench_new(&config);
}

static bool recovers(struct bench *bench)
{
    return bench_get_address(bench) && bench_order(bench, "x.bin") &&
           bench_transfer(bench, image, image_length) &&
           bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * S);
}

static void every_fault_of_the_list_is_known_by_its_name(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct phone_fault *fault; (fault = phone_fault_at(count)); count++) {
        struct phone_config config = phone_config_default();
        struct phone_faults none = config.faults;
        assert_true(phone_fault_by_name(fault->name, &config));
        assert_memory_not_equal(&config.faults, &none, sizeof none);
        assert_true(strlen(fault->help) > 10);
    }
    assert_int_equal(count, 12);
}

static void an_unknown_fault_or_parameter_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "nonsense",
                                        "liar=1",
                                        "power-loss-at-block=",
                                        "power-loss-at-block=0",
                                        "power-loss-at-block=-1",
                                        "power-loss-at-block=65536",
                                        "power-loss-at-block=3x",
                                        "power-loss",
                                        "=3"};
    struct phone_config config = phone_config_default(), before = config;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(phone_fault_by_name(wrong[i], &config));
    assert_memory_equal(&config, &before, sizeof config);
}

static void deaf_after_lease_answers_nothing(void **state)
{
    (void)state;
    struct bench *bench = faulty("deaf-after-lease");
    assert_false(bench_get_address(bench));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_is_silent(bench, 60 * S));
    bench_free(bench);
}

static void frozen_after_reply_answers_once(void **state)
{
    (void)state;
    struct bench *bench = faulty("frozen-after-reply");
    assert_true(bench_get_address(bench));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, S));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_is_silent(bench, 60 * S));
    bench_free(bench);
}

static void ignores_upgrade_only_replies(void **state)
{
    (void)state;
    struct bench *bench = faulty("ignores-upgrade");
    assert_true(bench_get_address(bench));
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x");
    assert_true(bench_is_silent(bench, 10 * S));
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, S));
    bench_free(bench);
}

static void power_loss_at_a_block_happens_once_and_the_phone_comes_back(void **state)
{
    (void)state;
    struct bench *bench = faulty("power-loss-at-block=7");
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x.bin"));
    assert_false(bench_transfer(bench, image, image_length));
    assert_int_equal(bench->last.tftp.block, 7);
    assert_true(bench_reach(bench, PHONE_BOOTING, 10 * S));
    assert_true(recovers(bench));
    bench_free(bench);
}

static void power_loss_while_writing_leaves_half_an_image(void **state)
{
    (void)state;
    struct bench *bench = faulty("power-loss-while-writing");
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x.bin"));
    assert_true(bench_transfer(bench, image, image_length));
    assert_true(bench_reach(bench, PHONE_OFF, 600 * S));
    assert_non_null(phone_flash_sector(bench->phone, 125));
    assert_null(phone_flash_sector(bench->phone, 126));
    assert_int_equal(phone_flash_count(bench->phone), 0);
    assert_true(recovers(bench)); /* the second time it keeps its power */
    assert_non_null(phone_flash_sector(bench->phone, 127));
    bench_free(bench);
}

static void reboot_loop_never_gets_far(void **state)
{
    (void)state;
    struct bench *bench = faulty("reboot-loop");
    unsigned starts = 0;
    while (bench->now_ns < 100 * S) {
        if (bench_next(bench, 5 * S) && bench->last.ipv4.identification == 0)
            starts++;
        assert_int_not_equal(phone_state(bench->phone), PHONE_SERIAL_PROMPT);
    }
    assert_in_range(starts, 5, 8);
    bench_free(bench);
}

static void slow_console_takes_four_times_as_long(void **state)
{
    (void)state;
    struct bench *bench = faulty("slow-console");
    assert_true(bench_next(bench, 10 * S));
    struct bench_lease lease = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &lease);
    assert_true(bench_next(bench, S));
    lease.type = DHCP_ACK;
    bench_dhcp(bench, &lease);
    bench_run_for(bench, 10 * S);
    instant_ns asked_ns = bench->now_ns;
    bench_request(bench, RECM_WILDCARD_SERIAL);
    assert_true(bench_next(bench, 10 * S));
    assert_in_range(bench->last.time_ns - asked_ns, 2300 * MS, 2400 * MS);
    bench_free(bench);
}

static void rejects_image_listens_again(void **state)
{
    (void)state;
    struct bench *bench = faulty("rejects-image");
    assert_true(bench_get_address(bench));
    for (unsigned i = 0; i < 3; i++) {
        assert_true(bench_order(bench, "x.bin"));
        assert_true(bench_transfer(bench, image, image_length));
        bench_run_for(bench, S);
        assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
        assert_true(bench_console_says(bench, "Validate firmware failed"));
    }
    assert_int_equal(phone_flash_count(bench->phone), 0);
    bench_free(bench);
}

static void stays_in_recovery_comes_up_again_as_a_loader(void **state)
{
    (void)state;
    struct bench *bench = faulty("stays-in-recovery");
    assert_false(recovers(bench));
    assert_int_equal(phone_flash_count(bench->phone), 1);
    bench_free(bench);
}

static void final_ack_not_sent_flashes_all_the_same(void **state)
{
    (void)state;
    struct bench *bench = faulty("final-ack-not-sent");
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "x.bin"));
    assert_false(bench_transfer(bench, image, image_length));
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * S));
    bench_free(bench);
}

static void firmware_crash_loop_asks_for_an_address_again_and_again(void **state)
{
    (void)state;
    struct bench *bench = faulty("firmware-crash-loop");
    assert_true(recovers(bench));
    instant_ns before_ns = 0;
    for (unsigned i = 0; i < 5; i++) {
        assert_true(bench_next(bench, 60 * S));
        assert_true(dhcp_is_normal_firmware(&bench->last.dhcp));
        if (i > 0)
            assert_in_range(bench->last.time_ns - before_ns, 10 * S, 180 * S);
        before_ns = bench->last.time_ns;
    }
    bench_free(bench);
}

static void a_liar_lies_now_and_then_and_the_same_lies_for_the_same_seed(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    config.is_static = true;
    config.static_ip = BENCH_PHONE_IP;
    config.static_mask = BENCH_MASK;
    config.static_gateway = BENCH_PC_IP;
    assert_true(phone_fault_by_name("liar", &config));
    struct bench *liar = bench_new(&config), *twin = bench_new(&config);
    unsigned lies = 0, truths = 0;
    for (unsigned i = 0; i < 200; i++) {
        bench_run_for(liar, S);
        bench_run_for(twin, S);
        bench_request(liar, RECM_WILDCARD_SERIAL);
        bench_request(twin, RECM_WILDCARD_SERIAL);
        assert_true(bench_next(liar, S) && bench_next(twin, S));
        assert_int_equal(liar->last.length, twin->last.length);
        assert_memory_equal(liar->last.bytes, twin->last.bytes, twin->last.length);
        bool true_reply = liar->last.kind == FRAME_RECM && liar->last.reason == WIRE_OK &&
                          strcmp(liar->last.recm.serial, config.serial) == 0;
        truths += true_reply;
        lies += !true_reply;
    }
    assert_in_range(truths, 80, 190);
    assert_in_range(lies, 10, 120);
    bench_free(liar);
    bench_free(twin);
}

/* Frames of all kinds, bent at random, at random times: nothing may crash, time must go on. */
static void no_frame_breaks_the_phone(void **state)
{
    (void)state;
    static uint8_t frame[PHONE_FRAME_SIZE];
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, "http://192.168.77.111/x");
    struct bench *bench = bench_new(&config);
    struct random random = random_from_seed(20);
    for (unsigned i = 0; i < 30000; i++) {
        if (bench->frame_count > BENCH_FRAMES - 100)
            bench->frame_count = bench->frames_read = 0;
        size_t length = random_below(&random, PHONE_FRAME_SIZE + 1);
        if (bench->frame_count > 0 && random_below(&random, 4) != 0) {
            /* One of the phone's own frames, turned round and bent. */
            const struct bench_frame *model =
                &bench->frames[random_below(&random, bench->frame_count)];
            length = model->length;
            memcpy(frame, model->bytes, length);
        }
        memcpy(frame, random_below(&random, 2) ? config.mac.octet : mac_broadcast.octet, 6);
        for (unsigned k = random_below(&random, 6); k > 0 && length > 0; k--)
            frame[random_below(&random, (uint32_t)length)] = (uint8_t)random_u64(&random);
        if (length >= 42 && random_below(&random, 2)) {
            bytes_store_be16(frame + 24, 0); /* sums that hold */
            bytes_store_be16(frame + 24,
                             ipv4_checksum_finish(ipv4_checksum_add(0, frame + 14, 20)));
            bytes_store_be16(frame + 40, 0);
        }
        bench_put(bench, frame, length);
        bench_run_for(bench, random_below(&random, 1000) * MS);
        if (phone_state(bench->phone) == PHONE_CRASHED ||
            phone_state(bench->phone) == PHONE_SERIAL_PROMPT) {
            phone_power_off(bench->phone, bench->now_ns);
            phone_power_on(bench->phone, bench->now_ns);
        }
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_of_the_list_is_known_by_its_name),
        cmocka_unit_test(an_unknown_fault_or_parameter_is_refused_and_changes_nothing),
        cmocka_unit_test(deaf_after_lease_answers_nothing),
        cmocka_unit_test(frozen_after_reply_answers_once),
        cmocka_unit_test(ignores_upgrade_only_replies),
        cmocka_unit_test(power_loss_at_a_block_happens_once_and_the_phone_comes_back),
        cmocka_unit_test(power_loss_while_writing_leaves_half_an_image),
        cmocka_unit_test(reboot_loop_never_gets_far),
        cmocka_unit_test(slow_console_takes_four_times_as_long),
        cmocka_unit_test(rejects_image_listens_again),
        cmocka_unit_test(stays_in_recovery_comes_up_again_as_a_loader),
        cmocka_unit_test(final_ack_not_sent_flashes_all_the_same),
        cmocka_unit_test(firmware_crash_loop_asks_for_an_address_again_and_again),
        cmocka_unit_test(a_liar_lies_now_and_then_and_the_same_lies_for_the_same_seed),
        cmocka_unit_test(no_frame_breaks_the_phone),
    };
    return cmocka_run_group_tests(tests, read_image, free_image);
}
