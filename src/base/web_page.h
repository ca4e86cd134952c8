/* SPDX-License-Identifier: BSD-2-Clause */
/* A web page that was saved under the name of the file that was wanted. */
#ifndef BASE_WEB_PAGE_H
#define BASE_WEB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a file begins as HTML, behind a byte order mark, blank lines, comments, in UTF-8 or
 * UTF-16. A few hundred bytes are enough. */
bool web_page_begins(const uint8_t *bytes, size_t length);

#endif
