/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads UDP headers and judges the checksum, as far as the captured bytes allow. */
#include "wire/udp.h"

#include "base/bytes.h"

static enum udp_checksum_state judge_checksum(const uint8_t *bytes, size_t length,
                                              const struct ipv4_header *ipv4,
                                              const struct udp_header *udp)
{
    uint32_t pseudo = ipv4_checksum_pseudo_header(ipv4->source, ipv4->destination,
                                                  IPV4_PROTOCOL_UDP, udp->length);

    if (udp->checksum == 0)
        return UDP_CHECKSUM_ABSENT;
    if (udp->length <= length &&
        ipv4_checksum_finish(ipv4_checksum_add(pseudo, bytes, udp->length)) == 0)
        return UDP_CHECKSUM_GOOD;
    if (ipv4_checksum_is_partial(udp->checksum, pseudo))
        return UDP_CHECKSUM_PARTIAL;
    return udp->length <= length ? UDP_CHECKSUM_BAD : UDP_CHECKSUM_UNKNOWN;
}

enum wire_reason udp_parse(const uint8_t *bytes, size_t length, size_t full_length,
                           const struct ipv4_header *ipv4, struct udp_header *ret)
{
    struct reader reader = reader_over(bytes, length);
    size_t end;

    *ret = (struct udp_header){.checksum_state = UDP_CHECKSUM_UNKNOWN};
    ret->source_port = reader_be16(&reader);
    ret->destination_port = reader_be16(&reader);
    ret->length = reader_be16(&reader);
    ret->checksum = reader_be16(&reader);
    if (reader.failed)
        return WIRE_UDP_SHORT;

    end = ret->length < length ? ret->length : length;
    ret->payload_length = end > UDP_HEADER_LENGTH ? end - UDP_HEADER_LENGTH : 0;
    if (ret->length < UDP_HEADER_LENGTH || ret->length > full_length)
        return WIRE_UDP_LENGTH;

    ret->checksum_state = judge_checksum(bytes, length, ipv4, ret);
    return ret->checksum_state == UDP_CHECKSUM_BAD ? WIRE_UDP_CHECKSUM : WIRE_OK;
}
