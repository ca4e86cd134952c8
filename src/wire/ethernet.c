/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the Ethernet header and the VLAN tags (ETHERNET_TAGS_MAXIMUM); what follows is not judged.
 */
#include "wire/ethernet.h"

#include "base/bytes.h"

#define ETHERTYPE_QINQ_OLD_VALUE 0x9100 /* stacked tags before 802.1ad */

static bool is_tag(uint16_t type)
{
    return type == ETHERTYPE_VLAN_VALUE || type == ETHERTYPE_QINQ_VALUE ||
           type == ETHERTYPE_QINQ_OLD_VALUE;
}

enum wire_reason ethernet_parse(const uint8_t *bytes, size_t length, struct ethernet_header *ret)
{
    struct reader reader = reader_over(bytes, length);

    *ret = (struct ethernet_header){0};
    reader_copy(&reader, ret->destination.octet, sizeof ret->destination.octet);
    reader_copy(&reader, ret->source.octet, sizeof ret->source.octet);
    ret->type = reader_be16(&reader);
    ret->header_length = reader.position;
    if (reader.failed)
        return WIRE_ETHERNET_SHORT;

    while (is_tag(ret->type) && ret->tag_count < ETHERNET_TAGS_MAXIMUM) {
        uint16_t tag = reader_be16(&reader);
        uint16_t type = reader_be16(&reader);
        if (reader.failed)
            return WIRE_ETHERNET_TAG_SHORT;
        ret->tags[ret->tag_count++] = tag;
        ret->type = type;
        ret->header_length = reader.position;
    }
    return WIRE_OK;
}
