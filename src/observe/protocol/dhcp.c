/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP as the loader's client sees it (docs: protocol, DHCP client): what the phone asks, which
 * answers it can take and why not, and which lease it ends up with. Other clients are ignored.
 */
#include "observe/protocol/protocol.h"

#include <stdio.h>
#include <string.h>

#define DHCP_TELLING_LENGTH 16 /* up to ciaddr: number and flags tell a loader */
#define DHCP_ADDRESS_END    20 /* yiaddr ends here */

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
    observe_tell(observer, OBSERVED_DHCP, frame, phone, boot->round_discovers > 1);
}

static void observe_dhcp_request(struct observer *observer, struct phone_facts *phone,
                                 const struct frame *frame)
{
    struct boot *boot = &phone->boot;

    boot->round_requests++;
    boot->newest_xid = frame->dhcp.transaction_id;
    if (frame->dhcp.has_server_identifier)
        boot->chosen_server = frame->dhcp.server_identifier;
    marks_add(&boot->dhcp_requests, observer, frame);
    see_server(observer, phone, frame->dhcp.server_identifier, frame, false);
    /* A switch does not show the ACK to others: until more is seen this is the address. */
    phone_set_ip(observer, phone,
                 frame->dhcp.has_requested_ip ? frame->dhcp.requested_ip : boot->offered_ip, frame);
    observe_tell(observer, OBSERVED_DHCP, frame, phone, boot->round_requests > 1);
}

static void observe_firmware_discover(struct observer *observer, struct phone_facts *phone,
                                      const struct frame *frame)
{
    duration_ns gap = observer->now_ns - phone->firmware_discover_ns;
    bool is_first = phone->firmware_discovers.total == 0;
    /* One that asks in another VLAN has started anew, whatever the clock says. */
    bool is_elsewhere = observe_vlan(frame) != phone->start_vlan;
    bool is_new = is_first || (frame->dhcp.transaction_id != phone->firmware_xid &&
                               (gap >= FIRMWARE_SERIES_MINIMUM_NS || is_elsewhere));

    phone->firmware_xid = frame->dhcp.transaction_id;
    if (!is_new)
        return;
    phone_started(observer, phone, frame);
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
    observe_tell(observer, OBSERVED_FIRMWARE, frame, phone, false);
}

