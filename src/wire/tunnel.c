/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking the encapsulation of a mirror off: see tunnel.h. */
#include "wire/tunnel.h"

#include "base/bytes.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#define IPV6_HEADER_LENGTH  40
#define PROTOCOL_GRE        47
#define FRAGMENT_MORE       0x2000
#define FRAGMENT_OFFSET     0x1fff
#define PORT_TZSP           37008
#define PORT_VXLAN          4789
#define PORT_VXLAN_OLD      8472 /* Linux before the port was assigned, and still its default */
#define GRE_CHECKSUM        0x8000
#define GRE_ROUTING         0x4000 /* obsolete, of no known length */
#define GRE_KEY             0x2000
#define GRE_SEQUENCE        0x1000
#define GRE_VERSION         0x0007
#define GRE_TYPE_ETHERNET   0x6558
#define GRE_TYPE_ERSPAN     0x88be /* I without and II with a sequence number */
#define GRE_TYPE_ERSPAN_3   0x22eb
#define ERSPAN_CUT          0x0400 /* T: the mirror cut the frame */
#define ERSPAN_2_LENGTH     8
#define ERSPAN_3_LENGTH     12
#define ERSPAN_3_FLAGS      10 /* offset of the field that ends in O */
#define ERSPAN_3_OPTIONAL   0x0001
#define ERSPAN_3_SUBHEADER  8
#define TZSP_TRANSMITTED    1 /* packet types: 0 received, 1 transmitted */
#define TZSP_ETHERNET       1
#define TZSP_TAG_PADDING    0
#define TZSP_TAG_END        1
#define TZSP_TAG_LENGTH     41 /* of the frame as it was received, where the mirror cut it */
#define VXLAN_FLAGS_AND_RSV 0xf7ffffff
#define VXLAN_HEADER_LENGTH 8

/* What is left of a frame while its headers are taken off. */
struct rest {
    struct reader reader;
    size_t length; /* bytes on the wire from the reader's position to the end of the innermost
                      payload known so far */
    bool is_cut;   /* and some were left out before, nobody says how many */
};

static bool skip(struct rest *rest, size_t length)
{
    reader_skip(&rest->reader, length);
    if (rest->reader.failed || length > rest->length)
        return false;
    rest->length -= length;
    return true;
}

/* A length field counts `length` bytes from here on; padding follows. */
static void end_after(struct rest *rest, size_t length)
{
    if (length < rest->length)
        rest->length = length;
}

/* An offset into the bytes that are still there. Returns: NULL beyond them. */
static const uint8_t *peek(const struct rest *rest, size_t length)
{
    struct reader look = rest->reader;
    return reader_view(&look, length);
}

static bool open_tzsp(struct rest *rest)
{
    const uint8_t *header = peek(rest, 4);
    if (!header || header[0] != 1 || header[1] > TZSP_TRANSMITTED ||
        bytes_load_be16(header + 2) != TZSP_ETHERNET || !skip(rest, 4))
        return false;
    size_t full_length = 0;
    for (;;) {
        const uint8_t *tag = peek(rest, 1);
        if (!tag || !skip(rest, 1))
            return false;
        if (*tag == TZSP_TAG_END)
            break;
        if (*tag == TZSP_TAG_PADDING)
            continue;
        const uint8_t *length = peek(rest, 1);
        const uint8_t *value = length ? peek(rest, 1 + (size_t)*length) : NULL;
        if (!value)
            return false;
        if (*tag == TZSP_TAG_LENGTH && *length == 2)
            full_length = bytes_load_be16(value + 1);
        if (!skip(rest, 1 + (size_t)*length))
            return false;
    }
    if (full_length > rest->length)
        rest->length = full_length;
    return true;
}

static bool open_vxlan(struct rest *rest)
{
    const uint8_t *header = peek(rest, VXLAN_HEADER_LENGTH);
    return header && header[0] & 0x08 && (bytes_load_be32(header) & VXLAN_FLAGS_AND_RSV) == 0 &&
           skip(rest, VXLAN_HEADER_LENGTH);
}

