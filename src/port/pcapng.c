/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading pcapng: see pcapng.h. */
#include "port/pcapng.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define BLOCK_SECTION         0x0a0d0d0a /* the same in both byte orders */
#define BLOCK_INTERFACE       1
#define BLOCK_PACKET_OBSOLETE 2
#define BLOCK_SIMPLE_PACKET   3
#define BLOCK_NAMES           4
#define BLOCK_PACKET          6
#define BLOCK_SECRETS         10
#define BYTE_ORDER_MAGIC      0x1a2b3c4d
#define BLOCK_OVERHEAD        12 /* type, length, length again */
#define SECTION_BODY          16 /* fixed parts of the bodies */
#define INTERFACE_BODY        8
#define PACKET_BODY           20
#define SIMPLE_PACKET_BODY    4
#define BODY_MAXIMUM          (PCAPNG_CAPTURED_MAXIMUM + (size_t)1024 * 1024) /* packet, options */

#define OPTION_END               0
#define OPTION_COMMENT           1
#define OPTION_INTERFACE_NAME    2
#define OPTION_RESOLUTION        9
#define OPTION_TIME_OFFSET       14
#define OPTION_SECTION_MACHINE   2 /* hardware, operating system, program: 2 to 4 */
#define OPTION_SECTION_PROGRAM   4
#define RESOLUTION_MICROSECONDS  6
#define RESOLUTION_POWER_OF_TWO  0x80
#define RESOLUTION_EXPONENT_MASK 0x7f

struct pcapng {
    FILE *file;
    bool is_big_endian; /* of the current section */
    bool has_section;
    struct pcapng_interface *interfaces;
    uint32_t interface_count, interface_capacity;
    uint8_t *body; /* of the current block */
    size_t body_capacity, body_length;
    unsigned extras;
    enum pcapng_event end; /* PCAPNG_PACKET while there is more */
    char reason[160];
};

/* ---- numbers in the section's byte order ---- */

static uint16_t load16(const struct pcapng *pcapng, const uint8_t *bytes)
{
    unsigned first = bytes[0], second = bytes[1];
    return (uint16_t)(pcapng->is_big_endian ? first << 8 | second : second << 8 | first);
}

static uint32_t load32(const struct pcapng *pcapng, const uint8_t *bytes)
{
    uint32_t big = bytes_load_be32(bytes);
    return pcapng->is_big_endian ? big : __builtin_bswap32(big);
}

static uint64_t load64(const struct pcapng *pcapng, const uint8_t *bytes)
{
    uint64_t first = load32(pcapng, bytes), second = load32(pcapng, bytes + 4);
    return pcapng->is_big_endian ? first << 32 | second : second << 32 | first;
}

/* ---- the stream ---- */

__attribute__((format(printf, 3, 4))) static bool stop(struct pcapng *pcapng, enum pcapng_event end,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(pcapng->reason, sizeof pcapng->reason, format, arguments);
    va_end(arguments);
    pcapng->end = end;
    return false;
}

static bool read_bytes(struct pcapng *pcapng, void *ret, size_t length)
{
    return fread(ret, 1, length, pcapng->file) == length || stop(pcapng, PCAPNG_CUT, "cut off");
}

static bool skip_bytes(struct pcapng *pcapng, uint64_t length)
{
    uint8_t scratch[4096];
    while (length > 0) {
        size_t part = length < sizeof scratch ? (size_t)length : sizeof scratch;
        if (!read_bytes(pcapng, scratch, part))
            return false;
        length -= part;
    }
    return true;
}

/* Reads the body, without the header and the trailing length, which must repeat `total`. */
static bool read_body(struct pcapng *pcapng, uint32_t total, size_t already)
{
    size_t length = total - BLOCK_OVERHEAD;
    uint8_t trailer[4];
    if (length > BODY_MAXIMUM)
        return stop(pcapng, PCAPNG_LIMIT, "a block of %" PRIu32 " bytes; at most %zu are read",
                    total, BODY_MAXIMUM + BLOCK_OVERHEAD);
    if (length > pcapng->body_capacity) {
        uint8_t *larger = realloc(pcapng->body, length);
        if (!larger)
            return stop(pcapng, PCAPNG_LIMIT, "out of memory for a block of %zu bytes", length);
        pcapng->body = larger;
        pcapng->body_capacity = length;
    }
    pcapng->body_length = length;
    if (!read_bytes(pcapng, pcapng->body + already, length - already) ||
        !read_bytes(pcapng, trailer, sizeof trailer))
        return false;
    uint32_t again = load32(pcapng, trailer);
    return again == total ||
           stop(pcapng, PCAPNG_DAMAGED,
                "a block begins with length %" PRIu32 " and ends with length %" PRIu32, total,
                again);
}

