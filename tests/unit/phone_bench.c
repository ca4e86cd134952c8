/* SPDX-License-Identifier: BSD-2-Clause */
/* A bench for the simulated phone: see phone_bench.h. */
#include "phone_bench.h"

#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench *bench_new(const struct phone_config *config)
{
    struct error error;
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->frames = malloc(BENCH_FRAMES * sizeof *bench->frames);
    bench->phone = phone_new(config, &error);
    bench->craft = craft_new(&error);
    assert_non_null(bench->frames);
    assert_non_null(bench->phone);
    assert_non_null(bench->craft);
    bench->phone_mac = config->mac;
    bench->pc_mac = (struct mac_address){{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
    phone_power_on(bench->phone, 0);
    return bench;
}

void bench_free(struct bench *bench)
{
    phone_free(bench->phone);
    craft_free(bench->craft);
    free(bench->frames);
    free(bench);
}

static void collect(struct bench *bench)
{
    struct phone_output output;
    while (phone_next_output(bench->phone, &output)) {
        assert_true(bench->frame_count < BENCH_FRAMES);
        struct bench_frame *frame = &bench->frames[bench->frame_count++];
        frame->time_ns = bench->now_ns;
        frame->length = output.length;
        memcpy(frame->bytes, output.bytes, output.length);
    }
}

void bench_run_until(struct bench *bench, instant_ns time_ns)
{
    for (;;) {
        instant_ns deadline_ns = phone_deadline(bench->phone);
        if (deadline_ns > time_ns)
            break;
        if (deadline_ns > bench->now_ns)
            bench->now_ns = deadline_ns;
        phone_tick(bench->phone, bench->now_ns);
        collect(bench);
    }
    bench->now_ns = time_ns;
    phone_tick(bench->phone, time_ns);
    collect(bench);
}

void bench_run_for(struct bench *bench, duration_ns duration)
{
    bench_run_until(bench, bench->now_ns + duration);
}

void bench_put(struct bench *bench, const uint8_t *bytes, size_t length)
{
    phone_frame(bench->phone, bytes, length, bench->now_ns);
    collect(bench);
}

bool bench_next(struct bench *bench, duration_ns patience_ns)
{
    instant_ns end_ns = bench->now_ns + patience_ns;
    while (bench->frames_read == bench->frame_count) {
        instant_ns deadline_ns = phone_deadline(bench->phone);
        if (deadline_ns > end_ns) {
            bench_run_until(bench, end_ns);
            return false;
        }
        bench_run_until(bench, deadline_ns > bench->now_ns ? deadline_ns : bench->now_ns);
    }
    const struct bench_frame *frame = &bench->frames[bench->frames_read++];
    frame_dissect(frame->bytes, frame->length, frame->length, &bench->last);
    bench->last.time_ns = frame->time_ns;
    return true;
}

bool bench_is_silent(struct bench *bench, duration_ns duration)
{
    return !bench_next(bench, duration);
}

struct craft_udp bench_header(const struct bench *bench, uint32_t destination_ip,
                              uint16_t source_port, uint16_t destination_port)
{
    return (struct craft_udp){.source_mac = bench->pc_mac,
                              .destination_mac = destination_ip == RECM_GROUP_IP
                                                     ? mac_of_group(destination_ip)
                                                     : bench->phone_mac,
                              .source_ip = BENCH_PC_IP,
                              .destination_ip = destination_ip,
                              .source_port = source_port,
                              .destination_port = destination_port,
                              .ip_identification = bench->identification,
                              .time_to_live = 64,
                              .vlan = CRAFT_NO_VLAN};
}

void bench_udp(struct bench *bench, const struct craft_udp *header, const uint8_t *payload,
               size_t length)
{
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t frame_length = craft_udp(bench->craft, header, payload, length, frame);
    assert_true(frame_length > 0);
    bench->identification++;
    bench_put(bench, frame, frame_length);
}

void bench_arp(struct bench *bench, uint16_t operation, uint32_t sender_ip, uint32_t target_ip)
{
    struct arp_packet packet = {.operation = operation,
                                .sender_mac = bench->pc_mac,
                                .sender_ip = sender_ip,
                                .target_ip = target_ip};
    if (operation == ARP_REPLY_OPERATION)
        packet.target_mac = bench->phone_mac;
    uint8_t frame[CRAFT_FRAME_SIZE];
    size_t length =
        craft_arp(bench->craft, &bench->pc_mac, &bench->phone_mac, CRAFT_NO_VLAN, &packet, frame);
    bench_put(bench, frame, length);
}

void bench_request(struct bench *bench, const char *serial)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(serial, payload);
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    bench_udp(bench, &header, payload, sizeof payload);
}

void bench_upgrade(struct bench *bench, const char *serial, const char *file_name)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(serial, TFTP_SERVER_PORT, file_name, payload);
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    bench_udp(bench, &header, payload, sizeof payload);
}

