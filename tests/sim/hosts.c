/* SPDX-License-Identifier: BSD-2-Clause */
/* Other hosts of the simulated segment: see hosts.h. */
#include "tests/sim/hosts.h"

#include <string.h>

#define RIVAL_INTERVAL_NS (2 * NS_PER_S)

void host_init(struct host *host, const struct plan *plan, struct craft *craft)
{
    *host = (struct host){
        .plan = plan,
        .craft = craft,
        .mac = {{0x00, 0x0d, 0xb9, 0x01, 0x02, 0x03}},
        .next_ns = plan->rival ? PLAN_START_NS + NS_PER_S : INSTANT_NEVER,
    };
}

static void send_udp(struct host *host, const struct mac_address *to_mac, uint32_t to_ip,
                     uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct craft_udp header = {
        .source_mac = host->mac,
        .destination_mac = *to_mac,
        .source_ip = HOST_IP,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .ip_identification = host->ip_id++,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    size_t frame_length = craft_udp(host->craft, &header, payload, length, bytes);
    if (frame_length)
        segment_send(host->endpoint, bytes, frame_length);
}

static void answer_dhcp(struct host *host, const struct dhcp_message *asked)
{
    enum foreign_server server = host->plan->server;
    if (asked->has_server_identifier && asked->server_identifier != HOST_IP)
        return;
    bool near = server == SERVER_GOOD || server == SERVER_DEAD_GATEWAY;
    struct dhcp_message answer = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = asked->transaction_id,
        .your_ip = HOST_IP + 8 + asked->client_mac.octet[5] % 200,
        .server_ip = near ? HOST_IP : 0,
        .client_mac = asked->client_mac,
    };
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &answer);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE,
                         asked->type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, HOST_IP);
    dhcp_write_option_ip(&writer, DHCP_OPTION_LEASE_TIME, 3600);
    if (server != SERVER_NO_MASK)
        dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, HOST_MASK);
    if (server != SERVER_NO_ROUTER)
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, HOST_ROUTER);
    dhcp_write_end(&writer, sizeof payload);
    send_udp(host, &asked->client_mac, answer.your_ip, DHCP_SERVER_PORT, DHCP_CLIENT_PORT, payload,
             writer.length);
}

static void answer_arp(struct host *host, const struct arp_packet *asked)
{
    bool is_ours = asked->target_ip == HOST_IP ||
                   (asked->target_ip == HOST_ROUTER && host->plan->server == SERVER_GOOD);
    if (asked->operation != ARP_REQUEST_OPERATION || !is_ours)
        return;
    struct arp_packet reply = {
        .operation = ARP_REPLY_OPERATION,
        .sender_mac = host->mac,
        .sender_ip = asked->target_ip,
        .target_mac = asked->sender_mac,
        .target_ip = asked->sender_ip,
    };
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t length =
        craft_arp(host->craft, &host->mac, &asked->sender_mac, CRAFT_NO_VLAN, &reply, bytes);
    if (length)
        segment_send(host->endpoint, bytes, length);
}

static void refuse_file(struct host *host, const struct frame *asked)
{
    uint8_t payload[64];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_error(&writer, 1, "File not found");
    send_udp(host, &asked->ethernet.source, asked->ipv4.source, 33012, asked->udp.source_port,
             payload, writer.length);
}

static void deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct host *host = context;
    struct frame frame;
    (void)now_ns;
    frame_dissect(bytes, length, length, &frame);
    if (frame.reason != WIRE_OK)
        return;
    if (frame.kind == FRAME_DHCP && frame.dhcp.operation == DHCP_BOOTREQUEST &&
        host->plan->server != SERVER_NONE)
        answer_dhcp(host, &frame.dhcp);
    else if (frame.kind == FRAME_ARP && host->plan->server != SERVER_NONE)
        answer_arp(host, &frame.arp);
    else if (frame.kind == FRAME_TFTP && frame.tftp.opcode == TFTP_RRQ && host->plan->foreign_tftp)
        refuse_file(host, &frame);
}

static instant_ns deadline(void *context)
{
    const struct host *host = context;
    return host->next_ns;
}

static void tick(void *context, instant_ns now_ns)
{
    struct host *host = context;
    if (now_ns < host->next_ns)
        return;
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    send_udp(host, &group, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload);
    host->next_ns = now_ns + RIVAL_INTERVAL_NS;
}

const struct segment_device host_device = {
    .deliver = deliver,
    .deadline = deadline,
    .tick = tick,
};
