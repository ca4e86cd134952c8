/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The quick look at frames that cannot matter: over every recorded trace, amid the noise of an
 * office, the diagnosis with it is the diagnosis without it, down to the last frame of evidence.
 */
#include "judge/verdict.h"
#include "observe/observer.h"
#include "tests/support/trace_frames.h"
#include "wire/craft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOISE_FRAMES 6

struct noise {
    uint8_t bytes[NOISE_FRAMES][CRAFT_FRAME_SIZE];
    size_t lengths[NOISE_FRAMES];
};

static const struct mac_address clerk = {{0x3c, 0x97, 0x0e, 0x00, 0x0b, 0x51}};
static const struct mac_address printer = {{0x3c, 0x97, 0x0e, 0x00, 0x0b, 0x52}};

static void make_noise(struct noise *ret)
{
    static const uint8_t payload[200];
    struct error error;
    struct craft *craft = craft_new(&error);
    struct craft_udp udp = {.source_mac = clerk,
                            .destination_mac = printer,
                            .source_ip = 0x0a010011,
                            .destination_ip = 0x0a010012,
                            .source_port = 16384,
                            .destination_port = 16386,
                            .time_to_live = 64,
                            .vlan = CRAFT_NO_VLAN};
    struct craft_tcp tcp = {.source_mac = clerk,
                            .destination_mac = printer,
                            .source_ip = 0x0a010011,
                            .destination_ip = 0x0a010012,
                            .source_port = 443,
                            .destination_port = 40000,
                            .flags = TCP_FLAG_ACK,
                            .time_to_live = 64,
                            .vlan = CRAFT_NO_VLAN};
    assert_non_null(craft);
    ret->lengths[0] = craft_udp(craft, &udp, payload, sizeof payload, ret->bytes[0]);
    ret->lengths[1] = craft_tcp(craft, &tcp, payload, sizeof payload, ret->bytes[1]);
    udp.destination_port = 53;
    ret->lengths[2] = craft_udp(craft, &udp, payload, 40, ret->bytes[2]);
    memcpy(ret->bytes[3], ret->bytes[0], ret->lengths[0]); /* IPv6, as far as anybody looks */
    ret->bytes[3][12] = 0x86;
    ret->bytes[3][13] = 0xdd;
    ret->lengths[3] = ret->lengths[0];
    memcpy(ret->bytes[4], ret->bytes[2], ret->lengths[2]); /* ICMP likewise */
    ret->bytes[4][23] = IPV4_PROTOCOL_ICMP;
    ret->lengths[4] = ret->lengths[2];
    memcpy(ret->bytes[5], ret->bytes[1], 54); /* sent by the capturing host itself: not padded */
    ret->lengths[5] = 54;
    craft_free(craft);
}

static void give(struct observer *observer, const uint8_t *bytes, size_t captured, size_t length,
                 instant_ns time_ns, uint64_t number, bool quick, unsigned *passed)
{
    struct frame frame;
    if (quick && observer_pass(observer, bytes, captured, length, time_ns, number)) {
        ++*passed;
        return;
    }
    frame_dissect(bytes, captured, length, &frame);
    frame.time_ns = time_ns;
    frame.number = number;
    observer_frame(observer, &frame);
}

static unsigned judge(const struct trace_frames *trace, const struct noise *noise, bool quick,
                      struct diagnosis *ret)
{
    struct observer *observer = observer_new();
    uint64_t number = 0;
    unsigned passed = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct frame *frame = &trace->frames[i];
        for (unsigned n = 0; n < NOISE_FRAMES; n++)
            give(observer, noise->bytes[n], noise->lengths[n], noise->lengths[n], frame->time_ns,
                 ++number, quick, &passed);
        give(observer, frame->bytes, frame->captured, frame->length, frame->time_ns, ++number,
             quick, &passed);
    }
    diagnosis_make(observer_facts(observer), ret);
    observer_free(observer);
    return passed;
}

static void assert_same_verdict(const char *trace, const struct verdict *a, const struct verdict *b)
{
    if (a->id != b->id || a->confidence != b->confidence || strcmp(a->detail, b->detail) != 0 ||
        a->evidence_count != b->evidence_count ||
        memcmp(a->evidence, b->evidence, a->evidence_count * sizeof a->evidence[0]) != 0)
        fail_msg("%s: %s became %s, or its proof changed", trace, verdict_name(a->id),
                 verdict_name(b->id));
}

static void the_diagnosis_does_not_depend_on_the_quick_look(void **state)
{
    (void)state;
    struct noise noise;
    char **names = trace_names();
    make_noise(&noise);
    for (size_t i = 0; names[i]; i++) {
        struct trace_frames trace;
        struct diagnosis slow, quick;
        trace_frames_load(names[i], &trace);
        assert_int_equal(judge(&trace, &noise, false, &slow), 0);
        unsigned passed = judge(&trace, &noise, true, &quick);
        /* All but the first unpadded frame, which tells who captures. */
        assert_true(passed >= trace.count * NOISE_FRAMES - 1);
        assert_same_verdict(names[i], &slow.leading, &quick.leading);
        assert_int_equal(slow.finding_count, quick.finding_count);
        for (size_t n = 0; n < slow.finding_count; n++)
            assert_same_verdict(names[i], &slow.findings[n], &quick.findings[n]);
        assert_int_equal(slow.phone_count, quick.phone_count);
        assert_int_equal(slow.frame_count, quick.frame_count);
        assert_int_equal(slow.last_ns, quick.last_ns);
        diagnosis_free(&slow);
        diagnosis_free(&quick);
        trace_frames_free(&trace);
    }
    trace_names_free(names);
}

static void frames_of_a_phone_are_never_passed_over(void **state)
{
    (void)state;
    struct noise noise;
    struct trace_frames trace;
    unsigned passed = 0;
    make_noise(&noise);
    trace_frames_load("found.pcap", &trace);
    struct observer *observer = observer_new();
    for (size_t i = 0; i < trace.count; i++)
        observer_frame(observer, &trace.frames[i]);
    for (unsigned n = 0; n < NOISE_FRAMES; n++) {
        memcpy(noise.bytes[n] + 6, trace.frames[0].ethernet.source.octet, 6);
        give(observer, noise.bytes[n], noise.lengths[n], noise.lengths[n],
             trace.frames[trace.count - 1].time_ns, 1000 + n, true, &passed);
    }
    assert_int_equal(passed, 0);
    observer_free(observer);
    trace_frames_free(&trace);
}

static void frames_of_every_captured_length_are_safe(void **state)
{
    (void)state;
    struct noise noise;
    make_noise(&noise);
    struct observer *observer = observer_new();
    for (size_t captured = 0; captured <= 60; captured++) {
        uint8_t *exact = malloc(captured + 1);
        memcpy(exact, noise.bytes[0], captured);
        exact = realloc(exact, captured ? captured : 1);
        observer_pass(observer, exact, captured, noise.lengths[0], 0, captured + 1);
        free(exact);
    }
    observer_free(observer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_diagnosis_does_not_depend_on_the_quick_look),
        cmocka_unit_test(frames_of_a_phone_are_never_passed_over),
        cmocka_unit_test(frames_of_every_captured_length_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
