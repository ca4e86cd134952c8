/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a request, field by field, and what only the capture did to it. */
#include "diagnose_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static struct bench bench;
    struct mac_address phone = bench_phone(1);
    bench_open(&bench);
    bench_lease(&bench, &phone);
    bench_wait(&bench, 1);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    bench_close(*state);
    return 0;
}

struct request {
    uint8_t payload[RECM_PC_LENGTH + 8];
    size_t length;
};

static struct request good_request(void)
{
    struct request request = {.length = RECM_PC_LENGTH};
    recm_build_request(RECM_WILDCARD_SERIAL, request.payload);
    return request;
}

/* Sends it five times; the phone answers ARP meanwhile. */
static void send_in_vain(struct bench *bench, const struct request *request)
{
    struct mac_address phone = bench_phone(1);
    for (unsigned i = 0; i < 5; i++) {
        bench_udp(bench, request->payload, request->length);
        bench_wait(bench, 1.5);
        bench_arp(bench, &phone, true);
    }
}

static void expect_malformed(struct bench *bench, const struct request *request, const char *words)
{
    struct diagnosis diagnosis;
    send_in_vain(bench, request);
    bench_expect(bench, VERDICT_REQUEST_MALFORMED, CONFIDENCE_CERTAIN);
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    if (!strstr(diagnosis.leading.sentence, words))
        fail_msg("'%s' does not say '%s'", diagnosis.leading.sentence, words);
    diagnosis_free(&diagnosis);
}

static void source_port(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    bench->next.source_port = 50000;
    expect_malformed(bench, &request, "source port is not 4811 but 50000");
}

static void destination_port(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    bench->next.destination_port = 4811;
    bench->next.source_port = 4811;
    expect_malformed(bench, &request, "destination port is not 4810 but 4811");
}

static void length(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    request.length = 159;
    expect_malformed(bench, &request, "not 160 bytes long but 159");
}

static void magic(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    request.payload[5] = 'X';
    expect_malformed(bench, &request, "RECM");
}

static void operation(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    request.payload[0] = 3;
    expect_malformed(bench, &request, "operation");
}

static void serial_without_end(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    memset(request.payload + 8, 'F', 20);
    expect_malformed(bench, &request, "no end");
}

static void destination_address(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    bench->next.destination_ip = UINT32_MAX;
    bench->next.destination_mac = mac_broadcast;
    expect_malformed(bench, &request, "neither 234.4.8.10 nor the phone's own");
}

static void tag(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    bench->next.vlan = 7;
    send_in_vain(bench, &request);
    bench_expect(bench, VERDICT_TAGGED_PORT, CONFIDENCE_CERTAIN);
}

/* The phone of these tests sends untagged frames: an id on one side only is no other VLAN. */
static void tag_without_an_id(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request();
    bench->next.vlan = 0;
    send_in_vain(bench, &request);
    bench_expect(bench, VERDICT_TAGGED_PORT, CONFIDENCE_CERTAIN);
}

/* The same frames with something done to the bytes behind the checksums. */
static void send_spoiled(struct bench *bench, size_t offset, uint8_t value, size_t cut_padding)
{
    struct request request = good_request();
    struct mac_address phone = bench_phone(1);
    for (unsigned i = 0; i < 5; i++) {
        uint8_t bytes[CRAFT_FRAME_SIZE];
        size_t size = craft_udp(bench->craft, &bench->next, request.payload, request.length, bytes);
        bytes[offset] ^= value;
        bench_frame(bench, bytes, size - cut_padding, size - cut_padding);
        bench_wait(bench, 1.5);
        bench_arp(bench, &phone, true);
    }
}

static void udp_checksum_is_never_certain(void **state)
{
    struct bench *bench = *state;
    send_spoiled(bench, 40, 0x55, 0);
    bench_expect(bench, VERDICT_REQUEST_MALFORMED, CONFIDENCE_LIKELY);
}

static void ip_checksum(void **state)
{
    struct bench *bench = *state;
    send_spoiled(bench, 24, 0x55, 0);
    bench_expect(bench, VERDICT_REQUEST_MALFORMED, CONFIDENCE_CERTAIN);
}

/* Its ARP frames are not padded: the capture was made on the PC, whose network card would have
 * filled in the checksum. */
static void offload_of_the_capturing_host_is_no_defect(void **state)
{
    struct bench *bench = *state;
    static const uint8_t arp[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3c, 0x97, 0x0e, 0x4b,
                                    0x21, 0x07, 0x08, 0x06, 0,    1,    8,    0,    6,    4,
                                    0,    1,    0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07};
    struct diagnosis diagnosis;
    bench_frame(bench, arp, sizeof(arp), sizeof(arp));
    send_spoiled(bench, 40, 0x55, 0);
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    assert_int_not_equal(diagnosis.leading.id, VERDICT_REQUEST_MALFORMED);
    for (size_t i = 0; i < diagnosis.finding_count; i++)
        assert_int_not_equal(diagnosis.findings[i].id, VERDICT_REQUEST_MALFORMED);
    diagnosis_free(&diagnosis);
}

static void a_good_one_beside_it_weakens_the_verdict(void **state)
{
    struct bench *bench = *state;
    struct request request = good_request(), wrong = good_request();
    wrong.payload[5] = 'X';
    bench_udp(bench, request.payload, request.length);
    send_in_vain(bench, &wrong);
    struct diagnosis diagnosis;
    diagnosis_make(observer_facts(bench->observer), &diagnosis);
    assert_int_not_equal(diagnosis.leading.confidence, CONFIDENCE_CERTAIN);
    diagnosis_free(&diagnosis);
}

static void a_trunk_port_is_no_defect(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t bytes[CRAFT_FRAME_SIZE], payload[RECM_PHONE_LENGTH];
    struct mac_address phone = bench_phone(1);
    struct recm_message message = {.serial = "CBT14190000", .mac = phone, .ip = BENCH_PHONE_IP};
    struct craft_udp header = {.source_mac = phone,
                               .destination_mac = mac_of_group(RECM_GROUP_IP),
                               .source_ip = BENCH_PHONE_IP,
                               .destination_ip = RECM_GROUP_IP,
                               .source_port = RECM_PHONE_PORT,
                               .destination_port = RECM_PC_PORT,
                               .time_to_live = 60,
                               .vlan = 7};
    bench_open(&bench);
    bench.next.vlan = 7;
    recm_build_reply(&message, payload);
    for (unsigned i = 0; i < 3; i++) {
        bench_request_group(&bench);
        bench_wait(&bench, 0.6);
        header.ip_identification = (uint16_t)i;
        size_t size = craft_udp(bench.craft, &header, payload, sizeof(payload), bytes);
        bench_frame(&bench, bytes, size, size);
        bench_wait(&bench, 1);
    }
    bench_expect(&bench, VERDICT_FOUND, CONFIDENCE_CERTAIN);
    bench_close(&bench);
}

#define FORM_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORM_TEST(source_port),
        FORM_TEST(destination_port),
        FORM_TEST(length),
        FORM_TEST(magic),
        FORM_TEST(operation),
        FORM_TEST(serial_without_end),
        FORM_TEST(destination_address),
        FORM_TEST(tag),
        FORM_TEST(tag_without_an_id),
        FORM_TEST(udp_checksum_is_never_certain),
        FORM_TEST(ip_checksum),
        FORM_TEST(offload_of_the_capturing_host_is_no_defect),
        FORM_TEST(a_good_one_beside_it_weakens_the_verdict),
        cmocka_unit_test(a_trunk_port_is_no_defect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
