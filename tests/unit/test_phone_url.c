/* SPDX-License-Identifier: BSD-2-Clause */
/* URL attempts of the simulated phone, TFTP and HTTP: docs/protocol.md section 8. */
#include "phone_bench.h"

#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS      NS_PER_MS
#define S       NS_PER_S
#define HOST_IP UINT32_C(0xc0a84d6f) /* 192.168.77.111 */

static struct bench *with_url(const char *url)
{
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, url);
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    return bench;
}

static bool request_is_answered(struct bench *bench)
{
    bench_request(bench, RECM_WILDCARD_SERIAL);
    return bench_next(bench, S) && bench->last.kind == FRAME_RECM;
}

static void expect_arp(struct bench *bench, uint32_t target_ip, size_t length,
                       duration_ns patience_ns)
{
    assert_true(bench_next(bench, patience_ns));
    assert_int_equal(bench->last.kind, FRAME_ARP);
    assert_int_equal(bench->last.arp.target_ip, target_ip);
    assert_int_equal(bench->last.length, length);
}

/* ---- A PC that speaks TCP ---- */

static void put_segment(struct bench *bench, uint8_t flags, uint32_t sequence, const char *payload,
                        size_t length)
{
    struct craft_tcp header = {.source_mac = bench->pc_mac,
                               .destination_mac = bench->phone_mac,
                               .source_ip = HOST_IP,
                               .destination_ip = BENCH_PHONE_IP,
                               .source_port = 80,
                               .destination_port = 459,
                               .sequence = sequence,
                               .acknowledgement = 1,
                               .flags = flags,
                               .window = 8192,
                               .time_to_live = 64,
                               .vlan = CRAFT_NO_VLAN};
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t frame_length = craft_tcp(bench->craft, &header, (const uint8_t *)payload, length, frame);
    assert_true(frame_length > 0);
    bench_put(bench, frame, frame_length);
}

static void expect_tcp(struct bench *bench, uint8_t flags, duration_ns patience_ns)
{
    assert_true(bench_next(bench, patience_ns));
    assert_int_equal(bench->last.kind, FRAME_TCP);
    assert_int_equal(bench->last.tcp.flags, flags);
}

/* Up to the GET, which is in bench->last; the server's next byte has number 1001. */
static struct bench *connected(const char *url)
{
    struct bench *bench = with_url(url);
    expect_arp(bench, HOST_IP, 60, 20 * S);
    bench_arp(bench, ARP_REPLY_OPERATION, HOST_IP, BENCH_PHONE_IP);
    expect_tcp(bench, TCP_FLAG_SYN, S);
    assert_memory_equal(bench->last.bytes, bench->pc_mac.octet, 6);
    put_segment(bench, TCP_FLAG_SYN | TCP_FLAG_ACK, 1000, NULL, 0);
    expect_tcp(bench, TCP_FLAG_ACK, S);
    assert_int_equal(bench->last.tcp.acknowledgement, 1001);
    expect_tcp(bench, TCP_FLAG_PSH | TCP_FLAG_ACK, S);
    return bench;
}

/* Sends a whole answer in segments, each after the acknowledgement of the one before, and closes.
 */
static void serve(struct bench *bench, const char *header, const uint8_t *body, size_t length)
{
    uint32_t sequence = 1001;
    put_segment(bench, TCP_FLAG_ACK, sequence, header, strlen(header));
    sequence += (uint32_t)strlen(header);
    for (size_t done = 0; done < length;) {
        expect_tcp(bench, TCP_FLAG_ACK, 2 * S);
        assert_int_equal(bench->last.tcp.acknowledgement, sequence);
        size_t part = length - done < 1000 ? length - done : 1000;
        put_segment(bench, TCP_FLAG_ACK | TCP_FLAG_PSH, sequence, (const char *)body + done, part);
        sequence += (uint32_t)part;
        done += part;
    }
    expect_tcp(bench, TCP_FLAG_ACK, 2 * S);
    put_segment(bench, TCP_FLAG_ACK | TCP_FLAG_FIN, sequence, NULL, 0);
    expect_tcp(bench, TCP_FLAG_ACK | TCP_FLAG_FIN, 2 * S);
    assert_int_equal(bench->last.tcp.acknowledgement, sequence + 1);
}

