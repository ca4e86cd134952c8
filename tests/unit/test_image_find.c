/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the image inside other files, and never accepting one that was changed: a program holds
 * the magic as a constant too, hostile files hold it a million times.
 */
#include "image/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <md5.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/random.h"
#include "tests/support/image_file_bytes.h"
#include "tests/support/synthetic_image.h"

#define MAGIC "SkOsMo5 fIrMwArE"

static struct image result;

static double seconds_used(clock_t since)
{
    return (double)(clock() - since) / CLOCKS_PER_SEC;
}

/* `before` bytes of junk, the image, `behind` bytes of junk. */
static uint8_t *wrap(const uint8_t *image, size_t length, size_t before, size_t behind)
{
    struct random random = random_from_seed(before);
    uint8_t *container = malloc(before + length + behind);
    for (size_t i = 0; i < before + length + behind; i++)
        container[i] = (uint8_t)random_u64(&random);
    memcpy(container + before, image, length);
    return container;
}

static void image_is_found_at_every_position(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(3000, 1, &length);
    assert_true(image_check(image, length, &result));
    for (size_t before = 0; before < 300; before++) {
        uint8_t *container = wrap(image, length, before, before % 3 * 50);
        assert_true(image_find(container, before + length + before % 3 * 50, &result));
        assert_int_equal(result.offset, before);
        assert_int_equal(result.length, length);
        assert_ptr_equal(result.bytes, container + before);
        assert_memory_equal(result.bytes, image, length);
        free(container);
    }
    free(image);
}

static void what_follows_the_image_is_warned_about_in_a_bin_only(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(3000, 1, &length);
    for (size_t before = 0; before < 2; before++) {
        uint8_t *container = wrap(image, length, before, 100);
        assert_true(image_find(container, before + length + 100, &result));
        assert_int_equal(result.warning_count, before == 0);
        free(container);
    }
    free(image);
}

static void container_of_the_recorded_set_is_found_as_listed(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = test_image_bytes("container.exe", &length);
    assert_true(image_find(bytes, length, &result));
    assert_int_equal(result.offset, 506);
    assert_int_equal(result.length, 18000);
    char sha256[IMAGE_SHA256_SIZE];
    image_sha256(&result, sha256);
    assert_string_equal(sha256, "7ea80b8f4dae1a67c40efb17e97601aa6314789eb51915872797b302665d3f4b");
    for (size_t cut = 0; cut < 506 + 18000; cut += 37)
        assert_false(image_find(bytes, cut, &result));
    assert_false(image_find(bytes, 506 + 18000 - 1, &result));
    assert_true(image_find(bytes, 506 + 18000, &result));
    free(bytes);
}

static void damaged_image_in_a_container_is_told_from_a_packed_one(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = test_image_bytes("container.exe", &length);
    bytes[506 + 0x30] ^= 1;
    assert_false(image_find(bytes, length, &result));
    assert_int_equal(result.refusal, IMAGE_NOT_FOUND);
    assert_non_null(
        strstr(result.refusal_text, "image at offset 506 of the file is damaged: digest"));
    assert_int_equal(result.offset, 0);
    assert_int_equal(result.length, length);
    free(bytes);
}

static void header_without_entries_counts_as_a_constant(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(3000, 1, &length);
    bytes_store_be32(image + 0x7c, 0);
    uint8_t *container = wrap(image, length, 100, 0);
    assert_false(image_find(container, 100 + length, &result));
    assert_non_null(strstr(result.refusal_text, "1 time but no image follows it"));
    free(container);
    free(image);
}

static void sound_image_behind_a_damaged_one_is_taken(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(3000, 1, &length);
    uint8_t *both = calloc(2, length);
    memcpy(both, image, length);
    memcpy(both + length, image, length);
    both[length - 1] ^= 1; /* the Adler-32 of the last sector */
    assert_true(image_find(both, 2 * length, &result));
    assert_int_equal(result.offset, length);
    both[2 * length - 1] ^= 1;
    assert_false(image_find(both, 2 * length, &result));
    assert_int_equal(result.refusal, IMAGE_SECTOR_STREAM); /* of the bytes themselves */
    free(both);
    free(image);
}