/* ---- options ---- */

struct option {
    uint16_t code, length;
    const uint8_t *value;
};

/* Takes the next option at *at. Returns: false at the end, or where the rest is no option. */
static bool next_option(const struct pcapng *pcapng, size_t *at, struct option *ret)
{
    if (*at > pcapng->body_length || pcapng->body_length - *at < 4)
        return false;
    const uint8_t *header = pcapng->body + *at;
    *ret = (struct option){load16(pcapng, header), load16(pcapng, header + 2), header + 4};
    size_t left = pcapng->body_length - *at - 4;
    if (ret->code == OPTION_END || ret->length > left)
        return false;
    size_t padded = ((size_t)ret->length + 3) / 4 * 4;
    *at += 4 + (padded < left ? padded : left);
    return true;
}

static void note_comments(struct pcapng *pcapng, size_t at)
{
    struct option option;
    while (next_option(pcapng, &at, &option))
        if (option.code == OPTION_COMMENT)
            pcapng->extras |= PCAPNG_COMMENTS;
}

/* ---- blocks ---- */

static bool read_section(struct pcapng *pcapng, const uint8_t header[8])
{
    uint8_t magic[4];
    if (!read_bytes(pcapng, magic, sizeof magic))
        return false;
    pcapng->is_big_endian = bytes_load_be32(magic) == BYTE_ORDER_MAGIC;
    if (load32(pcapng, magic) != BYTE_ORDER_MAGIC)
        return stop(pcapng, PCAPNG_DAMAGED, "a section without byte-order magic");
    uint32_t total = load32(pcapng, header + 4);
    if (total < BLOCK_OVERHEAD + SECTION_BODY || total % 4 != 0)
        return stop(pcapng, PCAPNG_DAMAGED, "a section header of %" PRIu32 " bytes", total);
    if (!read_body(pcapng, total, sizeof magic))
        return false;
    uint16_t version = load16(pcapng, pcapng->body + 4);
    if (version != 1)
        return stop(pcapng, PCAPNG_LIMIT, "pcapng version %u; version 1 is read", version);
    pcapng->interface_count = 0;
    pcapng->has_section = true;
    struct option option;
    for (size_t at = SECTION_BODY; next_option(pcapng, &at, &option);) {
        if (option.code == OPTION_COMMENT)
            pcapng->extras |= PCAPNG_COMMENTS;
        if (option.code >= OPTION_SECTION_MACHINE && option.code <= OPTION_SECTION_PROGRAM)
            pcapng->extras |= PCAPNG_NAMES;
    }
    return true;
}

static struct pcapng_interface *add_interface(struct pcapng *pcapng)
{
    if (pcapng->interface_count == pcapng->interface_capacity) {
        uint32_t capacity = pcapng->interface_capacity * 2 + 4;
        struct pcapng_interface *larger =
            realloc(pcapng->interfaces, capacity * sizeof *pcapng->interfaces);
        if (!larger)
            return NULL;
        pcapng->interfaces = larger;
        pcapng->interface_capacity = capacity;
    }
    return &pcapng->interfaces[pcapng->interface_count++];
}

static bool take_interface(struct pcapng *pcapng)
{
    if (pcapng->body_length < INTERFACE_BODY)
        return stop(pcapng, PCAPNG_DAMAGED, "an interface description of %zu bytes",
                    pcapng->body_length);
    if (pcapng->interface_count == PCAPNG_INTERFACES_MAXIMUM)
        return stop(pcapng, PCAPNG_LIMIT, "more than %d interfaces in one section",
                    PCAPNG_INTERFACES_MAXIMUM);
    struct pcapng_interface *interface = add_interface(pcapng);
    if (!interface)
        return stop(pcapng, PCAPNG_LIMIT, "out of memory for %" PRIu32 " interfaces",
                    pcapng->interface_count);
    *interface = (struct pcapng_interface){.link_type = load16(pcapng, pcapng->body),
                                           .snapshot_length = load32(pcapng, pcapng->body + 4),
                                           .resolution = RESOLUTION_MICROSECONDS};
    struct option option;
    for (size_t at = INTERFACE_BODY; next_option(pcapng, &at, &option);) {
        if (option.code == OPTION_RESOLUTION && option.length == 1)
            interface->resolution = option.value[0];
        else if (option.code == OPTION_TIME_OFFSET && option.length == 8)
            interface->offset_s = (int64_t)load64(pcapng, option.value);
        else if (option.code == OPTION_COMMENT)
            pcapng->extras |= PCAPNG_COMMENTS;
        else if (option.code == OPTION_INTERFACE_NAME || option.code == OPTION_INTERFACE_NAME + 1)
            pcapng->extras |= PCAPNG_NAMES;
        if (option.code == OPTION_INTERFACE_NAME)
            snprintf(interface->name, sizeof interface->name, "%.*s", (int)option.length,
                     (const char *)option.value);
    }
    return true;
}