/* ---- Statements ---- */

static void P8_1_only_tftp_and_http_in_lower_case_are_urls(void **state)
{
    (void)state;
    static const char *const none[] = {"TFTP://192.168.77.111/x",
                                       "https://192.168.77.111/x",
                                       "ftp://192.168.77.111/x",
                                       "192.168.77.111/x",
                                       "tftp:///x",
                                       "Http://192.168.77.111/x"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct bench *bench = with_url(none[i]);
        assert_true(bench_is_silent(bench, 100 * S));
        bench_free(bench);
    }
}

static void P8_2_P8_4_P7_3_a_tftp_url_that_is_served_recovers_the_phone(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = bench_read_file("tests/images/good.bin", &length);
    struct bench *bench = with_url("tftp://192.168.77.111:6969/dir/image.bin");
    expect_arp(bench, BENCH_PHONE_IP, 62, 20 * S);
    expect_arp(bench, HOST_IP, 62, S);
    bench_arp(bench, ARP_REPLY_OPERATION, HOST_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, S));
    assert_int_equal(bench->last.tftp.opcode, TFTP_RRQ);
    assert_string_equal(bench->last.tftp.file_name, "/dir/image.bin");
    assert_int_equal(bench->last.ipv4.destination, HOST_IP);
    assert_int_equal(bench->last.udp.destination_port, 69); /* the URL's port is ignored */
    assert_memory_equal(bench->last.bytes, bench->pc_mac.octet, 6);
    assert_true(bench_transfer(bench, image, length));
    assert_int_equal(bench->last.ipv4.destination, HOST_IP);
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * S));
    bench_free(bench);
    free(image);
}

static void P8_4_a_host_outside_the_subnet_is_reached_through_the_gateway(void **state)
{
    (void)state;
    struct bench *bench = with_url("tftp://10.1.2.3/x");
    expect_arp(bench, BENCH_PHONE_IP, 62, 20 * S);
    expect_arp(bench, BENCH_PC_IP, 62, S);
    bench_arp(bench, ARP_REPLY_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(bench_next(bench, 7 * S));
        assert_int_equal(bench->last.tftp.opcode, TFTP_RRQ);
        assert_int_equal(bench->last.ipv4.destination, 0x0a010203);
    }
    expect_arp(bench, BENCH_PHONE_IP, 62, 50 * S); /* the next round */
    bench_free(bench);
}

static void answer_dns(struct bench *bench)
{
    uint8_t answer[512];
    struct writer writer = writer_over(answer, sizeof answer);
    dns_write_answer(&writer, bench->last.payload, bench->last.payload_length, HOST_IP, 60);
    struct craft_udp header = bench_header(bench, BENCH_PHONE_IP, DNS_SERVER_PORT, DNS_PHONE_PORT);
    bench_udp(bench, &header, answer, writer.length);
}

/* With a name server in the lease, up to the query in bench->last. */
static struct bench *querying(void)
{
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, "tftp://firmware.example/x");
    struct bench *bench = bench_new(&config);
    assert_true(bench_next(bench, 10 * S));
    struct bench_lease lease = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &lease);
    assert_true(bench_next(bench, S));
    lease.type = DHCP_ACK;
    lease.dns_server = BENCH_FOREIGN_IP;
    bench_dhcp(bench, &lease);
    assert_true(bench_next(bench, 20 * S));
    assert_int_equal(bench->last.kind, FRAME_DNS);
    return bench;
}

