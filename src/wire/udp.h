/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP headers (RFC 768): reading. */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include "wire/ipv4.h"

#define UDP_HEADER_LENGTH 8

enum udp_checksum_state {
    UDP_CHECKSUM_ABSENT, /* 0: allowed, accepted by the loader */
    UDP_CHECKSUM_GOOD,
    UDP_CHECKSUM_BAD,
    UDP_CHECKSUM_PARTIAL, /* the bare pseudo-header sum: checksum offload of the capturing host */
    UDP_CHECKSUM_UNKNOWN, /* the capture holds only part of the datagram */
};

struct udp_header {
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t length; /* as written in the header, header included */
    uint16_t checksum;
    enum udp_checksum_state checksum_state;
    size_t payload_length; /* payload bytes that are there: min(length - 8, captured) */
};

/*
 * `bytes` is the IPv4 payload, `length` its captured length, `full_length` its length on the wire.
 * Returns: WIRE_OK or why not; a bad checksum is WIRE_UDP_CHECKSUM (partial ones are not an error);
 * `ret` is filled as far as the bytes go.
 */
enum wire_reason udp_parse(const uint8_t *bytes, size_t length, size_t full_length,
                           const struct ipv4_header *ipv4, struct udp_header *ret);

#endif
