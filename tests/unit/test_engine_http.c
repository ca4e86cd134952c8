/* SPDX-License-Identifier: BSD-2-Clause */
/* --answer-urls over HTTP, segment by segment. */
#include "loader/loader.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define URL_IP     UINT32_C(0xc000024d) /* 192.0.2.77 */
#define PHONE_PORT 459
#define GET        "GET /any/path HTTP/1.0\r\nConnection: close\r\n\r\n"

/* The station's first one, 0 before it. */
static uint32_t first_sequence(const struct rig *rig)
{
    size_t next;
    const struct rig_sent *first = rig_find(rig, 0, FRAME_TCP, -1, &next);
    return first ? first->frame.tcp.sequence : 0;
}

/* A segment of the loader's HTTP client; `acknowledgement` counts from the station's SYN. */
static void put_with_ttl(struct rig *rig, const struct rig_phone *phone, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement, const char *text,
                         uint8_t time_to_live)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct craft_tcp header = {
        .source_mac = phone->mac,
        .destination_mac = rig->config.source_mac,
        .source_ip = phone->ip,
        .destination_ip = URL_IP,
        .source_port = PHONE_PORT,
        .destination_port = 80,
        .sequence = sequence,
        .acknowledgement = first_sequence(rig) + acknowledgement,
        .flags = flags,
        .window = 1024,
        .mss = flags & TCP_FLAG_SYN ? 1400 : 0,
        .time_to_live = time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
    rig_frame(rig, bytes,
              craft_tcp(rig->craft, &header, (const uint8_t *)text, strlen(text), bytes));
}

static void put(struct rig *rig, const struct rig_phone *phone, uint8_t flags, uint32_t sequence,
                uint32_t acknowledgement, const char *text)
{
    put_with_ttl(rig, phone, flags, sequence, acknowledgement, text, LOADER_SYN_TTL);
}

static const struct tcp_segment *newest(const struct rig *rig)
{
    for (size_t i = rig->sent_count; i-- > 0;) {
        if (rig->sent[i].frame.kind == FRAME_TCP)
            return &rig->sent[i].frame.tcp;
    }
    fail_msg("no TCP segment was sent");
    return NULL;
}

/* What the frames say, so that a run and its trace say the same. */
static enum verdict_id verdict(const struct rig *rig)
{
    struct diagnosis diagnosis;
    station_diagnose(rig->station, &diagnosis);
    enum verdict_id id = diagnosis.leading.id;
    diagnosis_free(&diagnosis);
    return id;
}

static struct rig *rig_with_urls(void)
{
    struct rig *rig = rig_new();
    rig->config.answer_urls = true;
    rig->config.flash_wait_ns = 60 * NS_PER_S;
    rig_start(rig);
    return rig;
}

/* A phone that this run has never seen before connects, and asks for a file. */
static struct rig *rig_up_to_answer(const struct rig_phone *phone)
{
    struct rig *rig = rig_with_urls();
    put(rig, phone, TCP_FLAG_SYN, 0, 0, "");
    assert_int_equal(newest(rig)->flags, TCP_FLAG_SYN | TCP_FLAG_ACK);
    assert_int_equal(newest(rig)->acknowledgement, 1);
    put(rig, phone, TCP_FLAG_ACK, 1, 1, "");
    put(rig, phone, TCP_FLAG_PSH | TCP_FLAG_ACK, 1, 1, GET);
    assert_int_equal(rig_state(rig, phone), SESSION_TRANSFER);
    return rig;
}