static void image_beyond_ten_mebibytes_of_program_is_found(void **state)
{
    (void)state;
    size_t length, before = IMAGE_MAXIMUM_LENGTH + 5;
    uint8_t *image = synthetic_image(3000, 1, &length);
    uint8_t *container = calloc(1, before + length);
    memcpy(container, "MZ", 2);
    memcpy(container + before, image, length);
    assert_true(image_find(container, before + length, &result));
    assert_int_equal(result.offset, before);
    free(container);
    free(image);
}

static void image_longer_than_the_phones_buffer_is_refused_in_a_container(void **state)
{
    (void)state;
    size_t length, far = IMAGE_MAXIMUM_LENGTH;
    uint8_t *image = synthetic_image(1500, 1, &length);
    uint8_t *container = calloc(1, 1 + far + length);
    uint8_t *inner = container + 1;
    memcpy(inner, image, length);
    memcpy(inner + far, image + bytes_load_be32(image + 0x88), bytes_load_be32(image + 0x84));
    bytes_store_be32(inner + 0x88,
                     (uint32_t)far); /* the only blob of the image now stands far away */
    synthetic_image_seal(inner);
    assert_false(image_find(container, 1 + far + length, &result));
    assert_non_null(strstr(result.refusal_text, "wanted at most 10485760"));
    free(container);
    free(image);
}

static void magic_a_million_times_does_not_hold_it_up(void **state)
{
    (void)state;
    size_t length = 16u << 20;
    uint8_t *bytes = malloc(length + 1);
    for (size_t at = 0; at < length; at += 16)
        memcpy(bytes + 1 + at, MAGIC, 16);
    bytes[0] = 0;
    clock_t start = clock();
    assert_false(image_find(bytes, length + 1, &result));
    assert_true(seconds_used(start) < 5);
    assert_int_equal(result.refusal, IMAGE_NOT_FOUND);
    assert_non_null(strstr(result.refusal_text, "1048576 times"));
    free(bytes);
}

static void magic_across_any_border_is_seen(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = synthetic_image(1500, 1, &length);
    for (size_t before = 8192 - 40; before < 8192 + 40; before++) {
        uint8_t *container = calloc(1, before + length);
        memcpy(container + before, image, length);
        assert_true(image_find(container, before + length, &result));
        assert_int_equal(result.offset, before);
        free(container);
    }
    free(image);
}

/* Headers as dense as they can be, each with a table of the full 8 kB to digest. */
static void plausible_headers_all_over_do_not_hold_it_up(void **state)
{
    (void)state;
    size_t length = 8u << 20;
    uint8_t *bytes = malloc(length + 1);
    bytes[0] = 0;
    for (size_t at = 1; at + 32 <= length + 1; at += 32) {
        memcpy(bytes + at, MAGIC, 16);
        bytes_store_be32(bytes + at + 16, 0x80);
        bytes_store_be32(bytes + at + 20, 0x40);
        bytes_store_be32(bytes + at + 24, 0);
        bytes_store_be32(bytes + at + 28, 128);
    }
    clock_t start = clock();
    assert_false(image_find(bytes, length + 1, &result));
    assert_true(seconds_used(start) < 1);
    assert_non_null(strstr(result.refusal_text, "is damaged: digest"));
    free(bytes);
}

/* Deflate blocks without contents go on as long as the file does. */
static void stream_without_contents_does_not_hold_it_up(void **state)
{
    (void)state;
    static const uint8_t empty_block[] = {0, 0, 0, 0xff, 0xff};
    size_t length = 10u << 20, start = 0x80 + 128 * 0x40;
    uint8_t *bytes = calloc(1, length);
    memcpy(bytes, MAGIC, 16);
    bytes_store_be32(bytes + 0x50, 0x80);
    bytes_store_be32(bytes + 0x54, 0x40);
    bytes_store_be32(bytes + 0x7c, 128);
    for (unsigned i = 0; i < 128; i++) {
        bytes_store_be16(bytes + 0x80 + 0x40 * i, 57);
        bytes_store_be32(bytes + 0x84 + 0x40 * i, (uint32_t)(length - start));
        bytes_store_be32(bytes + 0x88 + 0x40 * i, (uint32_t)start);
    }
    bytes[start] = 0x78;
    bytes[start + 1] = 0x9c;
    for (size_t at = start + 2; at + 5 <= length; at += 5)
        memcpy(bytes + at, empty_block, 5);
    synthetic_image_seal(bytes);
    clock_t begin = clock();
    assert_false(image_check(bytes, length, &result));
    assert_true(seconds_used(begin) < 5);
    assert_int_equal(result.refusal, IMAGE_SECTOR_STREAM);
    assert_non_null(strstr(result.refusal_text, "longer than any compressor makes it"));
    free(bytes);
}

