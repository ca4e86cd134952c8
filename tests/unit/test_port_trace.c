/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces as ports: every file format variant, cut off at every byte, and what is no trace at all.
 */
#include "base/bytes.h"
#include "port/trace.h"
#include "tests/support/file_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t ethernet_frame[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3, 0x08, 0x06,
    0,    1,    8,    0,    6,    4,    0,    1,    0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3,
    192,  168,  77,   20,   0,    0,    0,    0,    0,    0,    192,  168,  77,   1,
};

static char path[64];

static struct port *open_bytes(const void *bytes, size_t length, struct error *ret_error)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
    const struct port_trace_config config = {.path = path};
    return port_trace_open(&config, ret_error);
}

static struct port *open_image(const struct file_image *image)
{
    struct error error = {0};
    struct port *port = open_bytes(image->bytes, image->length, &error);
    if (!port)
        print_message("# %s\n", error.text);
    assert_non_null(port);
    return port;
}

static enum port_event next(struct port *port, struct captured_frame *ret)
{
    struct error error = {0};
    return port->operations->next(port, INSTANT_NEVER, ret, &error);
}

static void expect_error(const void *bytes, size_t length, const char *word)
{
    struct error error = {0};
    assert_null(open_bytes(bytes, length, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    if (!strstr(error.text, word) || !strstr(error.text, path))
        fail_msg("\"%s\" names neither %s nor %s", error.text, word, path);
}

static void reads_both_byte_orders_in_micro_and_nanoseconds(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        bool is_nano = variant & 1;
        struct file_image image = {.is_little = variant & 2};
        put_pcap_header(&image, is_nano ? 0xa1b23c4d : 0xa1b2c3d4, 1);
        put_pcap_record(&image, 1700000000, is_nano ? 123456789 : 123456, ethernet_frame,
                        sizeof ethernet_frame);
        struct port *port = open_image(&image);
        struct captured_frame frame;
        assert_int_equal(next(port, &frame), PORT_FRAME);
        assert_int_equal(frame.time_ns, 1700000000 * NS_PER_S + (is_nano ? 123456789 : 123456000));
        assert_int_equal(frame.number, 1);
        assert_int_equal(frame.captured, sizeof ethernet_frame);
        assert_memory_equal(frame.bytes, ethernet_frame, sizeof ethernet_frame);
        assert_int_equal(next(port, &frame), PORT_END);
        assert_null(port_trace_warning(port));
        port->operations->close(port);
    }
}

static void reads_pcapng_of_several_resolutions_in_one_file(void **state)
{
    (void)state;
    for (unsigned little = 0; little < 2; little++) {
        struct file_image image = {.is_little = little};
        put_pcapng_section(&image);
        put_pcapng_interface(&image, 6, false);
        put_pcapng_interface(&image, 9, true);
        put_pcapng_interface(&image, 3, true);
        put_pcapng_interface(&image, 0x80 | 10, true); /* 1/1024 s */
        const uint64_t seconds = 1700000000;
        put_pcapng_packet(&image, 0, seconds * 1000000 + 1, ethernet_frame, 42);
        put_pcapng_packet(&image, 1, seconds * 1000000000 + 2001, ethernet_frame, 41);
        put_pcapng_packet(&image, 2, seconds * 1000 + 1, ethernet_frame, 40);
        put_pcapng_packet(&image, 3, seconds * 1024 + 512, ethernet_frame, 39);
        struct port *port = open_image(&image);
        const instant_ns expected[] = {1000, 2001, 1000000, 500000000};
        for (unsigned i = 0; i < 4; i++) {
            struct captured_frame frame;
            assert_int_equal(next(port, &frame), PORT_FRAME);
            assert_int_equal(frame.time_ns, (instant_ns)seconds * NS_PER_S + expected[i]);
            assert_int_equal(frame.captured, 42 - i);
        }
        port->operations->close(port);
    }
}

static void a_record_cut_at_any_byte_is_a_warning(void **state)
{
    (void)state;
    for (unsigned is_pcapng = 0; is_pcapng < 2; is_pcapng++) {
        struct file_image image = {.is_little = true};
        if (is_pcapng) {
            put_pcapng_section(&image);
            put_pcapng_interface(&image, 9, true);
            put_pcapng_packet(&image, 0, 1000, ethernet_frame, sizeof ethernet_frame);
        } else {
            put_pcap_header(&image, 0xa1b23c4d, 1);
            put_pcap_record(&image, 1, 0, ethernet_frame, sizeof ethernet_frame);
        }
        size_t whole = image.length;
        if (is_pcapng)
            put_pcapng_packet(&image, 0, 2000, ethernet_frame, sizeof ethernet_frame);
        else
            put_pcap_record(&image, 2, 0, ethernet_frame, sizeof ethernet_frame);
        for (size_t length = whole; length < image.length; length++) {
            struct file_image cut = image;
            cut.length = length;
            struct port *port = open_image(&cut);
            struct captured_frame frame;
            assert_int_equal(next(port, &frame), PORT_FRAME);
            assert_int_equal(next(port, &frame), PORT_END);
            assert_int_equal(next(port, &frame), PORT_END);
            const char *warning = port_trace_warning(port);
            if (length == whole)
                assert_null(warning);
            else
                assert_non_null(strstr(warning, "after frame 1"));
            port->operations->close(port);
        }
    }
}

static void a_file_header_cut_at_any_byte_is_an_error(void **state)
{
    (void)state;
    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    for (size_t length = 1; length < image.length; length++)
        expect_error(image.bytes, length, "expected a pcap or pcapng file");
    expect_error(image.bytes, 0, "empty (0 bytes)");
}

static void damage_in_the_middle_is_an_error_that_names_the_frame(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    put_pcap_record(&image, 1, 0, ethernet_frame, sizeof ethernet_frame);
    memset(image.bytes + image.length, 0xee, 400);
    image.length += 400;
    struct port *port = open_image(&image);
    struct captured_frame frame;
    struct error error = {0};
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_FAILED);
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "after frame 1"));
    port->operations->close(port);
}

