/* SPDX-License-Identifier: BSD-2-Clause */
/* One error as a value: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *ret, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    ret->kind = kind;
    va_start(arguments, format);
    vsnprintf(ret->text, sizeof ret->text, format, arguments);
    va_end(arguments);
    size_t length = strlen(ret->text);
    if (length > 0 && ret->text[length - 1] == '\n')
        ret->text[length - 1] = '\0';
    return false;
}
