/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a frame: the first two say how many bytes the capture lacks. Built with libFuzzer
 * (--enable-fuzzers). tests/unit/test_wire_mutations does the same with a fixed seed wherever the
 * tests run.
 */
#include "base/bytes.h"
#include "frame_invariants.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken;

    if (size < 2)
        return 0;
    broken = frame_broken_invariant(data + 2, size - 2, size - 2 + bytes_load_be16(data) % 2048);
    if (broken != NULL) {
        fprintf(stderr, "%s\n", broken);
        abort();
    }
    return 0;
}
