/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial numbers that were asked for, and the newest order for each. */
#include "observe/private.h"

#include <string.h>

static struct asked_serial *serial_find(struct segment_facts *segment, const char *serial)
{
    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++)
        if (segment->serials[i].index && strcmp(segment->serials[i].serial, serial) == 0)
            return &segment->serials[i];
    return NULL;
}

struct asked_serial *serials_get(struct observer *observer, const char *serial)
{
    struct segment_facts *segment = &observer->facts.segment;
    struct asked_serial *found = serial_find(segment, serial);

    if (!found) {
        found = &segment->serials[0];
        for (unsigned i = 0; i < SERIALS_MAXIMUM && found->index; i++)
            if (!segment->serials[i].index || segment->serials[i].newest_ns < found->newest_ns)
                found = &segment->serials[i];
        *found = (struct asked_serial){.index = ++segment->serial_index};
        memcpy(found->serial, serial, strlen(serial) + 1);
    }
    found->newest_ns = observer->now_ns;
    return found;
}

struct asked_serial *serials_find_order(struct observer *observer, const char *serial)
{
    struct asked_serial *own = serial_find(&observer->facts.segment, serial);
    struct asked_serial *wildcard = serial_find(&observer->facts.segment, RECM_WILDCARD_SERIAL);

    if (own && own->orders.total == 0)
        own = NULL;
    if (wildcard && wildcard->orders.total == 0)
        wildcard = NULL;
    if (!own || !wildcard)
        return own ? own : wildcard;
    return own->orders.newest_ns < wildcard->orders.newest_ns ? wildcard : own;
}
