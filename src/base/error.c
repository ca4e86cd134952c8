/* SPDX-License-Identifier: BSD-2-Clause */
/* One error as a value: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static void set(struct error *ret, enum error_kind kind,
                                                      const char *expected, const char *format,
                                                      va_list arguments)
{
    ret->kind = kind;
    vsnprintf(ret->text, sizeof ret->text, format, arguments);
    snprintf(ret->expected, sizeof ret->expected, "%s", expected);
    size_t length = strlen(ret->text);
    if (length > 0 && ret->text[length - 1] == '\n')
        ret->text[length - 1] = '\0';
}

bool error_set(struct error *ret, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(ret, kind, "", format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_expected(struct error *ret, enum error_kind kind, const char *expected,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(ret, kind, expected, format, arguments);
    va_end(arguments);
    return false;
}