static void what_is_no_trace_says_what_it_is(void **state)
{
    (void)state;
    static const char prose[] = "This is a text file, and a text file is not a trace of frames.";
    static const uint8_t gzip[32] = {0x1f, 0x8b, 8};
    expect_error(prose, sizeof prose, "expected a pcap or pcapng file");
    expect_error(gzip, sizeof gzip, "its gzip data are damaged");
    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 127);
    expect_error(image.bytes, image.length, "IEEE802_11_RADIO");

    struct error error = {0};
    assert_null(
        port_trace_open(&(struct port_trace_config){.path = "/nonexistent/x.pcap"}, &error));
    assert_non_null(strstr(error.text, "No such file"));
    assert_null(port_trace_open(&(struct port_trace_config){.path = "/"}, &error));
    assert_non_null(strstr(error.text, "directory"));
}

static void garbage_never_crashes(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (unsigned round = 0; round < 300; round++) {
        struct file_image image = {.is_little = round & 1};
        if (round & 2) {
            put_pcap_header(&image, 0xa1b2c3d4, round & 4 ? 113 : 276);
        } else {
            put_pcapng_section(&image);
            put_pcapng_interface(&image, (uint8_t)round, true);
        }
        for (unsigned i = 0; i < 300; i++) {
            random = random * 1664525 + 1013904223;
            put(&image, 1, random >> 30 ? 0 : random >> 16);
        }
        struct error error = {0};
        struct port *port = open_bytes(image.bytes, image.length, &error);
        if (!port)
            continue;
        struct captured_frame frame;
        unsigned frames = 0;
        while (next(port, &frame) == PORT_FRAME)
            assert_true(++frames < 1000);
        port->operations->close(port);
    }
}

static void time_that_runs_backwards_is_clamped_and_noted(void **state)
{
    (void)state;
    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    const uint32_t seconds[] = {10, 12, 9, 11, 13};
    const int64_t expected[] = {10, 12, 12, 12, 13};
    for (unsigned i = 0; i < 5; i++)
        put_pcap_record(&image, seconds[i], 0, ethernet_frame, sizeof ethernet_frame);
    struct port *port = open_image(&image);
    for (unsigned i = 0; i < 5; i++) {
        struct captured_frame frame;
        assert_int_equal(next(port, &frame), PORT_FRAME);
        assert_int_equal(frame.time_ns, expected[i] * NS_PER_S);
        assert_int_equal(port->operations->now(port), expected[i] * NS_PER_S);
    }
    const char *warning = port_trace_warning(port);
    assert_non_null(warning);
    assert_non_null(strstr(warning, "2 times, first at frame 3, by up to 3.0"));
    port->operations->close(port);
}

