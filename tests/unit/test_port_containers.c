/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng as other programs write it: sections, interfaces that differ, blocks without times,
 * foreign link types; what is damaged and what is only more than is read.
 */
#include "port/pcapng.h"
#include "port/trace.h"
#include "tests/support/file_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LINK_ETHERNET 1
#define LINK_RADIOTAP 127
#define LINK_COOKED   113
#define ONE_SECOND_US UINT64_C(1000000)

static char path[64];

static const uint8_t frame_bytes[60] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3, 0x08, 0x06,
    0,    1,    8,    0,    6,    4,    0,    1,    0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3,
    192,  168,  77,   20,   0,    0,    0,    0,    0,    0,    192,  168,  77,   1,
};

/* An option of any length, padded to four bytes. */
static void put_option(struct file_image *image, unsigned code, const void *value, size_t length)
{
    put(image, 2, code);
    put(image, 2, length);
    put_bytes(image, value, length);
    put_bytes(image, (uint8_t[]){0, 0, 0}, (4 - length % 4) % 4);
}

static void put_length(struct file_image *image, size_t at)
{
    size_t end = image->length;
    put(image, 4, end + 4 - at);
    image->length = at + 4;
    put(image, 4, end + 4 - at);
    image->length = end + 4;
}

static void put_interface(struct file_image *image, uint16_t link, uint32_t snapshot,
                          int resolution, const char *name)
{
    size_t at = image->length;
    put(image, 4, 1);
    put(image, 4, 0);
    put(image, 2, link);
    put(image, 2, 0);
    put(image, 4, snapshot);
    if (name)
        put_option(image, 2, name, strlen(name));
    if (resolution >= 0)
        put_option(image, 9, (uint8_t[]){(uint8_t)resolution}, 1);
    if (name || resolution >= 0)
        put(image, 4, 0);
    put_length(image, at);
}

static void put_unknown_block(struct file_image *image, uint32_t type, size_t length)
{
    size_t at = image->length;
    put(image, 4, type);
    put(image, 4, 0);
    for (size_t i = 0; i < length; i++)
        put(image, 1, 0x5a);
    put_length(image, at);
}

static void put_simple_packet(struct file_image *image, const void *bytes, size_t length)
{
    size_t at = image->length;
    put(image, 4, 3);
    put(image, 4, 0);
    put(image, 4, length);
    put_bytes(image, bytes, length);
    put_length(image, at);
}

static void put_obsolete_packet(struct file_image *image, unsigned interface, uint64_t time,
                                const void *bytes, size_t length)
{
    size_t at = image->length;
    put(image, 4, 2);
    put(image, 4, 0);
    put(image, 2, interface);
    put(image, 2, 0xffff); /* its count of drops */
    put(image, 4, time >> 32);
    put(image, 4, time & 0xffffffff);
    put(image, 4, length);
    put(image, 4, length);
    put_bytes(image, bytes, length);
    put_length(image, at);
}

static void write_file(const struct file_image *image, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image->bytes, 1, length, file), length);
    fclose(file);
}

static struct port *open_first(const struct file_image *image, size_t length,
                               struct error *ret_error)
{
    write_file(image, length);
    const struct port_trace_config config = {.path = path};
    return port_trace_open(&config, ret_error);
}

static struct port *open_all(const struct file_image *image)
{
    struct error error = {0};
    struct port *port = open_first(image, image->length, &error);
    if (!port)
        fail_msg("%s", error.text);
    return port;
}

static struct captured_frame expect_frame(struct port *port)
{
    struct captured_frame frame;
    struct error error = {0};
    enum port_event event = port->operations->next(port, INSTANT_NEVER, &frame, &error);
    if (event != PORT_FRAME)
        fail_msg("%s", error.text);
    return frame;
}

static void expect_end(struct port *port)
{
    struct captured_frame frame;
    struct error error = {0};
    assert_int_equal(port->operations->next(port, INSTANT_NEVER, &frame, &error), PORT_END);
    port->operations->close(port);
}

static void expect_failure(struct port *port, const char *part, const char *absent)
{
    struct captured_frame frame;
    struct error error = {0};
    enum port_event event = PORT_FRAME;
    while (event == PORT_FRAME)
        event = port->operations->next(port, INSTANT_NEVER, &frame, &error);
    assert_int_equal(event, PORT_FAILED);
    if (!strstr(error.text, part) || (absent && strstr(error.text, absent)))
        fail_msg("\"%s\"", error.text);
    port->operations->close(port);
}

