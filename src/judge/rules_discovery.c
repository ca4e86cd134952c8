/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about finding the phone (docs: verdicts, discovery). */
#include "judge/rules_support.h"

#include "base/text.h"

#define STANDS_BACK_NS         (300 * NS_PER_S)
#define WAITING_NS             SECONDS(20) /* a phone that nobody asks for so long waits in vain */
#define SHORT_WAITING_NS       SECONDS(5)
#define DEAF_NS                SECONDS(10)
#define DEAF_ARP_REQUESTS      4 /* fewer answers than that a capture can lose */
#define DEAF_REQUESTS          10
#define SNOOPING_REQUESTS      10 /* docs: verdicts, snooping */
#define FILTERED_REQUESTS      3  /* docs: verdicts, reply-filtered */
#define FILTERED_REQUESTS_MANY 6
#define AT_THE_SAME_TIME_NS    SECONDS(10) /* two programs that ask, each every few seconds */

static instant_ns waiting_since(const struct phone_facts *phone)
{
    const struct boot *boot = &phone->boot;
    if (boot->acks.total)
        return boot->acks.newest_ns;
    return boot->dhcp_requests.total ? boot->dhcp_requests.newest_ns : boot->begin_ns;
}

/* The frame of that time. */
static uint64_t waiting_number(const struct phone_facts *phone)
{
    const struct boot *boot = &phone->boot;
    if (boot->acks.total)
        return marks_newest(&boot->acks);
    return boot->dhcp_requests.total ? marks_newest(&boot->dhcp_requests) : boot->begin_number;
}

RULE(judge_request_not_sent)
{
    const struct marks *sent = &facts->segment.to_phone_port;
    instant_ns since = waiting_since(phone);

    if (!rules_is_waiting(phone) || phone->boot.replies.total ||
        (sent->total && sent->newest_ns >= phone->boot.begin_ns) ||
        rules_until_end(facts, since) < SHORT_WAITING_NS)
        return false;
    /* A switch may keep a group request of somebody else from the capture as well. */
    ret->confidence =
        rules_until_end(facts, since) >= WAITING_NS ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_number(ret, phone->boot.ack_number);
    judge_marks(ret, &phone->boot.arp_answers);
    judge_number(ret, phone->loader_frames.total ? phone->loader_frames.first[0] : 0);
    text_add(&ret->detail, "%s has been waiting for %s, and no frame to UDP port 4810 was sent.",
             rules_phone_words(phone).text, rules_span(rules_until_end(facts, since)).text);
    return true;
}

/* ---- requests that do not arrive ---- */

RULE(judge_snooping)
{
    const struct segment_facts *segment = &facts->segment;
    struct asked asked;

    if (!rules_is_waiting(phone) || !rules_is_alive(phone))
        return false;
    rules_asked_since(facts, phone, waiting_number(phone), &asked);
    unsigned group = asked.group_unanswered + asked.unknown_unanswered;
    bool is_recorded = asked.group_unanswered >= SNOOPING_REQUESTS;
    if (group < SNOOPING_REQUESTS || asked.group_answered)
        return false;
    bool switch_seen =
        segment->igmp_queries.total || segment->bpdus.total || segment->neighbours.total;
    if (!(asked.other_answered && is_recorded) && !switch_seen)
        return false;
    ret->confidence = asked.other_answered && is_recorded ? CONFIDENCE_CERTAIN
                      : segment->igmp_queries.total       ? CONFIDENCE_LIKELY
                                                          : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &asked.unanswered_marks);
    judge_marks(ret, &asked.answered_marks);
    judge_marks(ret, &phone->boot.arp_answers);
    judge_number(ret, segment->igmp_queries.total ? segment->igmp_queries.first[0] : 0);
    text_add(&ret->detail, "%s left %u requests to the group unanswered although it is alive",
             rules_phone_words(phone).text, group);
    text_add(&ret->detail, asked.other_answered ? "; one in another frame was answered."
                           : segment->igmp_queries.total
                               ? "; a switch or router sends IGMP queries."
                               : "; there is a managed switch.");
    return true;
}

RULE(judge_busy_with_url)
{
    const struct boot *boot = &phone->boot;
    struct asked asked;

    if (phone->in_firmware || boot->url.total == 0 || boot->replies.total || phone->attempts)
        return false;
    rules_asked_since(facts, phone, boot->begin_number, &asked);
    ret->confidence = asked.in_url == 0                       ? CONFIDENCE_POSSIBLE
                      : asked.outside_url == 0                ? CONFIDENCE_CERTAIN
                      : asked.outside_url <= asked.in_url / 2 ? CONFIDENCE_LIKELY
                                                              : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &boot->url);
    judge_marks(ret, &asked.in_url_marks);
    text_add(&ret->subject, "%s//%s/", boot->url_http ? "http:" : "tftp:",
             boot->url_host[0] ? boot->url_host : "(host unknown)");
    text_add(&ret->detail,
             "%s made %u attempts to reach it; %u requests were sent meanwhile, and "
             "none was answered.",
             rules_phone_words(phone).text, boot->url_attempts, asked.in_url);
    return true;
}

