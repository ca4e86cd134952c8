/* SPDX-License-Identifier: BSD-2-Clause */
/* How many bytes of the heap are in use, with the address sanitizer or without. */
#ifndef SUPPORT_HEAP_H
#define SUPPORT_HEAP_H

#include "port/sanitized.h"

#include <malloc.h>
#include <stddef.h>

#if HAS_SANITIZER
/* Of the sanitizer's interface; not every compiler brings the header. */
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

static inline size_t heap_in_use(void)
{
#if HAS_SANITIZER
    return __sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
#endif
}

#endif
