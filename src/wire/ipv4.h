/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 headers (RFC 791): reading, and the Internet checksum (RFC 1071). */
#ifndef WIRE_IPV4_H
#define WIRE_IPV4_H

#include "wire/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPV4_HEADER_LENGTH 20

#define IPV4_PROTOCOL_ICMP 1
#define IPV4_PROTOCOL_IGMP 2
#define IPV4_PROTOCOL_TCP  6
#define IPV4_PROTOCOL_UDP  17

struct ipv4_header {
    unsigned header_length; /* bytes, options included */
    uint8_t type_of_service;
    uint16_t total_length; /* bytes, as written in the header */
    uint16_t identification;
    uint16_t fragment; /* flags and offset as on the wire: 0x4000 = do not fragment */
    uint8_t time_to_live;
    uint8_t protocol;
    bool checksum_good;
    uint32_t source;
    uint32_t destination;
    size_t
        payload_length; /* min(total length, if it is possible, and bytes there) - header_length */
};

/*
 * Returns: WIRE_OK or the first thing wrong (short, version, header length, total length, checksum,
 * fragment); `ret` is filled as far as the bytes go, so that diagnosis can name what it sees.
 */
enum wire_reason ipv4_parse_header(const uint8_t *bytes, size_t length, struct ipv4_header *ret);
/* The same for a packet of `full_length` bytes on the wire of which `captured` are there. */
enum wire_reason ipv4_parse_cut_header(const uint8_t *bytes, size_t captured, size_t full_length,
                                       struct ipv4_header *ret);

/* One's complement sum of `length` bytes on top of `sum` (start with 0), not yet folded. */
uint32_t ipv4_checksum_add(uint32_t sum, const uint8_t *bytes, size_t length);
/* Folds to the 16-bit Internet checksum as it is stored in a header. */
uint16_t ipv4_checksum_finish(uint32_t sum);
/* Sum of the UDP/TCP pseudo header, to start checksum_add with. */
uint32_t ipv4_checksum_pseudo_header(uint32_t source, uint32_t destination, uint8_t protocol,
                                     size_t length);
/*
 * True if a stored checksum is the bare pseudo-header sum in either byte order: what a host that
 * leaves the checksum to its network card shows in its own captures.
 */
bool ipv4_checksum_is_partial(uint16_t checksum, uint32_t pseudo_header_sum);

#endif
