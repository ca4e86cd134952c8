/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP headers (RFC 9293): reading, for the loader's HTTP attempts. */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "wire/ipv4.h"

#define TCP_FLAG_FIN 0x01
#define TCP_FLAG_SYN 0x02
#define TCP_FLAG_RST 0x04
#define TCP_FLAG_PSH 0x08
#define TCP_FLAG_ACK 0x10

struct tcp_segment {
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
    uint32_t acknowledgement;
    unsigned header_length; /* bytes, options included */
    uint8_t flags;
    uint16_t window;
    uint16_t mss;           /* option 2, 0 if absent */
    bool checksum_good;     /* also true if it cannot be judged: cut capture, checksum offload */
    const uint8_t *payload; /* view */
    size_t payload_length;  /* captured */
};

/*
 * `bytes` is the IPv4 payload: `length` bytes are there of `full_length` on the wire. Returns:
 * WIRE_OK or why not; `ret` is zeroed and filled as far as the bytes go.
 */
enum wire_reason tcp_parse(const uint8_t *bytes, size_t length, size_t full_length,
                           const struct ipv4_header *ipv4, struct tcp_segment *ret);

#endif
