/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes DHCP messages. One walk over the options fills every member the program uses;
 * a typed reader owns each option's length check. Of an option that occurs twice the first counts.
 */
#include "wire/dhcp.h"

#include <string.h>

#define HARDWARE_ETHERNET 1
#define MAGIC_COOKIE      UINT32_C(0x63825363)
#define CLIENT_MAC_SIZE   16         /* chaddr */
#define LEGACY_SIZE       (64 + 128) /* sname and file */

static bool option_ip(struct dhcp_option_view option, bool *ret_has, uint32_t *ret)
{
    if (option.length != 4)
        return false;
    if (!*ret_has)
        *ret = bytes_load_be32(option.bytes);
    *ret_has = true;
    return true;
}

/* Routers and name servers: one address or more. */
static bool is_ip_list(struct dhcp_option_view option)
{
    return option.length >= 4 && option.length % 4 == 0;
}

static bool option_routers(struct dhcp_option_view option, struct dhcp_message *ret)
{
    if (!is_ip_list(option))
        return false;
    if (!ret->has_router)
        ret->router = bytes_load_be32(option.bytes);
    ret->has_router = true;
    return true;
}

static bool option_dns_servers(struct dhcp_option_view option, struct dhcp_message *ret)
{
    if (!is_ip_list(option))
        return false;
    for (size_t i = 0; i < option.length && ret->dns_server_count < 2; i += 4)
        ret->dns_servers[ret->dns_server_count++] = bytes_load_be32(option.bytes + i);
    return true;
}

static bool option_message_type(struct dhcp_option_view option, struct dhcp_message *ret)
{
    if (option.length != 1)
        return false;
    if (ret->type == DHCP_TYPE_NONE)
        ret->type = option.bytes[0];
    return true;
}

static bool option_bytes(struct dhcp_option_view option, struct dhcp_option_view *ret)
{
    if (ret->bytes == NULL)
        *ret = option;
    return option.length > 0;
}

static enum wire_reason take_option(uint8_t code, struct dhcp_option_view option,
                                    struct dhcp_message *ret)
{
    bool good = true;

    switch (code) {
    case DHCP_OPTION_SUBNET_MASK:
        good = option_ip(option, &ret->has_subnet_mask, &ret->subnet_mask);
        break;
    case DHCP_OPTION_ROUTER:
        good = option_routers(option, ret);
        break;
    case DHCP_OPTION_DNS_SERVER:
        good = option_dns_servers(option, ret);
        break;
    case DHCP_OPTION_HOST_NAME:
        good = option_bytes(option, &ret->host_name);
        break;
    case DHCP_OPTION_REQUESTED_IP:
        good = option_ip(option, &ret->has_requested_ip, &ret->requested_ip);
        break;
    case DHCP_OPTION_LEASE_TIME:
        good = option_ip(option, &ret->has_lease_time, &ret->lease_time_s);
        break;
    case DHCP_OPTION_OVERLOAD:
        return WIRE_DHCP_OVERLOAD;
    case DHCP_OPTION_MESSAGE_TYPE:
        good = option_message_type(option, ret);
        break;
    case DHCP_OPTION_SERVER_IDENTIFIER:
        good = option_ip(option, &ret->has_server_identifier, &ret->server_identifier);
        break;
    case DHCP_OPTION_VENDOR_CLASS:
        good = option_bytes(option, &ret->vendor_class);
        break;
    case DHCP_OPTION_CLIENT_IDENTIFIER:
        good = option_bytes(option, &ret->client_identifier);
        break;
    default:
        break;
    }
    return good ? WIRE_OK : WIRE_DHCP_OPTION_LENGTH;
}

/* Returns: true with the next option that is neither padding nor end; false at the end, see reader.
 */
static bool next_option(struct reader *reader, uint8_t *ret_code, struct dhcp_option_view *ret)
{
    while (reader_left(reader) > 0) {
        *ret_code = reader_u8(reader);
        if (*ret_code == DHCP_OPTION_PAD)
            continue;
        if (*ret_code == DHCP_OPTION_END)
            return false;
        ret->length = reader_u8(reader);
        ret->bytes = reader_view(reader, ret->length);
        return !reader->failed;
    }
    *ret_code = DHCP_OPTION_PAD;
    return false;
}

static enum wire_reason read_options(struct reader *reader, struct dhcp_message *ret)
{
    enum wire_reason first = WIRE_OK;
    struct dhcp_option_view option;
    size_t start = reader->position;
    uint8_t code;

