/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a person typed as serial number. Labels carry both a serial number and a MAC address, and
 * the two are confused all the time (docs: protocol, recovery messages). Twelve hex digits prove
 * nothing by themselves: 88019FA42805 is a serial number of the Linksys era. So bare digits count
 * as a MAC address only where they begin with 00, as Cisco's, Linksys's and Sipura's addresses did
 * until about 2009 and no known serial number does, or with a later prefix of theirs. In doubt it
 * is a serial number: a wrong guess would keep its owner from using it.
 */
#include "wire/recm.h"

#include <ctype.h>
#include <string.h>

#define MAC_DIGITS 12

/* Cisco and Linksys prefixes of the years in which these phones were built, without those in 00. */
static const uint32_t later_prefixes[] = {
    0x1cdf0f, 0x20aa4b, 0x3037a6, 0x442b03, 0x44d3ca, 0x48f8b3, 0x503de5, 0x5057a8, 0x5475d0,
    0x586d8f, 0x588d09, 0x58bfea, 0x6400f1, 0x649ef3, 0x64a0e7, 0x687f74, 0x68bdab, 0x68efbd,
    0x6c2056, 0x6c504d, 0x708105, 0x70ca9b, 0x7c95f3, 0x8478ac, 0x8843e1, 0x8cb64f, 0x98fc11,
    0xa41875, 0xa8b1d4, 0xacf2c5, 0xb41489, 0xb8bebf, 0xc08c60, 0xc0c1c0, 0xc40acb, 0xc471fe,
    0xc80084, 0xc89c1d, 0xc8b373, 0xc8d719, 0xccef48, 0xd0574c, 0xd0c282, 0xd4d748, 0xd824bd,
    0xdc7b94, 0xe02f6d, 0xe4d3f1, 0xe80462, 0xe8b748, 0xe8ba70, 0xe8edf3, 0xece1a9, 0xf02572,
    0xf4acc1, 0xf866f2, 0xf872ea, 0xfcfbfb,
};

static bool has_vendor_prefix(const struct mac_address *mac)
{
    uint32_t prefix = (uint32_t)mac->octet[0] << 16 | (uint32_t)mac->octet[1] << 8 | mac->octet[2];

    if (mac->octet[0] == 0)
        return true;
    for (size_t i = 0; i < sizeof later_prefixes / sizeof later_prefixes[0]; i++)
        if (prefix == later_prefixes[i])
            return true;
    return false;
}

enum serial_form recm_serial_form(const char *text)
{
    struct mac_address mac;

    if (strcmp(text, RECM_WILDCARD_SERIAL) == 0)
        return SERIAL_WILDCARD;
    if (mac_parse(text, &mac) && (strlen(text) != MAC_DIGITS || has_vendor_prefix(&mac)))
        return SERIAL_MAC;
    if (!recm_serial_is_sendable(text))
        return SERIAL_IMPOSSIBLE;
    for (; *text != '\0'; text++)
        if (islower((unsigned char)*text))
            return SERIAL_LOWER_CASE;
    return SERIAL_PLAUSIBLE;
}
