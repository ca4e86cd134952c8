/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --answer-urls: the station gives the simulated phone what it asks for of its own accord. A switch
 * keeps the requests of the run from the phone, so that no order can be the reason of a recovery.
 */
#include "loader/loader.h"
#include "tests/sim/world.h"
#include "tests/support/synthetic_image.h"
#include "tests/unit/engine_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_BYTES 20000

struct fixture {
    uint8_t *image;
    size_t image_length;
    struct plan plan;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->image = synthetic_image(IMAGE_BYTES, 1, &fixture->image_length);
    assert_non_null(fixture->image);
    plan_simple(fixture->image, fixture->image_length, &fixture->plan);
    fixture->plan.kind = SEGMENT_SNOOPING_SWITCH;
    fixture->plan.station.group_only = true;
    fixture->plan.station.answer_urls = true;
    fixture->plan.station.timeout_ns = 600 * NS_PER_S;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->image);
    free(fixture);
    return 0;
}

static void set_url(struct fixture *fixture, const char *url)
{
    strcpy(fixture->plan.phones[0].config.last_url, url);
}

/* Returns: the result; the phone has the image, nobody was ordered, and the verdict is right. */
static void assert_recovered(const struct fixture *fixture)
{
    struct world_result result;
    world_run(&fixture->plan, getenv("TRACE"), getenv("VERBOSE") != NULL, &result);
    assert_string_equal(result.violation, "");
    assert_true(result.ended);
    assert_int_equal(result.recovered, fixture->plan.phone_count);
    assert_int_equal(result.verdict, VERDICT_RECOVERED);
    assert_int_equal(result.orders, 0);
}

static void assert_not_served(const struct fixture *fixture)
{
    struct world_result result;
    world_run(&fixture->plan, NULL, false, &result);
    assert_int_equal(result.recovered, 0);
    assert_int_equal(result.answers, 0);
}

static void tftp_url_on_the_segment_is_answered(void **state)
{
    set_url(*state, "tftp://198.18.77.1/spa504g.bin");
    assert_recovered(*state);
}

static void tftp_url_beyond_the_gateway_is_answered(void **state)
{
    set_url(*state, "tftp://203.0.113.9/a/long/path/spa504g.bin");
    assert_recovered(*state);
}

