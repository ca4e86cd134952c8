/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recorded phone: given the frames of its own trace at the recorded times it sends what it sent
 * then, frame by frame; given other partners it adapts.
 */
#include "loader/loader.h"
#include "phone/recorded.h"
#include "wire/craft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#define FRAMES_MAXIMUM    4096
#define TIME_TOLERANCE_NS (2 * NS_PER_MS)

struct trace_frame {
    instant_ns time_ns;
    size_t length;
    uint8_t bytes[2048];
};

static struct trace_frame *trace;
static size_t trace_count;

static void load_trace(const char *name)
{
    char path[512], reason[PCAP_ERRBUF_SIZE];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/pcaps/%s.pcap", top ? top : ".", name);
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!pcap)
        fail_msg("%s", reason);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    trace_count = 0;
    while (pcap_next_ex(pcap, &header, &bytes) == 1) {
        assert_true(trace_count < FRAMES_MAXIMUM && header->caplen <= sizeof trace->bytes);
        struct trace_frame *frame = &trace[trace_count++];
        frame->time_ns = header->ts.tv_sec * NS_PER_S + header->ts.tv_usec;
        frame->length = header->caplen;
        memcpy(frame->bytes, bytes, header->caplen);
    }
    pcap_close(pcap);
}

static void dissect(const struct trace_frame *from, struct frame *ret)
{
    frame_dissect(from->bytes, from->length, from->length, ret);
    ret->time_ns = from->time_ns;
}

/* The first MAC address that sent a DISCOVER of the loader or a REPLY. */
static struct mac_address find_phone(void)
{
    for (size_t i = 0; i < trace_count; i++) {
        struct frame frame;
        dissect(&trace[i], &frame);
        if ((frame.kind == FRAME_DHCP && loader_is_dhcp(&frame.dhcp)) ||
            (frame.kind == FRAME_RECM && frame.recm.from_phone))
            return frame.ethernet.source;
    }
    fail_msg("the trace has no phone");
    return mac_zero;
}

static struct recorded_phone *learn(const struct mac_address *mac)
{
    struct error error;
    struct recorded_phone *phone = recorded_phone_new(mac, 1, &error);
    assert_non_null(phone);
    for (size_t i = 0; i < trace_count; i++) {
        struct frame frame;
        dissect(&trace[i], &frame);
        recorded_phone_learn(phone, &frame);
    }
    return phone;
}

/* Compares everything but the IP identification's origin (a slice may start anywhere). */
static void assert_same_frame(const char *name, size_t number, const struct trace_frame *wanted,
                              const struct phone_output *got)
{
    if (wanted->length != got->length || memcmp(wanted->bytes, got->bytes, got->length) != 0) {
        size_t at = 0;
        while (at < wanted->length && at < got->length && wanted->bytes[at] == got->bytes[at])
            at++;
        fail_msg("%s frame %zu: length %zu, now %zu; first difference at byte %zu", name, number,
                 wanted->length, got->length, at);
    }
}

/* Everything the phone sends up to `until_ns`, compared with its frames of the trace from *next on.
 */
static void drain(const char *name, struct recorded_phone *phone, const struct mac_address *mac,
                  instant_ns until_ns, size_t *next)
{
    while (recorded_phone_deadline(phone) <= until_ns) {
        instant_ns due_ns = recorded_phone_deadline(phone);
        struct phone_output output;
        recorded_phone_tick(phone, due_ns);
        while (recorded_phone_next_output(phone, &output)) {
            while (*next < trace_count && memcmp(trace[*next].bytes + 6, mac->octet, 6) != 0)
                (*next)++;
            assert_true(*next < trace_count);
            assert_same_frame(name, *next + 1, &trace[*next], &output);
            duration_ns late_ns = due_ns - trace[*next].time_ns;
            if (late_ns > TIME_TOLERANCE_NS || late_ns < -TIME_TOLERANCE_NS)
                fail_msg("%s frame %zu: %lld us late", name, *next + 1,
                         (long long)(late_ns / NS_PER_US));
            (*next)++;
        }
    }
}