/* ---- packets ---- */

/* A time as whole seconds and the nanoseconds beyond them, below 10^9. */
struct split_time {
    uint64_t seconds, rest_ns;
};

/* Of ticks of 2^-exponent s. */
static struct split_time split_binary(uint64_t ticks, unsigned exponent)
{
    if (exponent == 0)
        return (struct split_time){ticks, 0};
    uint64_t seconds = exponent < 64 ? ticks >> exponent : 0;
    uint64_t rest = exponent < 64 ? ticks - (seconds << exponent) : ticks;
    /* rest * 10^9 in two halves: upper * 2^32 + (lower's last 32 bits). */
    uint64_t lower = (rest & UINT32_MAX) * NS_PER_S;
    uint64_t upper = (rest >> 32) * NS_PER_S + (lower >> 32);
    if (exponent < 32)
        return (struct split_time){seconds, lower >> exponent};
    unsigned shift = exponent - 32;
    return (struct split_time){seconds, shift < 64 ? upper >> shift : 0};
}

/* Of ticks of 10^-exponent s. */
static struct split_time split_decimal(uint64_t ticks, unsigned exponent)
{
    uint64_t seconds = ticks, per_second = 1, rest_ns;
    for (unsigned i = 0; i < exponent; i++)
        seconds /= 10;
    /* Beyond 10^19 ticks no second is full, and none of the ticks is to be taken away. */
    for (unsigned i = 0; i < exponent && seconds > 0; i++)
        per_second *= 10;
    rest_ns = ticks - seconds * per_second;
    for (unsigned i = exponent; i < 9; i++)
        rest_ns *= 10;
    for (unsigned i = exponent; i > 9 && rest_ns > 0; i--)
        rest_ns /= 10;
    return (struct split_time){seconds, rest_ns};
}

/* Returns: nanoseconds, 0 before the epoch, INT64_MAX beyond what instant_ns holds. */
static instant_ns time_of(const struct pcapng_interface *interface, uint64_t ticks)
{
    unsigned exponent = interface->resolution & RESOLUTION_EXPONENT_MASK;
    struct split_time time = interface->resolution & RESOLUTION_POWER_OF_TWO
                                 ? split_binary(ticks, exponent)
                                 : split_decimal(ticks, exponent);
    uint64_t offset_s =
        interface->offset_s < 0 ? 0 - (uint64_t)interface->offset_s : (uint64_t)interface->offset_s;
    if (interface->offset_s < 0 && time.seconds < offset_s)
        return 0;
    uint64_t seconds = interface->offset_s < 0 ? time.seconds - offset_s : time.seconds + offset_s;
    uint64_t full_s = INT64_MAX / NS_PER_S;
    bool is_beyond = (interface->offset_s > 0 && seconds < offset_s) || seconds > full_s ||
                     (seconds == full_s && time.rest_ns > INT64_MAX % NS_PER_S);
    return is_beyond ? INT64_MAX : (instant_ns)(seconds * NS_PER_S + time.rest_ns);
}

static bool find_interface(struct pcapng *pcapng, uint32_t number, struct pcapng_packet *ret)
{
    if (number >= pcapng->interface_count)
        return stop(pcapng, PCAPNG_DAMAGED,
                    "a packet of interface %" PRIu32 "; interfaces described so far: %" PRIu32,
                    number, pcapng->interface_count);
    ret->interface = &pcapng->interfaces[number];
    ret->interface_number = number;
    return true;
}

static bool find_bytes(struct pcapng *pcapng, size_t at, size_t captured, size_t length,
                       struct pcapng_packet *ret)
{
    if (captured > pcapng->body_length - at)
        return stop(pcapng, PCAPNG_DAMAGED, "a packet of %zu bytes in a block that holds %zu",
                    captured, pcapng->body_length - at);
    if (captured > PCAPNG_CAPTURED_MAXIMUM)
        return stop(pcapng, PCAPNG_LIMIT, "a packet of %zu bytes; at most %zu are read", captured,
                    PCAPNG_CAPTURED_MAXIMUM);
    ret->bytes = pcapng->body + at;
    ret->captured = captured;
    ret->length = length < captured ? captured : length;
    return true;
}

