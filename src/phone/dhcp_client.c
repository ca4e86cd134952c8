/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's DHCP client (docs: protocol, DHCP client): two DISCOVERs, two REQUESTs, and no
 * second chance. Its rules for replies are its own, so it reads them with its own loop, not with
 * wire/dhcp.
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/dhcp.h"
#include "wire/ethernet.h"

#include <string.h>

#define DHCP_COOKIE         UINT32_C(0x63825363)
#define DHCP_OPTIONS_OFFSET 240

struct lease_reply {
    uint8_t type;
    bool has_server_identifier;
    uint32_t server_identifier;
    uint32_t your_ip, server_ip, mask, router;
    uint32_t dns_servers[2];
    unsigned dns_server_count;
};

static void send_message(struct phone *phone, uint8_t type)
{
    static const uint8_t parameters[] = {1, 3, 6, 12, 15, 28, 66, 67};
    struct dhcp_client *client = &phone->dhcp;
    struct dhcp_message message = {.operation = DHCP_BOOTREQUEST,
                                   .transaction_id = client->transaction_id,
                                   .client_mac = phone->config.mac};
    uint8_t identifier[7] = {1};
    memcpy(identifier + 1, phone->config.mac.octet, 6);
    uint8_t payload[DHCP_LOADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option(&writer, DHCP_OPTION_CLIENT_IDENTIFIER, identifier, sizeof identifier);
    dhcp_write_option(&writer, DHCP_OPTION_HOST_NAME, DHCP_LOADER_HOST_NAME,
                      sizeof DHCP_LOADER_HOST_NAME - 1);
    dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, DHCP_LOADER_VENDOR_CLASS,
                      sizeof DHCP_LOADER_VENDOR_CLASS - 1);
    if (type == DHCP_REQUEST) {
        dhcp_write_option_ip(&writer, DHCP_OPTION_REQUESTED_IP, client->offered_ip);
        dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, client->server_identifier);
    }
    dhcp_write_option(&writer, DHCP_OPTION_PARAMETER_LIST, parameters, sizeof parameters);
    dhcp_write_end(&writer, DHCP_LOADER_LENGTH);
    phone_transmit_udp(phone, UINT32_MAX, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, payload,
                       writer.length);
}

static void send_discover(struct phone *phone)
{
    struct dhcp_client *client = &phone->dhcp;
    client->requesting = client->refused = false;
    client->transmission++;
    client->transaction_id =
        bytes_load_be32(phone->config.mac.octet + 2) + ++client->discovers * UINT32_C(0x01000000);
    send_message(phone, DHCP_DISCOVER);
    phone_set_timer(phone, LOADER_DHCP_WAIT_NS, false);
}

static void send_request(struct phone *phone)
{
    phone->dhcp.transmission++;
    send_message(phone, DHCP_REQUEST);
    phone_set_timer(phone, LOADER_DHCP_WAIT_NS, false);
}

void dhcp_client_start(struct phone *phone)
{
    phone->dhcp = (struct dhcp_client){0};
    phone->next_hop = mac_broadcast;
    phone_set_state(phone, PHONE_DHCP);
    send_discover(phone);
}

void dhcp_client_timer(struct phone *phone)
{
    struct dhcp_client *client = &phone->dhcp;
    if (client->refused) {
        client->transmission = 0;
        send_discover(phone);
    } else if (client->transmission >= LOADER_DHCP_TRANSMISSIONS) {
        phone_note(phone, client->requesting ? "console: no DHCP ACK" : "console: no DHCP OFFER");
        recovery_configured(phone);
    } else if (client->requesting) {
        send_request(phone);
    } else {
        send_discover(phone);
    }
}

/* One option. Returns: false if the whole reply is to be dropped. */
static bool read_option(struct lease_reply *reply, uint8_t option, const uint8_t *value,
                        uint8_t length)
{
    switch (option) {
    case DHCP_OPTION_OVERLOAD:
        return false;
    case DHCP_OPTION_MESSAGE_TYPE:
        reply->type = length >= 1 ? value[0] : 0;
        break;
    case DHCP_OPTION_SERVER_IDENTIFIER:
        reply->has_server_identifier = length >= 4;
        reply->server_identifier = length >= 4 ? bytes_load_be32(value) : 0;
        break;
    case DHCP_OPTION_SUBNET_MASK:
        reply->mask = length >= 4 ? bytes_load_be32(value) : 0;
        break;
    case DHCP_OPTION_ROUTER:
        reply->router = length >= 4 ? bytes_load_be32(value) : 0;
        break;
    case DHCP_OPTION_DNS_SERVER:
        reply->dns_server_count = length / 4 < 2 ? length / 4 : 2;
        for (unsigned i = 0; i < reply->dns_server_count; i++)
            reply->dns_servers[i] = bytes_load_be32(value + 4 * i);
        break;
    default:
        break;
    }
    return true;
}

