/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recovery loader's filter, in its own order (docs: protocol, what the phone accepts). Faults
 * that only the capture has (checksum offload, cut frames) are not held against a frame.
 */
#include "loader/loader.h"

#define FRAGMENT_MASK 0xbfff /* all but "do not fragment" */

static enum loader_drop drop_udp(const struct frame *frame)
{
    size_t headers = frame->ethernet.header_length + frame->ipv4.header_length;

    if (!frame->has_udp)
        return frame->captured < frame->length ? LOADER_TAKES : LOADER_DROPS_BROKEN;
    if (frame->udp.length < UDP_HEADER_LENGTH || frame->udp.length > frame->length - headers)
        return LOADER_DROPS_BROKEN;
    if (frame->udp.checksum_state == UDP_CHECKSUM_BAD)
        return LOADER_DROPS_UDP_CHECKSUM;
    return LOADER_TAKES;
}

static enum loader_drop drop_ipv4(const struct frame *frame)
{
    if (!frame->has_ipv4)
        return frame->reason == WIRE_TRUNCATED ? LOADER_TAKES : LOADER_DROPS_BROKEN;
    if (frame->ipv4.header_length != IPV4_HEADER_LENGTH)
        return LOADER_DROPS_IP_OPTIONS;
    if (!frame->ipv4.checksum_good)
        return LOADER_DROPS_IP_CHECKSUM;
    if ((frame->ipv4.fragment & FRAGMENT_MASK) != 0)
        return LOADER_DROPS_FRAGMENT;
    if (frame->ipv4.protocol == IPV4_PROTOCOL_TCP)
        return LOADER_TAKES;
    if (frame->ipv4.protocol != IPV4_PROTOCOL_UDP)
        return LOADER_DROPS_PROTOCOL;
    return drop_udp(frame);
}

enum loader_drop loader_drop(const struct frame *frame)
{
    bool cut_too_early = frame->reason == WIRE_TRUNCATED;

    if (frame->captured < ETHERNET_HEADER_LENGTH)
        return cut_too_early ? LOADER_TAKES : LOADER_DROPS_BROKEN;
    if (frame->length > LOADER_FRAME_MAXIMUM)
        return LOADER_DROPS_LENGTH;
    if (frame->ethernet.tag_count > 0)
        return LOADER_DROPS_TAG;
    if (frame->ethernet.type == ETHERTYPE_ARP_VALUE)
        return frame->reason == WIRE_OK || cut_too_early ? LOADER_TAKES : LOADER_DROPS_BROKEN;
    if (frame->ethernet.type != ETHERTYPE_IPV4_VALUE)
        return LOADER_DROPS_ETHERTYPE;
    return drop_ipv4(frame);
}
