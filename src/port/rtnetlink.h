/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to the kernel about its network interfaces (rtnetlink, rtnetlink(7)), and its answers.
 *
 * There are two ways to speak it: libmnl, and a plain socket where there is no libmnl to link (the
 * static program: docs/release.md). Both are in a build that has libmnl, so that a test can hold
 * them against each other; callers ask for rtnetlink_of_this_build.
 */
#ifndef PORT_RTNETLINK_H
#define PORT_RTNETLINK_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One message: its kind (RTM_NEWLINK, ...) and what follows the netlink header. */
struct rtnetlink_message {
    uint16_t type;
    const void *body; /* the structure of its kind (struct ifinfomsg, ...), then attributes */
    size_t size;      /* of the body, in bytes */
};

/* One attribute: its kind (IFLA_MTU, ...) and its value. */
struct rtnetlink_attribute {
    uint16_t type; /* without the flag of nesting */
    const void *value;
    size_t size; /* bytes */
};

/* Takes one message or attribute. Returns: false with errno set to end the reading. */
typedef bool (*rtnetlink_message_taker)(const struct rtnetlink_message *message, void *context);
typedef void (*rtnetlink_attribute_taker)(const struct rtnetlink_attribute *attribute,
                                          void *context);

enum rtnetlink_status {
    RTNETLINK_MORE,    /* messages were taken (or none was for us): there may be more */
    RTNETLINK_DONE,    /* the kernel says that its list is complete */
    RTNETLINK_NOTHING, /* nothing has come: only where reading does not wait */
    RTNETLINK_FAILED, /* errno says why: ENODEV = no such interface, ENOBUFS = messages were lost */
};

struct rtnetlink; /* a socket */

struct rtnetlink_way {
    const char *name; /* "libmnl", "plain" */

    /*
     * `groups`: RTMGRP_LINK or 0; `waits`: whether read waits for an answer.
     * Returns: to be closed with close; NULL with errno.
     */
    struct rtnetlink *(*open)(unsigned groups, bool waits);
    void (*close)(struct rtnetlink *rtnetlink); /* NULL is allowed */
    int (*descriptor)(const struct rtnetlink *rtnetlink);

    /*
     * Asks one question (its answer is to be read before the next one) of the kind `type`
     * (RTM_GETLINK, RTM_GETADDR) with the structure `body` of `size` bytes (at most 64); `lists`:
     * about all there are. Returns: false with errno.
     */
    bool (*ask)(struct rtnetlink *rtnetlink, uint16_t type, const void *body, size_t size,
                bool lists);

    /* Hands what one datagram of the kernel says to `take`. */
    enum rtnetlink_status (*read)(struct rtnetlink *rtnetlink, rtnetlink_message_taker take,
                                  void *context);

    /* The attributes behind the first `header_size` bytes of a message's body. */
    void (*attributes)(const struct rtnetlink_message *message, size_t header_size,
                       rtnetlink_attribute_taker take, void *context);
    /* The attributes inside one. */
    void (*nested)(const struct rtnetlink_attribute *attribute, rtnetlink_attribute_taker take,
                   void *context);
};

extern const struct rtnetlink_way rtnetlink_plain;
#ifdef HAVE_LIBMNL
extern const struct rtnetlink_way rtnetlink_libmnl;
#define rtnetlink_of_this_build (&rtnetlink_libmnl)
#else
#define rtnetlink_of_this_build (&rtnetlink_plain)
#endif

/* Store an attribute's value; one of another size leaves `ret` as it is. */
void rtnetlink_store_u8(uint8_t *ret, const struct rtnetlink_attribute *attribute);
void rtnetlink_store_u32(uint32_t *ret, const struct rtnetlink_attribute *attribute);
/* Cut to `size` bytes, with a zero at its end. */
void rtnetlink_store_text(char *ret, size_t size, const struct rtnetlink_attribute *attribute);

#endif
