/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Consistent replacements for whatever identifies people and places in a trace: MAC and IPv4
 * addresses, transaction ids, words. The same original gets the same replacement everywhere, two
 * originals never the same one. Replacements are drawn at random, not computed from the originals:
 * nobody can turn them back, not even with the seed.
 *
 * First learn every address and mask of the trace, then ask: replacements then avoid them all.
 */
#ifndef REDACT_PSEUDONYM_H
#define REDACT_PSEUDONYM_H

#include "base/address.h"

#include <stddef.h>
#include <stdint.h>

struct pseudonyms;

/* Returns: an empty set, for pseudonyms_free. */
struct pseudonyms *pseudonyms_new(uint64_t seed);
void pseudonyms_free(struct pseudonyms *pseudonyms); /* NULL is allowed */

void pseudonyms_learn_mac(struct pseudonyms *pseudonyms, const struct mac_address *mac);
void pseudonyms_learn_ip(struct pseudonyms *pseudonyms, uint32_t ip);
/* The subnet that `ip` and `mask` make keeps its size, and its members stay members. */
void pseudonyms_learn_subnet(struct pseudonyms *pseudonyms, uint32_t ip, uint32_t mask);

/* The vendor part stays; broadcast, zero and well-known groups stay altogether. */
struct mac_address pseudonym_mac(struct pseudonyms *pseudonyms, const struct mac_address *mac);

/*
 * What stays: 0.0.0.0, loopback, groups, 255.255.255.255, the loader's built-in 192.168.0.1, the
 * prefixes of the private and link-local ranges and of 198.18.0.0/15, and the form of network and
 * broadcast addresses. Addresses of one subnet (a learned one, else 24 bits) stay in one subnet.
 */
uint32_t pseudonym_ip(struct pseudonyms *pseudonyms, uint32_t ip);

/*
 * A DHCP transaction id: one that the recovery loader made from `client` follows its replacement
 * (docs: protocol, DHCP client), any other is replaced.
 */
uint32_t pseudonym_transaction(struct pseudonyms *pseudonyms, uint32_t transaction_id,
                               const struct mac_address *client);

/*
 * Replaces the words of a text in place, letters by letters of the same case and digits by digits;
 * its length and everything between the words stay. MAC and IPv4 addresses inside it get their own
 * replacements. Stay as they are: model names (SPA504G), version numbers, the words of protocols
 * and of error messages, the recovery loader's constants.
 */
void pseudonym_text(struct pseudonyms *pseudonyms, uint8_t *chars, size_t length);

#endif