/* A phone that this run is not for; its SYN was changed on the way, and answered all the same. */
static void only_a_loaders_syn_opens_a_connection(void **state)
{
    (void)state;
    static const struct phone_name wanted = {.serial = "CBT141100ZZ"};
    struct rig *rig = rig_new();
    struct rig_phone phone = rig_phone(0);
    rig->config.answer_urls = true;
    rig->config.selection.names = &wanted;
    rig->config.selection.name_count = 1;
    rig_start(rig);
    rig_reply(rig, &phone);
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    put_with_ttl(rig, &phone, TCP_FLAG_SYN, 0, 0, "", 123);
    put(rig, &phone, TCP_FLAG_ACK, 1, 1, "");
    put(rig, &phone, TCP_FLAG_PSH | TCP_FLAG_ACK, 1, 1, GET);
    assert_int_equal(rig_count(rig, 0, FRAME_TCP, -1), 0);
    rig_free(rig);
}

static void answer_is_header_and_image_in_segments_that_fit_the_window(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    uint8_t answer[2000];
    size_t length = 0;
    while (!(newest(rig)->flags & TCP_FLAG_FIN)) {
        const struct tcp_segment *segment = newest(rig);
        assert_int_equal(segment->acknowledgement, 1 + strlen(GET));
        assert_in_range(segment->payload_length, 1, 1024);
        assert_true(length + segment->payload_length <= sizeof answer);
        memcpy(answer + length, segment->payload, segment->payload_length);
        length += segment->payload_length;
        put(rig, &phone, TCP_FLAG_ACK, 1 + strlen(GET), (uint32_t)(1 + length), "");
    }
    static const char header[] = "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n"
                                 "Content-Length: 1300\r\nConnection: close\r\n\r\n";
    assert_int_equal(length, strlen(header) + 1300);
    assert_memory_equal(answer, header, strlen(header));
    assert_memory_equal(answer + strlen(header), rig->config.image, 1300);
    put(rig, &phone, TCP_FLAG_FIN | TCP_FLAG_ACK, 1 + strlen(GET), (uint32_t)(2 + length), "");
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    assert_int_equal(newest(rig)->acknowledgement, 2 + strlen(GET)); /* of its FIN */
    assert_int_equal(rig_status(rig, &phone).bytes_acknowledged, 1300);
    assert_int_equal(verdict(rig), VERDICT_DELIVERED);
    rig_wait(rig, 30 * NS_PER_S);
    rig_firmware(rig, &phone);
    assert_int_equal(rig_state(rig, &phone), SESSION_RECOVERED);
    assert_int_equal(verdict(rig), VERDICT_RECOVERED);
    rig_free(rig);
}

static void unacknowledged_segment_is_repeated_and_no_other_is_sent(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    uint32_t sequence = newest(rig)->sequence;
    unsigned before = rig_count(rig, 0, FRAME_TCP, -1);
    rig_wait(rig, 8 * NS_PER_S);
    assert_in_range(rig_count(rig, 0, FRAME_TCP, -1), before + 2, before + 4);
    assert_int_equal(newest(rig)->sequence, sequence);
    assert_int_equal(rig_status(rig, &phone).retransmissions,
                     rig_count(rig, 0, FRAME_TCP, -1) - before);
    rig_free(rig);
}

static void silence_of_a_minute_is_a_transfer_broken_off(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    const struct tcp_segment *segment = newest(rig);
    put(rig, &phone, TCP_FLAG_ACK, 1 + strlen(GET), (uint32_t)(1 + segment->payload_length), "");
    rig_wait(rig, 65 * NS_PER_S);
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_true(rig_said(rig, "broke off"));
    assert_int_equal(verdict(rig), VERDICT_TRANSFER_STALLED);
    rig_free(rig);
}

static void reset_in_the_answer_is_a_transfer_broken_off(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    put(rig, &phone, TCP_FLAG_RST | TCP_FLAG_ACK, 77, 1, ""); /* of something else */
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    put(rig, &phone, TCP_FLAG_RST | TCP_FLAG_ACK, 1 + strlen(GET), 1, "");
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    rig_free(rig);
}

