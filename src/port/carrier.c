/* SPDX-License-Identifier: BSD-2-Clause */
/* The link state of one interface: see carrier.h. */
#include "port/carrier.h"

#include "port/rtnetlink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct carrier {
    const struct rtnetlink_way *way;
    struct rtnetlink *rtnetlink;
    int index;
    enum carrier_state state;
};

static void read_attribute(const struct rtnetlink_attribute *attribute, void *context)
{
    if (attribute->type == IFLA_CARRIER)
        rtnetlink_store_u8(context, attribute);
}

static bool read_message(const struct rtnetlink_message *message, void *context)
{
    struct carrier *carrier = context;
    struct ifinfomsg link;
    if ((message->type != RTM_NEWLINK && message->type != RTM_DELLINK) ||
        message->size < sizeof link)
        return true;
    memcpy(&link, message->body, sizeof link);
    /* Messages of the bridge family speak of the membership in a bridge, not of the interface. */
    if (link.ifi_index != carrier->index || link.ifi_family != AF_UNSPEC)
        return true;
    uint8_t has_carrier = 0;
    carrier->way->attributes(message, sizeof link, read_attribute, &has_carrier);
    if (message->type == RTM_DELLINK)
        carrier->state = CARRIER_REMOVED;
    else if (!(link.ifi_flags & IFF_UP))
        carrier->state = CARRIER_DISABLED;
    else
        carrier->state = has_carrier ? CARRIER_PRESENT : CARRIER_ABSENT;
    return true;
}

/* Asks for the present state; the answer comes like every other message. */
static bool request_state(struct carrier *carrier)
{
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = carrier->index};
    return carrier->way->ask(carrier->rtnetlink, RTM_GETLINK, &link, sizeof link, false);
}

struct carrier *carrier_open(const struct rtnetlink_way *way, int index, struct error *ret_error)
{
    struct carrier *carrier = calloc(1, sizeof *carrier);
    if (carrier)
        *carrier = (struct carrier){
            .way = way, .index = index, .rtnetlink = way->open(RTMGRP_LINK, false)};
    if (!carrier || !carrier->rtnetlink || !request_state(carrier)) {
        error_set(ret_error, ERROR_ENVIRONMENT, "cannot follow the link state (netlink): %s",
                  strerror(errno));
        carrier_close(carrier);
        return NULL;
    }
    return carrier;
}

void carrier_close(struct carrier *carrier)
{
    if (!carrier)
        return;
    carrier->way->close(carrier->rtnetlink);
    free(carrier);
}

int carrier_descriptor(const struct carrier *carrier)
{
    return carrier->way->descriptor(carrier->rtnetlink);
}

enum carrier_state carrier_read(struct carrier *carrier)
{
    for (;;) {
        switch (carrier->way->read(carrier->rtnetlink, read_message, carrier)) {
        case RTNETLINK_MORE:
        case RTNETLINK_DONE:
            continue;
        case RTNETLINK_NOTHING:
            return carrier->state;
        case RTNETLINK_FAILED:
            break;
        }
        if (errno == ENODEV) /* the answer to a question about an interface that is gone */
            carrier->state = CARRIER_REMOVED;
        /* Messages were lost in a burst: ask again, the answer is the whole truth. */
        else if (errno != ENOBUFS || !request_state(carrier))
            return carrier->state;
    }
}

enum carrier_state carrier_ask(struct carrier *carrier)
{
    request_state(carrier); /* if it cannot be asked, what it said last still counts */
    return carrier_read(carrier);
}