static bool open_udp(struct rest *rest, enum tunnel_kind *ret)
{
    const uint8_t *header = peek(rest, UDP_HEADER_LENGTH);
    if (!header)
        return false;
    uint16_t port = bytes_load_be16(header + 2), length = bytes_load_be16(header + 4);
    if (length < UDP_HEADER_LENGTH || !skip(rest, UDP_HEADER_LENGTH))
        return false;
    end_after(rest, length - (size_t)UDP_HEADER_LENGTH);
    *ret = port == PORT_TZSP ? TUNNEL_TZSP : TUNNEL_VXLAN;
    if (port == PORT_TZSP)
        return open_tzsp(rest);
    return (port == PORT_VXLAN || port == PORT_VXLAN_OLD) && open_vxlan(rest);
}

static bool open_erspan(struct rest *rest, enum tunnel_kind kind)
{
    if (kind == TUNNEL_ERSPAN_1)
        return true; /* GRE and nothing else */
    size_t length = kind == TUNNEL_ERSPAN_3 ? ERSPAN_3_LENGTH : ERSPAN_2_LENGTH;
    const uint8_t *header = peek(rest, length);
    if (!header)
        return false;
    rest->is_cut = rest->is_cut || bytes_load_be16(header + 2) & ERSPAN_CUT;
    if (kind == TUNNEL_ERSPAN_3 && bytes_load_be16(header + ERSPAN_3_FLAGS) & ERSPAN_3_OPTIONAL)
        length += ERSPAN_3_SUBHEADER;
    return skip(rest, length);
}

static bool open_gre(struct rest *rest, enum tunnel_kind *ret)
{
    const uint8_t *header = peek(rest, 4);
    if (!header)
        return false;
    uint16_t flags = bytes_load_be16(header), type = bytes_load_be16(header + 2);
    if (flags & (GRE_ROUTING | GRE_VERSION))
        return false;
    size_t length = 4;
    length += flags & GRE_CHECKSUM ? 4 : 0;
    length += flags & GRE_KEY ? 4 : 0;
    length += flags & GRE_SEQUENCE ? 4 : 0;
    if (!skip(rest, length))
        return false;
    switch (type) {
    case GRE_TYPE_ETHERNET:
        *ret = TUNNEL_GRE;
        return true;
    case GRE_TYPE_ERSPAN:
        *ret = flags & GRE_SEQUENCE ? TUNNEL_ERSPAN_2 : TUNNEL_ERSPAN_1;
        return open_erspan(rest, *ret);
    case GRE_TYPE_ERSPAN_3:
        *ret = TUNNEL_ERSPAN_3;
        return open_erspan(rest, *ret);
    default:
        return false;
    }
}

/* Returns: the protocol inside, -1 for what cannot be looked into. */
static int open_ipv4(struct rest *rest)
{
    const uint8_t *header = peek(rest, IPV4_HEADER_LENGTH);
    if (!header || header[0] >> 4 != 4)
        return -1;
    size_t header_length = (size_t)(header[0] & 0xf) * 4;
    uint16_t total = bytes_load_be16(header + 2), fragment = bytes_load_be16(header + 6);
    if (header_length < IPV4_HEADER_LENGTH || total < header_length || fragment & FRAGMENT_OFFSET)
        return -1;
    end_after(rest, total);
    rest->is_cut = fragment & FRAGMENT_MORE;
    return skip(rest, header_length) ? header[9] : -1;
}

static int open_ipv6(struct rest *rest)
{
    const uint8_t *header = peek(rest, IPV6_HEADER_LENGTH);
    if (!header || header[0] >> 4 != 6 || !skip(rest, IPV6_HEADER_LENGTH))
        return -1;
    end_after(rest, bytes_load_be16(header + 4));
    return header[6];
}

