/* SPDX-License-Identifier: BSD-2-Clause */
/* Cursors: every width, every place one past the end, and the sticky error. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t sample[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static void reads_every_width_in_network_order(void **state)
{
    (void)state;
    struct reader reader = reader_over(sample, sizeof sample);
    assert_int_equal(reader_u8(&reader), 0x01);
    assert_int_equal(reader_be16(&reader), 0x2345);
    assert_int_equal(reader_be32(&reader), 0x6789abcd);
    assert_int_equal(reader_left(&reader), 1);
    assert_false(reader.failed);
}

static void reading_one_past_the_end_fails_and_sticks(void **state)
{
    (void)state;
    for (size_t length = 0; length < 4; length++) {
        struct reader reader = reader_over(sample, length);
        assert_int_equal(reader_be32(&reader), 0);
        assert_true(reader.failed);
        assert_int_equal(reader_u8(&reader), 0);
        assert_int_equal(reader_left(&reader), 0);
    }
}

static void failed_copy_leaves_zeros(void **state)
{
    (void)state;
    uint8_t copy[4] = {9, 9, 9, 9};
    struct reader reader = reader_over(sample, 3);
    reader_copy(&reader, copy, sizeof copy);
    assert_true(reader.failed);
    assert_memory_equal(copy, ((uint8_t[]){0, 0, 0, 0}), 4);
}

static void view_of_huge_length_does_not_wrap(void **state)
{
    (void)state;
    struct reader reader = reader_over(sample, sizeof sample);
    reader_skip(&reader, 4);
    assert_null(reader_view(&reader, SIZE_MAX - 1));
    assert_true(reader.failed);
}

static void writes_every_width_in_network_order(void **state)
{
    (void)state;
    uint8_t buffer[9];
    memset(buffer, 0xff, sizeof buffer);
    struct writer writer = writer_over(buffer, sizeof buffer);
    writer_u8(&writer, 0x01);
    writer_be16(&writer, 0x2345);
    writer_be32(&writer, 0x6789abcd);
    writer_zeros(&writer, 2);
    assert_false(writer.failed);
    assert_memory_equal(buffer, ((uint8_t[]){1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0, 0}), 9);
}

static void writing_past_the_capacity_writes_nothing(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 4; capacity++) {
        uint8_t buffer[5];
        memset(buffer, 0x5a, sizeof buffer);
        struct writer writer = writer_over(buffer, capacity);
        writer_be32(&writer, 0);
        assert_true(writer.failed);
        assert_int_equal(writer.length, 0);
        writer_zeros(&writer, 0);
        for (size_t i = 0; i < sizeof buffer; i++)
            assert_int_equal(buffer[i], 0x5a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_width_in_network_order),
        cmocka_unit_test(reading_one_past_the_end_fails_and_sticks),
        cmocka_unit_test(failed_copy_leaves_zeros),
        cmocka_unit_test(view_of_huge_length_does_not_wrap),
        cmocka_unit_test(writes_every_width_in_network_order),
        cmocka_unit_test(writing_past_the_capacity_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
