/* SPDX-License-Identifier: BSD-2-Clause */
/* Durations in logarithmic buckets: see statistics.h. */
#include "engine/statistics.h"

#include <stddef.h>

#define BUCKETS (STATISTICS_OCTAVES * STATISTICS_STEPS)

/* Values below 8 us have a bucket for each microsecond; then 8 steps to the octave. */
static size_t bucket_of(uint64_t value_us)
{
    unsigned octave = 0;
    while (value_us >= 2 * STATISTICS_STEPS) {
        value_us >>= 1;
        octave++;
    }
    size_t bucket = (size_t)octave * STATISTICS_STEPS + (size_t)value_us;
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static duration_ns upper_edge(size_t bucket)
{
    if (bucket < 2 * STATISTICS_STEPS)
        return (duration_ns)(bucket + 1) * NS_PER_US;
    size_t octave = bucket / STATISTICS_STEPS - 1;
    size_t step = bucket % STATISTICS_STEPS + STATISTICS_STEPS;
    return (duration_ns)(((uint64_t)step + 1) << octave) * NS_PER_US;
}

void statistics_add(struct statistics *statistics, duration_ns value_ns)
{
    if (value_ns < 0)
        return;
    statistics->buckets[bucket_of((uint64_t)(value_ns / NS_PER_US))]++;
    statistics->count++;
    if (value_ns > statistics->maximum_ns)
        statistics->maximum_ns = value_ns;
}

duration_ns statistics_quantile(const struct statistics *statistics, double part)
{
    uint64_t wanted = (uint64_t)((double)statistics->count * part);
    uint64_t passed = 0;
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        passed += statistics->buckets[bucket];
        if (passed > wanted || (passed && passed == statistics->count))
            return upper_edge(bucket) < statistics->maximum_ns ? upper_edge(bucket)
                                                               : statistics->maximum_ns;
    }
    return 0;
}
