/* SPDX-License-Identifier: BSD-2-Clause */
/* A station on a test bench: see engine_rig.h. */
#include "tests/unit/engine_rig.h"
#include "loader/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mac_address own_mac = {{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};

struct rig *rig_new(void)
{
    static uint8_t image[1300];
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(i * 7 + (i >> 8));
    struct rig *rig = calloc(1, sizeof *rig);
    struct error error;
    assert_non_null(rig);
    rig->sent = calloc(RIG_SENT_SIZE, sizeof *rig->sent);
    assert_non_null(rig->sent);
    rig->craft = craft_new(&error);
    assert_non_null(rig->craft);
    rig->config = station_config_default();
    rig->config.source_mac = own_mac;
    rig->config.image = image;
    rig->config.image_length = sizeof image;
    rig->config.seed = 1;
    rig->config.parallel_transfers = 1;
    rig->now_ns = RIG_START_NS;
    return rig;
}

static void keep(struct rig *rig, const struct station_output *output)
{
    assert_true(rig->sent_count < RIG_SENT_SIZE);
    assert_in_range(output->length, 60, 1496);
    struct rig_sent *sent = &rig->sent[rig->sent_count++];
    sent->time_ns = rig->now_ns;
    memcpy(sent->bytes, output->bytes, output->length);
    frame_dissect(sent->bytes, output->length, output->length, &sent->frame);
    sent->frame.time_ns = rig->now_ns;
    sent->frame.number = ++rig->frame_number;
}

static void drain(struct rig *rig)
{
    struct station_output output;
    struct station_event event;
    while (station_next_output(rig->station, &output)) {
        keep(rig, &output);
        station_frame(rig->station, &rig->sent[rig->sent_count - 1].frame, rig->now_ns);
    }
    while (station_next_event(rig->station, &event)) {
        if (event.kind == STATION_EVENT_STATE && rig->state_count < RIG_STATES_SIZE)
            rig->states[rig->state_count++] = event.new_state;
        if (event.asks_power_cycle) {
            rig->power_cycle = event;
            rig->power_cycles++;
        }
        if (event.text[0] && rig->text_count < RIG_TEXTS_SIZE)
            memcpy(rig->texts[rig->text_count++], event.text, sizeof event.text);
    }
}

void rig_start(struct rig *rig)
{
    struct error error;
    rig->station = station_new(&rig->config, &error);
    assert_non_null(rig->station);
    station_start(rig->station, rig->now_ns);
    drain(rig);
}

void rig_free(struct rig *rig)
{
    station_free(rig->station);
    craft_free(rig->craft);
    free(rig->sent);
    free(rig);
}

void rig_wait(struct rig *rig, duration_ns wait_ns)
{
    instant_ns end_ns = rig->now_ns + wait_ns;
    instant_ns due_ns;
    while ((due_ns = station_deadline(rig->station)) <= end_ns) {
        if (due_ns > rig->now_ns)
            rig->now_ns = due_ns;
        station_tick(rig->station, rig->now_ns);
        drain(rig);
    }
    rig->now_ns = end_ns;
}

void rig_frame(struct rig *rig, const uint8_t *bytes, size_t length)
{
    struct frame frame;
    assert_true(length > 0);
    frame_dissect(bytes, length, length, &frame);
    frame.time_ns = rig->now_ns;
    frame.number = ++rig->frame_number;
    station_frame(rig->station, &frame, rig->now_ns);
    drain(rig);
}

struct rig_phone rig_phone(unsigned number)
{
    static char serials[RIG_PHONES][RECM_TEXT_SIZE + 1];
    assert_true(number < RIG_PHONES);
    snprintf(serials[number], sizeof serials[number], "CBT141100H%c", '0' + (int)number);
    return (struct rig_phone){
        .mac = {{0x00, 0x24, 0x14, 0xa1, 0xb2, (uint8_t)(0xc0 + number)}},
        .ip = UINT32_C(0xc612b2c0) + number,
        .serial = serials[number],
    };
}

