/* SPDX-License-Identifier: BSD-2-Clause */
/* How a user names a phone: by the serial number or the MAC address on its label. */
#ifndef BASE_PHONE_NAME_H
#define BASE_PHONE_NAME_H

#include "base/address.h"

struct phone_name {
    const char *serial;     /* NULL: by `mac`. Whoever fills this says who owns it */
    struct mac_address mac; /* zero beside a serial number */
};

#endif
