/* SPDX-License-Identifier: BSD-2-Clause */
/* How the loader is known, what it makes of a lease, how it counts: see loader.h. */
#include "loader/loader.h"

#include "base/bytes.h"

#include <string.h>

uint32_t loader_transaction_id(const struct mac_address *mac, unsigned n)
{
    return bytes_load_be32(mac->octet + 2) + (uint32_t)n * UINT32_C(0x01000000);
}

/* The top byte counts DISCOVERs without end where a server refuses: any value is possible. */
static bool is_loaders_number(uint32_t transaction_id, const struct mac_address *mac)
{
    return ((transaction_id ^ loader_transaction_id(mac, 0)) & UINT32_C(0x00ffffff)) == 0;
}

bool loader_is_answered(const struct dhcp_message *reply)
{
    return reply->operation == DHCP_BOOTREPLY &&
           is_loaders_number(reply->transaction_id, &reply->client_mac);
}

bool loader_is_dhcp(const struct dhcp_message *message)
{
    const struct dhcp_option_view *vendor_class = &message->vendor_class;

    return message->operation == DHCP_BOOTREQUEST && message->flags == 0 &&
           (message->type == DHCP_DISCOVER || message->type == DHCP_REQUEST) &&
           vendor_class->length == strlen(DHCP_LOADER_VENDOR_CLASS) &&
           memcmp(vendor_class->bytes, DHCP_LOADER_VENDOR_CLASS, vendor_class->length) == 0 &&
           is_loaders_number(message->transaction_id, &message->client_mac);
}

bool loader_is_cut_dhcp(const struct frame *frame)
{
    const struct dhcp_message *message = &frame->dhcp;

    return frame->kind == FRAME_DHCP && frame->captured < frame->length && frame->has_udp &&
           frame->udp.source_port == DHCP_CLIENT_PORT &&
           frame->udp.length == UDP_HEADER_LENGTH + DHCP_LOADER_LENGTH &&
           frame->ipv4.time_to_live == LOADER_UDP_TTL && message->operation == DHCP_BOOTREQUEST &&
           message->flags == 0 && !message->vendor_class.bytes &&
           (message->type == DHCP_TYPE_NONE || message->type == DHCP_DISCOVER ||
            message->type == DHCP_REQUEST) &&
           is_loaders_number(message->transaction_id, &frame->ethernet.source);
}

bool loader_is_syn(const struct frame *frame)
{
    return frame->tcp.flags == TCP_FLAG_SYN && frame->tcp.sequence == 0 &&
           frame->tcp.window == LOADER_SYN_WINDOW && frame->ipv4.time_to_live == LOADER_SYN_TTL;
}

bool loader_is_tftp_arp(const struct frame *frame)
{
    return frame->kind == FRAME_ARP && frame->arp.operation == ARP_REQUEST_OPERATION &&
           frame_untagged_length(frame) == LOADER_TFTP_ARP_LENGTH;
}

struct loader_lease_terms loader_lease_terms(const struct dhcp_message *ack)
{
    return (struct loader_lease_terms){
        .ip = ack->your_ip,
        .mask = ack->has_subnet_mask ? ack->subnet_mask : 0,
        .router = ack->has_router ? ack->router : 0,
        .server_ip = ack->server_ip,
    };
}

enum loader_lease loader_lease(const struct loader_lease_terms *terms)
{
    uint32_t server_ip = terms->server_ip ? terms->server_ip : LOADER_DEFAULT_SERVER;

    if (terms->mask == 0)
        return LOADER_LEASE_STOPS;
    if (terms->router != 0)
        return LOADER_LEASE_LIVES;
    bool server_is_near = ((server_ip ^ terms->ip) & terms->mask) == 0;
    return server_is_near ? LOADER_LEASE_ASKS_FOR_NO_FILE : LOADER_LEASE_STOPS;
}

/* The packets of the first minutes; one transfer of the largest image takes 20,480. */
#define SERIES_YOUNG 4096

enum loader_series loader_series(uint16_t newest_id, uint16_t id, duration_ns since_ns)
{
    uint16_t ahead = (uint16_t)(id - newest_id);
    bool is_ahead = ahead >= 1 && ahead <= 0x8000;
    bool is_young = id < SERIES_YOUNG && ahead > SERIES_YOUNG;

    if (is_ahead && !is_young)
        return LOADER_SERIES_GOES_ON;
    return since_ns < LOADER_RESTART_SHORTEST_NS ? LOADER_SERIES_COPY : LOADER_SERIES_RESTARTED;
}
