/* SPDX-License-Identifier: BSD-2-Clause */
/* What switches and phones announce about themselves: spanning tree, CDP, LLDP. */
#include "redact/redact_payload.h"

#include "base/bytes.h"

void redact_stp(const struct redaction *part)
{
    redact_keep(part, 0, 7); /* protocol, version, type, flags, priority of the root */
    redact_mac(part, 7);
    redact_keep(part, 13, 6); /* cost, priority of the bridge */
    redact_mac(part, 19);
    redact_keep(part, 25, 11); /* port, ages, length of version 1 */
}

/* CDP pads an odd message in front of its last byte instead of behind it. */
static uint16_t cdp_checksum(const uint8_t *bytes, size_t length)
{
    uint32_t sum = ipv4_checksum_add(0, bytes, length & ~(size_t)1);
    if (length % 2 != 0)
        sum += bytes[length - 1];
    return ipv4_checksum_finish(sum);
}

static void redact_cdp_field(const struct redaction *part, unsigned type, size_t offset,
                             size_t length)
{
    switch (type) {
    case 0x0001: /* device */
    case 0x0003: /* port */
    case 0x0005: /* software */
    case 0x0006: /* platform */
        redact_text(part, offset, length);
        break;
    case 0x0004: /* capabilities */
    case 0x000a: /* native VLAN */
    case 0x000b: /* duplex */
    case 0x000e: /* voice VLAN: reply, query */
    case 0x000f:
    case 0x0010: /* power */
        redact_keep(part, offset, length);
        break;
    default:
        break;
    }
}

void redact_cdp(const struct redaction *part)
{
    enum { HEADER = 4, FIELD_HEADER = 4 };
    redact_keep(part, 0, 2);
    for (size_t at = HEADER; at + FIELD_HEADER <= part->length;) {
        size_t length = bytes_load_be16(part->from + at + 2);
        redact_keep(part, at, FIELD_HEADER);
        if (length < FIELD_HEADER || length > part->length - at)
            break;
        redact_cdp_field(part, bytes_load_be16(part->from + at), at + FIELD_HEADER,
                         length - FIELD_HEADER);
        at += length;
    }
    if (part->length >= HEADER)
        bytes_store_be16(part->to + 2, cdp_checksum(part->to, part->length));
}

/* Chassis and port identifiers begin with their kind. */
static void redact_lldp_identifier(const struct redaction *part, size_t offset, size_t length,
                                   uint8_t kind_of_mac, uint8_t kind_of_ip)
{
    if (length < 1)
        return;
    redact_keep(part, offset, 1);
    uint8_t kind = part->from[offset];
    if (kind == kind_of_mac && length == 7) {
        redact_mac(part, offset + 1);
    } else if (kind == kind_of_ip && length == 6) {
        redact_keep(part, offset + 1, 1);
        redact_ip(part, offset + 2);
    } else if (kind != kind_of_mac && kind != kind_of_ip) {
        redact_text(part, offset + 1, length - 1);
    }
}

static void redact_lldp_organization(const struct redaction *part, size_t offset, size_t length)
{
    enum { HEADER = 4, MED_INVENTORY_FIRST = 5, MED_INVENTORY_LAST = 11 };
    if (length < HEADER)
        return;
    redact_keep(part, offset, HEADER);
    uint32_t organization = bytes_load_be32(part->from + offset) >> 8;
    uint8_t kind = part->from[offset + 3];
    bool is_med = organization == 0x0012bb;
    if (is_med && kind >= MED_INVENTORY_FIRST && kind <= MED_INVENTORY_LAST)
        redact_text(part, offset + HEADER, length - HEADER);
    else if ((is_med && kind <= 2) ||                   /* capabilities, network policy */
             (organization == 0x0080c2 && kind == 1) || /* VLAN of the port */
             organization == 0x00120f)                  /* speed, power */
        redact_keep(part, offset + HEADER, length - HEADER);
}

static void redact_lldp_field(const struct redaction *part, unsigned type, size_t offset,
                              size_t length)
{
    switch (type) {
    case 1: /* chassis */
        redact_lldp_identifier(part, offset, length, 4, 5);
        break;
    case 2: /* port */
        redact_lldp_identifier(part, offset, length, 3, 4);
        break;
    case 3: /* time to live */
    case 7: /* capabilities */
        redact_keep(part, offset, length);
        break;
    case 4: /* descriptions and names */
    case 5:
    case 6:
        redact_text(part, offset, length);
        break;
    case 127:
        redact_lldp_organization(part, offset, length);
        break;
    default:
        break;
    }
}

void redact_lldp(const struct redaction *part)
{
    for (size_t at = 0; at + 2 <= part->length;) {
        unsigned type = part->from[at] >> 1;
        size_t length = bytes_load_be16(part->from + at) & 0x01ffU;
        redact_keep(part, at, 2);
        at += 2;
        if (type == 0 || length > part->length - at)
            return;
        redact_lldp_field(part, type, at, length);
        at += length;
    }
}
