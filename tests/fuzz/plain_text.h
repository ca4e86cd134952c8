/* SPDX-License-Identifier: BSD-2-Clause */
/* What every sentence of this program keeps to, whatever it was told. */
#ifndef TESTS_FUZZ_PLAIN_TEXT_H
#define TESTS_FUZZ_PLAIN_TEXT_H

#include <stdbool.h>

/* Printable ASCII, and ends of lines. */
static inline bool is_plain_text(const char *text)
{
    for (; *text; text++)
        if ((*text < ' ' && *text != '\n') || *text > '~')
            return false;
    return true;
}

#endif
