/* SPDX-License-Identifier: BSD-2-Clause */
/* TFTP packets (RFC 1350) with options (RFC 2347): reading and writing UDP payloads. */
#ifndef WIRE_TFTP_H
#define WIRE_TFTP_H

#include "base/bytes.h"
#include "wire/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TFTP_SERVER_PORT  69
#define TFTP_PHONE_PORT   2000 /* the recovery loader's own port */
#define TFTP_BLOCK_LENGTH 512
#define TFTP_OPTIONS_MAX  8

enum tftp_opcode {
    TFTP_RRQ = 1,
    TFTP_WRQ = 2,
    TFTP_DATA = 3,
    TFTP_ACK = 4,
    TFTP_ERROR = 5,
    TFTP_OACK = 6,
};

/* A NUL-terminated string inside the packet. */
struct tftp_option {
    const char *name;
    const char *value;
};

struct tftp_packet {
    uint16_t opcode;
    uint16_t block;        /* DATA, ACK */
    const uint8_t *data;   /* DATA: view of the block's bytes that were captured */
    size_t data_length;    /* DATA: captured bytes of the block */
    size_t wire_length;    /* DATA: bytes of the block on the wire; more than data_length if cut */
    const char *file_name; /* RRQ, WRQ: view, NUL-terminated */
    const char *mode;
    uint16_t error_code; /* ERROR */
    const char *error_text;
    struct tftp_option options[TFTP_OPTIONS_MAX]; /* RRQ, WRQ, OACK */
    unsigned option_count;
};

/* Returns: WIRE_OK or why not; `ret` is zeroed and filled as far as the bytes go; views into bytes.
 */
enum wire_reason tftp_parse(const uint8_t *bytes, size_t length, struct tftp_packet *ret);

void tftp_write_rrq(struct writer *writer, const char *file_name);
void tftp_write_data(struct writer *writer, uint16_t block, const uint8_t *data, size_t length);
void tftp_write_ack(struct writer *writer, uint16_t block);
void tftp_write_error(struct writer *writer, uint16_t code, const char *text);

#endif
