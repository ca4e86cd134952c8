/* SPDX-License-Identifier: BSD-2-Clause */
/* Which addresses may be a phone's: a few bits of each, never too few. */
#include "observe/private.h"

#include "base/bytes.h"

static void set_bit(uint64_t bits[QUICK_WORDS], unsigned value)
{
    bits[value / 64 % QUICK_WORDS] |= UINT64_C(1) << value % 64;
}

void known_note_mac(struct observer *observer, const struct mac_address *mac)
{
    set_bit(observer->mac_bits, bytes_load_be16(mac->octet + 4));
}

void known_note_ip(struct observer *observer, uint32_t ip)
{
    set_bit(observer->ip_bits, ip & 0xffffU);
}