RULE(judge_not_one_segment)
{
    bool relayed_only = phone->boot.relayed.total && !phone->has_identification;

    if (phone->routed.total == 0 && !relayed_only)
        return false;
    ret->confidence = CONFIDENCE_LIKELY;
    ret->finding_only = phone->replies.total > 0 || phone->attempts > 0;
    if (phone->routed.total) {
        judge_marks(ret, &phone->routed);
        text_add(&ret->detail, "The loader sends with TTL 60; frames of %s arrive with %u.",
                 rules_phone_words(phone).text, phone->time_to_live);
    } else {
        judge_marks(ret, &phone->boot.relayed);
        text_add(&ret->detail, "The DHCP messages of %s come through a relay (giaddr is set).",
                 rules_phone_words(phone).text);
    }
    return true;
}

/* ---- answers that do not arrive ---- */

/*
 * Counts the REQUESTs that the asker repeated, and the phone answered, after a first one that the
 * phone had answered. A program that varies where it sends them does not repeat itself: it
 * searches.
 */
static unsigned repeated_in_vain(const struct facts *facts, const struct phone_facts *phone,
                                 struct judgement *ret)
{
    const struct segment_facts *segment = &facts->segment;
    const struct request_mark *first = NULL;
    uint64_t total = segment->requests.total;
    unsigned further = 0;

    for (uint64_t i = total > REQUESTS_KEPT ? total - REQUESTS_KEPT : 0; i < total; i++) {
        const struct request_mark *mark = &segment->newest[i % REQUESTS_KEPT];
        bool answered = phone_set_has(&mark->answered_by, phone->index);
        if (!first && answered) {
            first = mark;
        } else if (first && mac_equal(&mark->from, &first->from)) {
            if (mark->way != first->way || mark->serial_index != first->serial_index)
                return 0;
            further += answered;
            judge_number(ret, answered ? mark->number : 0);
        }
    }
    return further;
}

/* Programs that ask for phones since this one started, or fell silent shortly before: one of two
 * that meet stands back. */
static unsigned count_askers(const struct facts *facts, const struct phone_facts *phone)
{
    unsigned count = 0;
    for (unsigned i = 0; i < facts->segment.asker_count; i++)
        count +=
            facts->segment.askers[i].messages.newest_ns + STANDS_BACK_NS >= phone->boot.begin_ns;
    return count;
}

RULE(judge_reply_filtered)
{
    const struct segment_facts *segment = &facts->segment;
    const struct boot *boot = &phone->boot;

    if (boot->replies.total == 0 || phone->attempts || phone->in_firmware)
        return false;
    if (count_askers(facts, phone) > 1)
        return false; /* each of them may be waiting for the other */
    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++)
        if (segment->serials[i].orders.total || segment->serials[i].bad_orders.total)
            return false;
    for (const struct phone_facts *each = facts->phones; each; each = each->by_mac.next)
        if (each != phone && each->answered)
            return false; /* several phones answer: the program may be listing them */
    unsigned further = repeated_in_vain(facts, phone, ret);
    if (further < FILTERED_REQUESTS)
        return false;
    /* A program that only looks for phones also goes on asking for a while. */
    ret->confidence = further >= FILTERED_REQUESTS_MANY ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &boot->replies);
    text_add(&ret->detail,
             "%s answered, and the program sent the same request %u times more, each answered as "
             "well, without ordering anything.",
             rules_phone_words(phone).text, further);
    return true;
}

/* ---- others at work ---- */

/* Of a run one that is not this program; of a recording the second one at the same time. */
static const struct seen_asker *other_asker(const struct facts *facts,
                                            const struct phone_facts *phone,
                                            const struct seen_asker **ret_first)
{
    const struct segment_facts *segment = &facts->segment;
    const struct seen_asker *other = NULL;
    *ret_first = NULL;
    for (unsigned i = 0; i < segment->asker_count; i++) {
        const struct seen_asker *asker = &segment->askers[i];
        if (rules_is_run(facts) && mac_equal(&asker->mac, &facts->own_mac))
            continue;
        if (asker->messages.newest_ns < phone->boot.begin_ns)
            continue; /* before this phone was there */
        if (rules_is_run(facts))
            return asker;
        if (!*ret_first)
            *ret_first = asker;
        else if (!other &&
                 asker->messages.first_ns - (*ret_first)->messages.newest_ns < AT_THE_SAME_TIME_NS)
            other = asker;
    }
    return other;
}

