/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small deterministic random generator (splitmix64): the same seed gives the
 * same run on every machine. Not for secrets. The seed comes from the configuration.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

static inline struct random random_from_seed(uint64_t seed)
{
    return (struct random){.state = seed};
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t random_u64(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Returns: 0 to bound - 1; bound must not be 0. The bias is below bound / 2^32. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)((random_u64(random) >> 32) * bound >> 32);
}

/* Returns: a number in [0, 1). */
static inline double random_unit(struct random *random)
{
    return (double)(random_u64(random) >> 11) * 0x1.0p-53;
}

#endif
