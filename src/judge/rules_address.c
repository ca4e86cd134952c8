/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about the phone's address (docs: verdicts, before the phone listens). What a switch hides
 * from the capture is never taken for absent: they judge by the phone's next frame.
 */
#include "judge/rules_support.h"

#include "base/text.h"
#include "loader/loader.h"

#define DHCP_GIVES_UP_NS SECONDS(6) /* 5 s after its last message it stops for good */
#define START_COVERED_NS SECONDS(6) /* before the second DISCOVER, the first is due */

/* What shows that the phone hears nothing any more: unanswered ARP and REQUESTs from `number` on.
 */
static unsigned probes_in_vain(const struct facts *facts, const struct phone_facts *phone,
                               uint64_t number, struct judgement *ret)
{
    struct asked asked;

    rules_asked_since(facts, phone, number, &asked);
    if (asked.heard != asked.unanswered)
        return 0;
    judge_marks(ret, &asked.unanswered_marks);
    judge_marks(ret, &phone->boot.arp_unanswered);
    if (asked.unanswered)
        text_add(&ret->detail, " It left %u recovery requests unanswered.", asked.unanswered);
    if (phone->boot.arp_unanswered.total)
        text_add(&ret->detail, " It does not answer ARP.");
    return asked.unanswered + (unsigned)phone->boot.arp_unanswered.total;
}

/* Nothing came of its DHCP client in this boot, and no more is to come. */
static bool has_given_up(const struct facts *facts, const struct phone_facts *phone)
{
    return !phone->in_firmware && !rules_is_alive(phone) &&
           rules_silence(facts, phone) >= DHCP_GIVES_UP_NS;
}

RULE(judge_no_dhcp)
{
    const struct boot *boot = &phone->boot;
    bool second_only = boot->first_discover_missing;

    if (boot->dhcp_requests.total || boot->discovers.total + second_only < 2 ||
        !has_given_up(facts, phone) || boot->good_offers.total || boot->bad_offers.total ||
        boot->late_offers.total)
        return false;
    /* An OFFER that the phone cannot use looks the same where the capture cannot see it. */
    ret->confidence =
        rules_visibility_of(phone) == SEES_SEVERAL_HOSTS ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_marks(ret, &boot->discovers);
    text_add(&ret->detail, "%s asked ", rules_phone_words(phone).text);
    if (second_only)
        text_add(&ret->detail, "a second time (the first is not in the %s)",
                 rules_record_word(facts));
    else
        text_add(&ret->detail, "twice");
    text_add(&ret->detail, ", took no offer, and has sent nothing for %s.",
             rules_span(rules_silence(facts, phone)).text);
    probes_in_vain(facts, phone, marks_newest(&boot->discovers), ret);
    return true;
}

RULE(judge_dhcp_late)
{
    const struct boot *boot = &phone->boot;

    if (boot->late_offers.total == 0 || boot->dhcp_requests.total || !has_given_up(facts, phone))
        return false;
    rules_advise_about_server(facts, phone, "Switch the ping check (conflict detection) off on",
                              ret);
    ret->confidence =
        boot->good_offers.total || boot->bad_offers.total ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN;
    judge_marks(ret, &boot->discovers);
    judge_marks(ret, &boot->late_offers);
    text_add(&ret->detail,
             "The OFFER belongs to an earlier DISCOVER and came %s after the newest one; the phone "
             "had given the earlier one up after 5 s.",
             rules_span(boot->late_offers.newest_ns - boot->discovers.newest_ns).text);
    probes_in_vain(facts, phone, marks_newest(&boot->discovers), ret);
    return true;
}

RULE(judge_dhcp_offer_unusable)
{
    const struct boot *boot = &phone->boot;
    bool is_bad = boot->bad_offers.total > 0;

    if ((!is_bad && boot->good_offers.total == 0) || boot->dhcp_requests.total ||
        !has_given_up(facts, phone))
        return false;
    rules_advise_about_server(facts, phone,
                              "An OFFER needs options 53 and 54, the phone's transaction id and an "
                              "untagged frame: correct",
                              ret);
    if (is_bad && boot->good_offers.total == 0) {
        bool may_be_artefact = boot->offer_defect == LEASE_UDP_CHECKSUM;
        ret->confidence = may_be_artefact ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN;
        text_add(&ret->subject, "%s", rules_lease_defect_words(boot->offer_defect));
        if (boot->offer_defect == LEASE_TRANSACTION_ID)
            text_add(&ret->detail, "The phone asked with transaction id %08x, the OFFER says %08x.",
                     boot->newest_xid, boot->offered_wrong_xid);
    } else {
        ret->confidence = CONFIDENCE_LIKELY;
        text_add(&ret->subject, "the %s shows no defect; perhaps it did not reach the phone",
                 rules_record_word(facts));
        text_add(&ret->detail, "An OFFER in good form was sent in time. ");
    }
    judge_marks(ret, &boot->discovers);
    judge_marks(ret, is_bad ? &boot->bad_offers : &boot->good_offers);
    text_add(&ret->detail, "%s never sent a DHCP REQUEST.", rules_phone_words(phone).text);
    probes_in_vain(facts, phone, marks_newest(&boot->discovers), ret);
    return true;
}