static void P8_3_a_name_is_asked_for_without_arp(void **state)
{
    (void)state;
    struct bench *bench = querying();
    assert_int_equal(bench->last.udp.source_port, 44821);
    assert_int_equal(bench->last.udp.destination_port, 53);
    assert_int_equal(bench->last.ipv4.destination, BENCH_FOREIGN_IP);
    assert_memory_equal(bench->last.bytes, mac_broadcast.octet, 6);
    assert_string_equal(bench->last.dns.name, "firmware.example");
    assert_true(bench->last.dns.recursion_desired);
    assert_int_equal(bench->last.dns.query_type, 1);
    answer_dns(bench);
    expect_arp(bench, BENCH_PHONE_IP, 62, S);
    expect_arp(bench, HOST_IP, 62, S);
    bench_free(bench);
}

static void P8_3_a_late_answer_helps_the_next_attempt(void **state)
{
    (void)state;
    struct bench *bench = querying();
    bench_run_for(bench, S);
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    answer_dns(bench);
    expect_arp(bench, BENCH_PHONE_IP, 62, 50 * S);
    expect_arp(bench, HOST_IP, 62, S);
    bench_free(bench);
}

static void P8_5_P6_8_a_dead_http_host_sees_arp_syn_and_rst(void **state)
{
    (void)state;
    struct bench *bench = with_url("http://192.168.77.111:8080/x.bin");
    for (unsigned i = 0; i < 4; i++)
        expect_arp(bench, HOST_IP, 60, i == 0 ? 20 * S : S);
    for (uint16_t i = 0; i < 8; i++) {
        expect_tcp(bench, TCP_FLAG_SYN, 1100 * MS);
        assert_int_equal(bench->last.tcp.sequence, 0);
        assert_int_equal(bench->last.tcp.window, 1024);
        assert_int_equal(bench->last.tcp.mss, 1400);
        assert_int_equal(bench->last.tcp.destination_port, 8080);
        assert_true(bench->last.tcp.source_port < 1024);
        assert_int_equal(bench->last.ipv4.time_to_live, 250);
        assert_int_equal(bench->last.ipv4.identification, i);
        assert_memory_equal(bench->last.bytes, mac_broadcast.octet, 6);
    }
    expect_tcp(bench, TCP_FLAG_RST | TCP_FLAG_ACK, S);
    assert_int_equal(bench->last.tcp.sequence, 0);
    assert_true(bench_is_silent(bench, 18 * S));
    bench_free(bench);
}

static void P8_6_the_get_names_the_phone_itself_as_host(void **state)
{
    (void)state;
    static const char wanted[] = "GET /dir/x.bin HTTP/1.0\r\nHost: 192.168.77.20:80\r\n"
                                 "User-Agent: Linksys/SPA-5X51-(88014FA00024)\r\n"
                                 "Connection: close\r\n\r\n";
    struct bench *bench = connected("http://192.168.77.111/dir/x.bin");
    assert_int_equal(bench->last.tcp.payload_length, sizeof wanted - 1);
    assert_memory_equal(bench->last.tcp.payload, wanted, sizeof wanted - 1);
    bench_free(bench);
}

static void P8_2_P8_7_an_http_url_that_is_served_recovers_the_phone(void **state)
{
    (void)state;
    size_t length;
    uint8_t *image = bench_read_file("tests/images/good.bin", &length);
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    instant_ns start_ns = bench->now_ns;
    serve(bench, "HTTP/1.1 200 OK\r\nServer: bench\r\n\r\n", image, length);
    assert_in_range((bench->now_ns - start_ns) / S, 3, 6); /* about 5 kB/s */
    size_t stored;
    assert_memory_equal(phone_download(bench->phone, &stored), image, length);
    assert_int_equal(stored, length);
    assert_true(bench_reach(bench, PHONE_NORMAL_FIRMWARE, 600 * S));
    bench_free(bench);
    free(image);
}

static void P8_7_segments_out_of_order_are_not_taken(void **state)
{
    (void)state;
    static const char header[] = "HTTP/1.0 200 OK\r\n\r\n";
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    put_segment(bench, TCP_FLAG_ACK, 1001 + 500, "later", 5);
    expect_tcp(bench, TCP_FLAG_ACK, S);
    assert_int_equal(bench->last.tcp.acknowledgement, 1001);
    put_segment(bench, TCP_FLAG_ACK, 1001, header, sizeof header - 1);
    expect_tcp(bench, TCP_FLAG_ACK, S);
    assert_int_equal(bench->last.tcp.acknowledgement, 1001 + sizeof header - 1);
    bench_free(bench);
}

