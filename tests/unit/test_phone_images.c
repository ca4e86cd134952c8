/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every image of tests/images through the simulated phone's own check, and the good ones through
 * its flash: result, last console line and sectors written must be those of the loader's own code.
 */
#include "phone_bench.h"

#include "loader/loader.h"
#include "phone/firmware.h"
#include "tests/support/synthetic_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *read_table(void)
{
    char path[4096];
    json_error_t error;
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/images/images.json", top ? top : ".");
    json_t *table = json_load_file(path, 0, &error);
    if (!table)
        fail_msg("%s: %s", path, error.text);
    return table;
}

static const char *member(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

static uint8_t *read_image(const json_t *row, size_t *ret_length)
{
    char name[256];
    snprintf(name, sizeof name, "tests/images/%s", member(row, "file"));
    return bench_read_file(name, ret_length);
}

static const char *result_name(enum firmware_result result)
{
    static const char *const names[] = {"accepted", "rejected", "crashes"};
    return names[result];
}

static bool says(const struct firmware_check *check, const char *line)
{
    for (unsigned i = 0; i < check->line_count; i++) {
        if (strcmp(check->lines[i], line) == 0)
            return true;
    }
    return false;
}

static void the_check_says_of_every_image_what_the_loader_said(void **state)
{
    (void)state;
    json_t *table = read_table(), *row;
    size_t index;
    assert_true(json_array_size(table) > 20);
    json_array_foreach(table, index, row)
    {
        struct firmware_memory memory;
        struct firmware_check check;
        uint8_t *bytes = read_image(row, &memory.length);
        memory.bytes = bytes;
        firmware_check(&memory, &check);
        if (strcmp(result_name(check.result), member(row, "loader_result")) != 0)
            fail_msg("%s: %s, the loader: %s", member(row, "file"), result_name(check.result),
                     member(row, "loader_result"));
        if (check.result == FIRMWARE_REJECTED && !says(&check, member(row, "console_line")))
            fail_msg("%s: \"%s\", the loader: \"%s\"", member(row, "file"), check.lines[0],
                     member(row, "console_line"));
        free(bytes);
    }
    json_decref(table);
}

/* Reads the lines of the flashing phone: the sectors in their order, and is `last` said? */
static bool same_sectors(struct bench *bench, const json_t *wanted, const char *last)
{
    struct phone_event event;
    size_t written = 0;
    bool said = false, same = true;
    while (phone_next_event(bench->phone, &event)) {
        unsigned number;
        said = said || strstr(event.text, last);
        if (sscanf(event.text, "console: Programming sector:%u", &number) != 1)
            continue;
        same = same && json_integer_value(json_array_get(wanted, written)) == number;
        written++;
    }
    return said && same && written == json_array_size(wanted);
}

static void deliver(struct bench *bench, const json_t *row)
{
    size_t length;
    uint8_t *bytes = read_image(row, &length);
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "image.bin"));
    assert_true(bench_transfer(bench, bytes, length));
    free(bytes);
}

static void the_phone_writes_the_sectors_that_the_loader_wrote(void **state)
{
    (void)state;
    json_t *table = read_table(), *row;
    size_t index;
    json_array_foreach(table, index, row)
    {
        if (strcmp(member(row, "loader_result"), "accepted") != 0)
            continue;
        struct phone_config config = phone_config_default();
        struct bench *bench = bench_new(&config);
        deliver(bench, row);
        if (!bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S))
            fail_msg("%s was not flashed", member(row, "file"));
        if (!same_sectors(bench, json_object_get(row, "sectors_written"),
                          member(row, "console_line")))
            fail_msg("%s: other sectors or lines than the loader's", member(row, "file"));
        assert_int_equal(phone_flash_count(bench->phone), 1);
        bench_free(bench);
    }
    json_decref(table);
}

static void a_refused_image_changes_no_sector_and_the_phone_listens_again(void **state)
{
    (void)state;
    json_t *table = read_table(), *row;
    size_t index;
    json_array_foreach(table, index, row)
    {
        if (strcmp(member(row, "loader_result"), "rejected") != 0 ||
            strcmp(member(row, "file"), "empty.bin") == 0)
            continue;
        struct phone_config config = phone_config_default();
        struct bench *bench = bench_new(&config);
        deliver(bench, row);
        bench_run_for(bench, NS_PER_S);
        assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
        assert_true(bench_console_says(bench, member(row, "console_line")));
        for (unsigned i = 0; i < PHONE_FLASH_SECTORS; i++)
            assert_null(phone_flash_sector(bench->phone, i));
        bench_free(bench);
    }
    json_decref(table);
}