static void deadlines_between_frames_move_the_clock_and_lose_ties(void **state)
{
    (void)state;
    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    put_pcap_record(&image, 10, 0, ethernet_frame, sizeof ethernet_frame);
    put_pcap_record(&image, 20, 0, ethernet_frame, sizeof ethernet_frame);
    struct port *port = open_image(&image);
    struct captured_frame frame;
    struct error error = {0};
    assert_int_equal(port->operations->now(port), 10 * NS_PER_S);
    assert_int_equal(port->operations->next(port, 10 * NS_PER_S, &frame, &error), PORT_FRAME);
    assert_int_equal(port->operations->next(port, 15 * NS_PER_S, &frame, &error), PORT_DEADLINE);
    assert_int_equal(port->operations->now(port), 15 * NS_PER_S);
    assert_int_equal(port->operations->next(port, 5 * NS_PER_S, &frame, &error), PORT_DEADLINE);
    assert_int_equal(port->operations->now(port), 15 * NS_PER_S);
    assert_int_equal(port->operations->next(port, 20 * NS_PER_S, &frame, &error), PORT_FRAME);
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_END);
    port->operations->close(port);
}

static void filtered_frames_are_left_out_but_counted(void **state)
{
    (void)state;
    struct file_image image = {0};
    uint8_t other[sizeof ethernet_frame];
    memcpy(other, ethernet_frame, sizeof other);
    other[12] = 0x86; /* no ARP */
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    for (unsigned i = 0; i < 6; i++)
        put_pcap_record(&image, i, 0, i % 3 == 2 ? ethernet_frame : other, sizeof other);
    struct port *port = open_image(&image);
    port->operations->close(port);

    struct error error = {0};
    struct captured_frame frame;
    port = port_trace_open(&(struct port_trace_config){.path = path, .filter = "arp"}, &error);
    assert_non_null(port);
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_int_equal(frame.number, 3);
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_int_equal(frame.number, 6);
    assert_int_equal(next(port, &frame), PORT_END);
    struct port_counters counters;
    port->operations->counters(port, &counters);
    assert_int_equal(counters.frames_in, 2);
    port->operations->close(port);

    assert_null(
        port_trace_open(&(struct port_trace_config){.path = path, .filter = "arp and ("}, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "arp and ("));
}

static const uint8_t phone[6] = {0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3};

/* A cooked frame whose payload is an IPv4 header from `source` to `destination`. */
static size_t cooked_ipv4(uint8_t *ret, unsigned version, uint8_t packet_type, uint32_t source,
                          uint32_t destination)
{
    size_t header = version == 1 ? 16 : 20;
    memset(ret, 0, header + 20);
    uint8_t *address = ret + (version == 1 ? 6 : 12);
    if (version == 1) {
        ret[1] = packet_type;
        bytes_store_be16(ret + 2, 1);
        bytes_store_be16(ret + 4, 6);
        bytes_store_be16(ret + 14, 0x0800);
    } else {
        bytes_store_be16(ret, 0x0800);
        bytes_store_be16(ret + 8, 1);
        ret[10] = packet_type;
        ret[11] = 6;
    }
    memcpy(address, phone, 6);
    ret[header] = 0x45;
    bytes_store_be32(ret + header + 12, source);
    bytes_store_be32(ret + header + 16, destination);
    return header + 20;
}

