/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of pseudonym.h only: originals and their replacements, both found by value.
 */
#ifndef REDACT_PSEUDONYM_TABLE_H
#define REDACT_PSEUDONYM_TABLE_H

#include "base/random.h"
#include "redact/pseudonym.h"

#include <stdbool.h>
#include <stdlib.h>

#define uthash_fatal(message) abort() /* no memory: as base/text.h has it */
#include <uthash.h>

enum pseudonym_domain {
    PSEUDONYM_MAC,
    PSEUDONYM_PREFIX, /* an IPv4 prefix: the address's bits and their number */
    PSEUDONYM_TRANSACTION,
    PSEUDONYM_WORD, /* in lower case */
};

#define PSEUDONYM_KEY_SIZE                                                                         \
    65                     /* domain and up to 64 bytes; longer words share by their beginning     \
                            */
#define SUBNETS_MAXIMUM 64 /* learned ones; more are treated as if no mask was seen */

struct pseudonym {
    uint8_t original[PSEUDONYM_KEY_SIZE];
    uint8_t replacement[PSEUDONYM_KEY_SIZE];
    bool is_learned; /* only known as an original: no replacement yet */
    size_t length;   /* of both, domain included */
    UT_hash_handle by_original, by_replacement;
};

struct pseudonyms {
    struct random random;
    struct pseudonym *by_original, *by_replacement;
    struct {
        uint32_t network;
        unsigned prefix_length;
    } subnets[SUBNETS_MAXIMUM]; /* longest first never needed: few */
    size_t subnet_count;
};

/* Returns: the replacement of `length` bytes (at most 64), NULL if there is none yet. */
const uint8_t *pseudonym_find(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                              const void *original, size_t length);
/* May this be a replacement: not taken, and not an original of the trace? */
bool pseudonym_is_free(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                       const void *replacement, size_t length);
void pseudonym_store(struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                     const void *original, const void *replacement, size_t length);
void pseudonym_learn(struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                     const void *original, size_t length);
bool pseudonym_is_learned(const struct pseudonyms *pseudonyms, enum pseudonym_domain domain,
                          const void *original, size_t length);

#endif