static void interfaces_may_differ_in_everything(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    uint8_t cooked[16 + 46] = {0, 1, 0, 1, 0, 6, 0x00, 0x24, 0x14, 0xa1, 0xb2, 0xc3, 0, 0, 8, 6};
    memcpy(cooked + 16, frame_bytes + 14, 46);
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 65535, 6, "eth0");
    put_interface(&image, LINK_ETHERNET, 128, 9, "eth1");
    put_pcapng_packet(&image, 0, 5 * ONE_SECOND_US, frame_bytes, sizeof frame_bytes);
    put_pcapng_packet(&image, 1, UINT64_C(5000000123), frame_bytes, sizeof frame_bytes);
    put_interface(&image, LINK_COOKED, 0, 0x80 | 10, "any"); /* added later; 1/1024 s */
    put_pcapng_packet(&image, 2, UINT64_C(5) * 1024 + 512, cooked, sizeof cooked);

    struct port *port = open_all(&image);
    assert_int_equal(expect_frame(port).time_ns, 5 * NS_PER_S);
    assert_int_equal(expect_frame(port).time_ns, 5 * NS_PER_S + 123);
    struct captured_frame last = expect_frame(port);
    assert_int_equal(last.time_ns, 5 * NS_PER_S + NS_PER_S / 2);
    assert_int_equal(last.number, 3);
    assert_int_equal(last.captured, 60);
    assert_memory_equal(last.bytes + 14, frame_bytes + 14, 46);
    expect_end(port);
}

static void sections_have_interfaces_and_byte_orders_of_their_own(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 65535, 9, NULL);
    put_pcapng_packet(&image, 0, UINT64_C(7000000001), frame_bytes, sizeof frame_bytes);
    image.is_little = false;
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 65535, -1, NULL);
    put_pcapng_packet(&image, 0, 8 * ONE_SECOND_US, frame_bytes, sizeof frame_bytes);

    struct port *port = open_all(&image);
    assert_int_equal(expect_frame(port).time_ns, 7 * NS_PER_S + 1);
    assert_int_equal(expect_frame(port).time_ns, 8 * NS_PER_S);
    expect_end(port);
}

static void old_and_simple_packet_blocks_are_read(void **state)
{
    (void)state;
    struct file_image image = {0};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 64, -1, NULL);
    put_obsolete_packet(&image, 0, 3 * ONE_SECOND_US, frame_bytes, sizeof frame_bytes);
    put_simple_packet(&image, frame_bytes, sizeof frame_bytes);

    struct port *port = open_all(&image);
    struct captured_frame frame = expect_frame(port);
    assert_int_equal(frame.time_ns, 3 * NS_PER_S);
    assert_false(frame.time_unknown);
    frame = expect_frame(port);
    assert_true(frame.time_unknown);
    assert_int_equal(frame.time_ns, 3 * NS_PER_S);
    assert_int_equal(frame.captured, sizeof frame_bytes);
    assert_non_null(strstr(port_trace_warning(port), "without times"));
    expect_end(port);
}

static void a_time_offset_counts_for_every_packet(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    size_t at = image.length;
    put(&image, 4, 1);
    put(&image, 4, 0);
    put(&image, 4, LINK_ETHERNET);
    put(&image, 4, 65535);
    uint8_t offset[8] = {100};
    put_option(&image, 14, offset, sizeof offset);
    put(&image, 4, 0);
    put_length(&image, at);
    put_pcapng_packet(&image, 0, 2 * ONE_SECOND_US, frame_bytes, sizeof frame_bytes);
    struct port *port = open_all(&image);
    assert_int_equal(expect_frame(port).time_ns, 102 * NS_PER_S);
    expect_end(port);
}

static void what_is_no_packet_is_skipped_and_remembered(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 65535, 6, NULL);
    put_unknown_block(&image, 4, 16);         /* names */
    put_unknown_block(&image, 5, 12);         /* statistics */
    put_unknown_block(&image, 10, 20);        /* keys */
    put_unknown_block(&image, 0x40000bad, 8); /* somebody's own */
    size_t at = image.length;
    put(&image, 4, 6);
    put(&image, 4, 0);
    put(&image, 4, 0);
    put(&image, 8, 0);
    put(&image, 4, sizeof frame_bytes);
    put(&image, 4, sizeof frame_bytes);
    put_bytes(&image, frame_bytes, sizeof frame_bytes);
    put_option(&image, 1, "my secret note", 14);
    put(&image, 4, 0);
    put_length(&image, at);
    struct port *port = open_all(&image);
    expect_frame(port);
    struct port_trace_facts facts;
    port_trace_facts(port, &facts);
    assert_int_equal(facts.extras, PCAPNG_COMMENTS | PCAPNG_NAMES | PCAPNG_KEYS);
    expect_end(port);
}

