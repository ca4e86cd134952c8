/* SPDX-License-Identifier: BSD-2-Clause */
/* One error as a value: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *ret, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    ret->kind = kind;
    va_start(arguments, format);
    vsnprintf(ret->text, sizeof ret->text, format, arguments);
    va_end(arguments);
    return false;
}
