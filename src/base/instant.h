/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time as a number: nanoseconds since 1970 (a trace, a live interface) or since any start (a
 * simulation). Nothing at or below this layer reads a clock; `now_ns` is always a parameter.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdint.h>

typedef int64_t instant_ns;  /* a point in time */
typedef int64_t duration_ns; /* a length of time */

#define NS_PER_S      INT64_C(1000000000)
#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_US     INT64_C(1000)
#define INSTANT_NEVER INT64_MAX /* a deadline that never comes */

static inline instant_ns instant_earlier(instant_ns a, instant_ns b)
{
    return a < b ? a : b;
}

#endif
