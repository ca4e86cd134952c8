/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that grows, text made harmless, errors that fit their room, and the seeded numbers. */
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void empty_text_is_an_empty_string(void **state)
{
    struct text text = TEXT_EMPTY;

    (void)state;
    assert_string_equal(text_chars(&text), "");
    text_add(&text, "%s", "");
    assert_string_equal(text_chars(&text), "");
    text_free(&text);
    text_free(&text);
    assert_string_equal(text_chars(&text), "");
}

static void text_grows_across_every_capacity(void **state)
{
    struct text text = TEXT_EMPTY;

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        text_add(&text, "%u,", i % 10);
        assert_int_equal(text.length, 2 * (i + 1));
    }
    assert_int_equal(strlen(text_chars(&text)), 10000);
    assert_memory_equal(text_chars(&text) + 9998, "9,", 2);
    text_free(&text);

    /* One addition larger than any first capacity, and one of exactly the room that is left. */
    char *large = malloc(70000);
    assert_non_null(large);
    memset(large, 'x', 69999);
    large[69999] = '\0';
    text_add(&text, "%s", large);
    assert_int_equal(text.length, 69999);
    size_t left = text.capacity - text.length - 1;
    text_add_bytes(&text, large, left < 69999 ? left : 69999);
    assert_int_equal(strlen(text_chars(&text)), text.length);
    free(large);
    text_free(&text);
}

static void bytes_may_hold_anything(void **state)
{
    struct text text = TEXT_EMPTY;

    (void)state;
    text_add_bytes(&text, NULL, 0);
    text_add_bytes(&text, "a\0b", 3);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.chars, "a\0b", 4);
    text_free(&text);
}

static void escapes_all_but_printable_ascii(void **state)
{
    char escaped[64];

    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t value = (uint8_t)byte;
        text_escape(&value, 1, escaped, sizeof escaped);
        if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
            assert_int_equal(strlen(escaped), 1);
            assert_int_equal(escaped[0], byte);
        } else {
            assert_int_equal(strlen(escaped), 4);
            assert_int_equal(strtoul(escaped + 2, NULL, 16), byte);
            assert_memory_equal(escaped, "\\x", 2);
        }
    }
    assert_string_equal(text_escape("a\0b\x1b[m", 6, escaped, sizeof escaped), "a\\x00b\\x1b[m");
    assert_string_equal(text_escape(NULL, 0, escaped, sizeof escaped), "");
}

static void an_escape_is_never_cut_in_half(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 12; size++) {
        char *escaped = malloc(size); /* of the exact size, for the sanitizers */
        assert_non_null(escaped);
        text_escape("a\n\nb", 4, escaped, size);
        assert_string_equal(escaped, size < 2    ? ""
                                     : size < 6  ? "a"
                                     : size < 10 ? "a\\x0a"
                                     : size < 11 ? "a\\x0a\\x0a"
                                                 : "a\\x0a\\x0ab");
        free(escaped);
    }
}

static void an_error_that_does_not_fit_is_cut(void **state)
{
    char large[2 * ERROR_TEXT_SIZE];
    struct error error = {0};

    (void)state;
    assert_false(error_set(&error, ERROR_INPUT, "%s: frame %d", "a.pcap", 7));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_string_equal(error.text, "a.pcap: frame 7");
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_false(error_set(&error, ERROR_USAGE, "%s", large));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
}

/* Simulations must run the same on every machine: the reference values of splitmix64. */
static void random_numbers_are_the_reference_series(void **state)
{
    struct random random = random_from_seed(1234567);

    (void)state;
    assert_true(random_u64(&random) == UINT64_C(6457827717110365317));
    assert_true(random_u64(&random) == UINT64_C(3203168211198807973));
    assert_true(random_u64(&random) == UINT64_C(9817491932198370423));
}

static void random_numbers_stay_below_their_bound(void **state)
{
    struct random random = random_from_seed(1);
    unsigned seen[7] = {0};

    (void)state;
    for (unsigned i = 0; i < 7000; i++) {
        uint32_t number = random_below(&random, 7);
        double unit = random_unit(&random);
        assert_true(number < 7);
        assert_true(unit >= 0 && unit < 1);
        seen[number]++;
    }
    for (unsigned i = 0; i < 7; i++)
        assert_in_range(seen[i], 800, 1200);
    assert_int_equal(random_below(&random, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_text_is_an_empty_string),
        cmocka_unit_test(text_grows_across_every_capacity),
        cmocka_unit_test(bytes_may_hold_anything),
        cmocka_unit_test(escapes_all_but_printable_ascii),
        cmocka_unit_test(an_escape_is_never_cut_in_half),
        cmocka_unit_test(an_error_that_does_not_fit_is_cut),
        cmocka_unit_test(random_numbers_are_the_reference_series),
        cmocka_unit_test(random_numbers_stay_below_their_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