static void P7_19_a_file_that_is_no_image_hangs_and_crashes_the_phone(void **state)
{
    (void)state;
    json_t *table = read_table(), *row;
    size_t index;
    unsigned crashes = 0;
    json_array_foreach(table, index, row)
    {
        if (strcmp(member(row, "loader_result"), "crashes") != 0)
            continue;
        struct phone_config config = phone_config_default();
        struct bench *bench = bench_new(&config);
        deliver(bench, row);
        assert_int_equal(phone_state(bench->phone), PHONE_CHECKING);
        bench_request(bench, RECM_WILDCARD_SERIAL);
        assert_true(bench_is_silent(bench, 10 * NS_PER_S));
        assert_true(bench_next(bench, 60 * NS_PER_S));
        assert_true(bench->last.kind == FRAME_DHCP && loader_is_dhcp(&bench->last.dhcp));
        assert_int_equal(bench->last.ipv4.identification, 0);
        bench_free(bench);
        crashes++;
    }
    assert_int_equal(crashes, 2);
    json_decref(table);
}

static void the_sectors_in_flash_are_the_unpacked_ones(void **state)
{
    (void)state;
    struct firmware_memory memory;
    uint8_t *bytes = bench_read_file("tests/images/good.bin", &memory.length);
    uint8_t *sector = malloc(PHONE_SECTOR_LENGTH);
    memory.bytes = bytes;
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "image.bin"));
    assert_true(bench_transfer(bench, bytes, memory.length));
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
    for (unsigned entry = 4; entry < 8; entry++) {
        assert_int_equal(firmware_unpack(&memory, entry, sector), PHONE_SECTOR_LENGTH);
        assert_memory_equal(
            phone_flash_sector(bench->phone, firmware_sector_number(&memory, entry)), sector,
            PHONE_SECTOR_LENGTH);
    }
    bench_free(bench);
    free(sector);
    free(bytes);
}

static void short_and_stored_sectors_are_written_and_the_rest_is_erased(void **state)
{
    (void)state;
    struct firmware_memory memory;
    uint8_t *bytes = synthetic_image(400000, 7, &memory.length);
    uint8_t *sector = malloc(PHONE_SECTOR_LENGTH);
    memory.bytes = bytes;
    struct firmware_check check;
    firmware_check(&memory, &check);
    assert_int_equal(check.result, FIRMWARE_ACCEPTED);
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    assert_true(bench_order(bench, "image.bin"));
    assert_true(bench_transfer(bench, bytes, memory.length));
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * NS_PER_S));
    unsigned whole = 0, partial = 0;
    for (unsigned entry = 0; entry < check.entry_count; entry++) {
        unsigned number = firmware_sector_number(&memory, entry);
        const uint8_t *flash = phone_flash_sector(bench->phone, number);
        if (firmware_sector_is_skipped(number)) {
            assert_null(flash);
            continue;
        }
        size_t length = firmware_unpack(&memory, entry, sector);
        assert_memory_equal(flash, sector, length);
        for (size_t i = length; i < PHONE_SECTOR_LENGTH; i++)
            assert_int_equal(flash[i], 0xff);
        whole += length == PHONE_SECTOR_LENGTH;
        partial += length < PHONE_SECTOR_LENGTH;
    }
    assert_true(whole > 0 && partial > 0);
    bench_free(bench);
    free(sector);
    free(bytes);
}

static void a_length_of_2_to_the_31_is_invalid_even_if_its_end_wraps_into_the_file(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0x80000000, 0xffffff00};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct firmware_memory memory;
        struct firmware_check check;
        uint8_t *bytes = synthetic_image(20000, 7, &memory.length);
        memory.bytes = bytes;
        bytes_store_be32(bytes + 0x80 + 4, lengths[i]);
        bytes_store_be32(bytes + 0x80 + 8, 0x1000 - lengths[i]);
        synthetic_image_seal(bytes);
        firmware_check(&memory, &check);
        assert_int_equal(check.result, FIRMWARE_REJECTED);
        assert_string_equal(check.lines[0], "Invalid sector info len");
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_says_of_every_image_what_the_loader_said),
        cmocka_unit_test(the_phone_writes_the_sectors_that_the_loader_wrote),
        cmocka_unit_test(a_refused_image_changes_no_sector_and_the_phone_listens_again),
        cmocka_unit_test(P7_19_a_file_that_is_no_image_hangs_and_crashes_the_phone),
        cmocka_unit_test(the_sectors_in_flash_are_the_unpacked_ones),
        cmocka_unit_test(a_length_of_2_to_the_31_is_invalid_even_if_its_end_wraps_into_the_file),
        cmocka_unit_test(short_and_stored_sectors_are_written_and_the_rest_is_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
