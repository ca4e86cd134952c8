/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP messages (RFC 2131, RFC 2132): reading with typed access to the options this program needs,
 * and writing. Option overload (52) is refused by name: the recovery loader does not know it
 * (docs: protocol, DHCP client).
 */
#ifndef WIRE_DHCP_H
#define WIRE_DHCP_H

#include "base/address.h"
#include "base/bytes.h"
#include "wire/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68

#define DHCP_FIXED_LENGTH  236 /* up to the magic cookie */
#define DHCP_LOADER_LENGTH 548 /* what the recovery loader sends */
#define DHCP_REPLY_LENGTH  300 /* BOOTP minimum; what this program's server sends */

enum dhcp_operation { DHCP_BOOTREQUEST = 1, DHCP_BOOTREPLY = 2 };

enum dhcp_message_type {
    DHCP_TYPE_NONE = 0, /* plain BOOTP */
    DHCP_DISCOVER = 1,
    DHCP_OFFER = 2,
    DHCP_REQUEST = 3,
    DHCP_DECLINE = 4,
    DHCP_ACK = 5,
    DHCP_NAK = 6,
    DHCP_RELEASE = 7,
    DHCP_INFORM = 8,
};

enum dhcp_option {
    DHCP_OPTION_PAD = 0,
    DHCP_OPTION_SUBNET_MASK = 1,
    DHCP_OPTION_ROUTER = 3,
    DHCP_OPTION_DNS_SERVER = 6,
    DHCP_OPTION_HOST_NAME = 12,
    DHCP_OPTION_REQUESTED_IP = 50,
    DHCP_OPTION_LEASE_TIME = 51,
    DHCP_OPTION_OVERLOAD = 52,
    DHCP_OPTION_MESSAGE_TYPE = 53,
    DHCP_OPTION_SERVER_IDENTIFIER = 54,
    DHCP_OPTION_PARAMETER_LIST = 55,
    DHCP_OPTION_VENDOR_CLASS = 60,
    DHCP_OPTION_CLIENT_IDENTIFIER = 61,
    DHCP_OPTION_END = 255,
};

/* A view of an option's bytes inside the message; bytes == NULL: the option is absent. */
struct dhcp_option_view {
    const uint8_t *bytes;
    size_t length;
};

struct dhcp_message {
    uint8_t operation; /* enum dhcp_operation */
    uint8_t hops;
    uint32_t transaction_id;
    uint16_t seconds;
    uint16_t flags; /* 0x8000 = broadcast */
    uint32_t client_ip;
    uint32_t your_ip;
    uint32_t server_ip; /* siaddr */
    uint32_t relay_ip;  /* giaddr */
    struct mac_address client_mac;

    uint8_t type; /* option 53, DHCP_TYPE_NONE without it */
    bool has_end;
    bool has_subnet_mask, has_router, has_server_identifier, has_requested_ip, has_lease_time;
    uint32_t subnet_mask;
    uint32_t router; /* the first one */
    uint32_t dns_servers[2];
    unsigned dns_server_count; /* 0 to 2 */
    uint32_t server_identifier;
    uint32_t requested_ip;
    uint32_t lease_time_s;
    struct dhcp_option_view vendor_class; /* option 60, views into the parsed bytes */
    struct dhcp_option_view host_name;    /* option 12 */
    struct dhcp_option_view client_identifier;
    size_t options_length; /* bytes from behind the cookie to the end option, inclusive */
};

/*
 * Returns: WIRE_OK or the first thing wrong; `ret` is zeroed and filled as far as the bytes go,
 * also then (a message without option 53 or end is evidence). Views point into `bytes`.
 */
enum wire_reason dhcp_parse(const uint8_t *bytes, size_t length, struct dhcp_message *ret);

/* Returns: the bytes of any option, bytes == NULL if it is absent or the options are broken. */
struct dhcp_option_view dhcp_find_option(const uint8_t *bytes, size_t length, uint8_t option);

/* Fixed part and magic cookie of a message; options follow by the writers below. */
void dhcp_write_fixed(struct writer *writer, const struct dhcp_message *message);
void dhcp_write_option(struct writer *writer, uint8_t option, const void *bytes, uint8_t length);
void dhcp_write_option_u8(struct writer *writer, uint8_t option, uint8_t value);
void dhcp_write_option_ip(struct writer *writer, uint8_t option, uint32_t value);
/* The end option, then zeros up to `total_length` bytes of message. */
void dhcp_write_end(struct writer *writer, size_t total_length);

/* ---- What the recovery loader's messages look like (docs: protocol, DHCP client) ---- */

#define DHCP_LOADER_VENDOR_CLASS "TI-dhcp 0.1"
#define DHCP_LOADER_HOST_NAME    "TNETV1050SDB"

/* True if option 60 matches ^(Cisco|CISCO|LINKSYS) SPA: the normal firmware. */
bool dhcp_is_normal_firmware(const struct dhcp_message *message);

#endif
