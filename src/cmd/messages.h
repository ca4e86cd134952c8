/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run says on standard error while it goes on. Saying it never holds the run up: where a
 * terminal is stopped (Ctrl-S) or nobody empties a pipe, messages are left out and counted.
 */
#ifndef CMD_MESSAGES_H
#define CMD_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * At the start of the program, with its first identity: a terminal or pipe is opened once more, so
 * that writing to it does not block and no other program notices. Without this call, or where that
 * is impossible, it is asked before each write whether it takes anything.
 */
void messages_open(void);

/*
 * Writes all of it, or as much as is taken and the rest before anything that follows. Returns:
 * false if nothing of it was taken; it is forgotten then, and not counted.
 */
bool messages_write(const char *chars, size_t length);

/* A line, "\n" is added. Counted if it is lost. */
void messages_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void messages_count_lost(void); /* one that messages_write did not take */

/* Returns: how many were lost, once and when a message would be taken; 0 otherwise. */
unsigned messages_lost(void);

#endif