RULE(judge_another_tool)
{
    const struct seen_asker *first = NULL;
    const struct seen_asker *other = other_asker(facts, phone, &first);

    if (!other || phone->in_firmware)
        return false;
    bool often = other->messages.total >= 2 && (!first || first->messages.total >= 2);
    ret->confidence = often || other->orders.total ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    /* Whoever was ordered has an outcome of its own. */
    ret->finding_only = phone->attempts > 0 || phone->boot.replies.total == 0;
    text_add(&ret->subject, "%s, %s", mac_format(&other->mac).text, ipv4_format(other->ip).text);
    judge_marks(ret, &other->messages);
    judge_marks(ret, &phone->boot.replies);
    if (first) {
        judge_marks(ret, &first->messages);
        text_add(&ret->detail, "%s (%s) asks for phones as well. ", mac_format(&first->mac).text,
                 ipv4_format(first->ip).text);
    }
    text_add(&ret->detail, "%s sent %llu recovery messages, %llu of them orders",
             mac_format(&other->mac).text, (unsigned long long)other->messages.total,
             (unsigned long long)other->orders.total);
    text_add(&ret->detail, phone->attempts ? "." : "; %s was not ordered.",
             rules_phone_words(phone).text);
    return true;
}

/* Asked often enough, and not only by a way that a switch may have blocked. */
static bool asked_every_way(const struct facts *facts, const struct phone_facts *phone,
                            const struct asked *asked)
{
    unsigned other_ways = asked->outside_url - asked->group_unanswered - asked->unknown_unanswered;
    return asked->outside_url >= DEAF_REQUESTS && other_ways >= 3 &&
           rules_silence(facts, phone) >= WAITING_NS;
}

RULE(judge_phone_deaf)
{
    const struct boot *boot = &phone->boot;
    bool had_address = boot->acks.total || boot->dhcp_requests.total || boot->replies.total ||
                       boot->arp_answers.total;
    uint64_t arp = boot->arp_unanswered.total;
    struct asked asked;

    if (phone->in_firmware || !had_address || rules_silence(facts, phone) < DEAF_NS ||
        (rules_attempt_is_current(phone) && !rules_is_open_attempt(facts, phone)) ||
        boot->round_requests > 1)
        return false;
    rules_asked_since(facts, phone, phone->seen_number, &asked);
    bool everything_tried = asked_every_way(facts, phone, &asked);
    if (asked.unanswered < 2 || asked.heard != asked.unanswered || (!arp && !everything_tried))
        return false;
    /* Its ARP answers are unicast: where the capture shows no unicast they may have been sent. */
    bool lease_was_good = (boot->acks.total && boot->has_mask) || boot->replies.total;
    bool sees_answers = rules_visibility_of(phone) != SEES_NO_UNICAST;
    bool often = (asked.unanswered >= 5 && arp >= 2) || everything_tried;
    ret->confidence = lease_was_good && often && sees_answers && arp >= DEAF_ARP_REQUESTS
                          ? CONFIDENCE_CERTAIN
                      : often ? CONFIDENCE_LIKELY
                              : CONFIDENCE_POSSIBLE;
    judge_number(ret, boot->ack_number);
    judge_number(ret, phone->seen_number);
    judge_marks(ret, &asked.unanswered_marks);
    judge_marks(ret, &boot->arp_unanswered);
    text_add(&ret->detail, "%s was heard last %s before the end; since then it left %u requests",
             rules_phone_words(phone).text, rules_span(rules_silence(facts, phone)).text,
             asked.unanswered);
    if (arp)
        text_add(&ret->detail, " and %llu ARP request%s", (unsigned long long)arp,
                 arp == 1 ? "" : "s");
    text_add(&ret->detail, " unanswered.");
    if (!lease_was_good && boot->dhcp_requests.total)
        rules_advise_about_server(
            facts, phone,
            "Its lease probably lacks what a loader needs: add subnet mask and a "
            "router that answers ARP to the lease of",
            ret);
    if (boot->acks.total == 0 && boot->dhcp_requests.total)
        text_add(&ret->detail,
                 " Its lease from %s is not in the %s: one without subnet mask "
                 "or router has this effect.",
                 ipv4_format(boot->chosen_server).text, rules_record_word(facts));
    return true;
}
