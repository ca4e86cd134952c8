/* SPDX-License-Identifier: BSD-2-Clause */
/* Who asks for phones from a place whose frames no phone hears: a virtual machine, Docker, a VPN.
 */
#ifndef JUDGE_ASKER_H
#define JUDGE_ASKER_H

#include "base/address.h"
#include "base/text.h"

#include <stdbool.h>

/*
 * Judges MAC and IPv4 address of a host that sends recovery messages. Appends a sentence to
 * `ret_why` and what to do to `ret_advice`. Returns: false, with nothing appended, for an ordinary
 * host.
 */
bool asker_is_remote(const struct mac_address *mac, uint32_t ip, struct text *ret_why,
                     struct text *ret_advice);

#endif
