/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every frame of every recorded trace is understood: no unknown kind, and a reason only where the
 * story of the trace has one. A trace with a new kind of frame fails here until it is listed.
 */
#include "loader/loader.h"
#include "wire/frame.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Frames that are not as their format demands, or not of the recovery, on purpose. */
static const struct expected_reason {
    const char *trace;
    size_t first, last; /* frame numbers */
    enum wire_reason reason;
    uint16_t port; /* one of the UDP ports: other frames in between are right */
} expected_reasons[] = {
    /* The fault that the trace is about: requests from source port 4812. */
    {"request-malformed.pcap", 5, 36, WIRE_RECM_PORT, 4812},
    /* Background of an office network: mDNS and SSDP. */
    {"no-phone-seen.pcap", 1, 200, WIRE_UDP_PORT_UNKNOWN, 5353},
    {"no-phone-seen.pcap", 1, 200, WIRE_UDP_PORT_UNKNOWN, 1900},
    {"office-without-phone.pcap", 1, 2000, WIRE_UDP_PORT_UNKNOWN, 5353},
    {"office-without-phone.pcap", 1, 2000, WIRE_UDP_PORT_UNKNOWN, 1900},
};

static enum wire_reason expected_reason(const char *trace, size_t number, const struct frame *frame)
{
    for (size_t i = 0; i < sizeof expected_reasons / sizeof expected_reasons[0]; i++) {
        const struct expected_reason *expected = &expected_reasons[i];
        if (strcmp(trace, expected->trace) == 0 && number >= expected->first &&
            number <= expected->last && frame->has_udp &&
            (frame->udp.source_port == expected->port ||
             frame->udp.destination_port == expected->port))
            return expected->reason;
    }
    return WIRE_OK;
}

struct totals {
    size_t frames;
    size_t by_kind[FRAME_KIND_COUNT];
    size_t loader_discovers, normal_discovers;
};

static void check_trace(const struct trace *trace, void *context)
{
    struct totals *totals = context;

    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_frame *recorded = &trace->frames[i];
        struct frame frame;
        frame_dissect(recorded->bytes, recorded->captured, recorded->length, &frame);
        if (frame.kind == FRAME_UNKNOWN || frame.kind == FRAME_OTHER ||
            frame.kind == FRAME_IPV4_OTHER)
            fail_msg("%s frame %zu is of kind %s", trace->name, i + 1, frame_kind_name(frame.kind));
        if (frame.reason != expected_reason(trace->name, i + 1, &frame))
            fail_msg("%s frame %zu: %s", trace->name, i + 1, wire_reason_name(frame.reason));
        totals->frames++;
        totals->by_kind[frame.kind]++;
        if (frame.kind == FRAME_DHCP && frame.dhcp.type == DHCP_DISCOVER) {
            totals->loader_discovers += loader_is_dhcp(&frame.dhcp);
            totals->normal_discovers += dhcp_is_normal_firmware(&frame.dhcp);
        }
    }
}

static void every_recorded_frame_is_understood(void **state)
{
    struct totals totals = {0};

    (void)state;
    assert_true(trace_for_each(check_trace, &totals) >= 38);
    assert_true(totals.frames >= 1700);
    assert_true(totals.by_kind[FRAME_RECM] >= 300);
    assert_true(totals.by_kind[FRAME_TFTP] >= 900);
    assert_true(totals.by_kind[FRAME_DHCP] >= 200);
    assert_true(totals.by_kind[FRAME_CDP] >= 2);
    assert_true(totals.by_kind[FRAME_LLDP] >= 2);
    assert_true(totals.loader_discovers >= 40);
    assert_true(totals.normal_discovers >= 2);
}

#define CUTS_MAXIMUM 320 /* bytes of a frame that are cut one by one: all of DHCP's options */

