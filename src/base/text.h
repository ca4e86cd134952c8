/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that grows, and text from the network made harmless.
 *
 * A `struct text` owns its memory: start with TEXT_EMPTY, end with text_free. When memory runs out
 * the process aborts: nothing sensible can be reported without memory.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *chars;   /* NUL-terminated; NULL while empty */
    size_t length; /* without the NUL */
    size_t capacity;
};

#define TEXT_EMPTY ((struct text){0})

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As vprintf: `arguments` are used up. */
void text_add_list(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
void text_add_bytes(struct text *text, const char *chars, size_t length);
/* Returns: the NUL-terminated contents, "" while empty; valid until the text changes. */
const char *text_chars(const struct text *text);
void text_free(struct text *text);

/*
 * Copies `length` bytes from the network into `ret` (capacity `size`, at least 1), each control or
 * non-ASCII byte and the backslash as \xNN, cut with NUL where the room ends. Returns: ret.
 */
char *text_escape(const void *bytes, size_t length, char *ret, size_t size);

/* The name of a file as it may be printed, for use within one expression: path_shown(path).text. */
struct path_text {
    char text[512];
};
struct path_text path_shown(const char *path);

#endif
