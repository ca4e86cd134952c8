/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations counted in buckets of 1/8 octave from 1 us to 19 h, so that median and 99th percentile
 * cost no memory per sample; they are right to 9 percent, the maximum is exact.
 */
#ifndef ENGINE_STATISTICS_H
#define ENGINE_STATISTICS_H

#include "base/instant.h"

#define STATISTICS_OCTAVES 36
#define STATISTICS_STEPS   8 /* per octave */

struct statistics {
    uint64_t count;
    duration_ns maximum_ns;
    uint64_t buckets[STATISTICS_OCTAVES * STATISTICS_STEPS];
};

void statistics_add(struct statistics *statistics, duration_ns value_ns);
/* `part` of 0 to 1. Returns: the upper edge of the bucket that holds it; 0 without samples. */
duration_ns statistics_quantile(const struct statistics *statistics, double part);

#endif