static void cut_trace(const struct trace *trace, void *context)
{
    size_t *cuts = context;

    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_frame *recorded = &trace->frames[i];
        size_t end = recorded->captured < CUTS_MAXIMUM ? recorded->captured : CUTS_MAXIMUM;
        struct frame whole;
        frame_dissect(recorded->bytes, recorded->captured, recorded->length, &whole);
        /* Hundreds of equal DATA frames would only take time. */
        if (whole.kind == FRAME_TFTP && whole.tftp.opcode == TFTP_DATA && whole.tftp.block > 1)
            continue;
        for (size_t cut = 0; cut < end; cut++) {
            uint8_t *copy = exact_copy(recorded->bytes, cut);
            struct frame frame;
            frame_dissect(copy, cut, recorded->length, &frame);
            free(copy);
            if (frame.reason != WIRE_OK && frame.reason != WIRE_TRUNCATED &&
                frame.reason != whole.reason)
                fail_msg("%s frame %zu cut to %zu bytes: %s", trace->name, i + 1, cut,
                         wire_reason_name(frame.reason));
            (*cuts)++;
        }
    }
}

static void a_cut_of_a_recorded_frame_never_invents_a_fault(void **state)
{
    size_t cuts = 0;

    (void)state;
    trace_for_each(cut_trace, &cuts);
    assert_true(cuts > 100000);
}

static struct frame frame_of(const struct trace *trace, size_t number)
{
    struct frame frame;

    assert_true(number >= 1 && number <= trace->count);
    frame_dissect(trace->frames[number - 1].bytes, trace->frames[number - 1].captured,
                  trace->frames[number - 1].length, &frame);
    return frame;
}

static void the_conversation_reads_as_it_was_recorded(void **state)
{
    struct trace trace = trace_read("delivered.pcap");
    struct frame frame = frame_of(&trace, 6);

    (void)state;
    assert_int_equal(frame.recm.operation, RECM_REPLY);
    assert_string_equal(frame.recm.serial, "CBT141903A3");
    assert_string_equal(frame.recm.product, "SPA502G");
    assert_string_equal(mac_format(&frame.recm.mac).text, "00:24:14:a1:b2:25");
    assert_string_equal(frame.recm.software, "7.4.4rec");
    assert_string_equal(frame.recm.hardware, "1.0.2");
    assert_int_equal(frame.recm.ip, 0xc0a84d14);
    frame = frame_of(&trace, 7);
    assert_int_equal(frame.recm.operation, RECM_UPGRADE);
    assert_false(frame.recm.from_phone);
    assert_int_equal(frame.recm.tftp_port, 69);
    frame = frame_of(&trace, 8);
    assert_true(frame.recm.from_phone);
    assert_string_equal(frame.recm.file_name, "spa50x-30x-7-6-2f.bin");
    /* The loader's own ARP frames are two bytes longer than others: a fingerprint. */
    assert_int_equal(frame_of(&trace, 10).length, 62);
    assert_int_equal(frame_of(&trace, 11).length, 60);
    frame = frame_of(&trace, 12);
    assert_int_equal(frame.tftp.opcode, TFTP_RRQ);
    assert_string_equal(frame.tftp.file_name, "spa50x-30x-7-6-2f.bin");
    frame = frame_of(&trace, 92);
    assert_int_equal(frame.tftp.opcode, TFTP_ACK);
    assert_int_equal(frame.tftp.block, 40);
    trace_free(&trace);
}

static void the_loaders_syn_carries_its_marks(void **state)
{
    struct trace trace = trace_read("busy-with-url-http.pcap");
    struct frame frame = frame_of(&trace, 11);

    (void)state;
    assert_int_equal(frame.kind, FRAME_TCP);
    assert_int_equal(frame.tcp.flags, TCP_FLAG_SYN);
    assert_int_equal(frame.tcp.sequence, 0);
    assert_int_equal(frame.tcp.window, 1024);
    assert_int_equal(frame.tcp.mss, 1400);
    assert_int_equal(frame.ipv4.time_to_live, 250);
    trace_free(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_frame_is_understood),
        cmocka_unit_test(a_cut_of_a_recorded_frame_never_invents_a_fault),
        cmocka_unit_test(the_conversation_reads_as_it_was_recorded),
        cmocka_unit_test(the_loaders_syn_carries_its_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
