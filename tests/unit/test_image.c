/* SPDX-License-Identifier: BSD-2-Clause */
/* Image checks: every refusal and every warning by name, every place to cut. */
#include "base/bytes.h"
#include "image/image.h"
#include "tests/support/image_file_bytes.h"
#include "tests/support/synthetic_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sha2.h>

#define ENTRY(index) (0x80 + 0x40 * (size_t)(index))

static struct image result;

/* A fresh copy of small.bin: 8 entries, 20,000 bytes. */
static uint8_t *small_image(size_t *ret_length)
{
    return test_image_bytes("small.bin", ret_length);
}

static void expect_refusal_of(uint8_t *image, size_t length, enum image_refusal refusal)
{
    assert_false(image_check(image, length, &result));
    if (result.refusal != refusal)
        fail_msg("refused as %s (%s), wanted %s", image_refusal_name(result.refusal),
                 result.refusal_text, image_refusal_name(refusal));
    assert_true(strlen(result.refusal_text) > 20);
    free(image);
}

static void expect_warning_of(uint8_t *image, size_t length, enum image_warning_kind kind,
                              const char *words)
{
    bool found = false;
    assert_true(image_check(image, length, &result));
    for (unsigned i = 0; i < result.warning_count; i++)
        if (result.warnings[i].kind == kind && strstr(result.warnings[i].text, words))
            found = true;
    assert_true(found);
    free(image);
}

static void damaged_images_are_refused_for_the_right_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum image_refusal refusal;
        const char *words;
    } damaged[] = {
        {"empty.bin", IMAGE_TOO_SHORT, "0 bytes long, wanted at least 128"},
        {"wrong-magic.bin", IMAGE_MAGIC, "magic (offset 0)"},
        {"count-0.bin", IMAGE_COUNT, "is 0 sectors, wanted 1 to 128"},
        {"count-129.bin", IMAGE_COUNT, "is 129 sectors, wanted 1 to 128"},
        {"truncated-in-table.bin", IMAGE_TABLE_BEYOND_FILE, "384 bytes there are"},
        {"bad-digest.bin", IMAGE_DIGEST, "digest (offset 0x30)"},
        {"bad-randseq.bin", IMAGE_RANDSEQ, "randseq (offset 0x40)"},
        {"sector-2.bin", IMAGE_SECTOR_NUMBER, "sector 2 "},
        {"sector-6.bin", IMAGE_SECTOR_NUMBER, "sector 6 "},
        {"sector-0x80.bin", IMAGE_SECTOR_NUMBER, "sector 128 "},
        {"sector-length-0.bin", IMAGE_SECTOR_LENGTH_ZERO, "sector 124: length is 0"},
        {"offset-in-table.bin", IMAGE_SECTOR_OFFSET, "sector 124: offset is"},
        {"offset-beyond-file.bin", IMAGE_SECTOR_BEYOND_FILE, "sector 124: offset"},
        {"offset-overflow.bin", IMAGE_SECTOR_BEYOND_FILE, "= 4294967552"},
        {"truncated.bin", IMAGE_SECTOR_BEYOND_FILE, "at most 13000"},
        {"truncated-by-1.bin", IMAGE_SECTOR_BEYOND_FILE, "at most 19999"},
        {"stored-beyond-file.bin", IMAGE_SECTOR_STORED_BEYOND_FILE, "sector 127 is stored"},
        {"broken-zlib.bin", IMAGE_SECTOR_STREAM, "sector 124: "},
        {"zlib-dictionary.bin", IMAGE_SECTOR_STREAM, "sector 124: "},
        {"bad-adler.bin", IMAGE_SECTOR_STREAM, "incorrect data check"},
        {"sector-digest-wrong.bin", IMAGE_SECTOR_DIGEST, "sector 126: the MD5"},
        {"junk-zeros.bin", IMAGE_NOT_FOUND, "no firmware image in these 5256 bytes"},
        {"container-packed.exe", IMAGE_NOT_FOUND, "take the .bin"},
    };
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        size_t length;
        uint8_t *bytes = test_image_bytes(damaged[i].name, &length);
        assert_false(image_find(bytes, length, &result));
        if (result.refusal != damaged[i].refusal || !strstr(result.refusal_text, damaged[i].words))
            fail_msg("%s: refused as %s: %s", damaged[i].name, image_refusal_name(result.refusal),
                     result.refusal_text);
        free(bytes);
    }
}

static void odd_images_are_warned_about_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum image_warning_kind kind;
        const char *words;
        bool needs_force;
    } odd[] = {
        {"good.bin", IMAGE_WARNING_NEWER_VERSION, "7.6.2f, newer than 7.5.2b", false},
        {"trailing-garbage.bin", IMAGE_WARNING_FILE_LEN, "the 777 bytes behind it", false},
        {"file-len-wrong.bin", IMAGE_WARNING_FILE_LEN, "wanted 20000", false},
        {"flags-unknown.bin", IMAGE_WARNING_FLAGS, "sector 124: flags are 0x4000", false},
        {"sector-twice.bin", IMAGE_WARNING_SECTOR_TWICE, "2 times", true},
        {"only-boot-sectors.bin", IMAGE_WARNING_NOTHING_FLASHED, "flash nothing", true},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        size_t length;
        uint8_t *bytes = test_image_bytes(odd[i].name, &length);
        expect_warning_of(bytes, length, odd[i].kind, odd[i].words);
        assert_int_equal(result.needs_force, odd[i].needs_force);
    }
}