static void cooked_frames_get_an_ethernet_header(void **state)
{
    (void)state;
    const uint32_t ip = 0xc0a84d14, group = 0xea04080a;
    static const struct {
        uint8_t packet_type;
        uint32_t source, destination;
        uint8_t expected[6];
    } cases[] = {
        {0, 0xc0a84d01, 0xc0a84d14, {0x02, 0, 0, 0, 0, 0}}, /* nobody known yet */
        {2, ip, group, {0x01, 0x00, 0x5e, 0x04, 0x08, 0x0a}},
        {4, 0xc0a84d01, ip, {0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3}}, /* learnt from the frame above */
        {1, 0, 0xffffffff, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
    };
    for (unsigned version = 1; version <= 2; version++) {
        struct file_image image = {0};
        put_pcap_header(&image, 0xa1b2c3d4, version == 1 ? 113 : 276);
        for (unsigned i = 0; i < 4; i++) {
            uint8_t bytes[40];
            size_t length = cooked_ipv4(bytes, version, cases[i].packet_type, cases[i].source,
                                        cases[i].destination);
            put_pcap_record(&image, 1, 0, bytes, length);
        }
        struct port *port = open_image(&image);
        for (unsigned i = 0; i < 4; i++) {
            struct captured_frame frame;
            assert_int_equal(next(port, &frame), PORT_FRAME);
            assert_int_equal(frame.captured, 34);
            assert_int_equal(frame.length, 34);
            assert_memory_equal(frame.bytes, cases[i].expected, 6);
            assert_memory_equal(frame.bytes + 6, phone, 6);
            assert_int_equal(bytes_load_be16(frame.bytes + 12), 0x0800);
            assert_int_equal(frame.bytes[14], 0x45);
            assert_int_equal(frame.destination_unknown, cases[i].packet_type % 4 == 0);
        }
        port->operations->close(port);
    }
}

/* A cooked v1 frame with a payload of its own. */
static size_t cooked_payload(uint8_t *ret, uint8_t packet_type, uint16_t protocol,
                             const uint8_t *payload, size_t length)
{
    memset(ret, 0, 16);
    ret[1] = packet_type;
    bytes_store_be16(ret + 4, 6);
    memcpy(ret + 6, phone, 6);
    bytes_store_be16(ret + 14, protocol);
    memcpy(ret + 16, payload, length);
    return 16 + length;
}

static void cooked_arp_tags_and_lengths_are_understood(void **state)
{
    (void)state;
    uint8_t arp[28], tagged[4 + 28], bpdu[38] = {0x42, 0x42, 0x03}, bytes[64];
    memcpy(arp, ethernet_frame + 14, sizeof arp);
    arp[7] = 2; /* a reply to 02:...:99 */
    memcpy(arp + 18, (uint8_t[]){2, 0, 0, 0, 0, 0x99}, 6);
    bytes_store_be16(tagged, 10);
    bytes_store_be16(tagged + 2, 0x0806);
    memcpy(tagged + 4, arp, sizeof arp);

    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 113);
    put_pcap_record(&image, 1, 0, bytes, cooked_payload(bytes, 0, 0x0806, arp, sizeof arp));
    put_pcap_record(&image, 1, 0, bytes, cooked_payload(bytes, 0, 0x8100, tagged, sizeof tagged));
    put_pcap_record(&image, 1, 0, bytes, cooked_payload(bytes, 2, 4, bpdu, sizeof bpdu));
    arp[7] = 1; /* a request to one host: who-has 192.168.77.20, which has sent before */
    memcpy(arp + 24, (uint8_t[]){192, 168, 77, 20}, 4);
    put_pcap_record(&image, 1, 0, bytes, cooked_payload(bytes, 4, 0x0806, arp, sizeof arp));

    struct port *port = open_image(&image);
    struct captured_frame frame;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(next(port, &frame), PORT_FRAME);
        assert_memory_equal(frame.bytes, ((uint8_t[]){2, 0, 0, 0, 0, 0x99}), 6);
        assert_int_equal(bytes_load_be16(frame.bytes + 12), i == 0 ? 0x0806 : 0x8100);
    }
    assert_int_equal(bytes_load_be16(frame.bytes + 14), 10);
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_int_equal(frame.bytes[0], 0x03); /* a group nobody knows */
    assert_int_equal(bytes_load_be16(frame.bytes + 12), sizeof bpdu);
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_memory_equal(frame.bytes, phone, 6);
    port->operations->close(port);
}