void rig_udp(struct rig *rig, const struct craft_udp *header, const uint8_t *payload, size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    rig_frame(rig, bytes, craft_udp(rig->craft, header, payload, length, bytes));
}

struct craft_udp rig_header(const struct rig *rig, struct rig_phone *phone, uint16_t source_port,
                            uint16_t destination_port)
{
    return (struct craft_udp){
        .source_mac = phone->mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = phone->ip,
        .destination_ip = RECM_GROUP_IP,
        .source_port = source_port,
        .destination_port = destination_port,
        .ip_identification = phone->ip_id++,
        .time_to_live = 60,
        .vlan = rig->config.vlan,
    };
}

static void from_phone(struct rig *rig, struct rig_phone *phone, uint32_t source_ip,
                       uint32_t destination_ip, uint16_t source_port, uint16_t destination_port,
                       const uint8_t *payload, size_t length)
{
    struct craft_udp header = rig_header(rig, phone, source_port, destination_port);
    header.source_ip = source_ip;
    header.destination_ip = destination_ip;
    if (destination_ip != RECM_GROUP_IP)
        header.destination_mac = mac_broadcast;
    rig_udp(rig, &header, payload, length);
}

static void loader_dhcp(struct rig *rig, struct rig_phone *phone, unsigned n, uint8_t type,
                        uint32_t server, uint32_t requested_ip, const char *vendor_class)
{
    struct dhcp_message message = {
        .operation = DHCP_BOOTREQUEST,
        .transaction_id = loader_transaction_id(&phone->mac, n),
        .client_mac = phone->mac,
    };
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, vendor_class,
                      (uint8_t)strlen(vendor_class));
    if (requested_ip)
        dhcp_write_option_ip(&writer, DHCP_OPTION_REQUESTED_IP, requested_ip);
    if (server)
        dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, server);
    dhcp_write_end(&writer, sizeof payload);
    from_phone(rig, phone, 0, UINT32_MAX, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, payload,
               writer.length);
}

void rig_discover(struct rig *rig, struct rig_phone *phone, unsigned n)
{
    loader_dhcp(rig, phone, n, DHCP_DISCOVER, 0, 0, DHCP_LOADER_VENDOR_CLASS);
}

void rig_dhcp_request(struct rig *rig, struct rig_phone *phone, unsigned n, uint32_t server,
                      uint32_t requested_ip)
{
    loader_dhcp(rig, phone, n, DHCP_REQUEST, server, requested_ip, DHCP_LOADER_VENDOR_CLASS);
}

void rig_firmware(struct rig *rig, struct rig_phone *phone)
{
    loader_dhcp(rig, phone, 77, DHCP_DISCOVER, 0, 0, "Cisco SPA504G");
}

void rig_reply(struct rig *rig, struct rig_phone *phone)
{
    struct recm_message message = {.mac = phone->mac, .ip = phone->ip};
    strcpy(message.serial, phone->serial);
    strcpy(message.product, "SPA504G");
    strcpy(message.software, "7.4.4rec");
    strcpy(message.hardware, "1.0.2");
    uint8_t payload[RECM_PHONE_LENGTH];
    recm_build_reply(&message, payload);
    from_phone(rig, phone, phone->ip, RECM_GROUP_IP, RECM_PHONE_PORT, RECM_PC_PORT, payload,
               sizeof payload);
}

void rig_echo(struct rig *rig, struct rig_phone *phone)
{
    uint8_t payload[RECM_PHONE_LENGTH];
    recm_build_echo(phone->serial, rig->config.tftp_port, station_file_name(rig->station), payload);
    from_phone(rig, phone, phone->ip, RECM_GROUP_IP, RECM_PHONE_PORT, RECM_PC_PORT, payload,
               sizeof payload);
}

void rig_who_has(struct rig *rig, struct rig_phone *phone, uint32_t target_ip)
{
    struct arp_packet packet = {
        .operation = ARP_REQUEST_OPERATION,
        .sender_mac = phone->mac,
        .sender_ip = phone->ip,
        .target_ip = target_ip,
    };
    uint8_t bytes[CRAFT_FRAME_SIZE];
    rig_frame(rig, bytes,
              craft_arp(rig->craft, &phone->mac, &mac_broadcast, rig->config.vlan, &packet, bytes));
}

