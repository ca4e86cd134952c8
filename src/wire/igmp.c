/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads IGMP of all three versions, as much as tells a query from a report and names the group. */
#include "wire/igmp.h"

#include "base/bytes.h"
#include "wire/ipv4.h"

#define IGMP_LENGTH            8
#define V3_REPORT_GROUP_OFFSET 12 /* of the first group record */

enum wire_reason igmp_parse(const uint8_t *bytes, size_t length, struct igmp_message *ret)
{
    *ret = (struct igmp_message){0};
    if (length < IGMP_LENGTH)
        return WIRE_IGMP_SHORT;
    ret->type = bytes[0];
    ret->max_response_time = bytes[1];
    if (ret->type == IGMP_V3_REPORT) {
        if (bytes_load_be16(bytes + 6) > 0) {
            if (length < V3_REPORT_GROUP_OFFSET + 4)
                return WIRE_IGMP_SHORT;
            ret->group = bytes_load_be32(bytes + V3_REPORT_GROUP_OFFSET);
        }
    } else {
        ret->group = bytes_load_be32(bytes + 4);
    }
    if (ipv4_checksum_finish(ipv4_checksum_add(0, bytes, length)) != 0)
        return WIRE_IGMP_CHECKSUM;

    switch (ret->type) {
    case IGMP_QUERY:
    case IGMP_V1_REPORT:
    case IGMP_V2_REPORT:
    case IGMP_V2_LEAVE:
    case IGMP_V3_REPORT:
        return WIRE_OK;
    default:
        return WIRE_IGMP_TYPE;
    }
}
