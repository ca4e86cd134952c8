/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a capture file. Built with libFuzzer (--enable-fuzzers); seeds:
 * tests/golden/spoil.py all. tests/unit/test_capture_mutations does the same with a fixed seed
 * wherever the tests run.
 */
#include "tests/fuzz/capture_invariants.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = capture_broken_invariant(data, size);

    if (broken != NULL) {
        fprintf(stderr, "%s\n", broken);
        abort();
    }
    return 0;
}