    while (next_option(reader, &code, &option)) {
        enum wire_reason reason = take_option(code, option, ret);
        if (first == WIRE_OK)
            first = reason;
    }
    ret->options_length = reader->position - start;
    ret->has_end = !reader->failed && code == DHCP_OPTION_END;
    if (first != WIRE_OK)
        return first;
    if (reader->failed)
        return WIRE_DHCP_OPTION_TRUNCATED;
    if (!ret->has_end)
        return WIRE_DHCP_NO_END;
    if (ret->type == DHCP_TYPE_NONE)
        return WIRE_DHCP_NO_MESSAGE_TYPE;
    return ret->type <= DHCP_INFORM ? WIRE_OK : WIRE_DHCP_MESSAGE_TYPE;
}

enum wire_reason dhcp_parse(const uint8_t *bytes, size_t length, struct dhcp_message *ret)
{
    struct reader reader = reader_over(bytes, length);
    enum wire_reason reason;

    *ret = (struct dhcp_message){0};
    ret->operation = reader_u8(&reader);
    uint8_t hardware_type = reader_u8(&reader);
    uint8_t hardware_length = reader_u8(&reader);
    ret->hops = reader_u8(&reader);
    ret->transaction_id = reader_be32(&reader);
    ret->seconds = reader_be16(&reader);
    ret->flags = reader_be16(&reader);
    ret->client_ip = reader_be32(&reader);
    ret->your_ip = reader_be32(&reader);
    ret->server_ip = reader_be32(&reader);
    ret->relay_ip = reader_be32(&reader);
    reader_copy(&reader, ret->client_mac.octet, sizeof ret->client_mac.octet);
    reader_skip(&reader, CLIENT_MAC_SIZE - sizeof ret->client_mac.octet + LEGACY_SIZE);
    uint32_t cookie = reader_be32(&reader);

    if (reader.failed)
        return WIRE_DHCP_SHORT;
    if (cookie != MAGIC_COOKIE)
        return WIRE_DHCP_COOKIE;
    /* The options are read in any case: they are evidence even behind an odd fixed part. */
    reason = read_options(&reader, ret);
    if (ret->operation != DHCP_BOOTREQUEST && ret->operation != DHCP_BOOTREPLY)
        return WIRE_DHCP_OPERATION;
    if (hardware_type != HARDWARE_ETHERNET || hardware_length != sizeof ret->client_mac.octet)
        return WIRE_DHCP_HARDWARE_TYPE;
    return reason;
}

struct dhcp_option_view dhcp_find_option(const uint8_t *bytes, size_t length, uint8_t option)
{
    struct reader reader = reader_over(bytes, length);
    struct dhcp_option_view view;
    uint8_t code;

    reader_skip(&reader, DHCP_FIXED_LENGTH);
    if (reader_be32(&reader) != MAGIC_COOKIE)
        reader.failed = true;
    while (next_option(&reader, &code, &view))
        if (code == option)
            return view;
    return (struct dhcp_option_view){0};
}

void dhcp_write_fixed(struct writer *writer, const struct dhcp_message *message)
{
    writer_u8(writer, message->operation);
    writer_u8(writer, HARDWARE_ETHERNET);
    writer_u8(writer, sizeof message->client_mac.octet);
    writer_u8(writer, message->hops);
    writer_be32(writer, message->transaction_id);
    writer_be16(writer, message->seconds);
    writer_be16(writer, message->flags);
    writer_be32(writer, message->client_ip);
    writer_be32(writer, message->your_ip);
    writer_be32(writer, message->server_ip);
    writer_be32(writer, message->relay_ip);
    writer_copy(writer, message->client_mac.octet, sizeof message->client_mac.octet);
    writer_zeros(writer, CLIENT_MAC_SIZE - sizeof message->client_mac.octet + LEGACY_SIZE);
    writer_be32(writer, MAGIC_COOKIE);
}

void dhcp_write_option(struct writer *writer, uint8_t option, const void *bytes, uint8_t length)
{
    writer_u8(writer, option);
    writer_u8(writer, length);
    writer_copy(writer, bytes, length);
}

void dhcp_write_option_u8(struct writer *writer, uint8_t option, uint8_t value)
{
    dhcp_write_option(writer, option, &value, 1);
}

void dhcp_write_option_ip(struct writer *writer, uint8_t option, uint32_t value)
{
    uint8_t bytes[4];

    bytes_store_be32(bytes, value);
    dhcp_write_option(writer, option, bytes, sizeof bytes);
}

void dhcp_write_end(struct writer *writer, size_t total_length)
{
    writer_u8(writer, DHCP_OPTION_END);
    if (writer->length < total_length)
        writer_zeros(writer, total_length - writer->length);
}

static bool view_starts(struct dhcp_option_view view, const char *text)
{
    return view.length >= strlen(text) && memcmp(view.bytes, text, strlen(text)) == 0;
}

bool dhcp_is_normal_firmware(const struct dhcp_message *message)
{
    return message->operation == DHCP_BOOTREQUEST &&
           (view_starts(message->vendor_class, "Cisco SPA") ||
            view_starts(message->vendor_class, "CISCO SPA") ||
            view_starts(message->vendor_class, "LINKSYS SPA"));
}
