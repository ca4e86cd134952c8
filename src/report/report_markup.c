/* SPDX-License-Identifier: BSD-2-Clause */
/* Text from the network inside HTML: see report_rows.h. */
#include "report/report_rows.h"

#include <string.h>

void page_html_text(struct text *ret, const char *chars)
{
    while (*chars) {
        size_t plain = strcspn(chars, "&<>\"'");
        text_add_bytes(ret, chars, plain);
        chars += plain;
        if (*chars)
            text_add(ret, "&#%d;", *chars++);
    }
}
