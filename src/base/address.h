/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MAC and IPv4 addresses as values, and their text forms.
 *
 * An IPv4 address is a uint32_t in host byte order throughout the program (192.168.77.1 is
 * 0xc0a84d01); only the readers and writers of wire/ turn it into bytes.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_TEXT_SIZE  18 /* "00:24:14:a1:b2:c3" and NUL */
#define IPV4_TEXT_SIZE 16 /* "255.255.255.255" and NUL */

struct mac_address {
    uint8_t octet[6];
};

/* A text form returned by value: valid as long as the struct is. */
struct mac_text {
    char text[MAC_TEXT_SIZE];
};

struct ipv4_text {
    char text[IPV4_TEXT_SIZE];
};

extern const struct mac_address mac_broadcast; /* ff:ff:ff:ff:ff:ff */
extern const struct mac_address mac_zero;      /* 00:00:00:00:00:00 */

bool mac_equal(const struct mac_address *a, const struct mac_address *b);
/* True for broadcast and multicast addresses. */
bool mac_is_group(const struct mac_address *mac);
/* The MAC address of an IPv4 multicast group (RFC 1112 section 6.4). */
struct mac_address mac_of_group(uint32_t group_ip);
struct mac_text mac_format(const struct mac_address *mac);
/*
 * Accepts six hex pairs separated by ':' or '-', Cisco's three dotted groups (0024.14a1.b2c3), or
 * twelve hex digits. Returns: false and leaves `ret` untouched for anything else.
 */
bool mac_parse(const char *text, struct mac_address *ret);

struct ipv4_text ipv4_format(uint32_t ip);
/* Accepts exactly four decimal numbers. Returns: false and leaves `ret` untouched otherwise. */
bool ipv4_parse(const char *text, uint32_t *ret);
/* Accepts A.B.C.D/LEN with LEN 0 to 32. Returns: false and leaves both untouched otherwise. */
bool ipv4_parse_prefix(const char *text, uint32_t *ret_ip, unsigned *ret_prefix_length);
/* The mask of a prefix of 0 to 32 bits. */
uint32_t ipv4_mask(unsigned prefix_length);

#endif
