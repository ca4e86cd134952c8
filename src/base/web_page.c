/* SPDX-License-Identifier: BSD-2-Clause */
/* How web pages begin: see web_page.h. */
#include "base/web_page.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LOOKED_AT 4096 /* bytes: login pages begin with long comments */

static const char *skip_blank(const char *text, const char *end)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    return text;
}

static bool begins_with(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - text) >= length && strncasecmp(text, word, length) == 0;
}

/* Skips comments and processing instructions. Returns: NULL where one has no end. */
static const char *skip_preamble(const char *text, const char *end)
{
    for (;;) {
        text = skip_blank(text, end);
        bool is_comment = begins_with(text, end, "<!--");
        if (!is_comment && !begins_with(text, end, "<?xml"))
            return text;
        const char *mark = is_comment ? "-->" : "?>";
        const char *close = memmem(text, (size_t)(end - text), mark, strlen(mark));
        if (!close)
            return NULL;
        text = close + strlen(mark);
    }
}

static bool is_page(const char *text, const char *end)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head",  "<body",
                                         "<script",        "<meta", "<title", NULL};
    bool began_with_comment = begins_with(skip_blank(text, end), end, "<!--");

    text = skip_preamble(text, end);
    if (!text)
        return began_with_comment; /* nothing else begins with a comment as long as that */
    for (size_t i = 0; starts[i]; i++)
        if (begins_with(text, end, starts[i]))
            return true;
    return false;
}

bool web_page_begins(const uint8_t *bytes, size_t length)
{
    char text[LOOKED_AT];
    size_t used = 0;
    bool is_utf16 = length >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) ||
                                    (bytes[0] == 0xfe && bytes[1] == 0xff));

    if (is_utf16) {
        for (size_t i = 2; i < length && used < sizeof text; i++)
            if (bytes[i] != 0)
                text[used++] = (char)bytes[i];
        return is_page(text, text + used);
    }
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    used = length < sizeof text ? length : sizeof text;
    if (used > 0)
        memcpy(text, bytes, used);
    return is_page(text, text + used);
}
