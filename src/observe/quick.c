/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that cannot matter, told by a few bytes: traffic between hosts that are no phones, over
 * protocols that no phone and nobody who talks to one uses. A capture of an office network consists
 * of little else. Whatever is in doubt is not passed over.
 */
#include "observe/private.h"

#include "base/bytes.h"

#include <string.h>

enum {
    OFFSET_SOURCE = 6,
    OFFSET_TYPE = 12,
    OFFSET_IPV4 = 14,
    OFFSET_TIME_TO_LIVE = 22,
    OFFSET_PROTOCOL = 23,
    OFFSET_SOURCE_IP = 26,
    OFFSET_DESTINATION_IP = 30,
    OFFSET_UDP = 34,
    QUICK_BYTES = 42, /* all that is looked at: up to the end of a UDP header */
};

#define VERSION_4_NO_OPTIONS 0x45

/* Checksum offload betrays the capturing host, whose artefacts are excused then. */
static bool tells_local_host(const struct observer *observer, const uint8_t *bytes, size_t length,
                             bool is_partial)
{
    struct mac_address source;
    if ((length >= ETHERNET_MINIMUM_LENGTH && !is_partial) ||
        observer->facts.segment.local_host_count == LOCAL_HOSTS_MAXIMUM)
        return false;
    memcpy(source.octet, bytes + OFFSET_SOURCE, sizeof(source.octet));
    return !facts_is_local_host(&observer->facts.segment, &source);
}

static bool is_port_of_interest(uint16_t port)
{
    switch (port) {
    case DHCP_SERVER_PORT:
    case DHCP_CLIENT_PORT:
    case TFTP_SERVER_PORT:
    case TFTP_PHONE_PORT:
    case RECM_PHONE_PORT:
    case RECM_PC_PORT:
        return true;
    default:
        return false;
    }
}

static bool udp_matters(const struct observer *observer, const uint8_t *bytes, size_t length)
{
    uint16_t source_port = bytes_load_be16(bytes + OFFSET_UDP);
    uint16_t destination_port = bytes_load_be16(bytes + OFFSET_UDP + 2);
    if (is_port_of_interest(source_port) || is_port_of_interest(destination_port))
        return true;
    uint32_t pseudo = ipv4_checksum_pseudo_header(
        bytes_load_be32(bytes + OFFSET_SOURCE_IP), bytes_load_be32(bytes + OFFSET_DESTINATION_IP),
        IPV4_PROTOCOL_UDP, bytes_load_be16(bytes + OFFSET_UDP + 4));
    bool is_partial = ipv4_checksum_is_partial(bytes_load_be16(bytes + OFFSET_UDP + 6), pseudo);
    return tells_local_host(observer, bytes, length, is_partial);
}

static bool ipv4_matters(const struct observer *observer, const uint8_t *bytes, size_t length)
{
    if (bytes[OFFSET_IPV4] != VERSION_4_NO_OPTIONS ||
        known_ip_ending(observer, bytes_load_be16(bytes + OFFSET_DESTINATION_IP + 2)))
        return true;
    switch (bytes[OFFSET_PROTOCOL]) {
    case IPV4_PROTOCOL_UDP:
        return udp_matters(observer, bytes, length);
    case IPV4_PROTOCOL_TCP:
        return bytes[OFFSET_TIME_TO_LIVE] == LOADER_SYN_TTL ||
               tells_local_host(observer, bytes, length, false);
    case IPV4_PROTOCOL_ICMP:
        return tells_local_host(observer, bytes, length, false);
    default:
        return true;
    }
}

static bool may_matter(const struct observer *observer, const uint8_t *bytes, size_t captured,
                       size_t length)
{
    if (captured < QUICK_BYTES || known_mac_ending(observer, bytes_load_be16(bytes + 4)) ||
        known_mac_ending(observer, bytes_load_be16(bytes + OFFSET_SOURCE + 4)))
        return true;
    switch (bytes_load_be16(bytes + OFFSET_TYPE)) {
    case ETHERTYPE_IPV4_VALUE:
        return ipv4_matters(observer, bytes, length);
    case ETHERTYPE_IPV6_VALUE:
        return tells_local_host(observer, bytes, length, false);
    default:
        return true;
    }
}

bool observer_pass(struct observer *observer, const uint8_t *bytes, size_t captured, size_t length,
                   instant_ns time_ns, uint64_t number)
{
    if (may_matter(observer, bytes, captured, length))
        return false;
    observer_keep_time(observer, time_ns, number);
    return true;
}