/* --- one check at a time --- */

static void small_image_is_valid_and_described(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    assert_true(image_check(bytes, length, &result));
    assert_ptr_equal(result.bytes, bytes);
    assert_int_equal(result.length, 20000);
    assert_int_equal(result.offset, 0);
    assert_int_equal(result.file_len, 20000);
    assert_int_equal(result.sector_count, 8);
    assert_int_equal(result.sectors[4].number, 124);
    size_t expected_offset = ENTRY(8);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(result.sectors[i].offset, expected_offset);
        assert_in_range(result.sectors[i].unpacked_length, 1, IMAGE_SECTOR_LENGTH);
        expected_offset += result.sectors[i].length;
    }
    assert_int_equal(expected_offset, length);
    char wanted[IMAGE_SHA256_SIZE], found[IMAGE_SHA256_SIZE];
    SHA256Data(bytes, length, wanted);
    image_sha256(&result, found);
    assert_string_equal(found, wanted);
    free(bytes);
}

static void every_place_to_cut_is_refused(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *exact = malloc(cut ? cut : 1); /* so that the sanitizer sees a read behind it */
        memcpy(exact, bytes, cut);
        assert_false(image_check(exact, cut, &result));
        enum image_refusal wanted = cut < 0x80       ? IMAGE_TOO_SHORT
                                    : cut < ENTRY(8) ? IMAGE_TABLE_BEYOND_FILE
                                                     : IMAGE_SECTOR_BEYOND_FILE;
        assert_int_equal(result.refusal, wanted);
        free(exact);
    }
    free(bytes);
}

static void every_changed_byte_of_the_header_is_noticed(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    for (size_t at = 0; at < ENTRY(8); at++) {
        bytes[at] ^= 0x10;
        bool signature = at >= 0x10 && at < 0x30; /* taken as zeros by both digests */
        assert_int_equal(image_check(bytes, length, &result), signature);
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

static void header_fields_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint32_t value;
        enum image_refusal refusal;
    } fields[] = {
        {0x50, 0x7f, IMAGE_HEADER_LEN},
        {0x50, 0x181, IMAGE_HEADER_LEN},
        {0x50, 0xffffffff, IMAGE_HEADER_LEN},
        {0x50, 0x180, IMAGE_DIGEST},
        {0x54, 0x3f, IMAGE_SINFO_LEN},
        {0x54, 0x41, IMAGE_SINFO_LEN},
        {0x54, 0, IMAGE_SINFO_LEN},
        {0x7c, 0, IMAGE_COUNT},
        {0x7c, 129, IMAGE_COUNT},
        {0x7c, 0xffffffff, IMAGE_COUNT},
        {0x7c, 128, IMAGE_DIGEST},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t length;
        uint8_t *bytes = small_image(&length);
        bytes_store_be32(bytes + fields[i].offset, fields[i].value);
        expect_refusal_of(bytes, length, fields[i].refusal);
    }
}

/* Room for a table that starts at 0x180 is made by moving everything behind the header. */
static void longest_header_is_accepted(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    uint8_t *longer = calloc(1, length + 0x100);
    memcpy(longer, bytes, 0x80);
    memcpy(longer + 0x180, bytes + 0x80, length - 0x80);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *entry = longer + ENTRY(i) + 0x100;
        bytes_store_be32(entry + 8, bytes_load_be32(entry + 8) + 0x100);
    }
    bytes_store_be32(longer + 0x50, 0x180);
    bytes_store_be32(longer + 0x58, (uint32_t)length + 0x100);
    synthetic_image_seal(longer);
    assert_true(image_check(longer, length + 0x100, &result));
    assert_int_equal(result.warning_count, 1);
    free(longer);
    free(bytes);
}

static void every_sector_number_is_judged(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    for (unsigned number = 0; number <= 0x101; number++) {
        bool wanted = number < 128 && number != 2 && (number < 5 || number > 0x1f);
        bytes_store_be16(bytes + ENTRY(7), (uint16_t)number);
        synthetic_image_seal(bytes);
        assert_int_equal(image_check(bytes, length, &result), wanted);
        if (!wanted)
            assert_int_equal(result.refusal, IMAGE_SECTOR_NUMBER);
    }
    free(bytes);
}