static void plays_like_its_trace(const char *name)
{
    load_trace(name);
    struct mac_address mac = find_phone();
    struct recorded_phone *phone = learn(&mac);
    size_t next = 0, own = 0, played = 0;
    assert_true(recorded_phone_step_count(phone) > 0);
    recorded_phone_start(phone, trace[0].time_ns);
    for (size_t i = 0; i < trace_count; i++) {
        struct frame frame;
        dissect(&trace[i], &frame);
        if (mac_equal(&frame.ethernet.source, &mac)) {
            own++;
            continue;
        }
        drain(name, phone, &mac, trace[i].time_ns - 1, &next);
        recorded_phone_frame(phone, &frame, trace[i].time_ns);
    }
    drain(name, phone, &mac, trace[trace_count - 1].time_ns + NS_PER_S, &next);
    for (size_t i = 0; i < next; i++)
        played += memcmp(trace[i].bytes + 6, mac.octet, 6) == 0;
    if (played != own)
        fail_msg("%s: %zu of %zu frames of the phone were played", name, played, own);
    recorded_phone_free(phone);
}

static void recorded_phones_repeat_themselves(void **state)
{
    (void)state;
    static const char *const names[] = {
        "delivered",         "delivered-static", "found",           "gateway-dead",
        "image-rejected",    "no-dhcp",          "dhcp-ack-lost",   "no-gateway",
        "transfer-stalled",  "tftp-refused",     "nested-upgrade",  "rebooted-in-transfer",
        "dhcp-refused",      "snooping",         "serial-mismatch", "request-for-file-unanswered",
        "still-in-recovery", "wrong-block",      "recovered",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        plays_like_its_trace(names[i]);
}

/* Another PC: other addresses, port, file name. */
static size_t craft_data(struct craft *craft, const struct mac_address *phone, uint16_t block,
                         size_t size, uint8_t ret[CRAFT_FRAME_SIZE])
{
    uint8_t payload[4 + 512], data[512] = {0};
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_data(&writer, block, data, size);
    struct craft_udp header = {
        .source_mac = {{2, 0, 0, 0, 0, 9}},
        .destination_mac = *phone,
        .source_ip = 0x0a000001,
        .destination_ip = 0x0a000002,
        .source_port = 40000,
        .destination_port = TFTP_PHONE_PORT,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    return craft_udp(craft, &header, payload, writer.length, ret);
}

static bool ask(struct recorded_phone *phone, const uint8_t *bytes, size_t length,
                instant_ns *now_ns, struct phone_output *ret)
{
    struct frame frame;
    frame_dissect(bytes, length, length, &frame);
    frame.time_ns = *now_ns;
    recorded_phone_frame(phone, &frame, *now_ns);
    while (recorded_phone_deadline(phone) != INSTANT_NEVER) {
        *now_ns = recorded_phone_deadline(phone);
        recorded_phone_tick(phone, *now_ns);
        if (recorded_phone_next_output(phone, ret))
            return true;
    }
    return false;
}

static void longer_image_is_acknowledged_to_its_end(void **state)
{
    (void)state;
    load_trace("delivered-static");
    struct mac_address mac = find_phone();
    struct recorded_phone *phone = learn(&mac);
    struct error error;
    struct craft *craft = craft_new(&error);
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct phone_output output;
    instant_ns now_ns = NS_PER_S;
    recorded_phone_start(phone, now_ns);
    for (uint16_t block = 1; block <= 100; block++) {
        size_t length = craft_data(craft, &mac, block, block == 100 ? 0 : 512, bytes);
        assert_true(ask(phone, bytes, length, &now_ns, &output));
        struct frame frame;
        frame_dissect(output.bytes, output.length, output.length, &frame);
        assert_int_equal(frame.kind, FRAME_TFTP);
        assert_int_equal(frame.reason, WIRE_OK);
        assert_int_equal(frame.tftp.opcode, TFTP_ACK);
        assert_int_equal(frame.tftp.block, block);
        assert_int_equal(frame.udp.destination_port, 40000);
    }
    craft_free(craft);
    recorded_phone_free(phone);
}

static int set_up(void **state)
{
    (void)state;
    trace = calloc(FRAMES_MAXIMUM, sizeof *trace);
    return trace ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free(trace);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_phones_repeat_themselves),
        cmocka_unit_test(longer_image_is_acknowledged_to_its_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
