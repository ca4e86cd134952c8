/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The published digest vectors, and every damaged image of tests/images against what the loader's
 * own code did with it.
 */
#include "base/bytes.h"
#include "image/image.h"
#include "tests/support/image_file_bytes.h"
#include "tests/support/synthetic_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <md5.h>

static struct image result;

static void hex(const uint8_t *bytes, size_t length, char *ret)
{
    for (size_t i = 0; i < length; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
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
        cmocka_unit_test(versions_are_ordered_as_released),
        cmocka_unit_test(safe_version_is_not_warned_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