RULE(judge_dhcp_ack_lost)
{
    const struct boot *boot = &phone->boot;

    if (boot->round_requests < 2 || boot->acks.total || !has_given_up(facts, phone))
        return false;
    rules_advise_about_server(
        facts, phone, "See whether the phone's REQUEST arrives at, and an ACK leaves,", ret);
    bool sees_server = rules_visibility_of(phone) != SEES_NO_UNICAST;
    ret->confidence = sees_server ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_marks(ret, &boot->good_offers);
    judge_marks(ret, &boot->dhcp_requests);
    text_add(
        &ret->detail,
        "%s repeated its DHCP REQUEST to server %s after 5 s, so no ACK it could use had come; "
        "then it fell silent.",
        rules_phone_words(phone).text, ipv4_format(boot->chosen_server).text);
    if (boot->bad_acks.total) {
        judge_marks(ret, &boot->bad_acks);
        text_add(&ret->detail, " An ACK is in the %s, but %s.", rules_record_word(facts),
                 rules_lease_defect_words(boot->ack_defect));
    }
    probes_in_vain(facts, phone, marks_newest(&boot->dhcp_requests), ret);
    return true;
}

RULE(judge_dhcp_refused)
{
    const struct boot *boot = &phone->boot;

    if (boot->naks.total == 0 || rules_is_alive(phone) ||
        (boot->acks.total && boot->acks.newest_ns > boot->naks.newest_ns))
        return false;
    /* It asked again after the last refusal but one: the refusals did reach it. */
    bool asked_again = boot->discovers.total && boot->discovers.newest_ns > boot->naks.first_ns;
    struct server_text server = rules_dhcp_server_of(facts, phone);
    if (server.text[0])
        text_add(
            &ret->advice,
            "Look into the log of DHCP server %s: a stale reservation, an exhausted pool, or "
            "two servers that disagree; or switch it off and let spa-sos give the address. The "
            "phone goes on asking.",
            server.text);
    ret->confidence = asked_again ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_marks(ret, &boot->naks);
    judge_marks(ret, &boot->dhcp_requests);
    text_add(&ret->detail, "%s was refused %llu times by a NAK and has no address.",
             rules_phone_words(phone).text, (unsigned long long)boot->naks.total);
    return true;
}

/* ---- leases that kill the loader ---- */

/* Returns: whether the lease is the phone's and nothing shows that it lives on with it. */
static bool died_of_lease(const struct facts *facts, const struct phone_facts *phone,
                          struct judgement *ret)
{
    const struct boot *boot = &phone->boot;

    if (boot->acks.total == 0 || phone->in_firmware || rules_is_alive(phone))
        return false;
    judge_number(ret, boot->ack_number);
    unsigned probes = probes_in_vain(facts, phone, marks_newest(&boot->acks), ret);
    /* A factory phone's stored environment may hold a mask or a router: only silence is proof. */
    ret->confidence = probes >= 2   ? CONFIDENCE_CERTAIN
                      : probes == 1 ? CONFIDENCE_LIKELY
                                    : CONFIDENCE_POSSIBLE;
    return true;
}

RULE(judge_lease_without_mask)
{
    if (phone->boot.has_mask || phone->boot.ack_is_cut || phone->boot.acks.total == 0)
        return false;
    rules_advise_about_server(facts, phone, "Add option 1 (subnet mask) to the lease of", ret);
    text_add(&ret->detail, "The ACK for %s has no option 1.", rules_phone_words(phone).text);
    return died_of_lease(facts, phone, ret);
}

