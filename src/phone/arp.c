/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARP (docs: protocol, ARP): answering, and the resolution that precedes each TFTP attempt. Any
 * request that the phone answers in the middle of a resolution ends it as if it had succeeded.
 */
#include "phone/internal.h"

#include "wire/ethernet.h"

static void send_request(struct phone *phone, uint32_t target_ip)
{
    struct arp_packet packet = {.operation = ARP_REQUEST_OPERATION,
                                .sender_mac = phone->config.mac,
                                .sender_ip = phone->ip,
                                .target_ip = target_ip};
    phone_transmit_arp(phone, &packet, &mac_broadcast, LOADER_ARP_FRAME_LENGTH);
}

static void send_gateway_request(struct phone *phone)
{
    phone->attempt.arp_requests++;
    send_request(phone, phone->attempt.arp_target);
    phone_set_timer(phone, phone_stretch(phone, LOADER_ARP_WAIT_NOMINAL_NS), true);
}

void arp_resolve(struct phone *phone, uint32_t target)
{
    phone_set_state(phone, PHONE_ARP_WAIT);
    phone->slow_receive = false;
    phone->attempt.arp_target = target;
    phone->attempt.arp_requests = 0;
    send_request(phone, phone->ip);
    phone_spend(phone, LOADER_FRAME_COST_NS);
    send_gateway_request(phone);
}

void arp_timer(struct phone *phone)
{
    if (phone->attempt.arp_requests < LOADER_ARP_REQUESTS)
        send_gateway_request(phone);
    else
        recovery_download_failed(phone, "no answer to ARP");
}

static void resolved(struct phone *phone, const struct mac_address *mac)
{
    phone->next_hop = *mac;
    if (phone->state == PHONE_ARP_WAIT)
        tftp_client_start(phone);
    else if (phone->state == PHONE_URL_HTTP)
        http_client_arp_reply(phone);
}

static void answer(struct phone *phone, const struct arp_packet *request)
{
    struct arp_packet reply = {.operation = ARP_REPLY_OPERATION,
                               .sender_mac = phone->config.mac,
                               .sender_ip = phone->ip,
                               .target_mac = request->sender_mac,
                               .target_ip = request->sender_ip};
    phone_transmit_arp(phone, &reply, &request->sender_mac, ETHERNET_MINIMUM_LENGTH);
}

void arp_frame(struct phone *phone, const uint8_t *bytes, size_t length)
{
    struct arp_packet packet;
    if (arp_parse(bytes + ETHERNET_HEADER_LENGTH, length - ETHERNET_HEADER_LENGTH, &packet) !=
        WIRE_OK)
        return;
    if (phone->ip == 0 || packet.target_ip != phone->ip)
        return;
    if (packet.operation == ARP_REPLY_OPERATION) {
        if (packet.sender_ip == phone->attempt.arp_target &&
            (phone->state == PHONE_ARP_WAIT || phone->state == PHONE_URL_HTTP))
            resolved(phone, &packet.sender_mac);
        return;
    }
    if (packet.sender_ip == phone->ip) {
        phone_print_cost(phone, LOADER_WARNING_PRINT_NS);
        phone_note(phone, "console: ARP request from my own address");
        return;
    }
    if (length > LOADER_ARP_FRAME_MAXIMUM)
        phone_damaged(phone, "ARP request of %zu bytes overflowed the reply buffer", length);
    answer(phone, &packet);
    if (phone->state == PHONE_ARP_WAIT) {
        phone_note(phone, "an ARP request ended the wait for the gateway");
        resolved(phone, &packet.sender_mac);
    }
}
