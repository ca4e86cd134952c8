/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads pcapng (draft-ietf-opsawg-pcapng) block by block from a stream that need not seek, in
 * bounded memory: sections in either byte order, any number of interfaces with snapshot lengths,
 * link types and time resolutions of their own, interfaces that are added later, simple and
 * obsolete packet blocks. libpcap refuses a file whose interfaces differ.
 *
 * It hands out packets as they are recorded and knows no link type. Names, comments, statistics
 * and keys are skipped; only that they were there is remembered.
 */
#ifndef PORT_PCAPNG_H
#define PORT_PCAPNG_H

#include "base/error.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PCAPNG_CAPTURED_MAXIMUM   ((size_t)256 * 1024) /* bytes of a packet, as in libpcap */
#define PCAPNG_INTERFACES_MAXIMUM 65536                /* in one section */
#define PCAPNG_NAME_SIZE          64

struct pcapng_interface {
    uint16_t link_type;          /* LINKTYPE_..., as in pcap files */
    uint32_t snapshot_length;    /* 0 = no limit */
    uint8_t resolution;          /* if_tsresol: 10^-n s, or 2^-n s with the highest bit set */
    int64_t offset_s;            /* if_tsoffset: added to every time */
    char name[PCAPNG_NAME_SIZE]; /* if_name as it stands there, cut; "" */
};

/* What else the file holds, which never gets beyond the reader. */
enum pcapng_extra {
    PCAPNG_COMMENTS = 1,
    PCAPNG_NAMES = 2, /* of interfaces, hosts, the capturing machine */
    PCAPNG_KEYS = 4,  /* decryption secrets */
};

struct pcapng_packet {
    const struct pcapng_interface *interface; /* valid until the next call */
    uint32_t interface_number;                /* in its section, from 0 */
    bool has_time;
    instant_ns time_ns;   /* since 1970; 0 without time */
    const uint8_t *bytes; /* valid until the next call */
    size_t captured;
    size_t length; /* on the wire, at least `captured` */
};

enum pcapng_event {
    PCAPNG_PACKET,
    PCAPNG_END,
    PCAPNG_CUT,     /* the file ends inside a block */
    PCAPNG_DAMAGED, /* what, where, what was expected: pcapng_reason */
    PCAPNG_LIMIT,   /* no damage, but more than this reader takes: pcapng_reason */
};

struct pcapng;

/* `file` stays the caller's. Returns: to be freed by pcapng_free; NULL without memory. */
struct pcapng *pcapng_new(FILE *file);
void pcapng_free(struct pcapng *pcapng); /* NULL is allowed */

/* After anything but PCAPNG_PACKET the answer stays the same. */
enum pcapng_event pcapng_next(struct pcapng *pcapng, struct pcapng_packet *ret);

/* Returns: one sentence part on PCAPNG_DAMAGED and PCAPNG_LIMIT. */
const char *pcapng_reason(const struct pcapng *pcapng);
/* Returns: a set of enum pcapng_extra of what was met so far. */
unsigned pcapng_extras(const struct pcapng *pcapng);

#endif
