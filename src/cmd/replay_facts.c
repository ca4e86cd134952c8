/* SPDX-License-Identifier: BSD-2-Clause */
/* What a trace shows about its run: see replay_facts.h. */
#include "cmd/replay_facts.h"

#include "loader/loader.h"
#include "port/trace.h"

#include <string.h>

/* An OFFER this soon after the first DISCOVER did not wait for other servers. */
#define WAITED_FOR_OTHERS_NS (3 * NS_PER_S)
/* This program waits longer for a second phone unless it was told which one is meant. */
#define SETTLING_SHORTEST_NS (2 * NS_PER_S)
/* So many group requests without a broadcast one show that the PC did not alternate. */
#define GROUP_ONLY_REQUESTS 4

static bool is_recovery_message(const struct frame *frame, bool from_phone)
{
    return frame->kind == FRAME_RECM && frame->recm.from_phone == from_phone;
}

static void note_phone(struct replay_facts *facts, const struct frame *frame,
                       const struct mac_address *wanted)
{
    bool loader = (frame->kind == FRAME_DHCP && loader_is_dhcp(&frame->dhcp)) ||
                  is_recovery_message(frame, true) ||
                  (frame->kind == FRAME_TFTP && frame->udp.source_port == TFTP_PHONE_PORT &&
                   frame->tftp.opcode != TFTP_DATA);
    if (facts->has_phone || !loader)
        return;
    if (wanted && !mac_equal(wanted, &frame->ethernet.source))
        return;
    facts->has_phone = true;
    facts->phone_mac = frame->ethernet.source;
}

static bool is_from(const struct frame *frame, const struct mac_address *mac)
{
    return mac_equal(&frame->ethernet.source, mac);
}

static void note_pc(struct replay_facts *facts, const struct frame *frame)
{
    if (facts->has_pc || !is_recovery_message(frame, false))
        return;
    facts->has_pc = true;
    facts->pc_mac = frame->ethernet.source;
    facts->pc_ip = frame->ipv4.source;
    facts->vlan =
        frame->ethernet.tag_count ? (int)ethernet_tag_vlan(frame->ethernet.tags[0]) : CRAFT_NO_VLAN;
}

static void note_recm(struct replay_facts *facts, const struct frame *frame)
{
    const struct recm_message *message = &frame->recm;
    if (message->operation == RECM_UPGRADE && !facts->ordered) {
        facts->ordered = true;
        facts->chosen_at_once = frame->time_ns - facts->first_reply_ns < SETTLING_SHORTEST_NS;
        facts->tftp_port = message->tftp_port;
        memcpy(facts->file_name, message->file_name, sizeof facts->file_name);
    } else if (message->operation == RECM_REQUEST) {
        if (mac_equal(&frame->ethernet.destination, &mac_broadcast))
            facts->broadcast_requests++;
        else if (mac_is_group(&frame->ethernet.destination))
            facts->group_requests++;
        if (!facts->requested && strcmp(message->serial, RECM_WILDCARD_SERIAL) != 0) {
            facts->has_specific_serial = true;
            memcpy(facts->serial, message->serial, sizeof facts->serial);
        }
        facts->requested = true;
    }
}

static unsigned prefix_of_mask(uint32_t mask)
{
    unsigned length = 0;
    while (length < 32 && mask & UINT32_C(0x80000000) >> length)
        length++;
    return length;
}

static void note_dhcp_reply(struct replay_facts *facts, const struct frame *frame)
{
    if (frame->dhcp.type == DHCP_OFFER && !facts->gave_leases) {
        facts->gave_leases = true;
        facts->offer_delay_ns = frame->time_ns - facts->first_discover_ns;
    }
    if (frame->dhcp.has_subnet_mask)
        facts->prefix_length = prefix_of_mask(frame->dhcp.subnet_mask);
}

static void note_tftp(struct replay_facts *facts, const struct frame *frame)
{
    const struct tftp_packet *packet = &frame->tftp;
    if (packet->opcode == TFTP_DATA && is_from(frame, &facts->pc_mac) &&
        mac_equal(&frame->ethernet.destination, &facts->phone_mac)) {
        if (facts->transfer_port == 0)
            facts->transfer_port = frame->udp.source_port;
        if (!facts->transfer)
            facts->transfer = transfer_image_new();
        transfer_image_data(facts->transfer, packet->block, packet->data, packet->data_length,
                            packet->wire_length);
    } else if (packet->opcode == TFTP_ACK && facts->transfer && is_from(frame, &facts->phone_mac)) {
        transfer_image_ack(facts->transfer, packet->block, frame->ipv4.identification);
    }
}