static void foreign_interfaces_are_passed_over_with_a_note(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_RADIOTAP, 65535, 6, "wlan\x1b[31m0");
    put_interface(&image, LINK_ETHERNET, 65535, 6, "eth0");
    put_pcapng_packet(&image, 0, 1, frame_bytes, sizeof frame_bytes);
    put_pcapng_packet(&image, 1, 2, frame_bytes, sizeof frame_bytes);
    struct port *port = open_all(&image);
    assert_int_equal(expect_frame(port).number, 2);
    const char *warning = port_trace_warning(port);
    assert_non_null(warning);
    assert_non_null(strstr(warning, "passed over"));
    assert_non_null(strstr(warning, "IEEE802_11_RADIO"));
    assert_null(strchr(warning, '\x1b'));
    expect_end(port);

    struct file_image only = {.is_little = true};
    put_pcapng_section(&only);
    put_interface(&only, LINK_RADIOTAP, 65535, 6, NULL);
    put_pcapng_packet(&only, 0, 1, frame_bytes, sizeof frame_bytes);
    expect_failure(open_all(&only), "IEEE802_11_RADIO", "damaged");
}

static void a_limit_of_ours_is_no_damage(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 0, 6, NULL);
    put(&image, 4, 6);
    put(&image, 4, 0x40000000); /* a packet block of 1 GiB */
    put(&image, 8, 0);
    expect_failure(open_all(&image), "at most", "damaged");

    struct file_image version = {.is_little = true};
    put_pcapng_section(&version);
    version.bytes[12] = 2;
    put_interface(&version, LINK_ETHERNET, 0, 6, NULL);
    expect_failure(open_all(&version), "version 2; version 1 is read", "damaged");
}

static void damage_is_named(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 0, 6, NULL);
    put_pcapng_packet(&image, 0, 1, frame_bytes, sizeof frame_bytes);
    size_t good = image.length;
    put_pcapng_packet(&image, 7, 1, frame_bytes, sizeof frame_bytes);
    expect_failure(open_all(&image), "damaged after frame 1: a packet of interface 7", NULL);

    image.length = good;
    put_pcapng_packet(&image, 0, 1, frame_bytes, sizeof frame_bytes);
    image.bytes[image.length - 4]++;
    expect_failure(open_all(&image), "begins with length 92 and ends with length 93", NULL);

    image.length = good;
    put_pcapng_packet(&image, 0, 1, frame_bytes, sizeof frame_bytes);
    image.bytes[good + 20] = 200; /* more captured than the block holds */
    expect_failure(open_all(&image), "a packet of 200 bytes in a block that holds 60", NULL);
}

/* Cut anywhere: the whole frames before are there, and nothing is called damaged. */
static void a_file_cut_at_any_byte_keeps_its_whole_frames(void **state)
{
    (void)state;
    struct file_image image = {.is_little = true};
    put_pcapng_section(&image);
    put_interface(&image, LINK_ETHERNET, 0, 6, NULL);
    put_interface(&image, LINK_ETHERNET, 128, 9, NULL);
    size_t ends[4];
    ends[0] = image.length;
    for (unsigned i = 1; i < 4; i++) {
        put_pcapng_packet(&image, i % 2, i, frame_bytes, sizeof frame_bytes);
        ends[i] = image.length;
    }
    for (size_t length = 28; length < image.length; length++) {
        struct error error = {0};
        struct port *port = open_first(&image, length, &error);
        struct captured_frame frame;
        unsigned frames = 0, whole = 0;
        assert_non_null(port);
        while (whole < 3 && ends[whole + 1] <= length)
            whole++;
        while (port->operations->next(port, INSTANT_NEVER, &frame, &error) == PORT_FRAME)
            frames++;
        assert_int_equal(frames, whole);
        assert_null(strstr(error.text, "damaged"));
        port->operations->close(port);
    }
}

static void a_time_beyond_all_clocks_stays_inside_them(void **state)
{
    (void)state;
    for (int resolution = 0; resolution < 256; resolution++) {
        struct file_image image = {.is_little = true};
        put_pcapng_section(&image);
        put_interface(&image, LINK_ETHERNET, 0, resolution, NULL);
        put_pcapng_packet(&image, 0, UINT64_MAX, frame_bytes, sizeof frame_bytes);
        struct port *port = open_all(&image);
        assert_true(expect_frame(port).time_ns >= 0);
        expect_end(port);
    }
}

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "test_port_containers.%ld.pcapng", (long)getpid());
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_may_differ_in_everything),
        cmocka_unit_test(sections_have_interfaces_and_byte_orders_of_their_own),
        cmocka_unit_test(old_and_simple_packet_blocks_are_read),
        cmocka_unit_test(a_time_offset_counts_for_every_packet),
        cmocka_unit_test(what_is_no_packet_is_skipped_and_remembered),
        cmocka_unit_test(foreign_interfaces_are_passed_over_with_a_note),
        cmocka_unit_test(a_limit_of_ours_is_no_damage),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(a_file_cut_at_any_byte_keeps_its_whole_frames),
        cmocka_unit_test(a_time_beyond_all_clocks_stays_inside_them),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
