/* SPDX-License-Identifier: BSD-2-Clause */
/* Other hosts on a phone's segment: see other_host.h. */
#include "phone/other_host.h"

#include "base/random.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

#define RIVAL_INTERVAL_NS (2 * NS_PER_S)
#define TFTP_PORT         33012 /* its own of the transfer */

/* What it has instead of a firmware image: two blocks. */
#define OTHER_FILE_LENGTH 700
#define OTHER_FILE_BYTE   '?'

#define UTILITY_FILE "spa50x-30x-7-5-2b.bin"

#define OUTPUTS_MAXIMUM 2 /* a frame is answered by one, a tick asks with one */

struct other_host_output {
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t length;
};

struct other_host {
    struct peer peer; /* the first member: other_host_peer */
    struct other_host_config config;
    struct craft *craft;
    struct mac_address mac;
    instant_ns next_ns; /* the rival's next REQUEST */
    struct random random;
    struct dhcp_message asked; /* to be answered when that comes due */
    instant_ns answer_ns;
    unsigned tftp_requests;
    bool has_ordered, is_dead; /* the vendor's utility */
    uint16_t ip_id;
    struct other_host_output outputs[OUTPUTS_MAXIMUM];
    unsigned output_start, output_count;
};

bool other_host_is_wanted(const struct other_host_config *config)
{
    return config->dhcp != SERVER_NONE || config->tftp != TFTP_SERVER_NONE ||
           config->asks_for_phones;
}

void other_host_free(struct other_host *host)
{
    if (!host)
        return;
    craft_free(host->craft);
    free(host);
}

const struct mac_address *other_host_mac(const struct other_host *host)
{
    return &host->mac;
}

static void send_frame(struct other_host *host, const uint8_t *bytes, size_t length)
{
    if (length == 0 || host->output_count == OUTPUTS_MAXIMUM)
        return;
    struct other_host_output *output =
        &host->outputs[(host->output_start + host->output_count++) % OUTPUTS_MAXIMUM];
    memcpy(output->bytes, bytes, length);
    output->length = length;
}

static void send_udp(struct other_host *host, const struct mac_address *to_mac, uint32_t to_ip,
                     uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct craft_udp header = {
        .source_mac = host->mac,
        .destination_mac = *to_mac,
        .source_ip = OTHER_HOST_IP,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .ip_identification = host->ip_id++,
        .time_to_live = mac_is_group(to_mac) ? 1 : 64, /* a kernel's */
        .vlan = CRAFT_NO_VLAN,
    };
    size_t frame_length = craft_udp(host->craft, &header, payload, length, bytes);
    send_frame(host, bytes, frame_length);
}

static void answer_dhcp(struct other_host *host, const struct dhcp_message *asked)
{
    enum foreign_server server = host->config.dhcp;
    if (asked->has_server_identifier && asked->server_identifier != OTHER_HOST_IP)
        return;
    bool near = server == SERVER_GOOD || server == SERVER_DEAD_GATEWAY;
    struct dhcp_message answer = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = asked->transaction_id,
        .your_ip = OTHER_HOST_IP + 8 + asked->client_mac.octet[5] % 200,
        .server_ip = near ? OTHER_HOST_IP : 0,
        .client_mac = asked->client_mac,
    };
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &answer);
    uint8_t to_request = server == SERVER_REFUSES ? DHCP_NAK : DHCP_ACK;
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE,
                         asked->type == DHCP_DISCOVER ? DHCP_OFFER : to_request);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, OTHER_HOST_IP);
    dhcp_write_option_ip(&writer, DHCP_OPTION_LEASE_TIME, 3600);
    if (server != SERVER_NO_MASK)
        dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, OTHER_HOST_MASK);
    if (server != SERVER_NO_ROUTER)
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, OTHER_HOST_ROUTER);
    dhcp_write_end(&writer, sizeof payload);
    send_udp(host, &asked->client_mac, answer.your_ip, DHCP_SERVER_PORT, DHCP_CLIENT_PORT, payload,
             writer.length);
}

