/* SPDX-License-Identifier: BSD-2-Clause */
/* The link state of one interface: see carrier.h. */
#include "port/carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MESSAGE_BYTES 32768 /* at least one kernel message of a link with all its attributes */

struct carrier {
    struct mnl_socket *socket;
    int index;
    enum carrier_state state;
    uint8_t buffer[MESSAGE_BYTES];
};

static int read_attribute(const struct nlattr *attribute, void *context)
{
    if (mnl_attr_get_type(attribute) == IFLA_CARRIER &&
        mnl_attr_validate(attribute, MNL_TYPE_U8) >= 0)
        *(bool *)context = mnl_attr_get_u8(attribute) != 0;
    return MNL_CB_OK;
}

static int read_message(const struct nlmsghdr *header, void *context)
{
    struct carrier *carrier = context;
    if (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK)
        return MNL_CB_OK;
    const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
    /* Messages of the bridge family speak of the membership in a bridge, not of the interface. */
    if (link->ifi_index != carrier->index || link->ifi_family != AF_UNSPEC)
        return MNL_CB_OK;
    bool has_carrier = false;
    mnl_attr_parse(header, sizeof *link, read_attribute, &has_carrier);
    if (header->nlmsg_type == RTM_DELLINK)
        carrier->state = CARRIER_REMOVED;
    else if (!(link->ifi_flags & IFF_UP))
        carrier->state = CARRIER_DISABLED;
    else
        carrier->state = has_carrier ? CARRIER_PRESENT : CARRIER_ABSENT;
    return MNL_CB_OK;
}

/* Asks for the present state; the answer comes like every other message. */
static bool request_state(struct carrier *carrier)
{
    uint8_t buffer[128];
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    header->nlmsg_type = RTM_GETLINK;
    header->nlmsg_flags = NLM_F_REQUEST;
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(header, sizeof *link);
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = carrier->index;
    return mnl_socket_sendto(carrier->socket, header, header->nlmsg_len) >= 0;
}

struct carrier *carrier_open(int index, struct error *ret_error)
{
    struct carrier *carrier = calloc(1, sizeof *carrier);
    if (carrier) {
        carrier->index = index;
        carrier->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }
    if (!carrier || !carrier->socket ||
        mnl_socket_bind(carrier->socket, RTMGRP_LINK, MNL_SOCKET_AUTOPID) != 0 ||
        !request_state(carrier)) {
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
    if (carrier->socket)
        mnl_socket_close(carrier->socket);
    free(carrier);
}

int carrier_descriptor(const struct carrier *carrier)
{
    return mnl_socket_get_fd(carrier->socket);
}

enum carrier_state carrier_read(struct carrier *carrier)
{
    for (;;) {
        ssize_t length =
            mnl_socket_recvfrom(carrier->socket, carrier->buffer, sizeof carrier->buffer);
        if (length > 0) {
            int status = mnl_cb_run(carrier->buffer, (size_t)length, 0, 0, read_message, carrier);
            /* The kernel's answer to a question about an interface that is gone. */
            if (status == MNL_CB_ERROR && errno == ENODEV)
                carrier->state = CARRIER_REMOVED;
            continue;
        }
        /* Messages were lost in a burst: ask again, the answer is the whole truth. */
        if (length < 0 && errno == ENOBUFS && request_state(carrier))
            continue;
        if (length < 0 && errno == EINTR)
            continue;
        return carrier->state;
    }
}

enum carrier_state carrier_ask(struct carrier *carrier)
{
    request_state(carrier); /* if it cannot be asked, what it said last still counts */
    return carrier_read(carrier);
}