void rig_rrq(struct rig *rig, struct rig_phone *phone, const char *file_name, uint16_t port)
{
    uint8_t payload[256];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_rrq(&writer, file_name);
    from_phone(rig, phone, phone->ip, RECM_GROUP_IP, TFTP_PHONE_PORT, port, payload, writer.length);
}

/* The port the station's DATA comes from. */
static uint16_t transfer_port(const struct rig *rig)
{
    size_t next;
    const struct rig_sent *data = rig_find(rig, 0, FRAME_TFTP, TFTP_DATA, &next);
    assert_non_null(data);
    return data->frame.udp.source_port;
}

void rig_ack_to(struct rig *rig, struct rig_phone *phone, uint16_t port, uint16_t block)
{
    uint8_t payload[4];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_ack(&writer, block);
    from_phone(rig, phone, phone->ip, RECM_GROUP_IP, TFTP_PHONE_PORT, port, payload, writer.length);
}

void rig_ack(struct rig *rig, struct rig_phone *phone, uint16_t block)
{
    rig_ack_to(rig, phone, transfer_port(rig), block);
}

void rig_up_to_request(struct rig *rig, struct rig_phone *phone)
{
    rig_discover(rig, phone, 1);
    rig_wait(rig, 4500 * NS_PER_MS);
    rig_dhcp_request(rig, phone, 1, rig->config.address, phone->ip);
    rig_wait(rig, 3 * NS_PER_S);
    rig_reply(rig, phone);
    rig_wait(rig, 3 * NS_PER_S); /* settling; the order goes out */
    rig_echo(rig, phone);
    rig_who_has(rig, phone, rig->config.address);
    rig_rrq(rig, phone, station_file_name(rig->station), 69);
}

static int operation_of(const struct frame *frame)
{
    switch (frame->kind) {
    case FRAME_RECM:
        return frame->recm.operation;
    case FRAME_DHCP:
        return frame->dhcp.type;
    case FRAME_TFTP:
        return frame->tftp.opcode;
    case FRAME_ARP:
        return frame->arp.operation;
    default:
        return -1;
    }
}

const struct rig_sent *rig_find(const struct rig *rig, size_t from, enum frame_kind kind,
                                int operation, size_t *ret_next)
{
    for (size_t i = from; i < rig->sent_count; i++) {
        const struct frame *frame = &rig->sent[i].frame;
        *ret_next = i + 1;
        if (frame->kind == kind && (operation < 0 || operation_of(frame) == operation))
            return &rig->sent[i];
    }
    return NULL;
}

unsigned rig_count(const struct rig *rig, size_t from, enum frame_kind kind, int operation)
{
    unsigned count = 0;
    while (rig_find(rig, from, kind, operation, &from))
        count++;
    return count;
}

unsigned rig_count_to(const struct rig *rig, size_t from, struct mac_address to)
{
    unsigned count = 0;
    for (size_t i = from; i < rig->sent_count; i++)
        count += rig->sent[i].frame.kind == FRAME_RECM &&
                 mac_equal(&rig->sent[i].frame.ethernet.destination, &to);
    return count;
}

bool rig_said(const struct rig *rig, const char *part)
{
    for (size_t i = 0; i < rig->text_count; i++) {
        if (strstr(rig->texts[i], part))
            return true;
    }
    return false;
}

struct session_status rig_status(const struct rig *rig, const struct rig_phone *phone)
{
    struct session_status status;
    for (size_t i = 0; i < station_session_count(rig->station); i++) {
        station_session(rig->station, i, &status);
        if (mac_equal(&status.mac, &phone->mac))
            return status;
    }
    fail_msg("no session of this phone");
    return status;
}

enum session_state rig_state(const struct rig *rig, const struct rig_phone *phone)
{
    return rig_status(rig, phone).state;
}
