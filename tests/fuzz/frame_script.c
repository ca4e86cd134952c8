/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as frames: see frame_script.h. */
#include "tests/fuzz/frame_script.h"

#include <string.h>

static uint16_t sum(const uint8_t *bytes, size_t length)
{
    uint32_t total = 0;
    for (size_t i = 0; i + 1 < length; i += 2)
        total += bytes_load_be16(bytes + i);
    if (length % 2)
        total += (uint32_t)bytes[length - 1] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint16_t)~total;
}

/* The header's checksum is made good, and UDP goes without one: or no mutation would get far. */
static void repair(uint8_t *frame, size_t length)
{
    if (length < 34 || bytes_load_be16(frame + 12) != 0x0800)
        return;
    size_t header = (size_t)(frame[14] & 15) * 4;
    if (header < 20 || 14 + header + 8 > length)
        return;
    bytes_store_be16(frame + 24, 0);
    bytes_store_be16(frame + 24, sum(frame + 14, header));
    if (frame[23] == 17)
        bytes_store_be16(frame + 14 + header + 6, 0);
}

bool script_next(struct reader *reader, struct script_frame *ret)
{
    uint8_t wait = reader_u8(reader), flags = reader_u8(reader);
    size_t length = reader_be16(reader);
    const uint8_t *bytes = reader_view(reader, length);
    if (reader->failed)
        return false;
    ret->wait_ns = wait == 255 ? 60 * NS_PER_S : wait * (NS_PER_S / 10);
    ret->length = length < sizeof ret->bytes ? length : sizeof ret->bytes;
    memcpy(ret->bytes, bytes, ret->length);
    if (flags & SCRIPT_CHECKSUMS)
        repair(ret->bytes, ret->length);
    return true;
}

struct mac_address script_phone(const struct reader *reader)
{
    struct reader ahead = *reader;
    struct script_frame frame;
    struct mac_address mac = {{0x02, 0, 0, 0, 0, 0x50}};
    if (script_next(&ahead, &frame) && frame.length >= 12)
        memcpy(mac.octet, frame.bytes + (frame.bytes[0] & 1 ? 6 : 0), sizeof mac.octet);
    mac.octet[0] &= 0xfe;
    return mac;
}