static void bounds_of_sectors_are_checked_without_overflow(void **state)
{
    (void)state;
    static const struct {
        uint32_t length, offset;
        enum image_refusal refusal;
    } bounds[] = {
        {0, 0x300, IMAGE_SECTOR_LENGTH_ZERO},
        {16, 0, IMAGE_SECTOR_OFFSET},
        {16, 0x27f, IMAGE_SECTOR_OFFSET},
        {16, 0x280, IMAGE_SECTOR_STREAM},
        {16, 20000 - 16, IMAGE_SECTOR_STREAM},
        {16, 20000 - 15, IMAGE_SECTOR_BEYOND_FILE},
        {16, 20000, IMAGE_SECTOR_BEYOND_FILE},
        {16, 0xfffffff0, IMAGE_SECTOR_BEYOND_FILE},
        {0xffffffff, 0x300, IMAGE_SECTOR_BEYOND_FILE},
        {0xfffffd10, 0x300, IMAGE_SECTOR_BEYOND_FILE}, /* the sum is 2^32 + 16 */
        {0x80000000, 0x80000000, IMAGE_SECTOR_BEYOND_FILE},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        size_t length;
        uint8_t *bytes = small_image(&length);
        bytes_store_be32(bytes + ENTRY(0) + 4, bounds[i].length);
        bytes_store_be32(bytes + ENTRY(0) + 8, bounds[i].offset);
        synthetic_image_seal(bytes);
        expect_refusal_of(bytes, length, bounds[i].refusal);
    }
}

static void stored_sector_needs_64_kilobytes_whatever_length_says(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = test_image_bytes("stored-sector.bin", &length);
    uint8_t *entry = NULL;
    for (unsigned i = 0; i < bytes_load_be32(bytes + 0x7c); i++)
        if (bytes[ENTRY(i) + 3] & 1)
            entry = bytes + ENTRY(i);
    assert_non_null(entry);
    bytes_store_be32(entry + 4, 16);
    synthetic_image_seal(bytes);
    assert_true(image_check(bytes, length, &result));
    assert_int_equal(result.length, length);
    assert_false(image_check(bytes, length - 1, &result));
    assert_int_equal(result.refusal, IMAGE_SECTOR_STORED_BEYOND_FILE);
    expect_warning_of(bytes, length, IMAGE_WARNING_STORED_LENGTH, "length is 16, wanted 65536");
}

static void warnings_of_a_kind_are_made_one(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = small_image(&length);
    for (unsigned i = 0; i < 8; i++)
        bytes_store_be16(bytes + ENTRY(i) + 2, (uint16_t)(0x100 << i));
    synthetic_image_seal(bytes);
    expect_warning_of(bytes, length, IMAGE_WARNING_FLAGS,
                      "sector 0 (and 7 more): flags are 0x0100");
    assert_int_equal(result.warning_count, 2);
}

static void lengths_around_the_phones_buffer(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(1, IMAGE_MAXIMUM_LENGTH + 1);
    size_t length;
    uint8_t *small = small_image(&length);
    memcpy(bytes, small, length);
    assert_true(image_check(bytes, IMAGE_MAXIMUM_LENGTH, &result));
    assert_int_equal(result.length, 20000);
    free(small);
    assert_false(image_find(bytes, IMAGE_MAXIMUM_LENGTH + 1, &result));
    assert_int_equal(result.refusal, IMAGE_TOO_LONG);
    expect_refusal_of(bytes, IMAGE_MAXIMUM_LENGTH + 1, IMAGE_TOO_LONG);
}

static void every_refusal_and_warning_has_a_name(void **state)
{
    (void)state;
    for (int a = 0; a < IMAGE_REFUSAL_COUNT; a++) {
        assert_string_not_equal(image_refusal_name((enum image_refusal)a), "unknown");
        for (int b = 0; b < a; b++)
            assert_string_not_equal(image_refusal_name((enum image_refusal)a),
                                    image_refusal_name((enum image_refusal)b));
    }
    assert_string_equal(image_refusal_name(IMAGE_REFUSAL_COUNT), "unknown");
    for (int kind = 0; kind < IMAGE_WARNING_KIND_COUNT; kind++)
        assert_string_not_equal(image_warning_name((enum image_warning_kind)kind), "unknown");
    assert_string_equal(image_warning_name(IMAGE_WARNING_KIND_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_images_are_refused_for_the_right_reason),
        cmocka_unit_test(odd_images_are_warned_about_by_name),
        cmocka_unit_test(small_image_is_valid_and_described),
        cmocka_unit_test(every_place_to_cut_is_refused),
        cmocka_unit_test(every_changed_byte_of_the_header_is_noticed),
        cmocka_unit_test(header_fields_out_of_range_are_refused),
        cmocka_unit_test(longest_header_is_accepted),
        cmocka_unit_test(every_sector_number_is_judged),
        cmocka_unit_test(bounds_of_sectors_are_checked_without_overflow),
        cmocka_unit_test(stored_sector_needs_64_kilobytes_whatever_length_says),
        cmocka_unit_test(warnings_of_a_kind_are_made_one),
        cmocka_unit_test(lengths_around_the_phones_buffer),
        cmocka_unit_test(every_refusal_and_warning_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
