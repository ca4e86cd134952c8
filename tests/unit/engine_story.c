/* SPDX-License-Identifier: BSD-2-Clause */
/* What many tests of the engine begin with: see engine_story.h. */
#include "tests/unit/engine_story.h"

#include "loader/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const struct mac_address rig_foreign_mac = {{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}};

struct rig *rig_started(void)
{
    struct rig *rig = rig_new();
    rig_start(rig);
    return rig;
}

const struct rig_sent *rig_first(const struct rig *rig, enum frame_kind kind, int operation)
{
    size_t next;
    const struct rig_sent *sent = rig_find(rig, 0, kind, operation, &next);
    assert_non_null(sent);
    return sent;
}

void rig_foreign_udp_ttl(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                         uint16_t from_port, uint16_t to_port, const uint8_t *payload,
                         size_t length, uint8_t time_to_live)
{
    struct craft_udp header = {
        .source_mac = rig_foreign_mac,
        .destination_mac = *to_mac,
        .source_ip = RIG_FOREIGN_SERVER,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .time_to_live = time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
    rig_udp(rig, &header, payload, length);
}

void rig_foreign_udp(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                     uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    rig_foreign_udp_ttl(rig, to_ip, to_mac, from_port, to_port, payload, length, 64);
}

void rig_foreign_dhcp_reply(struct rig *rig, const struct rig_phone *phone, uint8_t type,
                            bool with_router)
{
    struct dhcp_message message = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = loader_transaction_id(&phone->mac, 1),
        .your_ip = RIG_FOREIGN_SERVER + 9,
        .client_mac = phone->mac,
    };
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, RIG_FOREIGN_SERVER);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, UINT32_C(0xffffff00));
    if (with_router)
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, RIG_FOREIGN_SERVER);
    dhcp_write_end(&writer, sizeof payload);
    rig_foreign_udp(rig, message.your_ip, &phone->mac, DHCP_SERVER_PORT, DHCP_CLIENT_PORT, payload,
                    writer.length);
}

struct rig *rig_with_echo(struct rig_phone *phone, enum gateway_policy policy)
{
    struct rig *rig = rig_new();
    rig->config.gateway = policy;
    rig_start(rig);
    phone->ip = UINT32_C(0xc0a84d14);
    rig_reply(rig, phone);
    rig_wait(rig, 3 * NS_PER_S);
    rig_echo(rig, phone);
    return rig;
}

struct rig *rig_with_transfer(struct rig_phone *phone)
{
    struct rig *rig = rig_started();
    rig_up_to_request(rig, phone);
    assert_int_equal(rig_state(rig, phone), SESSION_TRANSFER);
    return rig;
}

uint16_t rig_newest_block(const struct rig *rig)
{
    uint16_t block = 0;
    size_t from = 0;
    const struct rig_sent *sent;
    while ((sent = rig_find(rig, from, FRAME_TFTP, TFTP_DATA, &from)))
        block = sent->frame.tftp.block;
    return block;
}

void rig_acknowledge_all(struct rig *rig, struct rig_phone *phone)
{
    for (uint16_t block = 1; block <= 3; block++)
        rig_ack(rig, phone, block);
    assert_int_equal(rig_state(rig, phone),
                     rig->config.flash_wait_ns ? SESSION_DELIVERED : SESSION_UNCONFIRMED);
}
