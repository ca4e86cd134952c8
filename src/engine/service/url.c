/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --answer-urls: what a phone in recovery mode asks for of its own accord is answered as if every
 * host were this one (docs: protocol, URL attempts): ARP for the host or the gateway, DNS, TFTP and
 * HTTP, always with the run's image. Only towards phones this run is for, by unicast, and only what
 * bears the loader's signature; off unless asked for, because it takes other hosts' places (docs:
 * protocol, rules for the PC side, 5).
 */
#include "engine/service/url.h"

#include "base/text.h"
#include "engine/limits.h"
#include "engine/states.h"

#include <string.h>

static bool is_on(const struct choice *choice)
{
    const struct station_config *config = &choice->core->config;
    return config->answer_urls && config->mode == STATION_RECOVER && !choice->core->stopped;
}

/* Told once per phone. */
static void say(struct choice *choice, struct session *session, instant_ns now_ns, const char *text)
{
    char phone[160];
    if (session->url_said)
        return;
    session->url_said = true;
    journal_message(&choice->core->journal, now_ns, &session->mac, "%s %s",
                    session_describe(session, phone, sizeof phone), text);
}

static bool serves(struct choice *choice, struct session *session, instant_ns now_ns)
{
    const struct core *core = choice->core;
    bool ended = session->final || session->state == SESSION_RECOVERED;
    bool used_up =
        session->attempts >= core->config.attempts_maximum && session->state != SESSION_TRANSFER;
    if (ended || used_up || core->standing != STANDING_FREE)
        return false;
    if (choice_serves(choice, session)) {
        say(choice, session, now_ns,
            "tries to fetch an image from a URL of its own; it is given this one");
        return true;
    }
    if (!session->answered && choice_names_serials(choice))
        say(choice, session, now_ns,
            "tries to fetch an image from a URL of its own, but has not told its serial number "
            "yet; name it by --phone-mac if it is the one");
    return false;
}

/* ---- ARP ---- */

/* Could a request of the common length be the loader's, on the way to an HTTP server? Not of a
 * phone that may have started its normal firmware meanwhile, or whose order is another matter. */
static bool may_ask_for_http(const struct session *session)
{
    switch (session->state) {
    case SESSION_ADDRESSED:
    case SESSION_FOUND:
    case SESSION_WAITING:
    case SESSION_RETRY:
    case SESSION_UNFIT_LEASE:
        return true;
    case SESSION_TRANSFER:
        return session->by_url;
    default:
        return false;
    }
}

bool url_take_arp(struct choice *choice, const struct frame *frame, instant_ns now_ns)
{
    if (!is_on(choice) || frame->arp.sender_ip == 0)
        return false;
    bool for_tftp = loader_is_tftp_arp(frame);
    struct session *session = for_tftp ? choice_meet(choice, &frame->ethernet.source, now_ns)
                                       : roster_find(choice->roster, &frame->ethernet.source);
    if (!session || (!for_tftp && !may_ask_for_http(session)))
        return false;
    if (session_is_active(session) && !session->by_url)
        return false; /* it obeys our order: rule 4 */
    session->ip = frame->arp.sender_ip;
    session_handle(session, EVENT_URL_TRIED, now_ns);
    if (!serves(choice, session, now_ns))
        return false;
    arp_answer_for(choice->core, &frame->arp);
    journal_detail(&choice->core->journal, now_ns, &session->mac,
                   "told the phone alone that this program is %s",
                   ipv4_format(frame->arp.target_ip).text);
    return true;
}

/* ---- DNS ---- */

void url_take_dns(struct choice *choice, const struct frame *frame, instant_ns now_ns)
{
    struct core *core = choice->core;
    const struct dns_message *query = &frame->dns;
    if (!is_on(choice) || query->is_response || frame->udp.source_port != DNS_PHONE_PORT ||
        frame->udp.destination_port != DNS_SERVER_PORT)
        return;
    struct session *session = choice_meet(choice, &frame->ethernet.source, now_ns);
    if (!session || session_heard(session, frame->ipv4.identification, now_ns) == HEARD_STALE)
        return;
    session->ip = frame->ipv4.source;
    session_handle(session, EVENT_URL_TRIED, now_ns);
    if (!serves(choice, session, now_ns))
        return;
    uint8_t payload[DNS_NAME_SIZE + 64];
    struct writer writer = writer_over(payload, sizeof payload);
    dns_write_answer(&writer, frame->payload, frame->payload_length, core->config.address,
                     DNS_TIME_TO_LIVE_S);
    if (writer.failed)
        return;
    outbox_udp_as(&core->outbox, frame->ipv4.destination, &session->mac, frame->ipv4.source,
                  DNS_SERVER_PORT, DNS_PHONE_PORT, payload, writer.length);
    char name[DNS_NAME_SIZE];
    text_escape(query->name, strlen(query->name), name, sizeof name);
    journal_detail(&core->journal, now_ns, &session->mac, "told it that \"%s\" is %s", name,
                   ipv4_format(core->config.address).text);
}

/* ---- TFTP ---- */

bool url_takes_request(struct choice *choice, struct session *session, const struct frame *frame,
                       instant_ns now_ns)
{
    if (!is_on(choice) || !session || frame->ipv4.destination == RECM_GROUP_IP ||
        frame->udp.source_port != TFTP_PHONE_PORT || frame->ipv4.time_to_live != LOADER_UDP_TTL ||
        !serves(choice, session, now_ns))
        return false;
    session->ip = frame->ipv4.source;
    choice_served(choice, session);
    return true;
}

/* ---- HTTP ---- */

/* No operating system sends this SYN. */
static bool is_loader_syn(const struct frame *frame)
{
    return frame->tcp.flags == TCP_FLAG_SYN && frame->tcp.sequence == 0 &&
           frame->tcp.window == LOADER_SYN_WINDOW && frame->ipv4.time_to_live == LOADER_SYN_TTL;
}

void url_take_tcp(struct choice *choice, const struct frame *frame, instant_ns now_ns)
{
    struct core *core = choice->core;
    if (!is_on(choice))
        return;
    bool begins = is_loader_syn(frame);
    struct session *session = begins ? choice_meet(choice, &frame->ethernet.source, now_ns)
                                     : roster_find(choice->roster, &frame->ethernet.source);
    if (!session)
        return;
    if (http_is_new(&session->http, frame, now_ns)) {
        if (!begins)
            return; /* a SYN that no loader sends opens nothing */
        if (session->state == SESSION_TRANSFER && session->by_http)
            session_handle(session, EVENT_STALLED, now_ns); /* it has begun anew */
        session->ip = frame->ipv4.source;
        session_handle(session, EVENT_URL_TRIED, now_ns);
        if (!serves(choice, session, now_ns))
            return;
        if (!http_can_carry(core->config.image_length)) {
            journal_detail(&core->journal, now_ns, &session->mac,
                           "not answered over HTTP: the image is longer than the loader takes "
                           "that way");
            return;
        }
    }
    enum http_result result = http_segment(core, &session->http, frame, now_ns);
    if (result == HTTP_ASKED)
        choice_served(choice, session);
    session_http_result(session, result, now_ns);
}
