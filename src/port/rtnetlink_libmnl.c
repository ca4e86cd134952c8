/* SPDX-License-Identifier: BSD-2-Clause */
/* rtnetlink by libmnl: see rtnetlink.h. */
#include "port/rtnetlink.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_BYTES   32768 /* libmnl: MNL_SOCKET_DUMP_SIZE */
#define QUESTION_BYTES 128   /* with its header */

struct rtnetlink {
    struct mnl_socket *socket;
    uint8_t answer[ANSWER_BYTES];
};

/* The caller's function, for libmnl's callbacks. */
struct message_target {
    rtnetlink_message_taker take;
    void *context;
};
struct attribute_target {
    rtnetlink_attribute_taker take;
    void *context;
};

static void mnl_way_close(struct rtnetlink *rtnetlink)
{
    if (!rtnetlink)
        return;
    if (rtnetlink->socket)
        mnl_socket_close(rtnetlink->socket);
    free(rtnetlink);
}

static struct rtnetlink *mnl_way_open(unsigned groups, bool waits)
{
    struct rtnetlink *rtnetlink = calloc(1, sizeof *rtnetlink);
    if (!rtnetlink)
        return NULL;
    rtnetlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | (waits ? 0 : SOCK_NONBLOCK));
    if (rtnetlink->socket && mnl_socket_bind(rtnetlink->socket, groups, MNL_SOCKET_AUTOPID) == 0)
        return rtnetlink;
    int saved = errno;
    mnl_way_close(rtnetlink);
    errno = saved;
    return NULL;
}

static int mnl_way_descriptor(const struct rtnetlink *rtnetlink)
{
    return mnl_socket_get_fd(rtnetlink->socket);
}

static bool mnl_way_ask(struct rtnetlink *rtnetlink, uint16_t type, const void *body, size_t size,
                        bool lists)
{
    _Alignas(struct nlmsghdr) uint8_t buffer[QUESTION_BYTES];
    if (size + (size_t)NLMSG_HDRLEN > sizeof buffer) {
        errno = EINVAL;
        return false;
    }
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (lists ? NLM_F_DUMP : 0));
    memcpy(mnl_nlmsg_put_extra_header(header, size), body, size);
    return mnl_socket_sendto(rtnetlink->socket, header, header->nlmsg_len) >= 0;
}

static int take_message(const struct nlmsghdr *header, void *context)
{
    const struct message_target *target = context;
    struct rtnetlink_message message = {header->nlmsg_type, mnl_nlmsg_get_payload(header),
                                        mnl_nlmsg_get_payload_len(header)};
    return target->take(&message, target->context) ? MNL_CB_OK : MNL_CB_ERROR;
}

static enum rtnetlink_status mnl_way_read(struct rtnetlink *rtnetlink, rtnetlink_message_taker take,
                                          void *context)
{
    ssize_t length;
    do
        length =
            mnl_socket_recvfrom(rtnetlink->socket, rtnetlink->answer, sizeof rtnetlink->answer);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return errno == EAGAIN ? RTNETLINK_NOTHING : RTNETLINK_FAILED;
    struct message_target target = {take, context};
    /* Numbers are not compared: an announcement may carry those of whoever caused it. */
    int status = mnl_cb_run(rtnetlink->answer, (size_t)length, 0, 0, take_message, &target);
    if (status == MNL_CB_ERROR)
        return RTNETLINK_FAILED;
    return status == MNL_CB_STOP ? RTNETLINK_DONE : RTNETLINK_MORE;
}

static int take_attribute(const struct nlattr *attribute, void *context)
{
    const struct attribute_target *target = context;
    struct rtnetlink_attribute taken = {.type = mnl_attr_get_type(attribute),
                                        .value = mnl_attr_get_payload(attribute),
                                        .size = mnl_attr_get_payload_len(attribute)};
    target->take(&taken, target->context);
    return MNL_CB_OK;
}

static void mnl_way_attributes(const struct rtnetlink_message *message, size_t header_size,
                               rtnetlink_attribute_taker take, void *context)
{
    struct attribute_target target = {take, context};
    size_t skipped = NLMSG_ALIGN(header_size);
    if (message->size >= skipped)
        mnl_attr_parse_payload((const uint8_t *)message->body + skipped, message->size - skipped,
                               take_attribute, &target);
}

static void mnl_way_nested(const struct rtnetlink_attribute *attribute,
                           rtnetlink_attribute_taker take, void *context)
{
    struct attribute_target target = {take, context};
    mnl_attr_parse_payload(attribute->value, attribute->size, take_attribute, &target);
}

const struct rtnetlink_way rtnetlink_libmnl = {
    .name = "libmnl",
    .open = mnl_way_open,
    .close = mnl_way_close,
    .descriptor = mnl_way_descriptor,
    .ask = mnl_way_ask,
    .read = mnl_way_read,
    .attributes = mnl_way_attributes,
    .nested = mnl_way_nested,
};