/* A server that takes its time answers the newest question only. */
static void take_dhcp(struct other_host *host, const struct dhcp_message *asked, instant_ns now_ns)
{
    if (host->config.dhcp_delay_ns == 0) {
        answer_dhcp(host, asked);
        return;
    }
    host->asked = *asked;
    host->answer_ns =
        now_ns + (duration_ns)(random_unit(&host->random) * (double)host->config.dhcp_delay_ns);
}

static void answer_arp(struct other_host *host, const struct arp_packet *asked)
{
    bool is_ours = asked->target_ip == OTHER_HOST_IP ||
                   (asked->target_ip == OTHER_HOST_ROUTER && host->config.dhcp == SERVER_GOOD);
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
    send_frame(host, bytes, length);
}

/* ---- The TFTP server ---- */

static void refuse_file(struct other_host *host, const struct frame *asked)
{
    uint8_t payload[64];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_error(&writer, 1, "File not found");
    send_udp(host, &asked->ethernet.source, asked->ipv4.source, TFTP_PORT, asked->udp.source_port,
             payload, writer.length);
}

static void send_other_file(struct other_host *host, const struct frame *asked, unsigned block)
{
    uint8_t data[TFTP_BLOCK_LENGTH], payload[TFTP_BLOCK_LENGTH + 4];
    size_t begin = (block - 1) * (size_t)TFTP_BLOCK_LENGTH;
    if (begin > OTHER_FILE_LENGTH)
        return;
    size_t length = OTHER_FILE_LENGTH - begin;
    if (length > sizeof data)
        length = sizeof data;
    memset(data, OTHER_FILE_BYTE, length);
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_data(&writer, (uint16_t)block, data, length);
    send_udp(host, &asked->ethernet.source, asked->ipv4.source, TFTP_PORT, asked->udp.source_port,
             payload, writer.length);
}

static void answer_tftp(struct other_host *host, const struct frame *asked)
{
    bool is_request = asked->tftp.opcode == TFTP_RRQ;
    unsigned limit = host->config.tftp_requests;
    if (is_request && host->tftp_requests++ >= limit && limit > 0)
        return;
    if (host->config.tftp == TFTP_SERVER_REFUSES && is_request)
        refuse_file(host, asked);
    else if (host->config.tftp == TFTP_SERVER_OTHER_FILE && is_request)
        send_other_file(host, asked, 1);
    else if (host->config.tftp == TFTP_SERVER_OTHER_FILE && asked->tftp.opcode == TFTP_ACK &&
             asked->udp.destination_port == TFTP_PORT)
        send_other_file(host, asked, asked->tftp.block + 1u);
}

/* ---- The vendor's utility ---- */

static void order_phone(struct other_host *host, const struct recm_message *reply)
{
    if (!host->config.image || host->has_ordered || reply->ip == 0)
        return;
    host->has_ordered = true;
    uint8_t payload[RECM_PC_LENGTH];
    const struct mac_address group = mac_of_group(RECM_GROUP_IP);
    recm_build_upgrade(reply->serial, TFTP_SERVER_PORT, UTILITY_FILE, payload);
    send_udp(host, &group, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload);
}

static void send_image_block(struct other_host *host, const struct frame *asked, unsigned block)
{
    uint8_t payload[TFTP_BLOCK_LENGTH + 4];
    size_t begin = (block - 1) * (size_t)TFTP_BLOCK_LENGTH;
    if (block == host->config.dies_at_block)
        host->is_dead = true;
    if (begin > host->config.image_length || host->is_dead)
        return;
    size_t length = host->config.image_length - begin;
    if (length > TFTP_BLOCK_LENGTH)
        length = TFTP_BLOCK_LENGTH;
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_data(&writer, (uint16_t)block, host->config.image + begin, length);
    send_udp(host, &asked->ethernet.source, asked->ipv4.source, TFTP_PORT, asked->udp.source_port,
             payload, writer.length);
}

