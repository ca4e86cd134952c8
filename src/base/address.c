/* SPDX-License-Identifier: BSD-2-Clause */
/* MAC and IPv4 addresses: see address.h. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct mac_address mac_broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
const struct mac_address mac_zero = {{0}};

bool mac_equal(const struct mac_address *a, const struct mac_address *b)
{
    return memcmp(a->octet, b->octet, sizeof a->octet) == 0;
}

bool mac_is_group(const struct mac_address *mac)
{
    return mac->octet[0] & 1;
}

struct mac_address mac_of_group(uint32_t group_ip)
{
    return (struct mac_address){{0x01, 0x00, 0x5e, (uint8_t)(group_ip >> 16 & 0x7f),
                                 (uint8_t)(group_ip >> 8), (uint8_t)group_ip}};
}

struct mac_text mac_format(const struct mac_address *mac)
{
    struct mac_text ret;
    const uint8_t *o = mac->octet;
    snprintf(ret.text, sizeof ret.text, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3],
             o[4], o[5]);
    return ret;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Digits per group for a text of this length and separator, 0 if there is no such form. */
static size_t mac_group_digits(const char *text, size_t length)
{
    if (length == 17 && (text[2] == ':' || text[2] == '-'))
        return 2;
    if (length == 14 && text[4] == '.')
        return 4;
    return length == 12 ? 12 : 0;
}

bool mac_parse(const char *text, struct mac_address *ret)
{
    size_t length = strlen(text);
    size_t group = mac_group_digits(text, length);
    if (group == 0)
        return false;
    char separator = group == 12 ? '\0' : text[group];
    struct mac_address mac = {{0}};
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (group != 12 && i % (group + 1) == group) {
            if (text[i] != separator)
                return false;
            continue;
        }
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        mac.octet[digits / 2] = (uint8_t)(mac.octet[digits / 2] << 4 | digit);
        digits++;
    }
    *ret = mac;
    return true;
}

struct ipv4_text ipv4_format(uint32_t ip)
{
    struct ipv4_text ret;
    snprintf(ret.text, sizeof ret.text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
             ip & 255);
    return ret;
}

bool ipv4_parse(const char *text, uint32_t *ret)
{
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1)
        return false;
    *ret = ntohl(address.s_addr);
    return true;
}

bool ipv4_parse_prefix(const char *text, uint32_t *ret_ip, unsigned *ret_prefix_length)
{
    const char *slash = strchr(text, '/');
    char ip_text[IPV4_TEXT_SIZE];
    if (!slash || (size_t)(slash - text) >= sizeof ip_text)
        return false;
    memcpy(ip_text, text, (size_t)(slash - text));
    ip_text[slash - text] = '\0';
    size_t digits = strspn(slash + 1, "0123456789");
    if (digits == 0 || digits > 2 || slash[1 + digits] != '\0')
        return false;
    unsigned long prefix_length = strtoul(slash + 1, NULL, 10);
    if (prefix_length > 32 || !ipv4_parse(ip_text, ret_ip))
        return false;
    *ret_prefix_length = (unsigned)prefix_length;
    return true;
}

uint32_t ipv4_mask(unsigned prefix_length)
{
    return prefix_length == 0 ? 0 : UINT32_MAX << (32 - prefix_length);
}
