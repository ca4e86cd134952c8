/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files in every container, compression, link layer and tunnel (CAPTURES in the environment
 * names their directory, as tests/golden/spoil.py all writes it), each damaged in many ways from a
 * fixed seed: read, judged, reported and redacted under the sanitizers. MUTATIONS=N sets how often.
 */
#include "base/random.h"
#include "tests/fuzz/capture_invariants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#define DEFAULT_MUTATIONS 40
#define SIZE_MAXIMUM      ((size_t)1024 * 1024)

static uint8_t original[SIZE_MAXIMUM], damaged[SIZE_MAXIMUM];

static size_t read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(original, 1, sizeof original, file);
    fclose(file);
    return length;
}

static size_t damage(struct random *random, size_t length)
{
    static const uint8_t telling[] = {0, 1, 4, 6, 0x7f, 0x80, 0xfe, 0xff};
    memcpy(damaged, original, length);
    for (uint32_t left = 1 + random_below(random, 6); left > 0 && length > 8; left--) {
        /* Headers of files and blocks stand at the beginning more often than elsewhere. */
        uint32_t reach =
            random_below(random, 2) ? (uint32_t)length : (uint32_t)(length < 200 ? length : 200);
        size_t at = random_below(random, reach);
        switch (random_below(random, 4)) {
        case 0:
            damaged[at] ^= (uint8_t)(1U << random_below(random, 8));
            break;
        case 1:
            damaged[at] = telling[random_below(random, sizeof telling)];
            break;
        case 2:
            memmove(damaged + at, original + random_below(random, (uint32_t)(length - 7)),
                    length - at < 8 ? length - at : 8);
            break;
        default:
            length = at > 24 ? at : length;
            break;
        }
    }
    return length;
}

static void damaged_captures_are_read_safely(void **state)
{
    const char *directory = getenv("CAPTURES"), *times = getenv("MUTATIONS");
    unsigned long mutations = times ? strtoul(times, NULL, 10) : DEFAULT_MUTATIONS;
    struct random random = random_from_seed(20261125);
    char pattern[4096];
    glob_t files = {0};

    (void)state;
    assert_non_null(directory);
    snprintf(pattern, sizeof pattern, "%s/*/*", directory);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 30);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t length = read_file(files.gl_pathv[i]);
        const char *broken = capture_broken_invariant(original, length);
        if (broken)
            fail_msg("%s: %s", files.gl_pathv[i], broken);
        for (unsigned long n = 0; n < mutations; n++) {
            size_t left = damage(&random, length);
            broken = capture_broken_invariant(damaged, left);
            if (broken)
                fail_msg("%s, mutation %lu: %s", files.gl_pathv[i], n, broken);
        }
    }
    globfree(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_captures_are_read_safely)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
