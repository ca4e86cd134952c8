/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link state of one interface, followed by netlink: cable plugged and unplugged,
 * interface switched off, interface removed. It reports changes only.
 */
#ifndef PORT_CARRIER_H
#define PORT_CARRIER_H

#include "base/error.h"
#include "port/rtnetlink.h"

#include <stdbool.h>

enum carrier_state {
    CARRIER_UNKNOWN,  /* not yet told by the kernel */
    CARRIER_DISABLED, /* the interface is switched off */
    CARRIER_ABSENT,   /* switched on, no link: no cable, or nothing alive at its other end */
    CARRIER_PRESENT,
    CARRIER_REMOVED, /* the interface does not exist any more */
};

struct carrier;

/*
 * `way`: how netlink is spoken (rtnetlink_of_this_build). `index` is the kernel's number of the
 * interface. The first report is its present state. Returns: to be freed with carrier_close; NULL
 * with ret_error.
 */
struct carrier *carrier_open(const struct rtnetlink_way *way, int index, struct error *ret_error);
void carrier_close(struct carrier *carrier); /* NULL is allowed */

/* Returns: a descriptor that is readable when carrier_read has something to read. */
int carrier_descriptor(const struct carrier *carrier);

/* Reads what the kernel has said, without waiting. Returns: the present state. */
enum carrier_state carrier_read(struct carrier *carrier);

/* The same, after asking the kernel anew: the capture may know of a removal before netlink says it.
 */
enum carrier_state carrier_ask(struct carrier *carrier);

#endif