static void note_frame(struct replay_facts *facts, const struct frame *frame,
                       const struct mac_address *wanted)
{
    note_phone(facts, frame, wanted);
    note_pc(facts, frame);
    facts->end_ns = frame->time_ns;
    bool from_pc = facts->has_pc && is_from(frame, &facts->pc_mac);
    bool from_phone = facts->has_phone && is_from(frame, &facts->phone_mac);
    facts->phone_frames += from_phone;
    if (from_pc) {
        facts->pc_frames++;
        if (facts->pc_frames == 1)
            facts->start_ns = frame->time_ns;
    }
    if (from_phone && frame->kind == FRAME_DHCP && !facts->discovered) {
        facts->discovered = true;
        facts->first_discover_ns = frame->time_ns;
    }
    if (from_phone && is_recovery_message(frame, true) && facts->first_reply_ns == 0)
        facts->first_reply_ns = frame->time_ns;
    if (from_pc && is_recovery_message(frame, false))
        note_recm(facts, frame);
    else if (frame->kind == FRAME_TFTP)
        note_tftp(facts, frame);
    else if (from_pc && frame->kind == FRAME_DHCP && frame->dhcp.operation == DHCP_BOOTREPLY)
        note_dhcp_reply(facts, frame);
}

struct pass {
    struct replay_facts *facts;
    const struct mac_address *wanted;
};

static void take(void *context, const struct captured_frame *captured)
{
    const struct pass *pass = context;
    struct frame frame;
    frame_dissect_captured(captured, &frame);
    note_frame(pass->facts, &frame, pass->wanted);
}

/* One pass over the file; a second one counts what came before the PC was known. */
static bool read_pass(const char *path, const struct mac_address *wanted,
                      struct replay_facts *facts, struct error *ret_error)
{
    return port_trace_read(path, take, &(struct pass){facts, wanted}, ret_error);
}

bool replay_facts_read(const char *path, const struct mac_address *wanted, struct replay_facts *ret,
                       struct error *ret_error)
{
    struct replay_facts first = {.prefix_length = 16, .vlan = CRAFT_NO_VLAN};
    *ret = first;
    if (!read_pass(path, wanted, &first, ret_error))
        return false;
    transfer_image_free(first.transfer);
    ret->has_phone = first.has_phone;
    ret->phone_mac = first.phone_mac;
    ret->has_pc = first.has_pc;
    ret->pc_mac = first.pc_mac;
    ret->pc_ip = first.pc_ip;
    ret->vlan = first.vlan;
    if (!read_pass(path, wanted, ret, ret_error))
        return false;
    if (ret->transfer)
        transfer_image_complete(ret->transfer);
    return true;
}

void replay_facts_free(struct replay_facts *facts)
{
    transfer_image_free(facts->transfer);
    facts->transfer = NULL;
}

static enum dhcp_policy policy_of_leases(const struct replay_facts *facts)
{
    if (facts->gave_leases)
        return facts->offer_delay_ns < WAITED_FOR_OTHERS_NS ? DHCP_POLICY_ALWAYS : DHCP_POLICY_AUTO;
    /* A server that gave nothing to a phone that asked was switched off, or had yielded. */
    return facts->discovered ? DHCP_POLICY_NEVER : DHCP_POLICY_AUTO;
}

void replay_facts_configure(const struct replay_facts *facts, const uint8_t *image,
                            size_t image_length, struct station_config *ret)
{
    struct station_config config = station_config_default();
    config.mode = facts->ordered ? STATION_RECOVER : STATION_DISCOVER;
    config.quiet_ns = 0; /* how long the recorded program looked is in the trace */
    config.source_mac = facts->pc_mac;
    config.address = facts->pc_ip;
    config.prefix_length = facts->prefix_length;
    config.vlan = facts->vlan;
    config.image = image;
    config.image_length = image_length;
    if (!image && facts->transfer)
        config.image = transfer_image_bytes(facts->transfer, &config.image_length);
    if (facts->ordered) {
        config.file_name = facts->file_name;
        config.tftp_port = facts->tftp_port;
    }
    config.transfer_port = facts->transfer_port;
    config.dhcp = policy_of_leases(facts);
    config.group_only =
        facts->broadcast_requests == 0 && facts->group_requests >= GROUP_ONLY_REQUESTS;
    config.timeout_ns = 0;
    *ret = config;
}
