/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads TCP headers; of the options only the maximum segment size. No stream is reassembled. */
#include "wire/tcp.h"

#include "base/bytes.h"

#define TCP_HEADER_LENGTH   20
#define TCP_CHECKSUM_OFFSET 16

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2 };

/* Broken options end the walk: the loader's own segments carry one option at most. */
static uint16_t find_mss(const uint8_t *options, size_t length)
{
    struct reader reader = reader_over(options, length);

    while (reader_left(&reader) > 0) {
        uint8_t kind = reader_u8(&reader);
        if (kind == OPTION_END)
            break;
        if (kind == OPTION_NOP)
            continue;
        uint8_t option_length = reader_u8(&reader);
        if (option_length < 2)
            break;
        if (kind == OPTION_MSS && option_length == 4)
            return reader_be16(&reader);
        reader_skip(&reader, option_length - 2U);
    }
    return 0;
}

enum wire_reason tcp_parse(const uint8_t *bytes, size_t length, size_t full_length,
                           const struct ipv4_header *ipv4, struct tcp_segment *ret)
{
    struct reader reader = reader_over(bytes, length);
    uint32_t pseudo = ipv4_checksum_pseudo_header(ipv4->source, ipv4->destination,
                                                  IPV4_PROTOCOL_TCP, full_length);

    *ret = (struct tcp_segment){0};
    ret->source_port = reader_be16(&reader);
    ret->destination_port = reader_be16(&reader);
    ret->sequence = reader_be32(&reader);
    ret->acknowledgement = reader_be32(&reader);
    ret->header_length = (reader_u8(&reader) >> 4) * 4U;
    ret->flags = reader_u8(&reader);
    ret->window = reader_be16(&reader);
    reader_skip(&reader, 4);
    if (reader.failed)
        return WIRE_TCP_SHORT;
    if (ret->header_length < TCP_HEADER_LENGTH || ret->header_length > full_length)
        return WIRE_TCP_HEADER_LENGTH;
    if (ret->header_length > length)
        return WIRE_TCP_SHORT;

    ret->mss = find_mss(bytes + TCP_HEADER_LENGTH, ret->header_length - TCP_HEADER_LENGTH);
    ret->payload = bytes + ret->header_length;
    ret->payload_length = length - ret->header_length;
    ret->checksum_good =
        length < full_length ||
        ipv4_checksum_finish(ipv4_checksum_add(pseudo, bytes, length)) == 0 ||
        ipv4_checksum_is_partial(bytes_load_be16(bytes + TCP_CHECKSUM_OFFSET), pseudo);
    return ret->checksum_good ? WIRE_OK : WIRE_TCP_CHECKSUM;
}
