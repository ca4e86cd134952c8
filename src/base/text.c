/* SPDX-License-Identifier: BSD-2-Clause */
/* Growing text and escaping: see text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text_reserve(struct text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    char *chars = realloc(text->chars, capacity);
    if (!chars)
        abort();
    text->chars = chars;
    text->capacity = capacity;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_add_list(text, format, arguments);
    va_end(arguments);
}

void text_add_list(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length > 0) {
        text_reserve(text, (size_t)length);
        vsnprintf(text->chars + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_add_bytes(struct text *text, const char *chars, size_t length)
{
    text_reserve(text, length);
    if (length > 0)
        memcpy(text->chars + text->length, chars, length);
    text->length += length;
    text->chars[text->length] = '\0';
}

const char *text_chars(const struct text *text)
{
    return text->chars ? text->chars : "";
}

void text_free(struct text *text)
{
    free(text->chars);
    *text = TEXT_EMPTY;
}

char *text_escape(const void *bytes, size_t length, char *ret, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (from[i] >= 0x20 && from[i] < 0x7f && from[i] != '\\') {
            if (used + 1 >= size)
                break;
            ret[used++] = (char)from[i];
        } else {
            if (used + 4 >= size)
                break;
            ret[used++] = '\\';
            ret[used++] = 'x';
            ret[used++] = digits[from[i] >> 4];
            ret[used++] = digits[from[i] & 15];
        }
    }
    ret[used] = '\0';
    return ret;
}

struct path_text path_shown(const char *path)
{
    struct path_text shown;
    text_escape(path, strlen(path), shown.text, sizeof shown.text);
    return shown;
}
