/* SPDX-License-Identifier: BSD-2-Clause */
/* rtnetlink by a plain socket, and the values of attributes: see rtnetlink.h. */
#include "port/rtnetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES   32768 /* what the kernel puts into one datagram of a list at most */
#define QUESTION_BYTES 64

struct rtnetlink {
    int descriptor;
    uint8_t answer[ANSWER_BYTES];
};

void rtnetlink_store_u8(uint8_t *ret, const struct rtnetlink_attribute *attribute)
{
    if (attribute->size == sizeof *ret)
        memcpy(ret, attribute->value, sizeof *ret);
}

void rtnetlink_store_u32(uint32_t *ret, const struct rtnetlink_attribute *attribute)
{
    if (attribute->size == sizeof *ret)
        memcpy(ret, attribute->value, sizeof *ret);
}

void rtnetlink_store_text(char *ret, size_t size, const struct rtnetlink_attribute *attribute)
{
    size_t length = strnlen(attribute->value, attribute->size);
    if (length < attribute->size) /* the kernel ends its texts with a zero */
        snprintf(ret, size, "%s", (const char *)attribute->value);
}

static void plain_close(struct rtnetlink *rtnetlink)
{
    if (!rtnetlink)
        return;
    if (rtnetlink->descriptor >= 0)
        close(rtnetlink->descriptor);
    free(rtnetlink);
}

static struct rtnetlink *plain_open(unsigned groups, bool waits)
{
    struct rtnetlink *rtnetlink = calloc(1, sizeof *rtnetlink);
    if (!rtnetlink)
        return NULL;
    rtnetlink->descriptor =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (waits ? 0 : SOCK_NONBLOCK), NETLINK_ROUTE);
    struct sockaddr_nl own = {.nl_family = AF_NETLINK, .nl_groups = groups};
    if (rtnetlink->descriptor >= 0 &&
        bind(rtnetlink->descriptor, (const struct sockaddr *)&own, sizeof own) == 0)
        return rtnetlink;
    int saved = errno;
    plain_close(rtnetlink);
    errno = saved;
    return NULL;
}

static int plain_descriptor(const struct rtnetlink *rtnetlink)
{
    return rtnetlink->descriptor;
}

static bool plain_ask(struct rtnetlink *rtnetlink, uint16_t type, const void *body, size_t size,
                      bool lists)
{
    struct {
        struct nlmsghdr header;
        uint8_t body[QUESTION_BYTES];
    } question = {0};
    if (size > sizeof question.body) {
        errno = EINVAL;
        return false;
    }
    memcpy(question.body, body, size);
    question.header = (struct nlmsghdr){
        .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size),
        .nlmsg_type = type,
        .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (lists ? NLM_F_DUMP : 0)),
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(rtnetlink->descriptor, &question, question.header.nlmsg_len, 0,
                  (const struct sockaddr *)&kernel, sizeof kernel) >= 0;
}

/* Waits for a datagram of the kernel's: any process may send to a netlink socket. */
static ssize_t receive(struct rtnetlink *rtnetlink)
{
    for (;;) {
        struct sockaddr_nl from = {0};
        struct iovec part = {.iov_base = rtnetlink->answer, .iov_len = sizeof rtnetlink->answer};
        struct msghdr message = {
            .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t length = recvmsg(rtnetlink->descriptor, &message, 0);
        if (length < 0 && errno == EINTR)
            continue;
        if (length >= 0 && from.nl_pid != 0)
            continue;
        if (length >= 0 && message.msg_flags & MSG_TRUNC) {
            errno = ENOSPC;
            return -1;
        }
        return length;
    }
}

/* Of one message. Its size was checked. */
static enum rtnetlink_status take_message(const struct nlmsghdr *header,
                                          rtnetlink_message_taker take, void *context)
{
    size_t size = header->nlmsg_len - NLMSG_HDRLEN;
    const void *body = (const uint8_t *)header + NLMSG_HDRLEN;
    if (header->nlmsg_type == NLMSG_DONE)
        return RTNETLINK_DONE;
    if (header->nlmsg_type == NLMSG_ERROR) {
        struct nlmsgerr error;
        if (size < sizeof error)
            return RTNETLINK_MORE;
        memcpy(&error, body, sizeof error);
        errno = error.error < 0 ? -error.error : error.error;
        return error.error == 0 ? RTNETLINK_MORE : RTNETLINK_FAILED;
    }
    if (header->nlmsg_type < NLMSG_MIN_TYPE)
        return RTNETLINK_MORE;
    struct rtnetlink_message message = {header->nlmsg_type, body, size};
    return take(&message, context) ? RTNETLINK_MORE : RTNETLINK_FAILED;
}

static enum rtnetlink_status plain_read(struct rtnetlink *rtnetlink, rtnetlink_message_taker take,
                                        void *context)
{
    ssize_t length = receive(rtnetlink);
    if (length < 0)
        return errno == EAGAIN ? RTNETLINK_NOTHING : RTNETLINK_FAILED;
    size_t at = 0, end = (size_t)length;
    while (end - at >= NLMSG_HDRLEN) {
        const struct nlmsghdr *header = (const struct nlmsghdr *)(rtnetlink->answer + at);
        if (header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > end - at)
            break;
        enum rtnetlink_status status = take_message(header, take, context);
        if (status != RTNETLINK_MORE)
            return status;
        size_t step = NLMSG_ALIGN((size_t)header->nlmsg_len);
        at = step < end - at ? at + step : end;
    }
    return RTNETLINK_MORE;
}

static void each_attribute(const uint8_t *bytes, size_t size, rtnetlink_attribute_taker take,
                           void *context)
{
    while (size >= sizeof(struct rtattr)) {
        struct rtattr header;
        memcpy(&header, bytes, sizeof header);
        if (header.rta_len < sizeof header || header.rta_len > size)
            return;
        struct rtnetlink_attribute attribute = {.type = header.rta_type & (uint16_t)NLA_TYPE_MASK,
                                                .value = bytes + RTA_LENGTH(0),
                                                .size = header.rta_len - RTA_LENGTH(0)};
        take(&attribute, context);
        size_t step = RTA_ALIGN((size_t)header.rta_len);
        if (step >= size)
            return;
        bytes += step;
        size -= step;
    }
}

static void plain_attributes(const struct rtnetlink_message *message, size_t header_size,
                             rtnetlink_attribute_taker take, void *context)
{
    size_t skipped = NLMSG_ALIGN(header_size);
    if (message->size >= skipped)
        each_attribute((const uint8_t *)message->body + skipped, message->size - skipped, take,
                       context);
}

static void plain_nested(const struct rtnetlink_attribute *attribute,
                         rtnetlink_attribute_taker take, void *context)
{
    each_attribute(attribute->value, attribute->size, take, context);
}

const struct rtnetlink_way rtnetlink_plain = {
    .name = "plain",
    .open = plain_open,
    .close = plain_close,
    .descriptor = plain_descriptor,
    .ask = plain_ask,
    .read = plain_read,
    .attributes = plain_attributes,
    .nested = plain_nested,
};