struct bench_lease bench_lease(const struct bench *bench, uint8_t type)
{
    return (struct bench_lease){.type = type,
                                .transaction_id = bench->last.dhcp.transaction_id,
                                .your_ip = BENCH_PHONE_IP,
                                .server_ip = BENCH_PC_IP,
                                .server_identifier = BENCH_PC_IP,
                                .mask = BENCH_MASK,
                                .router = BENCH_PC_IP};
}

static void option_ip(struct writer *writer, uint8_t option, uint32_t value)
{
    if (value != 0)
        dhcp_write_option_ip(writer, option, value);
}

void bench_dhcp(struct bench *bench, const struct bench_lease *lease)
{
    struct dhcp_message message = {.operation = DHCP_BOOTREPLY,
                                   .transaction_id = lease->transaction_id,
                                   .your_ip = lease->your_ip,
                                   .server_ip = lease->server_ip,
                                   .client_mac = bench->phone_mac};
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    if (lease->type != DHCP_TYPE_NONE)
        dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, lease->type);
    option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, lease->server_identifier);
    option_ip(&writer, DHCP_OPTION_SUBNET_MASK, lease->mask);
    option_ip(&writer, DHCP_OPTION_ROUTER, lease->router);
    option_ip(&writer, DHCP_OPTION_DNS_SERVER, lease->dns_server);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    struct craft_udp header =
        bench_header(bench, BENCH_PHONE_IP, DHCP_SERVER_PORT, DHCP_CLIENT_PORT);
    bench_udp(bench, &header, payload, writer.length);
}

void bench_data(struct bench *bench, uint16_t port, uint16_t block, const uint8_t *data,
                size_t length)
{
    uint8_t payload[1600];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_data(&writer, block, data, length);
    assert_false(writer.failed);
    struct craft_udp header = bench_header(bench, BENCH_PHONE_IP, port, TFTP_PHONE_PORT);
    bench_udp(bench, &header, payload, writer.length);
}

bool bench_get_address(struct bench *bench)
{
    if (!bench_next(bench, 10 * NS_PER_S) || bench->last.kind != FRAME_DHCP ||
        bench->last.dhcp.type != DHCP_DISCOVER)
        return false;
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    if (!bench_next(bench, NS_PER_S) || bench->last.dhcp.type != DHCP_REQUEST)
        return false;
    struct bench_lease ack = bench_lease(bench, DHCP_ACK);
    bench_dhcp(bench, &ack);
    bench_run_for(bench, NS_PER_S);
    return phone_state(bench->phone) == PHONE_LISTENING;
}

bool bench_order(struct bench *bench, const char *file_name)
{
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, file_name);
    if (!bench_next(bench, NS_PER_S) || bench->last.kind != FRAME_RECM)
        return false;
    for (unsigned i = 0; i < 2; i++) { /* its own address, then the gateway */
        if (!bench_next(bench, NS_PER_S) || bench->last.kind != FRAME_ARP)
            return false;
    }
    bench_arp(bench, ARP_REPLY_OPERATION, bench->last.arp.target_ip, BENCH_PHONE_IP);
    return bench_next(bench, NS_PER_S) && bench->last.kind == FRAME_TFTP &&
           bench->last.tftp.opcode == TFTP_RRQ;
}

