/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP as the loader's client sees it (docs: protocol, DHCP client): what the phone asks, which
 * answers it can take and why not, and which lease it ends up with. Other clients are ignored.
 */
#include "observe/private.h"

#include <string.h>

/* A DISCOVER of the normal firmware this long after the one before begins a new series. */
#define FIRMWARE_SERIES_MINIMUM_NS (10 * NS_PER_S)
#define FIRMWARE_SERIES_MAXIMUM_NS                                                                 \
    (180 * NS_PER_S) /* later: not a consequence of the one before                                 \
                      */

/* Which DISCOVER of this phone a transaction id belongs to, from 1; 0 = none. */
static unsigned transaction_round(const struct mac_address *mac, uint32_t transaction_id)
{
    uint32_t offset = transaction_id - loader_transaction_id(mac, 0);
    return offset & 0xffffff ? 0 : offset >> 24;
}

static struct dhcp_server_seen *server_get(struct phone_facts *phone, uint32_t identifier)
{
    for (unsigned i = 0; i < SERVERS_MAXIMUM; i++) {
        struct dhcp_server_seen *server = &phone->servers[i];
        if (server->identifier == identifier)
            return server;
        if (server->identifier == 0) {
            server->identifier = identifier;
            phone->server_count++;
            return server;
        }
    }
    return NULL;
}

static void see_server(struct observer *observer, struct phone_facts *phone, uint32_t identifier,
                       const struct frame *frame, bool is_its_own)
{
    struct dhcp_server_seen *server = identifier ? server_get(phone, identifier) : NULL;

    if (!server)
        return;
    marks_add(&server->frames, observer, frame);
    if (is_its_own) {
        server->has_mac = true;
        server->mac = frame->ethernet.source;
    }
}

static void observe_discover(struct observer *observer, struct phone_facts *phone,
                             const struct frame *frame)
{
    struct boot *boot = &phone->boot;

    if (boot->discovers.total == 0 && boot->dhcp_requests.total == 0)
        boot->first_discover_missing =
            transaction_round(&phone->mac, frame->dhcp.transaction_id) != 1;
    if (boot->round_requests > 0)
        boot->round_discovers = 0;
    boot->round_discovers++;
    boot->round_requests = 0;
    boot->newest_xid = frame->dhcp.transaction_id;
    marks_add(&boot->discovers, observer, frame);
    tell(observer, OBSERVED_DHCP, frame, phone, boot->round_discovers > 1);
}

static void observe_dhcp_request(struct observer *observer, struct phone_facts *phone,
                                 const struct frame *frame)
{
    struct boot *boot = &phone->boot;

    boot->round_requests++;
    boot->newest_xid = frame->dhcp.transaction_id;
    boot->chosen_server = frame->dhcp.server_identifier;
    marks_add(&boot->dhcp_requests, observer, frame);
    see_server(observer, phone, frame->dhcp.server_identifier, frame, false);
    /* A switch does not show the ACK to others: until more is seen this is the address. */
    phone_set_ip(observer, phone, frame->dhcp.requested_ip, frame);
    tell(observer, OBSERVED_DHCP, frame, phone, boot->round_requests > 1);
}

static void observe_firmware_discover(struct observer *observer, struct phone_facts *phone,
                                      const struct frame *frame)
{
    duration_ns gap = observer->now_ns - phone->firmware_discover_ns;
    bool is_first = phone->firmware_discovers.total == 0;
    bool is_new = is_first || (frame->dhcp.transaction_id != phone->firmware_xid &&
                               gap >= FIRMWARE_SERIES_MINIMUM_NS);

    phone->firmware_xid = frame->dhcp.transaction_id;
    if (!is_new)
        return;
    if (is_first || gap > FIRMWARE_SERIES_MAXIMUM_NS)
        phone->firmware_series = phone->firmware_leases = 0;
    phone->firmware_series++;
    phone->firmware_requested = false;
    phone->firmware_discover_ns = observer->now_ns;
    marks_add(&phone->firmware_discovers, observer, frame);
}

static void observe_firmware_dhcp(struct observer *observer, const struct frame *frame)
{
    struct phone_facts *phone = phone_get(observer, &frame->dhcp.client_mac, frame);

    phone_spoke_as_firmware(observer, phone, frame);
    if (frame->dhcp.type == DHCP_DISCOVER) {
        observe_firmware_discover(observer, phone, frame);
    } else if (frame->dhcp.type == DHCP_REQUEST && !phone->firmware_requested) {
        phone->firmware_requested = true;
        phone->firmware_leases++;
    }
    tell(observer, OBSERVED_FIRMWARE, frame, phone, false);
}

static enum lease_defect judge_frame(const struct observer *observer,
                                     const struct phone_facts *phone, const struct frame *frame)
{
    const struct mac_address *destination = &frame->ethernet.destination;

    if (frame_vlan(frame) != phone->vlan && frame_vlan(frame) != NO_VLAN)
        return LEASE_TAG;
    bool on_its_way_to_a_relay = frame->dhcp.relay_ip != 0;
    if (!mac_is_group(destination) && !mac_equal(destination, &phone->mac) &&
        !mac_equal(destination, &mac_zero) && !on_its_way_to_a_relay)
        return LEASE_DESTINATION_MAC;
    switch (drop_on_the_wire(observer, frame)) {
    case LOADER_TAKES:
        return LEASE_GOOD;
    case LOADER_DROPS_IP_OPTIONS:
        return LEASE_IP_OPTIONS;
    case LOADER_DROPS_FRAGMENT:
        return LEASE_FRAGMENT;
    case LOADER_DROPS_IP_CHECKSUM:
        return LEASE_IP_CHECKSUM;
    case LOADER_DROPS_UDP_CHECKSUM:
        return LEASE_UDP_CHECKSUM;
    default:
        return LEASE_FRAME;
    }
}

