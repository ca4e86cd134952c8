/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of others become events of sessions. Only whole, well-formed frames with the intake's own
 * tagging are taken; everything else stays evidence for the observer. Nobody is served here who was
 * not ordered by this run (docs: protocol, rules for the PC side, 1, 4 and 5).
 */
#include "engine/intake.h"

#include "engine/intake_tftp.h"
#include "engine/limits.h"
#include "engine/parallel.h"
#include "engine/service/url.h"
#include "engine/states.h"
#include "loader/loader.h"

#include <stdio.h>
#include <string.h>

static bool is_passive(const struct intake *intake)
{
    const struct core *core = intake->core;
    return core->config.mode == STATION_WATCH || core->stopped || rival_silences(intake->rival);
}

/* ---- DHCP ---- */

static void leased(struct intake *intake, struct session *session, uint32_t ip, instant_ns now_ns)
{
    session->ip = ip;
    session_handle(session, EVENT_LEASED, now_ns);
    prober_hurry(intake->prober, session, now_ns);
}

/* Another server refuses it, or gives it nothing it takes: it is offered an address from now on. */
static void becomes_victim(struct intake *intake, struct session *session, const char *what,
                           instant_ns now_ns)
{
    struct core *core = intake->core;
    if (session->victim || core->stopped)
        return;
    session->victim = true;
    char phone[160];
    const char *then = ".";
    if (core->config.mode != STATION_WATCH)
        then = dhcp_server_competes(intake->dhcp)
                   ? ", and this program gives it an address."
                   : "; with --dhcp auto this program would give it an address.";
    journal_message(&core->journal, now_ns, &session->mac, "%s: %s. It asks again by itself%s",
                    session_describe(session, phone, sizeof phone), what, then);
}

/*
 * Rule 1: is this phone offered an address ahead of other servers? A DISCOVER that is not the first
 * one since its start says that a REQUEST was refused, or that no OFFER was taken.
 */
static void decide_who_goes_first(struct intake *intake, struct session *session,
                                  const struct dhcp_message *discover, instant_ns now_ns)
{
    bool again = discover->transaction_id != loader_transaction_id(&session->mac, 1);
    if (again && session_has_foreign_lease(session)) {
        dhcp_server_is_unfit(intake->dhcp, session->lease_server, now_ns);
        session->refused = true;
        becomes_victim(intake, session, "the other DHCP server refuses it the address", now_ns);
    } else if (again && session->lease_server == 0 && !session->dhcp.offered &&
               dhcp_server_has_others(intake->dhcp, now_ns)) {
        becomes_victim(intake, session,
                       "it has taken no offer of the other DHCP server in five seconds", now_ns);
    }
    /* Switched off before it ever answered: the user saw no good in that lease either. */
    bool unheard = session->state == SESSION_ADDRESSING || session->state == SESSION_ADDRESSED;
    if (!again && unheard && session_has_foreign_lease(session))
        session->victim = true;
    session->dhcp.goes_first = session->victim || (dhcp_server_has_unfit(intake->dhcp, now_ns) &&
                                                   choice_serves(intake->choice, session));
}

static void lost_the_race(struct intake *intake, struct session *session, instant_ns now_ns)
{
    char phone[160];
    journal_message(&intake->core->journal, now_ns, &session->mac,
                    "%s: the DHCP server at %s was faster this time. If the phone stays silent, "
                    "power-cycle it again: each time is a new chance.",
                    session_describe(session, phone, sizeof phone),
                    ipv4_format(session->lease_server).text);
}

static void loader_asks(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    const struct dhcp_message *message = &frame->dhcp;
    /* P5.1: a loader's REQUEST names its server; without one it was damaged, or is nobody's. */
    if (message->type == DHCP_REQUEST && !message->has_server_identifier)
        return;
    struct session *session = choice_meet(intake->choice, &frame->ethernet.source, now_ns);
    if (!session)
        return;
    enum heard heard = session_heard(session, frame->ipv4.identification, now_ns);
    if (heard == HEARD_STALE)
        return;
    bool first = heard == HEARD_RESTARTED || session->stage_ns == 0 ||
                 message->transaction_id == loader_transaction_id(&session->mac, 1);
    bool acknowledged = false;
    intake->dhcp->quiet_until_ns = now_ns + DHCP_EXCHANGE_NS;
    if (message->type == DHCP_DISCOVER) {
        if (!is_passive(intake))
            decide_who_goes_first(intake, session, message, now_ns);
        session->lease_server = session->ip = 0;
        session_handle(session, EVENT_DISCOVER, now_ns);
        if (!is_passive(intake))
            dhcp_server_discover(&session->dhcp, message, now_ns);
    } else if (message->type == DHCP_REQUEST) {
        bool repeated = session->lease_server == message->server_identifier;
        session->lease_server = message->server_identifier;
        session->lease_ns = repeated ? session->lease_ns : now_ns;
        session->ip = message->requested_ip; /* the ACK of another server may stay unseen */
        session_handle(session, EVENT_DHCP_REQUEST, now_ns);
        if (session_has_foreign_lease(session) && session->dhcp.offered && !repeated)
            lost_the_race(intake, session, now_ns);
        acknowledged = !is_passive(intake) && dhcp_server_request(&session->dhcp, message, now_ns);
        if (acknowledged)
            leased(intake, session, session->dhcp.lease_ip, now_ns);
    }
    session_in_dhcp_stage(session, first && message->type == DHCP_DISCOVER, acknowledged, now_ns);
}