bool bench_transfer(struct bench *bench, const uint8_t *image, size_t length)
{
    for (size_t done = 0, block = 1; done <= length; done += TFTP_BLOCK_LENGTH, block++) {
        size_t left = length - done;
        bench_data(bench, 6900, (uint16_t)block, image + done,
                   left < TFTP_BLOCK_LENGTH ? left : TFTP_BLOCK_LENGTH);
        if (!bench_next(bench, NS_PER_S) || bench->last.kind != FRAME_TFTP ||
            bench->last.tftp.opcode != TFTP_ACK || bench->last.tftp.block != (uint16_t)block)
            return false;
    }
    return true;
}

bool bench_reach(struct bench *bench, enum phone_state state, duration_ns patience_ns)
{
    instant_ns end_ns = bench->now_ns + patience_ns;
    while (phone_state(bench->phone) != state) {
        instant_ns deadline_ns = phone_deadline(bench->phone);
        if (deadline_ns > end_ns)
            return false;
        bench_run_until(bench, deadline_ns > bench->now_ns ? deadline_ns : bench->now_ns);
    }
    return true;
}

bool bench_console_says(struct bench *bench, const char *text)
{
    struct phone_event event;
    bool found = false;
    while (phone_next_event(bench->phone, &event))
        found = found || strstr(event.text, text);
    return found;
}

uint8_t *bench_read_file(const char *name, size_t *ret_length)
{
    char path[4096];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot read %s", path);
    uint8_t *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *ret_length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* ---- Where tests begin, and what they expect ---- */

struct bench *bench_listening(void)
{
    struct phone_config config = phone_config_default();
    struct bench *bench = bench_new(&config);
    assert_true(bench_get_address(bench));
    return bench;
}

size_t bench_request_frame(struct bench *bench, uint8_t frame[CRAFT_FRAME_SIZE])
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    struct craft_udp header = bench_header(bench, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT);
    return craft_udp(bench->craft, &header, payload, sizeof payload, frame);
}

bool bench_is_answered(struct bench *bench)
{
    return bench_next(bench, NS_PER_S) && bench->last.kind == FRAME_RECM &&
           bench->last.recm.operation == RECM_REPLY;
}

struct bench *bench_powered(void)
{
    struct phone_config config = phone_config_default();
    return bench_new(&config);
}

void bench_expect_dhcp(struct bench *bench, uint8_t type, duration_ns patience_ns)
{
    assert_true(bench_next(bench, patience_ns));
    assert_int_equal(bench->last.kind, FRAME_DHCP);
    assert_int_equal(bench->last.dhcp.type, type);
}

/* DISCOVER, OFFER, REQUEST; the REQUEST is in bench->last. */
void bench_expect_request_after_offer(struct bench *bench)
{
    bench_expect_dhcp(bench, DHCP_DISCOVER, 10 * NS_PER_S);
    struct bench_lease offer = bench_lease(bench, DHCP_OFFER);
    bench_dhcp(bench, &offer);
    bench_expect_dhcp(bench, DHCP_REQUEST, NS_PER_S);
}

bool bench_replies(struct bench *bench)
{
    bench_request(bench, RECM_WILDCARD_SERIAL);
    return bench_is_answered(bench);
}

/* In the wait for the gateway, its first request in bench->last. */
struct bench *bench_resolving(void)
{
    struct bench *bench = bench_listening();
    bench_upgrade(bench, RECM_WILDCARD_SERIAL, "x.bin");
    for (unsigned i = 0; i < 3; i++)
        assert_true(bench_next(bench, NS_PER_S));
    assert_int_equal(phone_state(bench->phone), PHONE_ARP_WAIT);
    return bench;
}

void bench_expect_tftp(struct bench *bench, uint16_t opcode, duration_ns patience_ns)
{
    assert_true(bench_next(bench, patience_ns));
    assert_int_equal(bench->last.kind, FRAME_TFTP);
    assert_int_equal(bench->last.tftp.opcode, opcode);
}
