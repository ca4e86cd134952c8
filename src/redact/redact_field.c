/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of a frame that are kept, or replaced: see redact_payload.h. */
#include "redact/redact_payload.h"

#include "base/bytes.h"

#include <string.h>

bool redact_is_inside(const struct redaction *part, size_t offset, size_t length)
{
    return offset <= part->length && length <= part->length - offset;
}

void redact_keep(const struct redaction *part, size_t offset, size_t length)
{
    if (redact_is_inside(part, offset, length) && length > 0)
        memcpy(part->to + offset, part->from + offset, length);
}

void redact_mac(const struct redaction *part, size_t offset)
{
    struct mac_address mac;
    if (!redact_is_inside(part, offset, sizeof(mac.octet)))
        return;
    memcpy(mac.octet, part->from + offset, sizeof(mac.octet));
    mac = pseudonym_mac(part->pseudonyms, &mac);
    memcpy(part->to + offset, mac.octet, sizeof(mac.octet));
}

void redact_ip(const struct redaction *part, size_t offset)
{
    if (redact_is_inside(part, offset, 4))
        bytes_store_be32(part->to + offset,
                         pseudonym_ip(part->pseudonyms, bytes_load_be32(part->from + offset)));
}

void redact_text(const struct redaction *part, size_t offset, size_t length)
{
    if (offset >= part->length)
        return;
    if (length > part->length - offset)
        length = part->length - offset;
    length = strnlen((const char *)part->from + offset, length);
    redact_keep(part, offset, length);
    pseudonym_text(part->pseudonyms, part->to + offset, length);
}

struct redaction redact_rest(const struct redaction *part, size_t offset)
{
    struct redaction rest = *part;
    if (offset > part->length)
        offset = part->length;
    rest.from += offset;
    rest.to += offset;
    rest.length -= offset;
    return rest;
}