static void server_answers(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    const struct dhcp_message *message = &frame->dhcp;
    struct session *session = roster_find(intake->choice->roster, &message->client_mac);
    if (!session || (session->state != SESSION_ADDRESSING && session->state != SESSION_ADDRESSED))
        return;
    if (message->type == DHCP_ACK) {
        if (message->has_server_identifier)
            session->lease_server = message->server_identifier;
        leased(intake, session, message->your_ip, now_ns);
        /* An ACK of another server that happens to be visible (docs: protocol, boot). */
        struct loader_lease_terms terms = loader_lease_terms(message);
        session->lease = loader_lease(&terms);
        session->lease_has_mask = terms.mask != 0;
        session->lease_seen = session->lease != LOADER_LEASE_LIVES;
        if (session->lease_seen)
            session_handle(session, EVENT_LEASE_UNFIT, now_ns);
    } else if (message->type == DHCP_NAK) {
        char what[120];
        snprintf(what, sizeof what, "the DHCP server at %s refuses it the address",
                 mac_format(&frame->ethernet.source).text);
        if (message->has_server_identifier)
            dhcp_server_is_unfit(intake->dhcp, message->server_identifier, now_ns);
        session->refused = true;
        becomes_victim(intake, session, what, now_ns);
    }
}

static void firmware_asks(struct intake *intake, const struct mac_address *mac, instant_ns now_ns)
{
    struct session *session = roster_find(intake->choice->roster, mac);
    if (session) {
        session_handle(session, EVENT_FIRMWARE, now_ns);
    } else if (!intake->firmware_said && !is_passive(intake)) {
        intake->firmware_said = true;
        journal_message(&intake->core->journal, now_ns, mac,
                        "The phone %s runs its normal firmware; it needs no recovery.",
                        mac_format(mac).text);
    }
}

static void take_dhcp(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    const struct dhcp_message *message = &frame->dhcp;
    dhcp_server_witness(intake->dhcp, &frame->ethernet.source, message, now_ns);
    if (message->operation == DHCP_BOOTREPLY) {
        server_answers(intake, frame, now_ns);
        return;
    }
    if (!mac_equal(&frame->ethernet.source, &message->client_mac))
        return;
    if (loader_is_dhcp(message)) {
        loader_asks(intake, frame, now_ns);
    } else if (dhcp_is_normal_firmware(message)) {
        firmware_asks(intake, &message->client_mac, now_ns);
    }
}

/* ---- RECM ---- */

/*
 * Who stated a serial number keeps it when one that cannot be comes along, and in its turn: a REPLY
 * can have been damaged on its way. What it states twice is right.
 */
static bool serial_may_change(struct session *session, const char *serial)
{
    if (!session->answered || !recm_serial_is_sendable(session->serial))
        return true;
    if (!recm_serial_is_sendable(serial))
        return false;
    if (session->state <= SESSION_FOUND || strcmp(serial, session->serial) == 0)
        return true;
    bool is_repeated = strcmp(serial, session->other_serial) == 0;
    snprintf(session->other_serial, sizeof session->other_serial, "%s", serial);
    return is_repeated && (!session_is_active(session) || session->state == SESSION_ORDERED);
}

static void take_reply(struct intake *intake, struct session *session,
                       const struct recm_message *reply, instant_ns now_ns)
{
    if (serial_may_change(session, reply->serial)) {
        session->other_serial[0] = '\0';
        memcpy(session->serial, reply->serial, sizeof session->serial);
        memcpy(session->product, reply->product, sizeof session->product);
        memcpy(session->software, reply->software, sizeof session->software);
        memcpy(session->hardware, reply->hardware, sizeof session->hardware);
    }
    session_answers(session, intake->prober->last_ns, now_ns);
    if (intake->prober->last_to_group && now_ns - intake->prober->last_ns <= ANSWER_LATEST_NS)
        parallel_group_is_heard(intake->core, now_ns);
    rival_is_answered(intake->rival, now_ns);
    if (reply->ip == 0) {
        session_handle(session, EVENT_REPLY_EARLY, now_ns);
        return;
    }
    session->ip = reply->ip;
    dhcp_server_avoid(intake->dhcp, reply->ip);
    session_handle(session, EVENT_REPLY, now_ns);
    choice_answered(intake->choice, session, now_ns);
}

