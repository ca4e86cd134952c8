/* SPDX-License-Identifier: BSD-2-Clause */
/* What the recovery loader's filter makes of frames that are damaged, long, or of others. */
#include "loader/loader.h"
#include "wire/frame.h"
#include "wire_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IPV4_OFFSET    14
#define UDP_OFFSET     34
#define PAYLOAD_OFFSET 42

/* Puts `length` bytes into a frame of `frame_length`. Returns: its new length. */
static size_t insert(uint8_t *frame, size_t frame_length, size_t offset, const char *hex)
{
    uint8_t bytes[64];
    size_t length = bytes_from_hex(hex, bytes, sizeof bytes);

    memmove(frame + offset + length, frame + offset, frame_length - offset);
    memcpy(frame + offset, bytes, length);
    return frame_length + length;
}

static void sees_through_tags_but_the_loader_does_not(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    length = insert(bytes, length, 12, "8100 000a");
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(frame.ethernet.tag_count, 1);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_TAG);
    length = insert(bytes, length, 12, "88a8 0fff");
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_int_equal(frame.ethernet.tag_count, 2);
    while (frame.ethernet.tag_count < ETHERNET_TAGS_MAXIMUM) {
        unsigned tags = frame.ethernet.tag_count;

        length = insert(bytes, length, 12, "8100 0001");
        frame = dissect_copy(bytes, length, length);
        assert_int_equal(frame.kind, FRAME_RECM);
        assert_int_equal(frame.ethernet.tag_count, tags + 1);
    }
    length = insert(bytes, length, 12, "8100 0001");
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_OTHER);
    assert_int_equal(frame.reason, WIRE_ETHERNET_TYPE_UNKNOWN);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_TAG);
}

static void reads_behind_ipv4_options_but_the_loader_does_not(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);

    (void)state;
    length = insert(bytes, length, UDP_OFFSET, "94040000");
    bytes[IPV4_OFFSET] = 0x46;
    bytes_store_be16(bytes + IPV4_OFFSET + 2, (uint16_t)(length - IPV4_OFFSET));
    fix_ipv4_checksum(bytes);
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_RECM);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_string_equal(frame.recm.serial, "CBT141900A1");
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_IP_OPTIONS);
}

static void the_loader_ignores_a_wrong_total_length(void **state)
{
    static const uint16_t lengths[] = {0, 19, 1500};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t bytes[SUPPORT_FRAME_SIZE];
        size_t length = request_frame(bytes);
        bytes_store_be16(bytes + IPV4_OFFSET + 2, lengths[i]);
        fix_ipv4_checksum(bytes);
        struct frame frame = dissect_copy(bytes, length, length);
        assert_int_equal(frame.reason, WIRE_IPV4_TOTAL_LENGTH);
        assert_int_equal(frame.kind, FRAME_RECM);
        assert_string_equal(frame.recm.serial, "CBT141900A1");
        assert_int_equal(loader_drop(&frame), LOADER_TAKES);
    }
}

static void the_loader_drops_what_is_damaged(void **state)
{
    static const uint8_t nothing[27];
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = request_frame(bytes);
    struct frame frame = dissect_copy(bytes, length, length);

    (void)state;
    assert_int_equal(loader_drop(&frame), LOADER_TAKES);
    bytes[PAYLOAD_OFFSET] ^= 1;
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_UDP_CHECKSUM);
    bytes[IPV4_OFFSET + 8] ^= 1;
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_IP_CHECKSUM);
    bytes[IPV4_OFFSET] = 0x65;
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_BROKEN);
    frame = dissect_copy(bytes, 13, 13);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_BROKEN);
    length = ethernet_frame(ETHERTYPE_ARP_VALUE, nothing, 27, bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_BROKEN);
    length = ipv4_frame(IPV4_PROTOCOL_UDP, nothing, 7, bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_BROKEN);
}

static void the_loader_drops_frames_longer_than_1496(void **state)
{
    uint8_t bytes[SUPPORT_FRAME_SIZE];
    size_t length = data_frame(1496 - PAYLOAD_OFFSET - 4, bytes);

    (void)state;
    struct frame frame = dissect_copy(bytes, length, length);
    assert_int_equal(length, 1496);
    assert_int_equal(loader_drop(&frame), LOADER_TAKES);
    length = data_frame(1497 - PAYLOAD_OFFSET - 4, bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_LENGTH);
}

static void the_loader_knows_few_protocols(void **state)
{
    static const struct {
        uint8_t protocol;
        enum loader_drop drop;
    } protocols[] = {
        {IPV4_PROTOCOL_ICMP, LOADER_DROPS_PROTOCOL},
        {IPV4_PROTOCOL_IGMP, LOADER_DROPS_PROTOCOL},
        {IPV4_PROTOCOL_TCP, LOADER_TAKES}, /* its HTTP client */
        {89, LOADER_DROPS_PROTOCOL},
    };
    uint8_t bytes[SUPPORT_FRAME_SIZE], payload[64] = {0};
    struct frame frame;

    (void)state;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        size_t length = ipv4_frame(protocols[i].protocol, payload, sizeof payload, bytes);
        frame = dissect_copy(bytes, length, length);
        assert_int_equal(loader_drop(&frame), protocols[i].drop);
    }
    size_t length = ethernet_frame(ETHERTYPE_IPV6_VALUE, payload, sizeof payload, bytes);
    frame = dissect_copy(bytes, length, length);
    assert_int_equal(frame.kind, FRAME_OTHER);
    assert_int_equal(frame.reason, WIRE_OK);
    assert_int_equal(loader_drop(&frame), LOADER_DROPS_ETHERTYPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_through_tags_but_the_loader_does_not),
        cmocka_unit_test(reads_behind_ipv4_options_but_the_loader_does_not),
        cmocka_unit_test(the_loader_ignores_a_wrong_total_length),
        cmocka_unit_test(the_loader_drops_what_is_damaged),
        cmocka_unit_test(the_loader_drops_frames_longer_than_1496),
        cmocka_unit_test(the_loader_knows_few_protocols),
    };
    return cmocka_run_group_tests(tests, NULL, dissect_drop_copy);
}
