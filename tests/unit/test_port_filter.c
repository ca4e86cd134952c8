/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live port's filter against every recorded trace: no frame that the program understands may be
 * kept from it, tagged or not; other traffic of a busy host may not come through.
 */
#include "base/bytes.h"
#include "port/live_filter.h"
#include "port/trace.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <dirent.h>
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OWN_ADDRESS UINT32_C(0xc6120001)

static pcap_t *format;
static struct bpf_program program;

static bool passes(const uint8_t *bytes, size_t length)
{
    const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)length, .len = (bpf_u_int32)length};
    return pcap_offline_filter(&program, &header, bytes) != 0;
}

static bool is_of_use(const struct frame *frame)
{
    switch (frame->kind) {
    case FRAME_UNKNOWN:
    case FRAME_OTHER:
    case FRAME_IPV4_OTHER:
    case FRAME_UDP_OTHER:
        return false;
    case FRAME_DNS: /* only a loader's */
        return frame->udp.source_port == 44821 || frame->udp.destination_port == 44821;
    case FRAME_TCP:
        return frame->ipv4.time_to_live == 250 || (frame->tcp.flags & 7) != 0;
    default:
        return true;
    }
}

/* Returns: how many frames of use the trace holds; each must pass, with a tag as well. */
static unsigned check_trace(const char *path)
{
    struct error error = {0};
    struct port *trace = port_trace_open(&(struct port_trace_config){.path = path}, &error);
    assert_non_null(trace);
    struct captured_frame received;
    unsigned count = 0;
    while (trace->operations->next(trace, INSTANT_NEVER, &received, &error) == PORT_FRAME) {
        struct frame frame;
        uint8_t tagged[2048];
        frame_dissect_captured(&received, &frame);
        if (!is_of_use(&frame))
            continue;
        count++;
        if (!passes(received.bytes, received.captured))
            fail_msg("%s: frame %u is kept out", path, (unsigned)received.number);
        assert_true(received.captured + 4 <= sizeof tagged);
        uint16_t type = bytes_load_be16(received.bytes + 12);
        if (type < 0x600 || type == 0x8100)
            continue; /* spanning tree and CDP have a length there; some have a tag already */
        memcpy(tagged, received.bytes, 12);
        bytes_store_be16(tagged + 12, 0x8100);
        bytes_store_be16(tagged + 14, 10);
        memcpy(tagged + 16, received.bytes + 12, received.captured - 12);
        if (!passes(tagged, received.captured + 4))
            fail_msg("%s: frame %u is kept out when tagged", path, (unsigned)received.number);
    }
    trace->operations->close(trace);
    return count;
}

static void every_frame_of_use_in_every_trace_passes(void **state)
{
    (void)state;
    const char *source = getenv("top_srcdir");
    char directory[1024], path[2048];
    snprintf(directory, sizeof directory, "%s/pcaps", source ? source : ".");
    DIR *handle = opendir(directory);
    assert_non_null(handle);
    unsigned traces = 0, frames = 0;
    for (struct dirent *entry; (entry = readdir(handle)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".pcap") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        frames += check_trace(path);
        traces++;
    }
    closedir(handle);
    assert_true(traces >= 30);
    assert_true(frames >= 1000);
}

/* A TCP segment without SYN, FIN or RST, as a busy host sends them by the thousand. */
static size_t craft_segment(uint32_t source_ip, uint32_t destination_ip, uint8_t time_to_live,
                            uint8_t flags, uint8_t ret[CRAFT_FRAME_SIZE])
{
    struct error error;
    struct craft *craft = craft_new(&error);
    const struct craft_tcp header = {.source_mac = {{2, 0, 0, 0, 0, 1}},
                                     .destination_mac = {{2, 0, 0, 0, 0, 2}},
                                     .source_ip = source_ip,
                                     .destination_ip = destination_ip,
                                     .source_port = 443,
                                     .destination_port = 50000,
                                     .flags = flags,
                                     .window = 500,
                                     .time_to_live = time_to_live,
                                     .vlan = CRAFT_NO_VLAN};
    size_t length = craft_tcp(craft, &header, (const uint8_t *)"data", 4, ret);
    craft_free(craft);
    assert_true(length > 0);
    return length;
}

static void of_tcp_only_what_can_matter_passes(void **state)
{
    (void)state;
    uint8_t frame[CRAFT_FRAME_SIZE];
    const uint32_t here = 0xc0a80102, there = 0xc0a80103;
    assert_false(passes(frame, craft_segment(here, there, 64, 0x10, frame)));
    assert_false(passes(frame, craft_segment(here, there, 255, 0x10, frame)));
    assert_true(passes(frame, craft_segment(here, there, 250, 0x10, frame)));
    assert_true(passes(frame, craft_segment(here, there, 64, 0x12, frame)));
    assert_true(passes(frame, craft_segment(here, there, 64, 0x11, frame)));
    assert_true(passes(frame, craft_segment(here, OWN_ADDRESS, 64, 0x10, frame)));
    assert_true(passes(frame, craft_segment(OWN_ADDRESS, there, 64, 0x10, frame)));
}

static void other_traffic_is_kept_out(void **state)
{
    (void)state;
    uint8_t frame[CRAFT_FRAME_SIZE], payload[100] = {0};
    struct error error;
    struct craft *craft = craft_new(&error);
    const struct craft_udp header = {.source_ip = 0xc0a80102,
                                     .destination_ip = 0xc0a80103,
                                     .source_port = 53,
                                     .destination_port = 40000,
                                     .time_to_live = 64,
                                     .vlan = CRAFT_NO_VLAN};
    size_t length = craft_udp(craft, &header, payload, sizeof payload, frame);
    assert_false(passes(frame, length));
    bytes_store_be16(frame + 12, 0x86dd);
    assert_false(passes(frame, length));
    craft_free(craft);
}

static int compile_filter(void **state)
{
    (void)state;
    char text[LIVE_FILTER_SIZE];
    live_filter_write(OWN_ADDRESS, text);
    format = pcap_open_dead(DLT_EN10MB, 65535);
    return pcap_compile(format, &program, text, 1, PCAP_NETMASK_UNKNOWN);
}

static int free_filter(void **state)
{
    (void)state;
    pcap_freecode(&program);
    pcap_close(format);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_of_use_in_every_trace_passes),
        cmocka_unit_test(of_tcp_only_what_can_matter_passes),
        cmocka_unit_test(other_traffic_is_kept_out),
    };
    return cmocka_run_group_tests(tests, compile_filter, free_filter);
}