static void take_recm(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    const struct recm_message *message = &frame->recm;
    if (frame->udp.source_port == RECM_PC_PORT) {
        rival_asks(intake->rival, frame, now_ns);
        return;
    }
    if (!message->from_phone || frame->udp.source_port != RECM_PHONE_PORT)
        return;
    /* No checksum covers a frame's source: damaged on its way, it must not become a second phone.
     */
    if (message->operation == RECM_REPLY && !mac_equal(&message->mac, &frame->ethernet.source))
        return;
    struct session *session = choice_meet(intake->choice, &frame->ethernet.source, now_ns);
    if (!session || session_heard(session, frame->ipv4.identification, now_ns) == HEARD_STALE)
        return;
    if (message->operation == RECM_REPLY)
        take_reply(intake, session, message, now_ns);
    else if (message->operation == RECM_UPGRADE && session->ordered &&
             strcmp(message->file_name, intake->core->file_name) == 0)
        session_handle(session, EVENT_ECHO, now_ns);
    else if (message->operation == RECM_UPGRADE &&
             !core_file_is_unique(intake->core, message->file_name))
        intake_ordered_elsewhere(intake, session, false, now_ns);
}

/* ---- ARP, neighbours ---- */

/* A loader whose lease has stopped it sends not even ARP. */
static void is_alive(struct intake *intake, const struct mac_address *mac, instant_ns now_ns)
{
    struct session *session = roster_find(intake->choice->roster, mac);
    bool is_in_question =
        session && (session->state == SESSION_ADDRESSED || session->state == SESSION_UNFIT_LEASE);
    if (is_in_question)
        session_handle(session, EVENT_ALIVE, now_ns);
}

static void take_arp(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    struct core *core = intake->core;
    const struct arp_packet *packet = &frame->arp;
    uint32_t own = core->config.address;
    if (!mac_equal(&packet->sender_mac, &frame->ethernet.source) || is_passive(intake))
        return;
    if (packet->sender_ip == own && !intake->address_conflict_said) {
        intake->address_conflict_said = true;
        journal_message(&core->journal, now_ns, NULL,
                        "%s uses the address %s too. Give another one with --address.",
                        mac_format(&packet->sender_mac).text, ipv4_format(own).text);
    }
    if (packet->sender_ip)
        dhcp_server_avoid(intake->dhcp, packet->sender_ip);
    is_alive(intake, &frame->ethernet.source, now_ns);
    if (packet->operation != ARP_REQUEST_OPERATION || packet->sender_ip == packet->target_ip)
        return;
    if (packet->target_ip != own && url_take_arp(intake->choice, frame, now_ns))
        return;
    struct session *session = roster_find(intake->choice->roster, &frame->ethernet.source);
    bool helps = session && session_is_active(session);
    if (helps)
        session_handle(session, EVENT_GATEWAY_ASKED, now_ns);
    if (packet->target_ip == own) {
        if (session && session->state != SESSION_NEW)
            arp_answer_for(core, packet); /* the address is there for phones alone */
    } else if (helps) {
        const char *done = arp_help(core, &session->gateway, packet);
        if (done)
            journal_detail(&core->journal, now_ns, &session->mac, "%s (%s)", done,
                           ipv4_format(packet->target_ip).text);
    }
}

static void take_neighbour(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    struct session *session = roster_find(intake->choice->roster, &frame->ethernet.source);
    if (session)
        session_handle(session, EVENT_FIRMWARE, now_ns);
}

/* ---- Which frames are input ---- */

static bool has_our_tag(const struct intake *intake, const struct ethernet_header *header)
{
    int vlan = intake->core->config.vlan;
    if (vlan == CRAFT_NO_VLAN)
        return header->tag_count == 0;
    return header->tag_count == 1 && (int)ethernet_tag_vlan(header->tags[0]) == vlan;
}

void intake_frame(struct intake *intake, const struct frame *frame, instant_ns now_ns)
{
    if (frame->reason != WIRE_OK) {
        intake->drops[frame->reason]++;
        return;
    }
    const struct mac_address *source = &frame->ethernet.source;
    /* Nobody who could be answered; the HTTP client of a static phone is one of them. */
    bool is_nobody = mac_is_group(source) || mac_equal(source, &mac_zero);
    if (!has_our_tag(intake, &frame->ethernet) || is_nobody)
        return;
    switch (frame->kind) {
    case FRAME_TFTP:
        intake_tftp(intake, frame, now_ns);
        break;
    case FRAME_ARP:
        take_arp(intake, frame, now_ns);
        break;
    case FRAME_DHCP:
        take_dhcp(intake, frame, now_ns);
        break;
    case FRAME_RECM:
        take_recm(intake, frame, now_ns);
        break;
    case FRAME_DNS:
        url_take_dns(intake->choice, frame, now_ns);
        break;
    case FRAME_TCP:
        url_take_tcp(intake->choice, frame, now_ns);
        break;
    case FRAME_IGMP:
        membership_query(intake->membership, &frame->igmp, now_ns);
        rival_reports(intake->rival, frame, now_ns);
        break;
    case FRAME_CDP:
    case FRAME_LLDP:
        take_neighbour(intake, frame, now_ns);
        break;
    default:
        break;
    }
}