/* An image of one sector whose blob unpacks to `unpacked` zeros. */
static uint8_t *image_of_zeros(size_t unpacked, size_t *ret_length)
{
    uint8_t *zeros = calloc(1, unpacked);
    uint8_t *image = calloc(1, 4096);
    uLongf blob_length = 4096 - 0xc0;
    MD5_CTX md5;
    memcpy(image, MAGIC, 16);
    bytes_store_be32(image + 0x50, 0x80);
    bytes_store_be32(image + 0x54, 0x40);
    memcpy(image + 0x5c, "7.5.2b", 6);
    bytes_store_be32(image + 0x7c, 1);
    assert_int_equal(compress(image + 0xc0, &blob_length, zeros, unpacked), Z_OK);
    bytes_store_be16(image + 0x80, 57);
    bytes_store_be32(image + 0x84, (uint32_t)blob_length);
    bytes_store_be32(image + 0x88, 0xc0);
    MD5Init(&md5);
    MD5Update(&md5, zeros, unpacked);
    MD5Final(image + 0x8c, &md5);
    *ret_length = 0xc0 + blob_length;
    bytes_store_be32(image + 0x58, (uint32_t)*ret_length);
    synthetic_image_seal(image);
    free(zeros);
    return image;
}

static void stream_may_fill_a_sector_and_not_one_byte_more(void **state)
{
    (void)state;
    for (size_t unpacked = 65530; unpacked <= 65546; unpacked++) {
        size_t length;
        uint8_t *image = image_of_zeros(unpacked, &length);
        bool fits = unpacked <= IMAGE_SECTOR_LENGTH;
        assert_int_equal(image_check(image, length, &result), fits);
        assert_int_equal(result.refusal, fits ? IMAGE_VALID : IMAGE_SECTOR_STREAM);
        if (fits)
            assert_int_equal(result.sectors[0].unpacked_length, unpacked);
        else
            assert_non_null(strstr(result.refusal_text, "unpacks to more than 65536"));
        free(image);
    }
}

static void bytes_behind_the_end_of_a_stream_are_ignored(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = image_of_zeros(1000, &length);
    bytes_store_be32(image + 0x84, (uint32_t)(length - 0xc0 + 100));
    bytes_store_be32(image + 0x58, (uint32_t)length + 100);
    synthetic_image_seal(image);
    assert_true(image_check(image, length + 100, &result));
    assert_int_equal(result.length, length + 100);
    assert_int_equal(result.warning_count, 0);
    free(image);
}

/*
 * Thousands of changed images, the same ones every time. The header digests leave no change of
 * header or table unnoticed, Adler-32 and MD5 none of the contents: what is accepted must be
 * unchanged where it counts.
 */
static void no_changed_image_is_accepted(void **state)
{
    (void)state;
    struct random random = random_from_seed(20);
    size_t length;
    uint8_t *image = synthetic_image(2000, 7, &length);
    for (unsigned round = 0; round < 20000; round++) {
        size_t cut = length - (random_below(&random, 4) ? 0 : random_below(&random, 200));
        uint8_t *changed = malloc(cut);
        memcpy(changed, image, cut);
        for (unsigned changes = 1 + random_below(&random, 4); changes > 0; changes--) {
            size_t at = random_below(&random, random_below(&random, 2) ? 0x200 : (uint32_t)cut);
            changed[at] = (uint8_t)random_u64(&random);
        }
        bool same = cut == length && memcmp(changed, image, 0x10) == 0 &&
                    memcmp(changed + 0x30, image + 0x30, cut - 0x30) == 0;
        assert_int_equal(image_find(changed, cut, &result), same);
        free(changed);
    }
    free(image);
}

