/* SPDX-License-Identifier: BSD-2-Clause */
/* Replacements for addresses and transaction ids: see pseudonym.h. */
#include "redact/pseudonym.h"

#include "base/bytes.h"
#include "loader/loader.h"
#include "redact/pseudonym_table.h"

#include <stdlib.h>
#include <string.h>

/* Draws that try to satisfy every wish; then one that is merely not taken will do. */
#define DRAWS_MAXIMUM 256

#define VENDOR_BYTES 3

struct pseudonyms *pseudonyms_new(uint64_t seed)
{
    struct pseudonyms *pseudonyms = calloc(1, sizeof(*pseudonyms));
    if (!pseudonyms)
        abort();
    pseudonyms->random = random_from_seed(seed);
    return pseudonyms;
}

void pseudonyms_free(struct pseudonyms *pseudonyms)
{
    if (!pseudonyms)
        return;
    struct pseudonym *entry, *next;
    HASH_CLEAR(by_replacement, pseudonyms->by_replacement);
    HASH_ITER(by_original, pseudonyms->by_original, entry, next)
    {
        HASH_DELETE(by_original, pseudonyms->by_original, entry);
        free(entry);
    }
    free(pseudonyms);
}

/* ---- the table ---- */

static size_t make_key(uint8_t key[PSEUDONYM_KEY_SIZE], enum pseudonym_domain domain,
                       const void *bytes, size_t length)
{
    if (length > PSEUDONYM_KEY_SIZE - 1)
        length = PSEUDONYM_KEY_SIZE - 1;
    key[0] = (uint8_t)domain;
    memcpy(key + 1, bytes, length);
    return length + 1;
}

static struct pseudonym *find_original(const struct pseudonyms *pseudonyms,
                                       enum pseudonym_domain domain, const void *original,
                                       size_t length)
{
    uint8_t key[PSEUDONYM_KEY_SIZE];
    size_t key_length = make_key(key, domain, original, length);
    struct pseudonym *entry;
    HASH_FIND(by_original, pseudonyms->by_original, key, key_length, entry);
    return entry;
}

const uint8_t *pseudonym_find(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                              const void *original, size_t length)
{
    const struct pseudonym *entry = find_original(pseudonyms, domain, original, length);
    return entry && !entry->is_learned ? entry->replacement + 1 : NULL;
}

bool pseudonym_is_learned(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                          const void *original, size_t length)
{
    return find_original(pseudonyms, domain, original, length) != NULL;
}

bool pseudonym_is_free(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                       const void *replacement, size_t length)
{
    uint8_t key[PSEUDONYM_KEY_SIZE];
    size_t key_length = make_key(key, domain, replacement, length);
    struct pseudonym *entry;
    HASH_FIND(by_replacement, pseudonyms->by_replacement, key, key_length, entry);
    return !entry && !find_original(pseudonyms, domain, replacement, length);
}

static struct pseudonym *entry_of(struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                                  const void *original, size_t length)
{
    struct pseudonym *entry = find_original(pseudonyms, domain, original, length);
    if (entry)
        return entry;
    entry = calloc(1, sizeof(*entry));
    if (!entry)
        abort();
    entry->length = make_key(entry->original, domain, original, length);
    entry->is_learned = true;
    HASH_ADD(by_original, pseudonyms->by_original, original, entry->length, entry);
    return entry;
}

void pseudonym_learn(struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                     const void *original, size_t length)
{
    entry_of(pseudonyms, domain, original, length);
}

void pseudonym_store(struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                     const void *original, const void *replacement, size_t length)
{
    struct pseudonym *entry = entry_of(pseudonyms, domain, original, length);
    make_key(entry->replacement, domain, replacement, length);
    entry->is_learned = false;
    HASH_ADD(by_replacement, pseudonyms->by_replacement, replacement, entry->length, entry);
}

/* ---- MAC addresses ---- */

static bool mac_stays(const struct mac_address *mac)
{
    static const uint8_t well_known[][VENDOR_BYTES] = {
        {0x01, 0x00, 0x5e}, /* IPv4 groups */
        {0x01, 0x00, 0x0c}, /* Cisco: CDP, PVST */
        {0x01, 0x80, 0xc2}, /* 802.1: spanning tree, LLDP */
    };
    for (size_t i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++) {
        if (memcmp(mac->octet, well_known[i], VENDOR_BYTES) == 0)
            return true;
    }
    return mac_equal(mac, &mac_broadcast) || mac_equal(mac, &mac_zero);
}

void pseudonyms_learn_mac(struct pseudonyms *pseudonyms, const struct mac_address *mac)
{
    if (!mac_stays(mac))
        pseudonym_learn(pseudonyms, PSEUDONYM_MAC, mac->octet, sizeof(mac->octet));
}

