/* SPDX-License-Identifier: BSD-2-Clause */
/* How a user names a phone: by the serial number or the MAC address on its label. */
#ifndef BASE_PHONE_NAME_H
#define BASE_PHONE_NAME_H

#include "base/address.h"

#include <stdbool.h>

struct phone_name {
    const char *serial;     /* NULL: by `mac`. Whoever fills this says who owns it */
    struct mac_address mac; /* zero beside a serial number */
};

/*
 * Is it the phone of this name? `serial`: what the phone says of itself, NULL while it has not
 * answered. Serial numbers are compared byte for byte, as the phone does.
 */
bool phone_name_is(const struct phone_name *name, const char *serial,
                   const struct mac_address *mac);
/* As the user wrote it, not escaped. Returns: the serial number, or the address in `ret`. */
const char *phone_name_text(const struct phone_name *name, struct mac_text *ret);

#endif
