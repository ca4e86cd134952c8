/* SPDX-License-Identifier: BSD-2-Clause */
/* What CDP and LLDP have in common: texts cut to their room, and the names of SPA phones. */
#include "wire/neighbour.h"

#include "wire/neighbour_private.h"

#include <ctype.h>
#include <string.h>

void neighbour_set_text(char ret[NEIGHBOUR_TEXT_SIZE], const uint8_t *bytes, size_t length)
{
    size_t copied = length < NEIGHBOUR_TEXT_SIZE - 1 ? length : NEIGHBOUR_TEXT_SIZE - 1;

    if (copied > 0)
        memcpy(ret, bytes, copied);
    ret[copied] = '\0';
}

/* "SPA504G", "Cisco IP Phone SPA303": SPA and a digit, so that no other word is taken for it. */
static bool text_names_spa(const char *text)
{
    for (const char *at = strstr(text, "SPA"); at != NULL; at = strstr(at + 1, "SPA"))
        if (isdigit((unsigned char)at[3]))
            return true;
    return false;
}

void neighbour_judge_names(struct neighbour_message *message)
{
    message->names_spa = text_names_spa(message->device) || text_names_spa(message->platform) ||
                         text_names_spa(message->software);
}
