/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recovery messages ("RECM") between PC and recovery loader (docs: protocol, recovery
 * messages).
 *
 * PC to phone: UDP 4811 to 4810, exactly 160 bytes; phone to PC: 4810 to 4811, 100 bytes. More than
 * 160 bytes, or a UDP length below 8, damages the phone's heap: the builders cannot make such a
 * message. Bytes the specification calls garbage are never read.
 */
#ifndef WIRE_RECM_H
#define WIRE_RECM_H

#include "base/address.h"
#include "wire/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECM_PHONE_PORT 4810
#define RECM_PC_PORT    4811
#define RECM_GROUP_IP   UINT32_C(0xea04080a) /* 234.4.8.10 */

#define RECM_PC_LENGTH         160
#define RECM_PHONE_LENGTH      100
#define RECM_TEXT_SIZE         20  /* serial, product, software, hardware fields */
#define RECM_FILE_NAME_MAXIMUM 63  /* longer names are not sent; 68 damages the phone's heap */
#define RECM_FILE_NAME_SIZE    129 /* whatever fits behind offset 32 of 160 bytes, and a NUL */
#define RECM_WILDCARD_SERIAL   "FFFFFFFFFFFF"

enum recm_operation {
    RECM_REQUEST = 0,
    RECM_REPLY = 1,
    RECM_UPGRADE = 2, /* from the PC the order, from the phone its echo */
};

struct recm_message {
    uint8_t operation;
    bool from_phone; /* by the ports: 4810 to 4811, or, with odd ports, destination 4811 */
    bool magic_good;
    size_t length;          /* payload bytes on the wire */
    bool serial_terminated; /* a NUL within the field */
    char serial[RECM_TEXT_SIZE + 1];
    /* REPLY only */
    char product[RECM_TEXT_SIZE + 1];
    struct mac_address mac;
    char software[RECM_TEXT_SIZE + 1];
    char hardware[RECM_TEXT_SIZE + 1];
    uint32_t ip; /* 0 while DHCP runs */
    /* UPGRADE and echo only */
    uint16_t tftp_port;
    char file_name[RECM_FILE_NAME_SIZE]; /* "" if unterminated within the payload */
};

/*
 * Reads a UDP payload sent to or from 4810/4811. Checks in the order of the loader: source port,
 * (length over 160), magic, operation, length, serial termination. Returns: WIRE_OK or the first
 * check that fails; `ret` is zeroed and filled as far as the bytes go, also then. `captured` bytes
 * are there of `length` on the wire.
 */
enum wire_reason recm_parse(const uint8_t *bytes, size_t captured, size_t length,
                            uint16_t source_port, uint16_t destination_port,
                            struct recm_message *ret);

/* Serial of 1 to 19 printable ASCII characters. */
bool recm_serial_is_sendable(const char *serial);
/* File name of 1 to RECM_FILE_NAME_MAXIMUM printable ASCII characters. */
bool recm_file_name_is_sendable(const char *file_name);

/* Fill all 160 (100) bytes, zeros where the loader ignores them. The strings must be sendable. */
void recm_build_request(const char *serial, uint8_t ret[RECM_PC_LENGTH]);
void recm_build_upgrade(const char *serial, uint16_t tftp_port, const char *file_name,
                        uint8_t ret[RECM_PC_LENGTH]);
/* The phone's side; of `message` the serial, product, mac, software, hardware and ip are used. */
void recm_build_reply(const struct recm_message *message, uint8_t ret[RECM_PHONE_LENGTH]);
void recm_build_echo(const char *serial, uint16_t tftp_port, const char *file_name,
                     uint8_t ret[RECM_PHONE_LENGTH]);

/* What a person typed as serial number. */
enum serial_form {
    SERIAL_PLAUSIBLE,  /* like CBT141100HR, CCQ162306EA, 88019FA42805 */
    SERIAL_WILDCARD,   /* FFFFFFFFFFFF */
    SERIAL_LOWER_CASE, /* plausible once in upper case */
    SERIAL_MAC, /* a MAC address: with separators, or 12 hex digits of a Cisco/Linksys vendor prefix
                 */
    SERIAL_IMPOSSIBLE, /* empty, longer than 19, spaces or non-ASCII */
};
enum serial_form recm_serial_form(const char *text);

#endif