static void serve_image(struct other_host *host, const struct frame *asked)
{
    if (asked->tftp.opcode == TFTP_RRQ && strcmp(asked->tftp.file_name, UTILITY_FILE) == 0)
        send_image_block(host, asked, 1);
    else if (asked->tftp.opcode == TFTP_ACK && asked->udp.destination_port == TFTP_PORT)
        send_image_block(host, asked, asked->tftp.block + 1u);
}

/* ---- Frames and time ---- */

static void take_frame(struct peer *peer, const struct captured_frame *received, instant_ns now_ns)
{
    struct other_host *host = (struct other_host *)peer;
    struct frame frame;
    frame_dissect_captured(received, &frame);
    if (frame.reason != WIRE_OK || host->is_dead)
        return;
    if (host->config.image && frame.kind == FRAME_RECM && frame.recm.from_phone &&
        frame.recm.operation == RECM_REPLY)
        order_phone(host, &frame.recm);
    if (host->config.image && frame.kind == FRAME_TFTP)
        serve_image(host, &frame);
    if (frame.kind == FRAME_DHCP && frame.dhcp.operation == DHCP_BOOTREQUEST &&
        host->config.dhcp != SERVER_NONE)
        take_dhcp(host, &frame.dhcp, now_ns);
    else if (frame.kind == FRAME_ARP && host->config.dhcp != SERVER_NONE)
        answer_arp(host, &frame.arp);
    else if (frame.kind == FRAME_TFTP)
        answer_tftp(host, &frame);
}

static instant_ns deadline(const struct peer *peer)
{
    const struct other_host *host = (const struct other_host *)peer;
    return instant_earlier(host->next_ns, host->answer_ns);
}

static bool next_output(struct peer *peer, struct peer_output *ret)
{
    struct other_host *host = (struct other_host *)peer;
    if (host->output_count == 0)
        return false;
    const struct other_host_output *output = &host->outputs[host->output_start];
    *ret = (struct peer_output){output->bytes, output->length};
    host->output_start = (host->output_start + 1) % OUTPUTS_MAXIMUM;
    host->output_count--;
    return true;
}

static void tick(struct peer *peer, instant_ns now_ns)
{
    struct other_host *host = (struct other_host *)peer;
    if (now_ns >= host->answer_ns) {
        host->answer_ns = INSTANT_NEVER;
        answer_dhcp(host, &host->asked);
    }
    if (now_ns < host->next_ns)
        return;
    if (host->is_dead || host->has_ordered) {
        host->next_ns = INSTANT_NEVER; /* it has found its phone */
        return;
    }
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    send_udp(host, &group, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof payload);
    host->next_ns = now_ns + RIVAL_INTERVAL_NS;
}

struct other_host *other_host_new(const struct other_host_config *config, instant_ns now_ns,
                                  struct error *ret_error)
{
    static const struct peer_operations operations = {
        .frame = take_frame, .tick = tick, .deadline = deadline, .next_output = next_output};
    struct other_host *host = calloc(1, sizeof *host);
    struct craft *craft = craft_new(ret_error);
    if (!host || !craft) {
        if (craft)
            error_set(ret_error, ERROR_ENVIRONMENT, "no memory for another host");
        craft_free(craft);
        free(host);
        return NULL;
    }
    *host = (struct other_host){
        .peer = {&operations},
        .config = *config,
        .craft = craft,
        .mac = {{0x00, 0x0d, 0xb9, 0x01, 0x02, 0x03}},
        .random = random_from_seed(config->seed),
        .answer_ns = INSTANT_NEVER,
        .next_ns = config->asks_for_phones ? now_ns + NS_PER_S : INSTANT_NEVER,
    };
    return host;
}

struct peer *other_host_peer(struct other_host *host)
{
    return &host->peer;
}
