/* SPDX-License-Identifier: BSD-2-Clause */
/* DHCP: every option by its kind; those of unknown kind keep their length and lose their contents.
 */
#include "redact/redact_payload.h"

#include "base/bytes.h"

enum option_kind {
    OPTION_UNKNOWN = 0, /* zeros */
    OPTION_PLAIN,       /* numbers that say nothing about anybody */
    OPTION_ADDRESSES,   /* IPv4 addresses, four bytes each */
    OPTION_TEXT,
    OPTION_CLIENT, /* type 1 and a MAC address; else only the type stays */
};

static const uint8_t option_kinds[256] = {
    [DHCP_OPTION_SUBNET_MASK] = OPTION_PLAIN,
    [DHCP_OPTION_ROUTER] = OPTION_ADDRESSES,
    [DHCP_OPTION_DNS_SERVER] = OPTION_ADDRESSES,
    [DHCP_OPTION_HOST_NAME] = OPTION_TEXT,
    [15] = OPTION_TEXT,      /* domain name */
    [28] = OPTION_ADDRESSES, /* broadcast address */
    [42] = OPTION_ADDRESSES, /* time servers */
    [44] = OPTION_ADDRESSES, /* NetBIOS name servers */
    [DHCP_OPTION_REQUESTED_IP] = OPTION_ADDRESSES,
    [DHCP_OPTION_LEASE_TIME] = OPTION_PLAIN,
    [DHCP_OPTION_OVERLOAD] = OPTION_PLAIN,
    [DHCP_OPTION_MESSAGE_TYPE] = OPTION_PLAIN,
    [DHCP_OPTION_SERVER_IDENTIFIER] = OPTION_ADDRESSES,
    [DHCP_OPTION_PARAMETER_LIST] = OPTION_PLAIN,
    [56] = OPTION_TEXT,  /* message */
    [57] = OPTION_PLAIN, /* maximum size */
    [58] = OPTION_PLAIN, /* renewal, rebinding */
    [59] = OPTION_PLAIN,
    [DHCP_OPTION_VENDOR_CLASS] = OPTION_TEXT,
    [DHCP_OPTION_CLIENT_IDENTIFIER] = OPTION_CLIENT,
    [66] = OPTION_TEXT, /* TFTP server and boot file by name */
    [67] = OPTION_TEXT,
    [150] = OPTION_ADDRESSES, /* Cisco's TFTP servers */
};

static void redact_option(const struct redaction *part, uint8_t option, size_t offset,
                          size_t length)
{
    switch ((enum option_kind)option_kinds[option]) {
    case OPTION_PLAIN:
        redact_keep(part, offset, length);
        break;
    case OPTION_ADDRESSES:
        for (size_t at = 0; at + 4 <= length; at += 4)
            redact_ip(part, offset + at);
        break;
    case OPTION_TEXT:
        redact_text(part, offset, length);
        break;
    case OPTION_CLIENT:
        if (length > 0)
            redact_keep(part, offset, 1);
        if (length == 7 && part->from[offset] == 1)
            redact_mac(part, offset + 1);
        break;
    case OPTION_UNKNOWN:
        break;
    }
}

static void redact_options(const struct redaction *part, size_t at)
{
    while (at < part->length) {
        uint8_t option = part->from[at];
        redact_keep(part, at, 1);
        if (option == DHCP_OPTION_END)
            return;
        if (option == DHCP_OPTION_PAD) {
            at++;
            continue;
        }
        redact_keep(part, at + 1, 1);
        if (at + 2 > part->length || part->from[at + 1] > part->length - at - 2)
            return;
        redact_option(part, option, at + 2, part->from[at + 1]);
        at += 2 + (size_t)part->from[at + 1];
    }
}

void redact_dhcp(const struct redaction *part)
{
    const size_t cookie = DHCP_FIXED_LENGTH;
    redact_keep(part, 0, 4); /* operation, hardware type, address length, hops */
    /* Where the client's address is cut off, that of the frame's sender is its own. */
    const struct mac_address *client =
        part->length >= 34 ? &part->frame->dhcp.client_mac : &part->frame->ethernet.source;
    if (part->length >= 34 ||
        (part->length >= 8 && part->frame->dhcp.operation == DHCP_BOOTREQUEST))
        bytes_store_be32(
            part->to + 4,
            pseudonym_transaction(part->pseudonyms, part->frame->dhcp.transaction_id, client));
    redact_keep(part, 8, 4); /* seconds, flags */
    for (size_t address = 12; address < 28; address += 4)
        redact_ip(part, address);
    redact_mac(part, 28);
    redact_text(part, 44, 64);   /* sname */
    redact_text(part, 108, 128); /* file */
    redact_keep(part, cookie, 4);
    redact_options(part, cookie + 4);
}