/* As above with the header sealed again, so that every check behind the digests is reached. */
static void changed_and_sealed_images_are_judged_without_harm(void **state)
{
    (void)state;
    struct random random = random_from_seed(21);
    unsigned seen[IMAGE_REFUSAL_COUNT] = {0};
    size_t length;
    uint8_t *image = test_image_bytes("small.bin", &length);
    uint8_t *changed = malloc(length);
    for (unsigned round = 0; round < 5000; round++) {
        memcpy(changed, image, length);
        size_t at = 0x80 + 0x40 * random_below(&random, 8) + random_below(&random, 12);
        if (random_below(&random, 2))
            changed[at] = (uint8_t)(1u << random_below(&random, 8));
        else
            bytes_store_be32(changed + (at & ~(size_t)3), (uint32_t)random_u64(&random));
        synthetic_image_seal(changed);
        image_check(changed, length, &result);
        seen[result.refusal]++;
    }
    assert_true(seen[IMAGE_VALID] > 0);
    assert_true(seen[IMAGE_SECTOR_NUMBER] > 0);
    assert_true(seen[IMAGE_SECTOR_OFFSET] > 0);
    assert_true(seen[IMAGE_SECTOR_BEYOND_FILE] > 0);
    assert_true(seen[IMAGE_SECTOR_STORED_BEYOND_FILE] > 0);
    assert_true(seen[IMAGE_SECTOR_STREAM] > 0);
    free(changed);
    free(image);
}

static void synthetic_images_are_valid_at_every_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {1000, 1500, 5000, 20000, 66000, 150000, 299999, 400000, 4147359};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t length;
        uint8_t *image = synthetic_image(sizes[i], i, &length);
        assert_true(image_check(image, length, &result));
        assert_int_equal(result.warning_count, 0);
        assert_in_range(length, sizes[i] - sizes[i] / 20 - 300, sizes[i] + sizes[i] / 20 + 300);
        unsigned stored = 0, brief = 0;
        for (unsigned sector = 0; sector < result.sector_count; sector++) {
            stored += result.sectors[sector].stored;
            brief += result.sectors[sector].unpacked_length < IMAGE_SECTOR_LENGTH;
        }
        if (sizes[i] == 4147359) { /* as 7.5.2b: 75 entries, some stored, some short */
            assert_int_equal(result.sector_count, 75);
            assert_int_equal(result.sectors[4].number, 57);
            assert_in_range(stored, 10, 20);
            assert_in_range(brief, 2, 4);
        }
        free(image);
    }
}

static void spoiled_synthetic_images_are_refused_as_asked(void **state)
{
    (void)state;
    static const uint16_t wrong[] = {127}, absent[] = {56};
    struct synthetic_image_options options = {.approximate_bytes = 20000, .reject = true};
    size_t length;
    uint8_t *image = synthetic_image_with(&options, &length);
    assert_false(image_check(image, length, &result));
    assert_int_equal(result.refusal, IMAGE_DIGEST);
    free(image);
    options = (struct synthetic_image_options){
        .approximate_bytes = 20000, .wrong_sectors = wrong, .wrong_sector_count = 1};
    image = synthetic_image_with(&options, &length);
    assert_false(image_check(image, length, &result));
    assert_int_equal(result.refusal, IMAGE_SECTOR_DIGEST);
    free(image);
    options.wrong_sectors = absent;
    assert_null(synthetic_image_with(&options, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_is_found_at_every_position),
        cmocka_unit_test(what_follows_the_image_is_warned_about_in_a_bin_only),
        cmocka_unit_test(container_of_the_recorded_set_is_found_as_listed),
        cmocka_unit_test(damaged_image_in_a_container_is_told_from_a_packed_one),
        cmocka_unit_test(header_without_entries_counts_as_a_constant),
        cmocka_unit_test(sound_image_behind_a_damaged_one_is_taken),
        cmocka_unit_test(image_beyond_ten_mebibytes_of_program_is_found),
        cmocka_unit_test(image_longer_than_the_phones_buffer_is_refused_in_a_container),
        cmocka_unit_test(magic_a_million_times_does_not_hold_it_up),
        cmocka_unit_test(magic_across_any_border_is_seen),
        cmocka_unit_test(plausible_headers_all_over_do_not_hold_it_up),
        cmocka_unit_test(stream_without_contents_does_not_hold_it_up),
        cmocka_unit_test(stream_may_fill_a_sector_and_not_one_byte_more),
        cmocka_unit_test(bytes_behind_the_end_of_a_stream_are_ignored),
        cmocka_unit_test(no_changed_image_is_accepted),
        cmocka_unit_test(changed_and_sealed_images_are_judged_without_harm),
        cmocka_unit_test(synthetic_images_are_valid_at_every_size),
        cmocka_unit_test(spoiled_synthetic_images_are_refused_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
