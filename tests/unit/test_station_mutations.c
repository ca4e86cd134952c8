/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recorded phones and whatever else stands in pcaps/, damaged in many ways from a fixed seed, as
 * what a run hears: see tests/fuzz/station_invariants.h. MUTATIONS=N sets how often. With a
 * directory as argument the undamaged ones are written there, as seeds for the fuzzer.
 */
#include "base/bytes.h"
#include "base/random.h"
#include "tests/fuzz/frame_script.h"
#include "tests/fuzz/station_invariants.h"
#include "tests/support/trace_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_MUTATIONS 12
#define SIZE_MAXIMUM      ((size_t)512 * 1024)

static uint8_t script[SIZE_MAXIMUM], damaged[SIZE_MAXIMUM];
static size_t heads[SIZE_MAXIMUM / SCRIPT_FRAME_HEAD]; /* where frames begin */
static size_t head_count;

/* The name that the trace's phone asks for, so that it is served as ours. Returns: its length. */
static size_t add_name(const struct trace_frames *trace, uint8_t *ret)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct frame *frame = &trace->frames[i];
        if (frame->kind != FRAME_TFTP || frame->tftp.opcode != TFTP_RRQ || !frame->tftp.file_name)
            continue;
        size_t length = strlen(frame->tftp.file_name);
        if (length > STATION_NAME_MAXIMUM)
            return 0;
        memcpy(ret, frame->tftp.file_name, length);
        return length;
    }
    return 0;
}

/* Returns: the length of the script that the trace makes. */
static size_t write_script(const struct trace_frames *trace, uint8_t choice)
{
    size_t length = 2 + add_name(trace, script + 2);
    instant_ns before_ns = trace->count ? trace->frames[0].time_ns : 0;
    script[0] = choice;
    script[1] = (uint8_t)(length - 2);
    head_count = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct frame *frame = &trace->frames[i];
        duration_ns wait_ns = frame->time_ns - before_ns;
        uint64_t tenths = wait_ns > 0 ? (uint64_t)(wait_ns / (NS_PER_S / 10)) : 0;
        if (length + SCRIPT_FRAME_HEAD + frame->captured > sizeof script)
            break;
        if (tenths > 0)
            before_ns = frame->time_ns;
        heads[head_count++] = length;
        script[length] = (uint8_t)(tenths < 255 ? tenths : 255);
        script[length + 1] = SCRIPT_CHECKSUMS;
        bytes_store_be16(script + length + 2, (uint16_t)frame->captured);
        memcpy(script + length + SCRIPT_FRAME_HEAD, frame->bytes, frame->captured);
        length += SCRIPT_FRAME_HEAD + frame->captured;
    }
    return length;
}

/* Returns: the length of the damaged script: bytes are changed, frames doubled, cut, delayed. */
static size_t damage(struct random *random, size_t length)
{
    static const uint8_t telling[] = {0, 1, 4, 0x7f, 0x80, 0xfe, 0xff};
    memcpy(damaged, script, length);
    for (uint32_t left = 1 + random_below(random, 8); left > 0 && head_count > 0; left--) {
        uint32_t which = random_below(random, (uint32_t)head_count);
        size_t head = heads[which];
        size_t size = bytes_load_be16(script + head + 2);
        size_t at = head + SCRIPT_FRAME_HEAD + (size ? random_below(random, (uint32_t)size) : 0);
        const size_t other = heads[random_below(random, (uint32_t)head_count)];
        if (at >= length)
            continue;
        switch (random_below(random, 6)) {
        case 0:
            damaged[at] ^= (uint8_t)(1U << random_below(random, 8));
            break;
        case 1:
            damaged[at] = telling[random_below(random, sizeof telling)];
            break;
        case 2: /* what another frame has there */
            damaged[at] = script[(other + (at - head)) % length];
            break;
        case 3:
            damaged[head] = (uint8_t)random_below(random, 256);
            break;
        case 4:
            damaged[head + 1] ^= SCRIPT_CHECKSUMS;
            break;
        default: /* another sender: the end of its MAC address */
            if (size >= 12)
                damaged[head + SCRIPT_FRAME_HEAD + 11] ^= (uint8_t)random_below(random, 256);
            break;
        }
    }
    return length;
}

static void write_seed(const char *directory, const char *name, unsigned choice, size_t length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%u", directory, name, choice);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(script, 1, length, file) != length || fclose(file) != 0)
        abort();
}

static void for_each_script(void use(void *context, const char *name, uint8_t choice,
                                     size_t length),
                            void *context)
{
    static const uint8_t choices[] = {0x00, 0x01, 0x02, 0x1a, 0x2a, 0x6e, 0x82};
    char **names = trace_names();
    for (size_t i = 0; names[i]; i++) {
        struct trace_frames trace;
        trace_frames_load(names[i], &trace);
        for (size_t j = 0; j < sizeof choices; j++)
            use(context, names[i], choices[j], write_script(&trace, choices[j]));
        trace_frames_free(&trace);
    }
    trace_names_free(names);
}

static void seed(void *context, const char *name, uint8_t choice, size_t length)
{
    write_seed(context, name, choice, length);
}

static void mutate(void *context, const char *name, uint8_t choice, size_t length)
{
    const char *times = getenv("MUTATIONS");
    unsigned long mutations = times ? strtoul(times, NULL, 10) : DEFAULT_MUTATIONS;
    const char *broken = station_broken_invariant(script, length);
    if (broken)
        fail_msg("%s, configuration %#x: %s", name, choice, broken);
    for (unsigned long n = 0; n < mutations; n++) {
        broken = station_broken_invariant(damaged, damage(context, length));
        if (broken)
            fail_msg("%s, configuration %#x, mutation %lu: %s", name, choice, n, broken);
    }
}

static void a_run_stands_what_it_hears(void **state)
{
    struct random random = random_from_seed(20261130);
    (void)state;
    for_each_script(mutate, &random);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_run_stands_what_it_hears)};
    if (argc == 2) {
        for_each_script(seed, argv[1]);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
