/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads spanning tree messages (802.1D, 802.1w), as much as tells whether the port forwards yet. */
#include "wire/neighbour.h"

#include "base/bytes.h"

#define TYPE_TOPOLOGY_CHANGE 0x80
#define FLAG_LEARNING        0x10
#define FLAG_FORWARDING      0x20

enum wire_reason stp_parse(const uint8_t *bytes, size_t length, struct stp_message *ret)
{
    struct reader reader = reader_over(bytes, length);
    uint16_t protocol = reader_be16(&reader);

    *ret = (struct stp_message){0};
    ret->version = reader_u8(&reader);
    ret->type = reader_u8(&reader);
    if (reader.failed)
        return WIRE_STP_SHORT;
    if (protocol != 0)
        return WIRE_STP_PROTOCOL;
    if (ret->type == TYPE_TOPOLOGY_CHANGE)
        return WIRE_OK;

    ret->flags = reader_u8(&reader);
    if (reader.failed)
        return WIRE_STP_SHORT;
    if (ret->version >= 2)
        ret->port_state = ((ret->flags & FLAG_LEARNING) != 0 ? 1U : 0U) |
                          ((ret->flags & FLAG_FORWARDING) != 0 ? 2U : 0U);
    return WIRE_OK;
}
