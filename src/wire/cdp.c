/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads Cisco Discovery Protocol messages behind their SNAP header. The checksum is not judged. */
#include "wire/neighbour.h"

#include "base/bytes.h"
#include "wire/neighbour_private.h"

#define TLV_HEADER_LENGTH 4
#define CAPABILITY_PHONE  0x80

enum {
    TLV_DEVICE = 0x0001,
    TLV_CAPABILITIES = 0x0004,
    TLV_SOFTWARE = 0x0005,
    TLV_PLATFORM = 0x0006,
    TLV_VOICE_VLAN_REPLY = 0x000e,
};

static void take_tlv(uint16_t type, const uint8_t *value, size_t length,
                     struct neighbour_message *ret)
{
    switch (type) {
    case TLV_DEVICE:
        neighbour_set_text(ret->device, value, length);
        break;
    case TLV_SOFTWARE:
        neighbour_set_text(ret->software, value, length);
        break;
    case TLV_PLATFORM:
        neighbour_set_text(ret->platform, value, length);
        break;
    case TLV_CAPABILITIES:
        if (length >= 4)
            ret->from_phone = (bytes_load_be32(value) & CAPABILITY_PHONE) != 0;
        break;
    case TLV_VOICE_VLAN_REPLY: /* one byte of unknown use, then the VLAN */
        if (length >= 3) {
            ret->has_voice_vlan = true;
            ret->voice_vlan = bytes_load_be16(value + 1);
        }
        break;
    default:
        break;
    }
}

enum wire_reason cdp_parse(const uint8_t *bytes, size_t length, struct neighbour_message *ret)
{
    struct reader reader = reader_over(bytes, length);
    enum wire_reason reason = WIRE_OK;

    *ret = (struct neighbour_message){0};
    reader_skip(&reader, 4); /* version, time to live, checksum */
    if (reader.failed)
        return WIRE_CDP_SHORT;

    while (reader_left(&reader) > 0) {
        uint16_t type = reader_be16(&reader);
        uint16_t tlv_length = reader_be16(&reader);
        const uint8_t *value = NULL;
        if (tlv_length >= TLV_HEADER_LENGTH)
            value = reader_view(&reader, tlv_length - (size_t)TLV_HEADER_LENGTH);
        if (value == NULL) {
            reason = WIRE_CDP_TLV;
            break;
        }
        take_tlv(type, value, tlv_length - (size_t)TLV_HEADER_LENGTH, ret);
    }
    neighbour_judge_kind(ret);
    return reason;
}