static void late_copy_of_the_syn_does_not_end_the_answer(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    assert_int_equal(rig_state(rig, &phone), SESSION_TRANSFER);
    rig_wait(rig, 12 * NS_PER_S); /* the phone has given up, and tries again */
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    assert_int_equal(rig_state(rig, &phone), SESSION_RETRY);
    assert_int_equal(newest(rig)->flags, TCP_FLAG_SYN | TCP_FLAG_ACK);
    rig_free(rig);
}

static void request_that_is_no_get_is_refused_politely(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_urls();
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    put(rig, &phone, TCP_FLAG_ACK, 1, 1, "");
    put(rig, &phone, TCP_FLAG_PSH | TCP_FLAG_ACK, 1, 1, "PUT / HTTP/1.0\r\n\r\n");
    assert_memory_equal(newest(rig)->payload, "HTTP/1.0 501", 12);
    assert_int_equal(rig_state(rig, &phone), SESSION_ADDRESSED);
    rig_free(rig);
}

static void syn_of_an_operating_system_is_not_answered(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_urls();
    put(rig, &phone, TCP_FLAG_SYN, 12345, 0, "");
    assert_int_equal(rig_count(rig, 0, FRAME_TCP, -1), 0);
    rig_free(rig);
}

static void phone_that_comes_back_after_the_image_has_refused_it(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_up_to_answer(&phone);
    for (uint32_t length = 0; !(newest(rig)->flags & TCP_FLAG_FIN);) {
        length += (uint32_t)newest(rig)->payload_length;
        put(rig, &phone, TCP_FLAG_ACK, 1 + strlen(GET), 1 + length, "");
    }
    uint32_t end = newest(rig)->sequence - first_sequence(rig) + 1;
    put(rig, &phone, TCP_FLAG_FIN | TCP_FLAG_ACK, 1 + strlen(GET), end, "");
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    rig_wait(rig, 5 * NS_PER_S);
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    assert_int_equal(verdict(rig), VERDICT_IMAGE_REJECTED);
    rig_free(rig);
}

static void image_too_long_for_http_is_not_begun(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_new();
    static uint8_t long_image[7340032];
    rig->config.answer_urls = true;
    rig->config.image = long_image;
    rig->config.image_length = sizeof long_image;
    rig_start(rig);
    put(rig, &phone, TCP_FLAG_SYN, 0, 0, "");
    assert_int_equal(rig_count(rig, 0, FRAME_TCP, -1), 0);
    assert_true(rig_said(rig, "longer than the loader takes"));
    rig_free(rig);
}

static void normal_firmware_after_the_image_is_not_told_who_its_gateway_is(void **state)
{
    (void)state;
    struct rig_phone phone = rig_phone(0);
    struct rig *rig = rig_with_urls();
    rig_up_to_request(rig, &phone);
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, &phone, block);
    assert_int_equal(rig_state(rig, &phone), SESSION_DELIVERED);
    unsigned before = rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION);
    rig_who_has(rig, &phone, URL_IP);
    rig_firmware(rig, &phone);
    rig_who_has(rig, &phone, URL_IP);
    assert_int_equal(rig_count(rig, 0, FRAME_ARP, ARP_REPLY_OPERATION), before);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_loaders_syn_opens_a_connection),
        cmocka_unit_test(answer_is_header_and_image_in_segments_that_fit_the_window),
        cmocka_unit_test(unacknowledged_segment_is_repeated_and_no_other_is_sent),
        cmocka_unit_test(silence_of_a_minute_is_a_transfer_broken_off),
        cmocka_unit_test(reset_in_the_answer_is_a_transfer_broken_off),
        cmocka_unit_test(late_copy_of_the_syn_does_not_end_the_answer),
        cmocka_unit_test(request_that_is_no_get_is_refused_politely),
        cmocka_unit_test(syn_of_an_operating_system_is_not_answered),
        cmocka_unit_test(phone_that_comes_back_after_the_image_has_refused_it),
        cmocka_unit_test(image_too_long_for_http_is_not_begun),
        cmocka_unit_test(normal_firmware_after_the_image_is_not_told_who_its_gateway_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