static void P8_7_another_status_than_200_ends_the_attempt(void **state)
{
    (void)state;
    static const char header[] = "HTTP/1.0 404 Not Found\r\n\r\n";
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    put_segment(bench, TCP_FLAG_ACK, 1001, header, sizeof header - 1);
    expect_tcp(bench, TCP_FLAG_RST | TCP_FLAG_ACK, S);
    bench_run_for(bench, S);
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    bench_free(bench);
}

static void P8_7_more_than_7340032_bytes_with_the_header_are_too_many(void **state)
{
    (void)state;
    static const char header[] = "HTTP/1.0 200 OK\r\n\r\n";
    static const char body[1024];
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    uint32_t sequence = 1001 + sizeof header - 1;
    put_segment(bench, TCP_FLAG_ACK, 1001, header, sizeof header - 1);
    expect_tcp(bench, TCP_FLAG_ACK, S);
    for (size_t total = sizeof header - 1; total < 7340032;) {
        size_t length = 7340032 - total < sizeof body ? 7340032 - total : sizeof body;
        bench->frame_count = bench->frames_read = 0;
        put_segment(bench, TCP_FLAG_ACK, sequence, body, length);
        expect_tcp(bench, TCP_FLAG_ACK, S);
        sequence += (uint32_t)length;
        total += length;
    }
    put_segment(bench, TCP_FLAG_ACK, sequence, body, 1);
    expect_tcp(bench, TCP_FLAG_RST | TCP_FLAG_ACK, S);
    assert_null(phone_damage(bench->phone));
    bench_free(bench);
}

static void P8_5_a_server_that_falls_silent_or_refuses_ends_the_attempt(void **state)
{
    (void)state;
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    expect_tcp(bench, TCP_FLAG_RST | TCP_FLAG_ACK, 11 * S);
    bench_free(bench);
    bench = connected("http://192.168.77.111/x.bin");
    put_segment(bench, TCP_FLAG_RST | TCP_FLAG_ACK, 1001, NULL, 0);
    assert_true(bench_reach(bench, PHONE_LISTENING, S));
    assert_true(bench_is_silent(bench, 15 * S));
    bench_free(bench);
}

static void P8_7_an_answer_without_a_body_is_no_image(void **state)
{
    (void)state;
    static const char header[] = "HTTP/1.0 200 OK\r\n\r\n";
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    put_segment(bench, TCP_FLAG_ACK | TCP_FLAG_FIN, 1001, header, sizeof header - 1);
    bench_run_for(bench, 2 * S);
    assert_int_equal(phone_state(bench->phone), PHONE_LISTENING);
    assert_true(bench_console_says(bench, "without a body"));
    bench_free(bench);
}

static void P8_7_a_header_without_an_end_is_given_up(void **state)
{
    (void)state;
    static const char line[1000] = "HTTP/1.0 200 OK\r\n";
    struct bench *bench = connected("http://192.168.77.111/x.bin");
    for (uint32_t i = 0; i < 2; i++) {
        put_segment(bench, TCP_FLAG_ACK, 1001 + i * 1000, line, sizeof line);
        expect_tcp(bench, TCP_FLAG_ACK, S);
    }
    put_segment(bench, TCP_FLAG_ACK, 3001, line, sizeof line);
    expect_tcp(bench, TCP_FLAG_RST | TCP_FLAG_ACK, S);
    bench_free(bench);
}

static void P8_3_a_name_without_a_name_server_fails_at_once(void **state)
{
    (void)state;
    struct bench *bench = with_url("tftp://firmware.example/x");
    assert_true(bench_is_silent(bench, 100 * S));
    assert_true(bench_console_says(bench, "no name server"));
    bench_free(bench);
}

