/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far the transfer of each phone was when that was last shown. Bounded: a flood of invented
 * transfers makes the oldest be forgotten, and then a figure may be shown twice.
 */
#ifndef CMD_PROGRESS_PERCENTS_H
#define CMD_PROGRESS_PERCENTS_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>

#define PERCENTS_MAXIMUM 1024

struct phone_percent;

struct percents {
    struct phone_percent *entries; /* in the order in which they came */
};

/*
 * Notes that the phone `mac` is at `percent`. Returns: true if that is more than was noted of it
 * last. Aborts without memory.
 */
bool percents_raise(struct percents *percents, const struct mac_address *mac, unsigned percent);
/* How many phones are remembered: those that are under way, PERCENTS_MAXIMUM at most. */
size_t percents_count(const struct percents *percents);
void percents_free(struct percents *percents);

#endif