static void cooked_protocol_3_is_what_its_payload_is(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        uint8_t bytes[64];
        size_t protocol_at = version == 1 ? 14 : 0;
        struct file_image image = {0};
        put_pcap_header(&image, 0xa1b2c3d4, version == 1 ? 113 : 276);
        size_t length = cooked_ipv4(bytes, version, 4, 0xc0a84d01, 0xffffffff);
        bytes_store_be16(bytes + protocol_at, 3);
        bytes_store_be16(bytes + length - 18, 20); /* total length of the IPv4 header */
        put_pcap_record(&image, 1, 0, bytes, length);
        bytes[length - 20] = 0x65; /* IPv6, or anything */
        put_pcap_record(&image, 1, 0, bytes, length);
        memcpy(bytes + length - 20, ethernet_frame + 14, 28);
        put_pcap_record(&image, 1, 0, bytes, length + 8);
        const unsigned expected[] = {0x0800, 20, 0x0806}; /* below 0x0600: a length */
        struct port *port = open_image(&image);
        for (unsigned i = 0; i < 3; i++) {
            struct captured_frame frame;
            assert_int_equal(next(port, &frame), PORT_FRAME);
            assert_int_equal(bytes_load_be16(frame.bytes + 12), expected[i]);
            assert_true(frame.destination_unknown);
        }
        port->operations->close(port);
    }
}

static void cooked_records_too_short_for_their_header_are_skipped(void **state)
{
    (void)state;
    struct file_image image = {0};
    uint8_t bytes[40];
    size_t length = cooked_ipv4(bytes, 1, 0, 1, 2);
    put_pcap_header(&image, 0xa1b2c3d4, 113);
    for (size_t cut = 0; cut <= length; cut++)
        put_pcap_record(&image, 1, 0, bytes, cut);
    struct port *port = open_image(&image);
    struct captured_frame frame;
    unsigned frames = 0;
    while (next(port, &frame) == PORT_FRAME) {
        assert_int_equal(frame.number, 17 + frames);
        assert_int_equal(frame.captured, 14 + frames);
        frames++;
    }
    assert_int_equal(frames, length - 16 + 1);
    port->operations->close(port);
}

static void collect(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    (void)bytes;
    *(instant_ns *)context = now_ns + (instant_ns)length;
}

static void what_is_sent_reaches_the_callback_only(void **state)
{
    (void)state;
    struct file_image image = {0};
    put_pcap_header(&image, 0xa1b2c3d4, 1);
    put_pcap_record(&image, 7, 0, ethernet_frame, sizeof ethernet_frame);
    struct port *port = open_image(&image);
    port->operations->close(port);
    instant_ns seen = 0;
    struct error error = {0};
    struct captured_frame frame;
    port = port_trace_open(
        &(struct port_trace_config){.path = path, .sent = collect, .context = &seen}, &error);
    assert_int_equal(next(port, &frame), PORT_FRAME);
    assert_true(port->operations->send(port, ethernet_frame, 42, &error));
    assert_int_equal(seen, 7 * NS_PER_S + 42);
    assert_int_equal(next(port, &frame), PORT_END);
    port->operations->close(port);
}

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "test_port_trace.%ld.pcap", (long)getpid());
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_byte_orders_in_micro_and_nanoseconds),
        cmocka_unit_test(reads_pcapng_of_several_resolutions_in_one_file),
        cmocka_unit_test(a_record_cut_at_any_byte_is_a_warning),
        cmocka_unit_test(a_file_header_cut_at_any_byte_is_an_error),
        cmocka_unit_test(damage_in_the_middle_is_an_error_that_names_the_frame),
        cmocka_unit_test(what_is_no_trace_says_what_it_is),
        cmocka_unit_test(garbage_never_crashes),
        cmocka_unit_test(time_that_runs_backwards_is_clamped_and_noted),
        cmocka_unit_test(deadlines_between_frames_move_the_clock_and_lose_ties),
        cmocka_unit_test(filtered_frames_are_left_out_but_counted),
        cmocka_unit_test(cooked_frames_get_an_ethernet_header),
        cmocka_unit_test(cooked_arp_tags_and_lengths_are_understood),
        cmocka_unit_test(cooked_protocol_3_is_what_its_payload_is),
        cmocka_unit_test(cooked_records_too_short_for_their_header_are_skipped),
        cmocka_unit_test(what_is_sent_reaches_the_callback_only),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