/* Returns: false if the options are longer than the loader takes, have no end, or are overloaded.
 */
static bool read_reply(const uint8_t *bytes, size_t length, struct lease_reply *ret)
{
    *ret = (struct lease_reply){.your_ip = bytes_load_be32(bytes + 16),
                                .server_ip = bytes_load_be32(bytes + 20)};
    if (length - DHCP_OPTIONS_OFFSET > LOADER_DHCP_OPTIONS_MAX)
        length = DHCP_OPTIONS_OFFSET + LOADER_DHCP_OPTIONS_MAX;
    struct reader reader = reader_over(bytes + DHCP_OPTIONS_OFFSET, length - DHCP_OPTIONS_OFFSET);
    while (reader_left(&reader) > 0) {
        uint8_t option = reader_u8(&reader);
        if (option == DHCP_OPTION_END)
            return true;
        if (option == DHCP_OPTION_PAD)
            continue;
        uint8_t option_length = reader_u8(&reader);
        const uint8_t *value = reader_view(&reader, option_length);
        if (!value || !read_option(ret, option, value, option_length))
            return false;
    }
    return false;
}

static void take_lease(struct phone *phone, const struct lease_reply *reply)
{
    phone_stop_timer(phone);
    phone->ip = phone->address_spoilt ? 0 : reply->your_ip;
    phone->mask = reply->mask;
    phone->gateway = reply->router;
    phone->server_ip = reply->server_ip;
    phone->dns_server_count = reply->dns_server_count;
    memcpy(phone->dns_servers, reply->dns_servers, sizeof reply->dns_servers);
    phone_note(phone, "console: address %s", ipv4_format(reply->your_ip).text);
    phone_print_cost(phone, LOADER_CONFIGURED_PRINT_NS);
    recovery_configured(phone);
}

static void take_reply(struct phone *phone, const struct lease_reply *reply)
{
    struct dhcp_client *client = &phone->dhcp;
    if (reply->type == DHCP_TYPE_NONE) {
        phone_stop_timer(phone);
        phone_note(phone, "frozen by a BOOTP reply without option 53");
    } else if (!client->requesting && !client->refused && reply->type == DHCP_OFFER &&
               reply->has_server_identifier) {
        client->requesting = true;
        client->transmission = 0;
        client->offered_ip = reply->your_ip;
        client->server_identifier = reply->server_identifier;
        phone_spend(phone, LOADER_DHCP_REPLY_COST_NS +
                               random_below(&phone->random, LOADER_DHCP_REPLY_COST_NS));
        send_request(phone);
    } else if (client->requesting && reply->type == DHCP_ACK) {
        take_lease(phone, reply);
    } else if (client->requesting && reply->type == DHCP_NAK) {
        phone_note(phone, "console: address refused");
        client->requesting = false;
        client->refused = true;
        phone_set_timer(phone, LOADER_DHCP_NAK_WAIT_NS, false);
    }
}

void dhcp_client_packet(struct phone *phone, const struct packet *packet)
{
    struct dhcp_client *client = &phone->dhcp;
    if (phone->state != PHONE_DHCP)
        return;
    /* Any packet to port 68, even a foreign one, restarts the running wait; also a frozen one. */
    phone_set_timer(phone, client->refused ? LOADER_DHCP_NAK_WAIT_NS : LOADER_DHCP_WAIT_NS, false);
    const uint8_t *bytes = packet->payload;
    if (packet->payload_length < DHCP_OPTIONS_OFFSET || bytes[0] != DHCP_BOOTREPLY ||
        bytes_load_be32(bytes + 236) != DHCP_COOKIE ||
        bytes_load_be32(bytes + 4) != client->transaction_id)
        return;
    struct lease_reply reply;
    if (read_reply(bytes, packet->payload_length, &reply))
        take_reply(phone, &reply);
}
