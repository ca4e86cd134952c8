/* SPDX-License-Identifier: BSD-2-Clause */
/* Values by their kind: see value.h. */
#include "cmd/options/value.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAXIMUM (365.0 * 86400.0)
#define VALUE_SHOWN     128 /* bytes of an escaped value */

bool value_refused(struct error *ret_error, const struct option_row *row, const char *text,
                   const char *wanted)
{
    char escaped[VALUE_SHOWN];
    return error_set_expected(ret_error, ERROR_USAGE, wanted, "--%s: '%s' is not %s", row->name,
                              text_escape(text, strlen(text), escaped, sizeof escaped), wanted);
}

bool value_refused_because(struct error *ret_error, const struct option_row *row,
                           const struct error *cause)
{
    return error_set(ret_error, ERROR_USAGE, "--%s: %s", row->name, cause->text);
}

/* A decimal number without sign, exponent of two, infinity and the like. */
static bool take_decimal(const char *text, double *ret)
{
    char *end;
    if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
        return false;
    errno = 0;
    double value = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || strpbrk(text, "xXpPnN"))
        return false;
    *ret = value;
    return true;
}

bool value_seconds(const char *text, duration_ns *ret)
{
    double seconds;
    if (!take_decimal(text, &seconds) || seconds > SECONDS_MAXIMUM)
        return false;
    *ret = (duration_ns)(seconds * (double)NS_PER_S + 0.5);
    return true;
}

bool value_number(const char *text, unsigned minimum, unsigned maximum, unsigned *ret)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
        return false;
    unsigned long value = strtoul(text, NULL, 10);
    if (value < minimum || value > maximum)
        return false;
    *ret = (unsigned)value;
    return true;
}

static bool take_number(void *field, const struct option_row *row, const char *text,
                        struct error *ret_error)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "a whole number from %.0f to %.0f", row->minimum, row->maximum);
    return value_number(text, (unsigned)row->minimum, (unsigned)row->maximum, field) ||
           value_refused(ret_error, row, text, wanted);
}

static bool take_factor(double *field, const struct option_row *row, const char *text,
                        struct error *ret_error)
{
    char wanted[64];
    double value;
    snprintf(wanted, sizeof wanted, "a factor from %g to %g, like 10", row->minimum, row->maximum);
    if (!take_decimal(text, &value) || value < row->minimum || value > row->maximum)
        return value_refused(ret_error, row, text, wanted);
    *field = value;
    return true;
}

static bool take_seconds(duration_ns *field, const struct option_row *row, const char *text,
                         struct error *ret_error)
{
    char wanted[64] = "a number of seconds, like 90 or 1.5";
    duration_ns value;
    if (row->minimum > 0)
        snprintf(wanted, sizeof wanted, "a number of seconds of at least %g, like 1.5",
                 row->minimum);
    if (!value_seconds(text, &value) || (double)value < row->minimum * (double)NS_PER_S)
        return value_refused(ret_error, row, text, wanted);
    *field = value;
    return true;
}

static bool take_choice(unsigned *field, const struct option_row *row, const char *text,
                        struct error *ret_error)
{
    unsigned place = 0;
    struct text wanted = TEXT_EMPTY;
    for (const char *word = row->argument; *word; place++) {
        size_t length = strcspn(word, "|");
        if (length == strlen(text) && memcmp(word, text, length) == 0) {
            *field = place;
            text_free(&wanted);
            return true;
        }
        text_add(&wanted, "%s%.*s", place ? ", " : "one of ", (int)length, word);
        word += length + (word[length] == '|');
    }
    value_refused(ret_error, row, text, text_chars(&wanted));
    text_free(&wanted);
    return false;
}

bool value_take(struct options *options, const struct option_row *row, const char *text,
                struct error *ret_error)
{
    void *field = (char *)options + row->offset;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_COUNT:
        ++*(unsigned *)field;
        return true;
    case OPTION_NEW_FILE:
        if (!text[0] || strcmp(text, "-") == 0)
            return value_refused(ret_error, row, text, "the name of a file");
        *(const char **)field = text;
        return true;
    case OPTION_TEXT:
        *(const char **)field = text;
        return true;
    case OPTION_NUMBER:
        return take_number(field, row, text, ret_error);
    case OPTION_FACTOR:
        return take_factor(field, row, text, ret_error);
    case OPTION_SECONDS:
        return take_seconds(field, row, text, ret_error);
    case OPTION_CHOICE:
        return take_choice(field, row, text, ret_error);
    case OPTION_OPERAND:
        options->operands[options->operand_count++] = text; /* room for argc */
        return true;
    case OPTION_IGNORED:
        return true;
    case OPTION_OWN:
        return row->take(options, row, text, ret_error);
    }
    return false;
}
