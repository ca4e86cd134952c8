/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target without libFuzzer: runs it on each file named, and on some hundred damaged copies
 * of each from a fixed seed (MUTATIONS=N), and says in TAP what was run.
 */
#include "base/random.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAXIMUM      ((size_t)1024 * 1024)
#define DEFAULT_MUTATIONS 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t original[SIZE_MAXIMUM];

/* The target gets memory of its own, so that the sanitizer sees each byte behind its end. */
static void run(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

static void run_damaged(struct random *random, size_t length)
{
    static uint8_t damaged[SIZE_MAXIMUM];
    memcpy(damaged, original, length);
    for (uint32_t left = 1 + random_below(random, 6); left > 0 && length > 0; left--) {
        size_t at = random_below(random, (uint32_t)length);
        switch (random_below(random, 4)) {
        case 0:
            damaged[at] ^= (uint8_t)(1U << random_below(random, 8));
            break;
        case 1:
            damaged[at] = (uint8_t)random_below(random, 256);
            break;
        case 2:
            damaged[at] = original[random_below(random, (uint32_t)length)];
            break;
        default:
            length = random_below(random, 8) == 0 ? at : length;
            break;
        }
    }
    run(damaged, length);
}

int main(int argc, char **argv)
{
    const char *times = getenv("MUTATIONS");
    unsigned long mutations = times ? strtoul(times, NULL, 10) : DEFAULT_MUTATIONS;
    struct random random = random_from_seed(20261130);
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            printf("not ok %d - %s cannot be read\n", i, argv[i]);
            continue;
        }
        size_t length = fread(original, 1, sizeof original, file);
        fclose(file);
        run(original, length);
        for (unsigned long n = 0; n < mutations; n++)
            run_damaged(&random, length);
        printf("ok %d - %s and %lu damaged copies\n", i, argv[i], mutations);
        fflush(stdout);
    }
    return argc > 1 ? 0 : 1;
}
