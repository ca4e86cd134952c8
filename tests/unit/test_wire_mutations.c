/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every recorded frame, damaged in many ways from a fixed seed: bits, bytes and 16-bit fields
 * changed, cut, grown, parts moved. Nothing may be read out of bounds (the sanitizers watch copies
 * of the exact size), and what the dissection says must be consistent. MUTATIONS=N in the
 * environment sets how often each frame is damaged.
 */
#include "../fuzz/frame_invariants.h"
#include "base/bytes.h"
#include "base/random.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_MUTATIONS 100

static void damage_once(struct random *random, uint8_t *bytes, size_t *captured, size_t *length)
{
    static const uint16_t telling[] = {0, 1, 7, 8, 0x7fff, 0x8000, 0xfffe, 0xffff};
    size_t at = *captured > 0 ? random_below(random, (uint32_t)*captured) : 0;

    switch (random_below(random, 7)) {
    case 0:
        bytes[at] ^= (uint8_t)(1U << random_below(random, 8));
        break;
    case 1:
        bytes[at] = (uint8_t)random_below(random, 256);
        break;
    case 2: /* lengths, types, counts */
        if (at + 2 <= *captured)
            bytes_store_be16(bytes + at, telling[random_below(random, 8)]);
        break;
    case 3: /* cut: whole frame or capture */
        *captured = at;
        if (random_below(random, 2) == 0)
            *length = at;
        break;
    case 4: /* grow by old bytes */
        if (*captured > 0 && *captured * 2 <= SUPPORT_FRAME_SIZE) {
            memcpy(bytes + *captured, bytes, at);
            *captured += at;
            *length += at;
        }
        break;
    case 5: /* move the rest */
        if (*captured > 0) {
            size_t to = random_below(random, (uint32_t)*captured);
            size_t room = *captured - (at > to ? at : to);
            memmove(bytes + to, bytes + at, room);
        }
        break;
    default: /* a string loses its end */
        for (size_t i = at; i < *captured && i < at + 8; i++)
            bytes[i] = bytes[i] == 0 ? 'x' : bytes[i];
        break;
    }
}

struct progress {
    struct random random;
    unsigned long mutations;
    size_t dissected;
    bool seen[WIRE_REASON_COUNT];
};

static void damage_trace(const struct trace *trace, void *context)
{
    struct progress *progress = context;

    for (size_t i = 0; i < trace->count; i++) {
        for (unsigned long n = 0; n < progress->mutations; n++) {
            uint8_t bytes[SUPPORT_FRAME_SIZE] = {0};
            size_t captured = trace->frames[i].captured;
            size_t length = trace->frames[i].length;
            const char *broken;
            struct frame frame;

            memcpy(bytes, trace->frames[i].bytes, captured);
            for (uint32_t left = 1 + random_below(&progress->random, 4); left > 0; left--)
                damage_once(&progress->random, bytes, &captured, &length);
            broken = frame_broken_invariant(bytes, captured, length);
            if (broken != NULL)
                fail_msg("%s frame %zu, mutation %lu: %s", trace->name, i + 1, n, broken);
            frame_dissect(bytes, captured, length, &frame);
            progress->seen[frame.reason] = true;
            progress->dissected++;
        }
    }
}

static void damaged_frames_are_dissected_safely_and_consistently(void **state)
{
    const char *mutations = getenv("MUTATIONS");
    struct progress progress = {.random = random_from_seed(20240924)};
    unsigned reasons = 0;

    (void)state;
    progress.mutations = mutations != NULL ? strtoul(mutations, NULL, 10) : DEFAULT_MUTATIONS;
    trace_for_each(damage_trace, &progress);
    assert_true(progress.dissected >= progress.mutations * 1700);
    /* The damage reaches far: otherwise this test would prove little. */
    for (unsigned reason = 0; reason < WIRE_REASON_COUNT; reason++)
        reasons += progress.seen[reason];
    assert_true(reasons >= WIRE_REASON_COUNT / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_frames_are_dissected_safely_and_consistently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
