/* SPDX-License-Identifier: BSD-2-Clause */
/* IGMP (RFC 1112, 2236, 3376): recognising queries and reports. Reports are built by craft.h. */
#ifndef WIRE_IGMP_H
#define WIRE_IGMP_H

#include "wire/reason.h"

#include <stddef.h>
#include <stdint.h>

enum igmp_type {
    IGMP_QUERY = 0x11,
    IGMP_V1_REPORT = 0x12,
    IGMP_V2_REPORT = 0x16,
    IGMP_V2_LEAVE = 0x17,
    IGMP_V3_REPORT = 0x22,
};

struct igmp_message {
    uint8_t type;
    uint8_t max_response_time; /* tenths of a second */
    uint32_t group;            /* 0 in a general query; of a v3 report the first record's */
};

enum wire_reason igmp_parse(const uint8_t *bytes, size_t length, struct igmp_message *ret);

#endif
