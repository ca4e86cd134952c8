/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a cable's end. */
#ifndef BASE_LINK_H
#define BASE_LINK_H

enum link_state {
    LINK_NONE,    /* switched on, but the cable carries no link */
    LINK_UP,      /* frames can pass */
    LINK_DISABLED /* the interface is switched off: nothing is known of the cable */
};

#endif
