/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as what a run hears. Built with libFuzzer (--enable-fuzzers); seeds:
 * tests/unit/test_station_mutations DIRECTORY writes them.
 */
#include "tests/fuzz/station_invariants.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = station_broken_invariant(data, size);

    if (broken != NULL) {
        fprintf(stderr, "%s\n", broken);
        abort();
    }
    return 0;
}
