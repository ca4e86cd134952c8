/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Image checks: the published digest vectors, every damaged image of tests/images against what the
 * loader's own code did with it, every refusal and every warning by name, every place to cut.
 */
#include "image/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <md5.h>
#include <sha2.h>

#include "base/bytes.h"
#include "tests/support/image_file_bytes.h"
#include "tests/support/synthetic_image.h"

#define ENTRY(index) (0x80 + 0x40 * (size_t)(index))

static struct image result;

static void hex(const uint8_t *bytes, size_t length, char *ret)
{
    for (size_t i = 0; i < length; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

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

/* --- digests --- */

static void nsdigest_equals_the_loaders_own(void **state)
{
    (void)state;
    uint8_t counting[256], zeros[1000] = {0}, digest[16];
    for (unsigned i = 0; i < sizeof counting; i++)
        counting[i] = (uint8_t)i;
    const struct {
        const void *bytes;
        size_t length;
        const char *wanted;
    } vectors[] = {
        {"", 0, "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", 1, "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", 3, "65a9f183ac0c704aba91ccca97bf9f34"},
        {counting, 16, "afb806374f6e2b2ec1dc75c9d78ae454"},
        {zeros, 32, "352b0d38348cdbe064df7df944c71459"},
        {zeros, 64, "44875d9ed8c9aae41beca5a9379b610b"},
        {counting, 256, "f842b72f89f0a2c6594ae58016c66fd8"},
        {zeros, 1000, "903fe6ee0714b60aaafefbdacef4bf56"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char text[33];
        image_nsdigest(vectors[i].bytes, vectors[i].length, digest);
        hex(digest, sizeof digest, text);
        assert_string_equal(text, vectors[i].wanted);
    }
}

static void nsdigest_does_not_depend_on_its_own_piece_size(void **state)
{
    (void)state;
    uint8_t bytes[5000], changed[5000], digest[16], wanted[16];
    for (size_t length = 1000; length <= sizeof bytes; length += 1000) {
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (uint8_t)(i * i);
            changed[i] = (uint8_t)(bytes[i] + 19 * i);
        }
        MD5_CTX md5;
        MD5Init(&md5);
        MD5Update(&md5, changed, length);
        MD5Final(wanted, &md5);
        image_nsdigest(bytes, length, digest);
        assert_memory_equal(digest, wanted, 16);
    }
}

/* Vector V1 of the image document: a header alone. */
static void make_v1(uint8_t v1[128])
{
    memset(v1, 0, 128);
    memcpy(v1, "SkOsMo5 fIrMwArE", 16);
    for (unsigned i = 0; i < 16; i++) {
        v1[0x30 + i] = (uint8_t)(0xa0 + i);
        v1[0x40 + i] = (uint8_t)(0xc0 + i);
    }
    bytes_store_be32(v1 + 0x50, 0x80);
    bytes_store_be32(v1 + 0x54, 0x40);
    bytes_store_be32(v1 + 0x58, 0x0043153d);
    memcpy(v1 + 0x5c, "7.6.2f", 6);
}

/* Vector V2: V1 with one entry. */
static void make_v2(uint8_t v2[192])
{
    static const uint8_t entry[] = {0x00, 0x35, 0x00, 0x00, 0x00, 0x00, 0x77, 0x8b, 0x00, 0x00,
                                    0x14, 0x40, 0x16, 0x16, 0xe6, 0xd2, 0x1e, 0xa2, 0x87, 0xc2,
                                    0x7a, 0xa1, 0xdb, 0x0b, 0x37, 0x8f, 0xdd, 0xfb};
    memset(v2, 0, 192);
    make_v1(v2);
    bytes_store_be32(v2 + 0x7c, 1);
    memcpy(v2 + 0x80, entry, sizeof entry);
}

/* The check passes digest, or digest and randseq, exactly when they are the loader's own values. */
static void header_digests_equal_the_loaders_own(void **state)
{
    (void)state;
    static const uint8_t randseq[] = {0x35, 0x78, 0xa5, 0xde, 0xea, 0xad, 0xcd, 0x6b,
                                      0xf0, 0x17, 0xbe, 0xfa, 0x19, 0xc0, 0x3f, 0xaf};
    static const uint8_t digest[] = {0xae, 0xeb, 0xb7, 0x11, 0xa6, 0xc3, 0xcd, 0xaa,
                                     0xe7, 0x45, 0xb5, 0xc1, 0x5b, 0xc4, 0xbe, 0x26};
    static const uint8_t digest_over_randseq[] = {0x7c, 0x49, 0x70, 0x6b, 0x28, 0xc4, 0xa1, 0xd6,
                                                  0xd8, 0x03, 0xbe, 0x66, 0x8c, 0x84, 0xd3, 0x2d};
    for (unsigned signature = 0; signature <= 0xff; signature += 0xff) { /* V2, V3 */
        uint8_t image[192];
        make_v2(image);
        memset(image + 0x10, (int)signature, 32);
        assert_false(image_check(image, sizeof image, &result));
        assert_int_equal(result.refusal, IMAGE_DIGEST);
        assert_non_null(strstr(result.refusal_text, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
        assert_non_null(strstr(result.refusal_text, "wanted aeebb711a6c3cdaae745b5c15bc4be26"));
        memcpy(image + 0x30, digest, 16);
        assert_false(image_check(image, sizeof image, &result));
        assert_int_equal(result.refusal, IMAGE_RANDSEQ);
        assert_non_null(strstr(result.refusal_text, "wanted 3578a5deeaadcd6bf017befa19c03faf"));
        memcpy(image + 0x40, randseq, 16);
        memcpy(image + 0x30, digest_over_randseq, 16);
        assert_false(image_check(image, sizeof image, &result));
        assert_int_equal(result.refusal, IMAGE_SECTOR_BEYOND_FILE);
    }
}

/* V1 has no entry and is refused for it, so its values are shown by the seal of the test images. */
static void seal_of_the_test_images_equals_the_loaders_own(void **state)
{
    (void)state;
    uint8_t image[192];
    char text[33];
    make_v1(image);
    synthetic_image_seal(image);
    hex(image + 0x40, 16, text);
    assert_string_equal(text, "81af3fb68818be9cd54fc3a58ce3e0db");
    hex(image + 0x30, 16, text);
    assert_string_equal(text, "6d8c81ee34d2f12346a446216bb11a19");
    make_v2(image);
    synthetic_image_seal(image);
    hex(image + 0x30, 16, text);
    assert_string_equal(text, "7c49706b28c4a1d6d803be668c84d32d");
}

/* --- the images of tests/images --- */

static void behaves_as_listed(const char *name, const char *tool_should)
{
    size_t length;
    uint8_t *bytes = test_image_bytes(name, &length);
    bool valid = image_find(bytes, length, &result);
    unsigned beyond_version = 0;
    for (unsigned i = 0; i < result.warning_count; i++)
        beyond_version += result.warnings[i].kind != IMAGE_WARNING_NEWER_VERSION;
    const char *did = !valid ? "refuse" : beyond_version > 0 ? "warn" : "accept";
    if (strcmp(did, tool_should) != 0)
        fail_msg("%s: wanted %s, got %s (%s)", name, tool_should, did, result.refusal_text);
    if (valid) {
        assert_string_equal(result.refusal_text, "");
        assert_int_equal(result.warning_count - beyond_version,
                         strcmp(result.version, "7.6.2f") == 0);
    }
    free(bytes);
}

static void every_listed_image_is_judged_as_listed(void **state)
{
    (void)state;
    char path[4096];
    json_error_t error;
    test_image_path("images.json", path, sizeof path);
    json_t *list = json_load_file(path, 0, &error);
    assert_non_null(list);
    assert_true(json_array_size(list) >= 31);
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
        behaves_as_listed(json_string_value(json_object_get(item, "file")),
                          json_string_value(json_object_get(item, "tool_should")));
    json_decref(list);
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

static void versions_are_ordered_as_released(void **state)
{
    (void)state;
    static const char *const order[] = {"",      "5.0",    "7.4.6",  "7.4.9c", "7.5.1",
                                        "7.5.2", "7.5.2a", "7.5.2b", "7.5.5",  "7.5.10",
                                        "7.6.2", "7.6.2f", "7.6.2g", "7.10.1", "10.0"};
    for (size_t a = 0; a < sizeof order / sizeof order[0]; a++)
        for (size_t b = 0; b < sizeof order / sizeof order[0]; b++)
            assert_int_equal(image_version_is_newer(order[a], order[b]), a > b);
    assert_false(image_version_is_newer("7-5-2b", "7.5.2B"));
    assert_false(image_version_is_newer("7.05.2b", "7.5.2b"));
    assert_true(image_version_is_newer("99999999999999999999999.1", "7.5.2b"));
}

static void safe_version_is_not_warned_about(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        unsigned warnings;
    } versions[] = {{"7.5.2b", 0}, {"7.4.9c", 0}, {"7.5.5", 1}, {"", 1}, {"\033[31mred", 1}};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct synthetic_image_options options = {.approximate_bytes = 2000,
                                                  .version = versions[i].version};
        size_t length;
        uint8_t *bytes = synthetic_image_with(&options, &length);
        assert_true(image_check(bytes, length, &result));
        assert_string_equal(result.version, versions[i].version);
        assert_int_equal(result.warning_count, versions[i].warnings);
        assert_null(strchr(result.warnings[0].text, '\033'));
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nsdigest_equals_the_loaders_own),
        cmocka_unit_test(nsdigest_does_not_depend_on_its_own_piece_size),
        cmocka_unit_test(header_digests_equal_the_loaders_own),
        cmocka_unit_test(seal_of_the_test_images_equals_the_loaders_own),
        cmocka_unit_test(every_listed_image_is_judged_as_listed),
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
        cmocka_unit_test(versions_are_ordered_as_released),
        cmocka_unit_test(safe_version_is_not_warned_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
