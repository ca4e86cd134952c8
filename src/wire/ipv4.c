/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads IPv4 headers, and the Internet checksum. Options are skipped, not read: the program only
 * needs to know that they are there (docs: protocol, what the phone accepts).
 */
#include "wire/ipv4.h"

#include "base/bytes.h"

#define FRAGMENT_MASK 0x3fff /* more fragments, and the offset */

uint32_t ipv4_checksum_add(uint32_t sum, const uint8_t *bytes, size_t length)
{
    uint64_t wide = sum;

    for (size_t i = 0; i + 1 < length; i += 2)
        wide += bytes_load_be16(bytes + i);
    if (length % 2 != 0)
        wide += (uint32_t)bytes[length - 1] << 8;
    while (wide >> 32 != 0)
        wide = (wide & UINT32_MAX) + (wide >> 32);
    return (uint32_t)wide;
}

static uint16_t checksum_fold(uint32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffffU) + (sum >> 16);
    return (uint16_t)sum;
}

uint16_t ipv4_checksum_finish(uint32_t sum)
{
    return (uint16_t)~checksum_fold(sum);
}

uint32_t ipv4_checksum_pseudo_header(uint32_t source, uint32_t destination, uint8_t protocol,
                                     size_t length)
{
    return (source >> 16) + (source & 0xffffU) + (destination >> 16) + (destination & 0xffffU) +
           protocol + (uint32_t)(length & 0xffffU);
}

bool ipv4_checksum_is_partial(uint16_t checksum, uint32_t pseudo_header_sum)
{
    uint16_t bare = checksum_fold(pseudo_header_sum);

    return checksum == bare || checksum == (uint16_t)(bare << 8 | bare >> 8);
}

static void read_fields(struct reader *reader, struct ipv4_header *ret)
{
    ret->type_of_service = reader_u8(reader);
    ret->total_length = reader_be16(reader);
    ret->identification = reader_be16(reader);
    ret->fragment = reader_be16(reader);
    ret->time_to_live = reader_u8(reader);
    ret->protocol = reader_u8(reader);
    reader_skip(reader, 2);
    ret->source = reader_be32(reader);
    ret->destination = reader_be32(reader);
}

enum wire_reason ipv4_parse_cut_header(const uint8_t *bytes, size_t captured, size_t full_length,
                                       struct ipv4_header *ret)
{
    struct reader reader = reader_over(bytes, captured);
    uint8_t first = reader_u8(&reader);
    bool total_length_good;
    size_t end;

    *ret = (struct ipv4_header){0};
    if (reader.failed)
        return WIRE_IPV4_SHORT;
    if (first >> 4 != 4)
        return WIRE_IPV4_VERSION;
    ret->header_length = (first & 0x0fU) * 4;
    read_fields(&reader, ret);
    if (reader.failed)
        return WIRE_IPV4_SHORT;
    if (ret->header_length < IPV4_HEADER_LENGTH || ret->header_length > full_length)
        return WIRE_IPV4_HEADER_LENGTH;
    if (ret->header_length > captured)
        return WIRE_IPV4_SHORT;

    ret->checksum_good = ipv4_checksum_finish(ipv4_checksum_add(0, bytes, ret->header_length)) == 0;
    total_length_good = ret->total_length >= ret->header_length && ret->total_length <= full_length;
    /* The loader does not look at the total length: a wrong one must not hide what follows. */
    end = total_length_good && ret->total_length < captured ? ret->total_length : captured;
    ret->payload_length = end - ret->header_length;
    if (!total_length_good)
        return WIRE_IPV4_TOTAL_LENGTH;
    if (!ret->checksum_good)
        return WIRE_IPV4_CHECKSUM;
    if ((ret->fragment & FRAGMENT_MASK) != 0)
        return WIRE_IPV4_FRAGMENT;
    return WIRE_OK;
}

enum wire_reason ipv4_parse_header(const uint8_t *bytes, size_t length, struct ipv4_header *ret)
{
    return ipv4_parse_cut_header(bytes, length, length, ret);
}
