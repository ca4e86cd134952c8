/* SPDX-License-Identifier: BSD-2-Clause */
/* What CDP and LLDP have in common: texts cut to their room, and what kind of device speaks. */
#include "wire/neighbour.h"

#include "wire/neighbour_private.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

void neighbour_set_text(char ret[NEIGHBOUR_TEXT_SIZE], const uint8_t *bytes, size_t length)
{
    size_t copied = length < NEIGHBOUR_TEXT_SIZE - 1 ? length : NEIGHBOUR_TEXT_SIZE - 1;

    if (copied > 0)
        memcpy(ret, bytes, copied);
    ret[copied] = '\0';
}

static bool begins(const char *words, const char *word)
{
    return strncasecmp(words, word, strlen(word)) == 0;
}

/* "Cisco IP Phone SPA303" and "LINKSYS SPA8000" begin with what says nothing about the model. */
static const char *skip_vendor(const char *words)
{
    static const char *const vendors[] = {"cisco ",    "linksys ", "small business ", "ip phone ",
                                          "ip-phone ", "model ",   "series "};

    for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++)
        if (begins(words, vendors[i])) {
            words += strlen(vendors[i]);
            i = SIZE_MAX; /* once more from the first */
        }
    return words;
}

static bool is_one_of(const char *model, const char *const *models)
{
    for (; *models; models++)
        if (begins(model, *models) && !isdigit((unsigned char)model[strlen(*models)]))
            return true;
    return false;
}

enum neighbour_kind neighbour_kind_of(const char *words)
{
    static const char *const phones[] = {"SPA301", "SPA303", "SPA501", "SPA502",
                                         "SPA504", "SPA508", "SPA509", NULL};
    static const char *const adapters[] = {"SPA112",  "SPA122",  "SPA232",  "SPA1001", "SPA2000",
                                           "SPA2002", "SPA2100", "SPA2102", "SPA3000", "SPA3102",
                                           "SPA8000", "SPA8800", "PAP2",    NULL};
    const char *model = skip_vendor(words);

    if (is_one_of(model, phones))
        return NEIGHBOUR_PHONE;
    if (is_one_of(model, adapters) ||
        (begins(model, "ATA") && (isdigit((unsigned char)model[3]) || model[3] == ' ')))
        return NEIGHBOUR_ADAPTER;
    if ((begins(model, "SPA") || begins(model, "CP-") || begins(model, "WIP")) &&
        isdigit((unsigned char)model[3]))
        return NEIGHBOUR_OTHER_PHONE;
    return NEIGHBOUR_OTHER;
}

void neighbour_judge_kind(struct neighbour_message *message)
{
    enum neighbour_kind kind = neighbour_kind_of(message->platform);

    if (kind != NEIGHBOUR_OTHER)
        message->kind = kind;
    else if (message->kind == NEIGHBOUR_OTHER && message->from_phone)
        message->kind = NEIGHBOUR_OTHER_PHONE;
}