static enum lease_defect judge_lease(const struct observer *observer,
                                     const struct phone_facts *phone, const struct frame *frame)
{
    const struct dhcp_message *dhcp = &frame->dhcp;
    enum lease_defect defect = judge_frame(observer, phone, frame);

    if (defect != LEASE_GOOD || frame->reason == WIRE_TRUNCATED)
        return defect;
    switch (frame->reason) {
    case WIRE_DHCP_OVERLOAD:
        return LEASE_OVERLOAD;
    case WIRE_DHCP_NO_END:
        return LEASE_NO_END;
    case WIRE_DHCP_OPTION_TRUNCATED:
    case WIRE_DHCP_OPTION_LENGTH:
        return LEASE_OPTIONS_BROKEN;
    default:
        break;
    }
    if (dhcp->type == DHCP_TYPE_NONE)
        return LEASE_NO_TYPE;
    if (dhcp->type == DHCP_OFFER && !dhcp->has_server_identifier)
        return LEASE_NO_SERVER;
    if (dhcp->options_length > LOADER_OPTIONS_MAXIMUM)
        return LEASE_OPTIONS_LENGTH;
    if (dhcp->transaction_id != phone->boot.newest_xid)
        return LEASE_TRANSACTION_ID;
    return LEASE_GOOD;
}

static void observe_offer(struct observer *observer, struct phone_facts *phone,
                          const struct frame *frame, enum lease_defect defect)
{
    struct boot *boot = &phone->boot;
    unsigned round = transaction_round(&phone->mac, frame->dhcp.transaction_id);
    unsigned newest = transaction_round(&phone->mac, boot->newest_xid);

    if (defect == LEASE_GOOD) {
        marks_add(&boot->good_offers, observer, frame);
    } else if (defect == LEASE_TRANSACTION_ID && round > 0 && round < newest) {
        marks_add(&boot->late_offers, observer, frame);
    } else {
        marks_add(&boot->bad_offers, observer, frame);
        boot->offer_defect = defect;
        boot->offered_wrong_xid = frame->dhcp.transaction_id;
    }
}

static void observe_ack(struct observer *observer, struct phone_facts *phone,
                        const struct frame *frame, enum lease_defect defect)
{
    struct boot *boot = &phone->boot;
    const struct dhcp_message *dhcp = &frame->dhcp;

    if (defect != LEASE_GOOD) {
        marks_add(&boot->bad_acks, observer, frame);
        boot->ack_defect = defect;
        return;
    }
    marks_add(&boot->acks, observer, frame);
    boot->ack_number = frame->number;
    boot->has_mask = dhcp->has_subnet_mask;
    boot->mask = dhcp->subnet_mask;
    boot->has_router = dhcp->has_router;
    boot->router = dhcp->router;
    boot->server_ip = dhcp->server_ip;
    phone_set_ip(observer, phone, dhcp->your_ip, frame);
}

/* A server's answer, to whichever phone it names. */
static void observe_server(struct observer *observer, const struct frame *frame)
{
    const struct dhcp_message *dhcp = &frame->dhcp;
    struct phone_facts *phone = phone_find(observer, &dhcp->client_mac);

    if (!phone || phone->in_firmware || phone->boot.newest_xid == 0)
        return;
    tell(observer, OBSERVED_DHCP, frame, phone, false);
    enum lease_defect defect = judge_lease(observer, phone, frame);
    see_server(observer, phone,
               dhcp->has_server_identifier ? dhcp->server_identifier : frame->ipv4.source, frame,
               true);
    if (dhcp->type == DHCP_NAK) {
        if (defect == LEASE_GOOD)
            marks_add(&phone->boot.naks, observer, frame);
    } else if (dhcp->type == DHCP_ACK) {
        observe_ack(observer, phone, frame, defect);
    } else if (phone->boot.dhcp_requests.total == 0 || dhcp->type == DHCP_OFFER) {
        observe_offer(observer, phone, frame, defect);
    } else {
        observe_ack(observer, phone, frame, defect);
    }
}

void observe_dhcp(struct observer *observer, const struct frame *frame)
{
    const struct dhcp_message *dhcp = &frame->dhcp;

    if (dhcp->operation == DHCP_BOOTREPLY) {
        observe_server(observer, frame);
        return;
    }
    if (dhcp->operation != DHCP_BOOTREQUEST)
        return;
    if (dhcp_is_normal_firmware(dhcp)) {
        observe_firmware_dhcp(observer, frame);
        return;
    }
    if (!loader_is_dhcp(dhcp))
        return;
    struct phone_facts *phone = phone_get(observer, &dhcp->client_mac, frame);
    bool already_seen = dhcp->transaction_id == phone->boot.newest_xid &&
                        (dhcp->type == DHCP_REQUEST) == (phone->boot.round_requests > 0);
    if (!phone_spoke_as_loader(observer, phone, frame))
        return;
    if (dhcp->relay_ip != 0) {
        marks_add(&phone->boot.relayed, observer, frame);
        if (already_seen)
            return;
    }
    if (dhcp->type == DHCP_DISCOVER)
        observe_discover(observer, phone, frame);
    else if (dhcp->type == DHCP_REQUEST)
        observe_dhcp_request(observer, phone, frame);
}