/* Where a mirror cut a frame without saying to what: the frame's IPv4 header knows its length. */
static size_t full_length(const struct rest *rest)
{
    struct ethernet_header ethernet;
    size_t captured = reader_left(&rest->reader);
    const uint8_t *bytes = peek(rest, captured);
    if (ethernet_parse(bytes, captured, &ethernet) != WIRE_OK ||
        ethernet.type != ETHERTYPE_IPV4_VALUE || captured < ethernet.header_length + 4)
        return rest->length;
    size_t length = ethernet.header_length + bytes_load_be16(bytes + ethernet.header_length + 2);
    return length > rest->length ? length : rest->length;
}

/* Takes one layer off. */
static bool open_layer(const uint8_t *bytes, size_t captured, size_t length,
                       struct tunnel_content *ret)
{
    struct ethernet_header ethernet;
    struct rest rest = {.reader = reader_over(bytes, captured), .length = length};
    int protocol = -1;
    if (ethernet_parse(bytes, captured, &ethernet) != WIRE_OK ||
        !skip(&rest, ethernet.header_length))
        return false;
    if (ethernet.type == ETHERTYPE_IPV4_VALUE)
        protocol = open_ipv4(&rest);
    else if (ethernet.type == ETHERTYPE_IPV6_VALUE)
        protocol = open_ipv6(&rest);
    bool is_open = (protocol == IPV4_PROTOCOL_UDP && open_udp(&rest, &ret->kind)) ||
                   (protocol == PROTOCOL_GRE && open_gre(&rest, &ret->kind));
    size_t left = reader_left(&rest.reader);
    if (left > rest.length)
        left = rest.length;
    rest.reader.length = rest.reader.position + left;
    if (!is_open || left < ETHERNET_HEADER_LENGTH)
        return false;
    ret->bytes = peek(&rest, left);
    ret->captured = left;
    ret->length = rest.is_cut ? full_length(&rest) : rest.length;
    return true;
}

/* Most frames are no tunnel, and this is asked of every one. */
static bool may_be_tunnel(const uint8_t *bytes, size_t captured)
{
    if (captured < ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH + 4)
        return false;
    if (bytes_load_be16(bytes + 12) != ETHERTYPE_IPV4_VALUE)
        return true; /* tags, IPv6: rare */
    if (bytes[14] != 0x45 || bytes[23] == PROTOCOL_GRE)
        return true;
    uint16_t port = bytes_load_be16(bytes + 36);
    return bytes[23] == IPV4_PROTOCOL_UDP &&
           (port == PORT_TZSP || port == PORT_VXLAN || port == PORT_VXLAN_OLD);
}

bool tunnel_open(const uint8_t *bytes, size_t captured, size_t length, struct tunnel_content *ret)
{
    if (!may_be_tunnel(bytes, captured))
        return false;
    struct tunnel_content content = {.bytes = bytes, .captured = captured, .length = length};
    struct tunnel_content inner;
    while (content.depth < TUNNEL_DEPTH_MAXIMUM && may_be_tunnel(content.bytes, content.captured) &&
           open_layer(content.bytes, content.captured, content.length, &inner)) {
        inner.depth = content.depth + 1;
        if (content.depth > 0)
            inner.kind = content.kind;
        content = inner;
    }
    if (content.depth == 0)
        return false;
    *ret = content;
    return true;
}

const char *tunnel_name(enum tunnel_kind kind)
{
    static const char *const names[TUNNEL_KIND_COUNT] = {
        [TUNNEL_TZSP] = "TZSP",
        [TUNNEL_ERSPAN_1] = "ERSPAN I",
        [TUNNEL_ERSPAN_2] = "ERSPAN II",
        [TUNNEL_ERSPAN_3] = "ERSPAN III",
        [TUNNEL_GRE] = "GRE",
        [TUNNEL_VXLAN] = "VXLAN",
    };
    return names[kind];
}
