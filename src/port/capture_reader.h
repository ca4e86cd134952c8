/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file record by record, whatever its container: pcap through libpcap, pcapng through
 * pcapng.h (libpcap refuses pcapng files whose interfaces differ), compressed or not, from a
 * descriptor that need not seek.
 */
#ifndef PORT_CAPTURE_READER_H
#define PORT_CAPTURE_READER_H

#include "base/error.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_record {
    bool has_time;
    instant_ns time_ns;
    int link_type;              /* LINKTYPE_..., see link_type.h */
    uint32_t interface;         /* in its section of a pcapng file, from 0 */
    const char *interface_name; /* from the file, not escaped; "" */
    const uint8_t *bytes;       /* valid until the next call */
    size_t captured, length;
};

enum capture_event {
    CAPTURE_RECORD,
    CAPTURE_END,
    CAPTURE_CUT,    /* the file ends inside a record */
    CAPTURE_FAILED, /* ret_error says why */
};

struct capture_reader;

/*
 * `descriptor` is read from where it stands and stays the caller's; `name` is for messages and
 * copied. Returns: to be freed by capture_reader_free; NULL with ret_error for what is no capture
 * file, which then says what it is and what converts it.
 */
struct capture_reader *capture_reader_new(int descriptor, const char *name,
                                          struct error *ret_error);
void capture_reader_free(struct capture_reader *reader); /* NULL is allowed */

/* Returns: the link type of all records, or -1 where each has its own (pcapng). */
int capture_reader_link_type(const struct capture_reader *reader);
/* Once it is no CAPTURE_RECORD it is not to be called again. */
enum capture_event capture_reader_next(struct capture_reader *reader, struct capture_record *ret,
                                       struct error *ret_error);
/* Returns: a set of enum pcapng_extra, of what the file holds besides packets. */
unsigned capture_reader_extras(const struct capture_reader *reader);

#endif
