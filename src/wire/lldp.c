/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads LLDP (802.1AB) and, of LLDP-MED (TIA-1057), the voice VLAN and the phone's inventory. */
#include "wire/neighbour.h"

#include "base/bytes.h"
#include "wire/neighbour_private.h"

#define CAPABILITY_TELEPHONE 0x0020
#define OUI_MED              0x0012bb
#define MED_HEADER_LENGTH    4 /* OUI and subtype */
#define MED_POLICY_VOICE     1

enum {
    TLV_END = 0,
    TLV_SYSTEM_NAME = 5,
    TLV_SYSTEM_DESCRIPTION = 6,
    TLV_CAPABILITIES = 7,
    TLV_ORGANIZATION = 127,
};

enum {
    MED_NETWORK_POLICY = 2,
    MED_SOFTWARE = 7,
    MED_MODEL = 10,
};

static void take_med(const uint8_t *value, size_t length, struct neighbour_message *ret)
{
    const uint8_t *content = value + MED_HEADER_LENGTH;
    size_t content_length = length - MED_HEADER_LENGTH;
    char model[NEIGHBOUR_TEXT_SIZE];

    switch (value[3]) {
    case MED_NETWORK_POLICY: /* application, then 3 flags, 12 bits of VLAN, 9 bits of priority */
        if (content_length >= 4 && content[0] == MED_POLICY_VOICE) {
            ret->has_voice_vlan = true;
            ret->voice_vlan = bytes_load_be32(content) >> 9 & 0x0fffU;
        }
        break;
    case MED_SOFTWARE:
        neighbour_set_text(ret->software, content, content_length);
        break;
    case MED_MODEL:
        if (ret->platform[0] == '\0')
            neighbour_set_text(ret->platform, content, content_length);
        neighbour_set_text(model, content, content_length);
        ret->kind = neighbour_kind_of(model);
        break;
    default:
        break;
    }
}

static void take_tlv(unsigned type, const uint8_t *value, size_t length,
                     struct neighbour_message *ret)
{
    switch (type) {
    case TLV_SYSTEM_NAME:
        neighbour_set_text(ret->device, value, length);
        break;
    case TLV_SYSTEM_DESCRIPTION:
        neighbour_set_text(ret->platform, value, length);
        break;
    case TLV_CAPABILITIES:
        if (length >= 2)
            ret->from_phone = (bytes_load_be16(value) & CAPABILITY_TELEPHONE) != 0;
        break;
    case TLV_ORGANIZATION:
        if (length >= MED_HEADER_LENGTH && bytes_load_be32(value) >> 8 == OUI_MED)
            take_med(value, length, ret);
        break;
    default:
        break;
    }
}

enum wire_reason lldp_parse(const uint8_t *bytes, size_t length, struct neighbour_message *ret)
{
    struct reader reader = reader_over(bytes, length);
    enum wire_reason reason = WIRE_OK;

    *ret = (struct neighbour_message){0};
    for (;;) {
        uint16_t head = reader_be16(&reader);
        unsigned type = head >> 9;
        size_t tlv_length = head & 0x01ffU;
        const uint8_t *value = reader_view(&reader, tlv_length);
        /* Every message ends with an end TLV (802.1AB section 8.2). */
        if (value == NULL) {
            reason = WIRE_LLDP_TLV;
            break;
        }
        if (type == TLV_END)
            break;
        take_tlv(type, value, tlv_length, ret);
    }
    neighbour_judge_kind(ret);
    return reason;
}
