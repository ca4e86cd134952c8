/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One error as a value: what kind (decides the exit status) and one sentence for the user that
 * names what, where and what was expected. Functions that can fail take `struct error *ret_error`
 * (never NULL) as last parameter, fill it and return false or NULL; outputs stay untouched.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#define ERROR_TEXT_SIZE 1024

/* The numbers are the exit status of the program (docs: command line, exit status). */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_USAGE = 2,       /* the command line */
    ERROR_ENVIRONMENT = 3, /* interface, permission, carrier, memory */
    ERROR_INPUT = 4,       /* a trace or an image */
};

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_SIZE]; /* no newline at the end; may hold several lines */
    char expected[256];         /* what would have been right, for programs; "": the text says it */
};

/* Fills `ret`; text that does not fit is cut, and so is a newline at its end. Returns: false, so
 * that `return error_set(...)` reads well. */
bool error_set(struct error *ret, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, and what would have been right. */
bool error_set_expected(struct error *ret, enum error_kind kind, const char *expected,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