static bool take_packet(struct pcapng *pcapng, bool is_obsolete, struct pcapng_packet *ret)
{
    const uint8_t *body = pcapng->body;
    if (pcapng->body_length < PACKET_BODY)
        return stop(pcapng, PCAPNG_DAMAGED, "a packet block of %zu bytes", pcapng->body_length);
    /* The obsolete block holds a count of drops in the other half of the field. */
    uint32_t number = is_obsolete ? load16(pcapng, body) : load32(pcapng, body);
    uint32_t captured = load32(pcapng, body + 12);
    if (!find_interface(pcapng, number, ret) ||
        !find_bytes(pcapng, PACKET_BODY, captured, load32(pcapng, body + 16), ret))
        return false;
    ret->has_time = true;
    ret->time_ns = time_of(ret->interface,
                           (uint64_t)load32(pcapng, body + 4) << 32 | load32(pcapng, body + 8));
    note_comments(pcapng, PACKET_BODY + ((size_t)captured + 3) / 4 * 4);
    return true;
}

static bool take_simple_packet(struct pcapng *pcapng, struct pcapng_packet *ret)
{
    if (pcapng->body_length < SIMPLE_PACKET_BODY)
        return stop(pcapng, PCAPNG_DAMAGED, "a simple packet block of %zu bytes",
                    pcapng->body_length);
    if (!find_interface(pcapng, 0, ret))
        return false;
    /* Its captured length follows from the snapshot length; the block holds that and padding. */
    size_t length = load32(pcapng, pcapng->body), captured = length;
    if (ret->interface->snapshot_length != 0 && captured > ret->interface->snapshot_length)
        captured = ret->interface->snapshot_length;
    ret->has_time = false;
    ret->time_ns = 0;
    return find_bytes(pcapng, SIMPLE_PACKET_BODY, captured, length, ret);
}

/* Returns: whether *ret was filled. */
static bool take_block(struct pcapng *pcapng, uint32_t type, struct pcapng_packet *ret)
{
    switch (type) {
    case BLOCK_INTERFACE:
        take_interface(pcapng);
        return false;
    case BLOCK_SIMPLE_PACKET:
        return take_simple_packet(pcapng, ret);
    default:
        return take_packet(pcapng, type == BLOCK_PACKET_OBSOLETE, ret);
    }
}

static bool is_read(uint32_t type)
{
    return type == BLOCK_INTERFACE || type == BLOCK_PACKET || type == BLOCK_SIMPLE_PACKET ||
           type == BLOCK_PACKET_OBSOLETE;
}

/* Reads one block. Returns: true if it was a packet. */
static bool read_block(struct pcapng *pcapng, struct pcapng_packet *ret)
{
    uint8_t header[8];
    size_t length = fread(header, 1, sizeof header, pcapng->file);
    if (length == 0 && !ferror(pcapng->file))
        return stop(pcapng, PCAPNG_END, "end");
    if (length != sizeof header)
        return stop(pcapng, PCAPNG_CUT, "cut off");
    uint32_t type = load32(pcapng, header);
    if (type == BLOCK_SECTION) {
        read_section(pcapng, header);
        return false;
    }
    if (!pcapng->has_section)
        return stop(pcapng, PCAPNG_DAMAGED, "no section header in front");
    uint32_t total = load32(pcapng, header + 4);
    if (total < BLOCK_OVERHEAD || total % 4 != 0)
        return stop(pcapng, PCAPNG_DAMAGED, "a block of type 0x%08" PRIx32 " and length %" PRIu32,
                    type, total);
    if (!is_read(type)) {
        if (type == BLOCK_NAMES)
            pcapng->extras |= PCAPNG_NAMES;
        else if (type == BLOCK_SECRETS)
            pcapng->extras |= PCAPNG_KEYS;
        skip_bytes(pcapng, total - sizeof header);
        return false;
    }
    return read_body(pcapng, total, 0) && take_block(pcapng, type, ret);
}

struct pcapng *pcapng_new(FILE *file)
{
    struct pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (pcapng)
        pcapng->file = file;
    return pcapng;
}

void pcapng_free(struct pcapng *pcapng)
{
    if (!pcapng)
        return;
    free(pcapng->interfaces);
    free(pcapng->body);
    free(pcapng);
}

enum pcapng_event pcapng_next(struct pcapng *pcapng, struct pcapng_packet *ret)
{
    while (pcapng->end == PCAPNG_PACKET)
        if (read_block(pcapng, ret))
            return PCAPNG_PACKET;
    return pcapng->end;
}

const char *pcapng_reason(const struct pcapng *pcapng)
{
    return pcapng->reason;
}

unsigned pcapng_extras(const struct pcapng *pcapng)
{
    return pcapng->extras;
}