struct mac_address pseudonym_mac(struct pseudonyms *pseudonyms, const struct mac_address *mac)
{
    static const struct mac_address ipv6_all_nodes = {{0x33, 0x33, 0, 0, 0, 1}};
    struct mac_address replacement = *mac;
    if (mac_stays(mac))
        return *mac;
    if (mac->octet[0] == 0x33 && mac->octet[1] == 0x33)
        return ipv6_all_nodes; /* the groups of IPv6 hold parts of addresses */
    const uint8_t *known =
        pseudonym_find(pseudonyms, PSEUDONYM_MAC, mac->octet, sizeof(mac->octet));
    if (known) {
        memcpy(replacement.octet, known, sizeof(replacement.octet));
        return replacement;
    }
    do {
        uint32_t drawn = random_below(&pseudonyms->random, UINT32_C(1) << 24);
        replacement.octet[3] = (uint8_t)(drawn >> 16);
        replacement.octet[4] = (uint8_t)(drawn >> 8);
        replacement.octet[5] = (uint8_t)drawn;
    } while (!pseudonym_is_free(pseudonyms, PSEUDONYM_MAC, replacement.octet,
                                sizeof(replacement.octet)));
    pseudonym_store(pseudonyms, PSEUDONYM_MAC, mac->octet, replacement.octet,
                    sizeof(replacement.octet));
    return replacement;
}

/* ---- IPv4 addresses ---- */

#define DEFAULT_SUBNET_BITS 24

static bool ip_stays(uint32_t ip)
{
    return ip >> 24 == 0 || ip >> 24 == 127 || ip >= UINT32_C(0xe0000000) ||
           ip == LOADER_DEFAULT_SERVER;
}

/* Bits that say what kind of address it is; 0 for public ones. */
static unsigned structure_bits(uint32_t ip)
{
    static const struct {
        uint32_t network;
        unsigned bits;
    } ranges[] = {
        {UINT32_C(0xc0a80000), 24}, /* 192.168.0.0/24, where the loader needs no gateway */
        {UINT32_C(0xc0a80000), 16}, {UINT32_C(0xac100000), 12}, {UINT32_C(0x0a000000), 8},
        {UINT32_C(0xa9fe0000), 16}, {UINT32_C(0xc6120000), 15}, {UINT32_C(0x64400000), 10},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if ((ip & ipv4_mask(ranges[i].bits)) == ranges[i].network)
            return ranges[i].bits;
    }
    return 0;
}

static void prefix_key(uint8_t key[5], uint32_t prefix, unsigned bits)
{
    bytes_store_be32(key, prefix);
    key[4] = (uint8_t)bits;
}

void pseudonyms_learn_ip(struct pseudonyms *pseudonyms, uint32_t ip)
{
    uint8_t key[5];
    prefix_key(key, ip, 32);
    if (!ip_stays(ip))
        pseudonym_learn(pseudonyms, PSEUDONYM_PREFIX, key, sizeof(key));
}

void pseudonyms_learn_subnet(struct pseudonyms *pseudonyms, uint32_t ip, uint32_t mask)
{
    unsigned bits = 0;
    while (bits < 32 && mask & UINT32_C(1) << (31 - bits))
        bits++;
    if (ip_stays(ip) || mask != ipv4_mask(bits) || bits == 0 ||
        pseudonyms->subnet_count == SUBNETS_MAXIMUM)
        return;
    for (size_t i = 0; i < pseudonyms->subnet_count; i++) {
        if (pseudonyms->subnets[i].network == (ip & mask) &&
            pseudonyms->subnets[i].prefix_length == bits)
            return;
    }
    pseudonyms->subnets[pseudonyms->subnet_count].network = ip & mask;
    pseudonyms->subnets[pseudonyms->subnet_count++].prefix_length = bits;
}

/* The length of the next larger prefix of `ip`, beyond `bits`, that has to stay one. */
static unsigned next_boundary(const struct pseudonyms *pseudonyms, uint32_t ip, unsigned bits)
{
    unsigned next = 32;
    bool is_learned = false;
    for (size_t i = 0; i < pseudonyms->subnet_count; i++) {
        unsigned length = pseudonyms->subnets[i].prefix_length;
        if ((ip & ipv4_mask(length)) != pseudonyms->subnets[i].network)
            continue;
        is_learned = true;
        if (length > bits && length < next)
            next = length;
    }
    if (!is_learned && bits < DEFAULT_SUBNET_BITS)
        next = DEFAULT_SUBNET_BITS;
    return next;
}