static enum lease_defect judge_frame(const struct observer *observer,
                                     const struct phone_facts *phone, const struct frame *frame)
{
    const struct mac_address *destination = &frame->ethernet.destination;

    if (observe_vlan(frame) != phone->vlan && observe_vlan(frame) != NO_VLAN)
        return LEASE_TAG;
    bool on_its_way_to_a_relay = frame->dhcp.relay_ip != 0;
    if (!frame->destination_unknown && !mac_is_group(destination) &&
        !mac_equal(destination, &phone->mac) && !on_its_way_to_a_relay)
        return LEASE_DESTINATION_MAC;
    switch (observe_drop(observer, frame)) {
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

    bool is_cut = frame->captured < frame->length && !dhcp->has_end;

    if (defect != LEASE_GOOD || is_cut)
        return defect != LEASE_GOOD || dhcp->transaction_id == phone->boot.newest_xid
                   ? defect
                   : LEASE_TRANSACTION_ID;
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
        boot->offered_ip = frame->dhcp.your_ip;
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
    boot->ack_is_cut = frame->captured < frame->length && !dhcp->has_end;
    boot->has_mask = dhcp->has_subnet_mask;
    boot->mask = dhcp->subnet_mask;
    boot->has_router = dhcp->has_router;
    boot->router = dhcp->router;
    boot->server_ip = dhcp->server_ip;
    phone_set_ip(observer, phone, dhcp->your_ip, frame);
}

/* Whom a server answers. Where the message is cut before the client's address its number tells. */
static struct phone_facts *find_client(struct observer *observer, const struct frame *frame)
{
    struct phone_facts *phone = phone_find(observer, &frame->dhcp.client_mac);

    if (phone || frame->captured == frame->length || !mac_equal(&frame->dhcp.client_mac, &mac_zero))
        return phone;
    for (phone = observer->facts.phones; phone; phone = phone->by_mac.next)
        if (phone->boot.newest_xid &&
            ((phone->boot.newest_xid ^ frame->dhcp.transaction_id) & UINT32_C(0x00ffffff)) == 0)
            return phone;
    return NULL;
}

/* What a reply is whose option 53 was cut off: a refusal gives no address. */
static enum dhcp_message_type reply_type(const struct phone_facts *phone, const struct frame *frame)
{
    if (frame->dhcp.type != DHCP_TYPE_NONE || frame->captured == frame->length ||
        frame->dhcp.has_end)
        return frame->dhcp.type;
    if (phone->boot.round_requests == 0)
        return DHCP_OFFER;
    if (frame->payload_length < DHCP_ADDRESS_END)
        return DHCP_ACK; /* a refusal is rare, and would be asked after again */
    return frame->dhcp.your_ip ? DHCP_ACK : DHCP_NAK;
}

/* A server's answer, to whichever phone it names. */
static void observe_server(struct observer *observer, const struct frame *frame)
{
    const struct dhcp_message *dhcp = &frame->dhcp;
    struct phone_facts *phone = find_client(observer, frame);

    if (!phone || phone->in_firmware || phone->boot.newest_xid == 0)
        return;
    enum dhcp_message_type type = reply_type(phone, frame);
    observe_tell(observer, OBSERVED_DHCP, frame, phone, false);
    enum lease_defect defect = judge_lease(observer, phone, frame);
    see_server(observer, phone,
               dhcp->has_server_identifier ? dhcp->server_identifier : frame->ipv4.source, frame,
               true);
    if (type == DHCP_NAK) {
        if (defect == LEASE_GOOD)
            marks_add(&phone->boot.naks, observer, frame);
    } else if (type == DHCP_ACK) {
        observe_ack(observer, phone, frame, defect);
    } else if (phone->boot.dhcp_requests.total == 0 || type == DHCP_OFFER) {
        observe_offer(observer, phone, frame, defect);
    } else {
        observe_ack(observer, phone, frame, defect);
    }
}

/* Analogue adapters of the same makers: "CISCO ATA190", "LINKSYS SPA8000". */
static bool is_adapter(const struct dhcp_message *dhcp, char ret_name[NEIGHBOUR_TEXT_SIZE])
{
    const struct dhcp_option_view *words = &dhcp->vendor_class;

    if (!words->bytes)
        return false;
    snprintf(ret_name, NEIGHBOUR_TEXT_SIZE, "%.*s", (int)words->length, (const char *)words->bytes);
    return neighbour_kind_of(ret_name) == NEIGHBOUR_ADAPTER;
}

/* What the loader asks, also where option 53 was cut off: a DISCOVER has a new number. */
static enum dhcp_message_type request_type(const struct phone_facts *phone,
                                           const struct dhcp_message *dhcp)
{
    if (dhcp->type != DHCP_TYPE_NONE)
        return dhcp->type;
    return dhcp->transaction_id == phone->boot.newest_xid ? DHCP_REQUEST : DHCP_DISCOVER;
}

/* A client whose words were cut off: a phone that was known as a loader now speaks as its firmware;
 * anybody else may be one. */
static void cut_client(struct observer *observer, const struct frame *frame)
{
    struct phone_facts *phone = phone_find(observer, &frame->ethernet.source);

    if (!phone || frame->dhcp.relay_ip != 0 || frame->payload_length < DHCP_TELLING_LENGTH) {
        marks_add(&observer->facts.segment.unknown_clients, observer, frame);
        return;
    }
    phone_spoke_as_firmware(observer, phone, frame);
    if (frame->dhcp.type == DHCP_DISCOVER || frame->dhcp.type == DHCP_TYPE_NONE)
        observe_firmware_discover(observer, phone, frame);
    observe_tell(observer, OBSERVED_FIRMWARE, frame, phone, false);
}

void observe_dhcp(struct observer *observer, const struct frame *frame)
{
    const struct dhcp_message *dhcp = &frame->dhcp;
    char adapter[NEIGHBOUR_TEXT_SIZE];

    if (dhcp->operation == DHCP_BOOTREPLY) {
        observe_server(observer, frame);
        return;
    }
    if (dhcp->operation != DHCP_BOOTREQUEST)
        return;
    if (is_adapter(dhcp, adapter)) {
        observe_device_seen(observer, frame, NEIGHBOUR_ADAPTER, adapter, strlen(adapter));
        return;
    }
    if (dhcp_is_normal_firmware(dhcp)) {
        observe_firmware_dhcp(observer, frame);
        return;
    }
    bool is_cut = loader_is_cut_dhcp(frame);
    if (!is_cut && !loader_is_dhcp(dhcp)) {
        if (frame->captured < frame->length && !dhcp->vendor_class.bytes && !dhcp->has_end)
            cut_client(observer, frame);
        return;
    }
    struct phone_facts *phone =
        phone_get(observer, is_cut ? &frame->ethernet.source : &dhcp->client_mac, frame);
    enum dhcp_message_type type = request_type(phone, dhcp);
    bool already_seen = dhcp->transaction_id == phone->boot.newest_xid &&
                        (type == DHCP_REQUEST) == (phone->boot.round_requests > 0);
    if (!phone_spoke_as_loader(observer, phone, frame))
        return;
    if (dhcp->relay_ip != 0) {
        marks_add(&phone->boot.relayed, observer, frame);
        if (already_seen)
            return;
    }
    if (type == DHCP_DISCOVER)
        observe_discover(observer, phone, frame);
    else if (type == DHCP_REQUEST)
        observe_dhcp_request(observer, phone, frame);
}
