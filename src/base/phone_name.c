/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of phones: see phone_name.h. */
#include "base/phone_name.h"

#include <string.h>

bool phone_name_is(const struct phone_name *name, const char *serial, const struct mac_address *mac)
{
    if (!name->serial)
        return mac_equal(&name->mac, mac);
    return serial && strcmp(name->serial, serial) == 0;
}

const char *phone_name_text(const struct phone_name *name, struct mac_text *ret)
{
    *ret = mac_format(&name->mac);
    return name->serial ? name->serial : ret->text;
}