static bool is_network_or_broadcast(uint32_t ip, unsigned bits)
{
    uint32_t host_mask = ~ipv4_mask(bits);
    return bits > 0 && bits < 31 && ((ip & host_mask) == 0 || (ip & host_mask) == host_mask);
}

static bool draw_is_good(const struct pseudonyms *pseudonyms, uint32_t drawn, unsigned parent_bits,
                         unsigned bits, uint32_t original)
{
    uint8_t key[5];
    prefix_key(key, drawn, bits);
    return pseudonym_is_free(pseudonyms, PSEUDONYM_PREFIX, key, sizeof(key)) &&
           drawn != (original & ipv4_mask(bits)) && !ip_stays(drawn) &&
           structure_bits(drawn) == structure_bits(original) &&
           (bits < 32 || !is_network_or_broadcast(drawn, parent_bits));
}

/* In a full subnet every wish but the first has to go. */
static uint32_t first_not_taken(const struct pseudonyms *pseudonyms, uint32_t parent, unsigned bits)
{
    uint32_t step = UINT32_C(1) << (32 - bits);
    uint8_t key[5];
    uint8_t full[PSEUDONYM_KEY_SIZE];
    for (uint32_t drawn = parent;; drawn += step) {
        struct pseudonym *entry;
        prefix_key(key, drawn, bits);
        size_t length = make_key(full, PSEUDONYM_PREFIX, key, sizeof(key));
        HASH_FIND(by_replacement, pseudonyms->by_replacement, full, length, entry);
        if (!entry)
            return drawn;
    }
}

/* The replacement of the first `bits` bits of `ip`, whose first `parent_bits` are `parent` now. */
static uint32_t replace_prefix(struct pseudonyms *pseudonyms, uint32_t ip, unsigned bits,
                               uint32_t parent, unsigned parent_bits)
{
    uint8_t key[5], drawn_key[5];
    prefix_key(key, ip & ipv4_mask(bits), bits);
    const uint8_t *known = pseudonym_find(pseudonyms, PSEUDONYM_PREFIX, key, sizeof(key));
    if (known)
        return bytes_load_be32(known);
    uint32_t drawn = parent;
    unsigned draws = 0;
    do {
        uint32_t bits_drawn = (uint32_t)random_u64(&pseudonyms->random);
        drawn = parent | (bits_drawn & ~ipv4_mask(parent_bits) & ipv4_mask(bits));
    } while (!draw_is_good(pseudonyms, drawn, parent_bits, bits, ip) && ++draws < DRAWS_MAXIMUM);
    if (draws == DRAWS_MAXIMUM)
        drawn = first_not_taken(pseudonyms, parent, bits);
    prefix_key(drawn_key, drawn, bits);
    pseudonym_store(pseudonyms, PSEUDONYM_PREFIX, key, drawn_key, sizeof(key));
    return drawn;
}

uint32_t pseudonym_ip(struct pseudonyms *pseudonyms, uint32_t ip)
{
    if (ip_stays(ip))
        return ip;
    unsigned bits = structure_bits(ip);
    uint32_t replacement = ip & ipv4_mask(bits);
    while (bits < 32) {
        if (is_network_or_broadcast(ip, bits))
            return replacement | (ip & ~ipv4_mask(bits));
        unsigned next = next_boundary(pseudonyms, ip, bits);
        replacement = replace_prefix(pseudonyms, ip, next, replacement, bits);
        bits = next;
    }
    return replacement;
}

/* ---- DHCP transaction ids ---- */

uint32_t pseudonym_transaction(struct pseudonyms *pseudonyms, uint32_t transaction_id,
                               const struct mac_address *client)
{
    uint32_t tail = bytes_load_be32(client->octet + 2);
    if (((transaction_id ^ tail) & 0x00ffffff) == 0) {
        struct mac_address replacement = pseudonym_mac(pseudonyms, client);
        return (transaction_id & 0xff000000) |
               (bytes_load_be32(replacement.octet + 2) & 0x00ffffff);
    }
    uint8_t key[4], drawn[4];
    bytes_store_be32(key, transaction_id);
    const uint8_t *known = pseudonym_find(pseudonyms, PSEUDONYM_TRANSACTION, key, sizeof(key));
    if (known)
        return bytes_load_be32(known);
    do
        bytes_store_be32(drawn, (uint32_t)random_u64(&pseudonyms->random));
    while (!pseudonym_is_free(pseudonyms, PSEUDONYM_TRANSACTION, drawn, sizeof(drawn)));
    pseudonym_store(pseudonyms, PSEUDONYM_TRANSACTION, key, drawn, sizeof(key));
    return bytes_load_be32(drawn);
}