RULE(judge_lease_without_router)
{
    const struct boot *boot = &phone->boot;
    const struct loader_lease_terms terms = {
        .ip = phone->ip,
        .mask = boot->has_mask ? boot->mask : 0,
        .router = boot->has_router ? boot->router : 0,
        .server_ip = boot->server_ip,
    };

    if (boot->acks.total == 0 || boot->ack_is_cut || (boot->has_router && boot->router != 0))
        return false;
    rules_advise_about_server(
        facts, phone, "Add option 3 (router) with an address that answers ARP to the lease of",
        ret);
    text_add(&ret->detail, "The ACK for %s has no option 3", rules_phone_words(phone).text);
    if (loader_lease(&terms) == LOADER_LEASE_STOPS) {
        text_add(&ret->detail, ", and its server address (siaddr %s) is %s.",
                 ipv4_format(boot->server_ip).text,
                 boot->server_ip ? "outside the phone's subnet" : "not set");
        return died_of_lease(facts, phone, ret);
    }
    text_add(&ret->detail, "; since its server address is in the subnet the phone listens, but "
                           "after an order it will not ask for the file.");
    judge_number(ret, boot->ack_number);
    ret->confidence = CONFIDENCE_LIKELY;
    ret->finding_only = true;
    return true;
}

/* ---- who else is there ---- */

RULE(judge_two_dhcp_servers)
{
    unsigned seen = 0;

    if (phone->server_count < 2)
        return false;
    for (unsigned i = 0; i < phone->server_count && i < SERVERS_MAXIMUM; i++) {
        const struct dhcp_server_seen *server = &phone->servers[i];
        seen += server->has_mac;
        judge_marks(ret, &server->frames);
        text_add(&ret->detail, "%s%s%s",
                 i ? ", " : "Servers: ", ipv4_format(server->identifier).text,
                 server->has_mac ? "" : " (named by the phone only)");
    }
    text_add(&ret->detail, ". %s chose %s.", rules_phone_words(phone).text,
             ipv4_format(phone->boot.chosen_server).text);
    ret->confidence = seen >= 2 ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    /* Where the phone answers or is ordered the second server did no harm, or harm with a name. */
    ret->finding_only = phone->replies.total > 0 || phone->attempts > 0;
    return true;
}

RULE(judge_port_blocked)
{
    const struct boot *boot = &phone->boot;
    const struct segment_facts *segment = &facts->segment;

    if (segment->bpdus.total == 0 || !boot->first_discover_missing ||
        boot->discovers.first_ns - facts->first_ns < START_COVERED_NS || phone->boot_number > 1)
        return false;
    ret->confidence = CONFIDENCE_LIKELY;
    ret->finding_only = boot->dhcp_requests.total > 0 || rules_is_alive(phone);
    judge_number(ret, segment->bpdus.first[0]);
    judge_marks(ret, &segment->bpdus_not_forwarding);
    judge_marks(ret, &boot->discovers);
    text_add(&ret->detail,
             "The first DISCOVER of %s that came through is its second; the %s had been "
             "running for %s, and the switch speaks spanning tree.",
             rules_phone_words(phone).text, rules_record_word(facts),
             rules_span(boot->discovers.first_ns - facts->first_ns).text);
    if (segment->bpdus_not_forwarding.total)
        text_add(&ret->detail, " Its BPDUs say that the port was not forwarding.");
    probes_in_vain(facts, phone, marks_newest(&boot->discovers), ret);
    return true;
}

RULE(judge_static_phone)
{
    const struct boot *boot = &phone->boot;

    if (!boot->first_frame_seen || boot->discovers.total || boot->dhcp_requests.total ||
        phone->loader_frames.total == 0)
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    ret->finding_only = true;
    judge_number(ret, phone->loader_frames.first[0]);
    text_add(&ret->detail,
             "%s counted its frames from 0 and did not ask for an address; it uses %s.",
             rules_phone_words(phone).text, ipv4_format(phone->ip).text);
    return true;
}

RULE(judge_duplicate_address)
{
    if (phone->duplicates.total == 0)
        return false;
    bool both_go_on = phone->seen_ns >= phone->duplicates.first_ns;
    ret->confidence = both_go_on && phone->duplicates.total >= 2 ? CONFIDENCE_CERTAIN
                      : both_go_on                               ? CONFIDENCE_LIKELY
                                                                 : CONFIDENCE_POSSIBLE;
    ret->finding_only = phone->replies.total > 0 || phone->attempts > 0;
    judge_marks(ret, &phone->duplicates);
    judge_number(ret, phone->loader_frames.total ? phone->loader_frames.first[0] : 0);
    text_add(&ret->detail, "%s is used by %s and by %s.", ipv4_format(phone->ip).text,
             mac_format(&phone->mac).text, mac_format(&phone->duplicate_mac).text);
    text_add(&ret->advice,
             "Take %s off the segment or give the phone another lease, then power-cycle the phone.",
             mac_format(&phone->duplicate_mac).text);
    return true;
}
