/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a person typed as serial number. Labels carry both a serial number and a MAC address, and
 * the two are confused all the time (docs: protocol, recovery messages). Twelve hex digits alone
 * prove nothing: 88019FA42805 is a serial number of the Linksys era. So bare digits count as a MAC
 * address only behind a vendor prefix under which these phones were sold; a wrong guess in the
 * other direction would keep the owner of a good serial number from using it.
 */
#include "wire/recm.h"

#include "base/bytes.h"

#include <ctype.h>
#include <string.h>

#define MAC_DIGITS 12

/* Prefixes of Sipura, Linksys and Cisco that SPA phones and their siblings carry. */
static const uint32_t vendor_prefixes[] = {
    0x000e08, 0x001217, 0x001310, 0x0014bf, 0x0016b6, 0x001839, 0x001a70, 0x001c10,
    0x001d7e, 0x001ee5, 0x002129, 0x00226b, 0x002369, 0x002414, 0x00259c,
};

static bool has_vendor_prefix(const struct mac_address *mac)
{
    uint32_t prefix = (uint32_t)mac->octet[0] << 16 | (uint32_t)mac->octet[1] << 8 | mac->octet[2];

    for (size_t i = 0; i < sizeof vendor_prefixes / sizeof vendor_prefixes[0]; i++)
        if (prefix == vendor_prefixes[i])
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
