/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recovery loader's filter, in its own order (docs: protocol, what the phone accepts). Faults
 * that only the capture has (checksum offload, cut frames) are not held against a frame.
 */
#include "wire/frame.h"

#define LOADER_LENGTH_MAXIMUM 1496   /* without FCS */
#define LOADER_FRAGMENT_MASK  0xbfff /* all but "do not fragment" */

static enum frame_loader_drop drop_udp(const struct frame *frame)
{
    size_t headers = frame->ethernet.header_length + frame->ipv4.header_length;

    if (!frame->has_udp)
        return frame->captured < frame->length ? FRAME_LOADER_TAKES : FRAME_LOADER_DROPS_BROKEN;
    if (frame->udp.length < UDP_HEADER_LENGTH || frame->udp.length > frame->length - headers)
        return FRAME_LOADER_DROPS_BROKEN;
    if (frame->udp.checksum_state == UDP_CHECKSUM_BAD)
        return FRAME_LOADER_DROPS_UDP_CHECKSUM;
    return FRAME_LOADER_TAKES;
}

static enum frame_loader_drop drop_ipv4(const struct frame *frame)
{
    if (!frame->has_ipv4)
        return frame->reason == WIRE_TRUNCATED ? FRAME_LOADER_TAKES : FRAME_LOADER_DROPS_BROKEN;
    if (frame->ipv4.header_length != IPV4_HEADER_LENGTH)
        return FRAME_LOADER_DROPS_IP_OPTIONS;
    if (!frame->ipv4.checksum_good)
        return FRAME_LOADER_DROPS_IP_CHECKSUM;
    if ((frame->ipv4.fragment & LOADER_FRAGMENT_MASK) != 0)
        return FRAME_LOADER_DROPS_FRAGMENT;
    if (frame->ipv4.protocol == IPV4_PROTOCOL_TCP)
        return FRAME_LOADER_TAKES;
    if (frame->ipv4.protocol != IPV4_PROTOCOL_UDP)
        return FRAME_LOADER_DROPS_PROTOCOL;
    return drop_udp(frame);
}

enum frame_loader_drop frame_loader_drop(const struct frame *frame)
{
    bool cut_too_early = frame->reason == WIRE_TRUNCATED;

    if (frame->captured < ETHERNET_HEADER_LENGTH)
        return cut_too_early ? FRAME_LOADER_TAKES : FRAME_LOADER_DROPS_BROKEN;
    if (frame->length > LOADER_LENGTH_MAXIMUM)
        return FRAME_LOADER_DROPS_LENGTH;
    if (frame->ethernet.tag_count > 0)
        return FRAME_LOADER_DROPS_TAG;
    if (frame->ethernet.type == ETHERTYPE_ARP_VALUE)
        return frame->reason == WIRE_OK || cut_too_early ? FRAME_LOADER_TAKES
                                                         : FRAME_LOADER_DROPS_BROKEN;
    if (frame->ethernet.type != ETHERTYPE_IPV4_VALUE)
        return FRAME_LOADER_DROPS_ETHERTYPE;
    return drop_ipv4(frame);
}