static void tftp_url_beyond_a_dead_gateway_is_answered(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_DEAD_GATEWAY;
    set_url(fixture, "tftp://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void http_url_on_the_segment_is_answered(void **state)
{
    set_url(*state, "http://198.18.77.1/spa504g.bin");
    assert_recovered(*state);
}

static void http_url_beyond_the_gateway_with_a_port_is_answered(void **state)
{
    set_url(*state, "http://203.0.113.9:8080/spa504g.bin?x=1");
    assert_recovered(*state);
}

static void http_url_beyond_a_dead_gateway_is_answered(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_DEAD_GATEWAY;
    set_url(fixture, "http://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void name_in_a_tftp_url_is_answered(void **state)
{
    set_url(*state, "tftp://provisioning.example.com/spa504g.bin");
    assert_recovered(*state);
}

static void name_in_an_http_url_is_answered(void **state)
{
    set_url(*state, "http://provisioning.example.com/spa504g.bin");
    assert_recovered(*state);
}

static void recovery_url_of_a_phone_with_a_static_address_is_answered(void **state)
{
    struct fixture *fixture = *state;
    struct phone_config *phone = &fixture->plan.phones[0].config;
    phone->is_static = true;
    phone->static_ip = UINT32_C(0x0a141e0a);
    phone->static_mask = UINT32_C(0xffffff00);
    phone->static_gateway = UINT32_C(0x0a141e01); /* nobody has it */
    strcpy(phone->recovery_url, "tftp://192.0.2.1/rec.bin");
    assert_recovered(fixture);
}

static void phone_with_a_lease_of_another_server_is_served(void **state)
{
    struct fixture *fixture = *state;
    fixture->plan.server = SERVER_GOOD;
    set_url(fixture, "http://203.0.113.9/spa504g.bin");
    assert_recovered(fixture);
}

static void lost_frames_do_not_stop_it(void **state)
{
    static const char *const urls[] = {"tftp://198.18.77.1/x", "http://198.18.77.1/x"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 20; i++) {
        set_url(fixture, urls[i % 2]);
        fixture->plan.seed = i;
        fixture->plan.phone_cable.from_switch.loss = 0.02;
        fixture->plan.phone_cable.to_switch.loss = 0.02;
        fixture->plan.phone_cable.to_switch.duplication = 0.05;
        fixture->plan.user_power_cycles = true;
        assert_recovered(fixture);
    }
}

static void phone_named_by_its_mac_address_is_served_among_others(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "tftp://198.18.77.1/x");
    plan->phone_count = 2;
    plan->phones[1] = plan->phones[0];
    plan->phones[1].config.mac.octet[5] ^= 1;
    strcpy(plan->phones[1].config.serial, "CBT141100H9");
    plan->name = (struct phone_name){.mac = plan->phones[0].config.mac};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
    struct world_result result;
    world_run(plan, NULL, false, &result);
    assert_int_equal(result.recovered, 1);
    assert_int_equal(result.orders, 0);
}

static void one_of_two_phones_is_never_guessed(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "tftp://198.18.77.1/x");
    plan->phone_count = 2;
    plan->phones[1] = plan->phones[0];
    plan->phones[1].config.mac.octet[5] ^= 1;
    strcpy(plan->phones[1].config.serial, "CBT141100H9");
    plan->station.timeout_ns = 100 * NS_PER_S;
    assert_not_served(fixture);
}

static void phone_that_has_not_told_the_serial_number_asked_for_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct plan *plan = &fixture->plan;
    set_url(fixture, "http://198.18.77.1/x");
    strcpy(plan->serial_text, plan->phones[0].config.serial);
    plan->name = (struct phone_name){.serial = plan->serial_text};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
    plan->station.timeout_ns = 100 * NS_PER_S;
    assert_not_served(fixture);
}

static void without_the_option_nothing_is_answered(void **state)
{
    static const char *const urls[] = {"tftp://198.18.77.1/x", "http://198.18.77.1/x",
                                       "tftp://provisioning.example.com/x"};
    struct fixture *fixture = *state;
    fixture->plan.station.answer_urls = false;
    fixture->plan.station.timeout_ns = 100 * NS_PER_S;
    for (size_t i = 0; i < 3; i++) {
        set_url(fixture, urls[i]);
        assert_not_served(fixture);
    }
}

/* ---- The TCP side, segment by segment ---- */

#define URL_IP     UINT32_C(0xc000024d) /* 192.0.2.77 */
#define PHONE_PORT 459

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

#define GET "GET /any/path HTTP/1.0\r\nConnection: close\r\n\r\n"

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

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tftp_url_on_the_segment_is_answered),
        T(tftp_url_beyond_the_gateway_is_answered),
        T(tftp_url_beyond_a_dead_gateway_is_answered),
        T(http_url_on_the_segment_is_answered),
        T(http_url_beyond_the_gateway_with_a_port_is_answered),
        T(http_url_beyond_a_dead_gateway_is_answered),
        T(name_in_a_tftp_url_is_answered),
        T(name_in_an_http_url_is_answered),
        T(recovery_url_of_a_phone_with_a_static_address_is_answered),
        T(phone_with_a_lease_of_another_server_is_served),
        T(lost_frames_do_not_stop_it),
        T(phone_named_by_its_mac_address_is_served_among_others),
        T(one_of_two_phones_is_never_guessed),
        T(phone_that_has_not_told_the_serial_number_asked_for_is_left_alone),
        T(without_the_option_nothing_is_answered),
        T(only_a_loaders_syn_opens_a_connection),
        T(answer_is_header_and_image_in_segments_that_fit_the_window),
        T(unacknowledged_segment_is_repeated_and_no_other_is_sent),
        T(silence_of_a_minute_is_a_transfer_broken_off),
        T(reset_in_the_answer_is_a_transfer_broken_off),
        T(late_copy_of_the_syn_does_not_end_the_answer),
        T(request_that_is_no_get_is_refused_politely),
        T(syn_of_an_operating_system_is_not_answered),
        T(phone_that_comes_back_after_the_image_has_refused_it),
        T(image_too_long_for_http_is_not_begun),
        T(normal_firmware_after_the_image_is_not_told_who_its_gateway_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