static void P8_8_a_static_phone_cannot_use_http(void **state)
{
    (void)state;
    struct phone_config config = phone_config_default();
    strcpy(config.last_url, "http://192.168.77.111/x.bin");
    config.is_static = true;
    config.static_ip = BENCH_PHONE_IP;
    config.static_mask = BENCH_MASK;
    config.static_gateway = BENCH_PC_IP;
    struct bench *bench = bench_new(&config);
    do
        assert_true(bench_next(bench, 30 * S));
    while (bench->last.kind == FRAME_ARP);
    assert_int_equal(bench->last.kind, FRAME_TCP);
    assert_int_equal(bench->last.ipv4.source, 0);
    assert_memory_equal(bench->last.bytes + 6, mac_zero.octet, 6);
    bench_free(bench);
}

static void P4_12_http_eats_requests_but_answers_arp(void **state)
{
    (void)state;
    struct bench *bench = with_url("http://192.168.77.111/x.bin");
    for (unsigned i = 0; i < 4; i++)
        expect_arp(bench, HOST_IP, 60, i == 0 ? 20 * S : S);
    expect_tcp(bench, TCP_FLAG_SYN, S);
    assert_false(request_is_answered(bench));
    while (bench_next(bench, 0))
        continue;
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, 100 * MS));
    assert_int_equal(bench->last.kind, FRAME_ARP);
    assert_int_equal(bench->last.arp.operation, ARP_REPLY_OPERATION);
    bench_free(bench);
}

static duration_ns arp_turnaround(struct bench *bench)
{
    instant_ns asked_ns = bench->now_ns;
    bench_arp(bench, ARP_REQUEST_OPERATION, BENCH_PC_IP, BENCH_PHONE_IP);
    assert_true(bench_next(bench, S));
    return bench->last.time_ns - asked_ns;
}

static void P6_9_after_http_each_frame_costs_35_ms_until_the_next_tftp_attempt(void **state)
{
    (void)state;
    struct bench *bench = with_url("http://192.168.77.111/x.bin");
    assert_true(arp_turnaround(bench) < MS);
    assert_true(bench_reach(bench, PHONE_URL_HTTP, 20 * S));
    assert_true(bench_reach(bench, PHONE_LISTENING, 30 * S));
    while (bench_next(bench, S))
        continue;
    assert_in_range(arp_turnaround(bench), 35 * MS, 36 * MS);
    assert_true(bench_order(bench, "x"));
    assert_true(arp_turnaround(bench) < MS);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P8_1_only_tftp_and_http_in_lower_case_are_urls),
        cmocka_unit_test(P8_2_P8_4_P7_3_a_tftp_url_that_is_served_recovers_the_phone),
        cmocka_unit_test(P8_4_a_host_outside_the_subnet_is_reached_through_the_gateway),
        cmocka_unit_test(P8_3_a_name_is_asked_for_without_arp),
        cmocka_unit_test(P8_3_a_late_answer_helps_the_next_attempt),
        cmocka_unit_test(P8_5_P6_8_a_dead_http_host_sees_arp_syn_and_rst),
        cmocka_unit_test(P8_6_the_get_names_the_phone_itself_as_host),
        cmocka_unit_test(P8_2_P8_7_an_http_url_that_is_served_recovers_the_phone),
        cmocka_unit_test(P8_7_segments_out_of_order_are_not_taken),
        cmocka_unit_test(P8_7_another_status_than_200_ends_the_attempt),
        cmocka_unit_test(P8_7_more_than_7340032_bytes_with_the_header_are_too_many),
        cmocka_unit_test(P8_5_a_server_that_falls_silent_or_refuses_ends_the_attempt),
        cmocka_unit_test(P8_7_an_answer_without_a_body_is_no_image),
        cmocka_unit_test(P8_7_a_header_without_an_end_is_given_up),
        cmocka_unit_test(P8_3_a_name_without_a_name_server_fails_at_once),
        cmocka_unit_test(P8_8_a_static_phone_cannot_use_http),
        cmocka_unit_test(P4_12_http_eats_requests_but_answers_arp),
        cmocka_unit_test(P6_9_after_http_each_frame_costs_35_ms_until_the_next_tftp_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
