/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about how it ended, and about the cable (docs: verdicts, outcome). */
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

#define QUIET_AFTER_LAST_ACK_NS SECONDS(3) /* shorter: the capture simply ends there */
#define LONG_CAPTURE_NS         SECONDS(60)
#define ASKING_IN_VAIN_NS       SECONDS(2)

/* ---- after the last ACK ---- */

RULE(judge_recovered)
{
    const struct attempt *attempt = &phone->attempt;
    enum completeness completeness = completeness_of(facts, phone);

    /* A phone that was a loader again afterwards has not been recovered. */
    if (attempt->firmware_after.total == 0 || !phone->in_firmware || attempt->acks.total == 0)
        return false;
    ret->confidence = completeness == COMPLETE_AS_SEEN ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->firmware_after);
    text_add(&ret->detail, "%s took %s; %s later its normal firmware spoke.",
             phone_words(phone).text, amount_words(attempt).text,
             span(attempt->firmware_after.first_ns - attempt->last_ack_ns).text);
    if (completeness != COMPLETE_AS_SEEN)
        text_add(&ret->detail, " The capture does not show the whole transfer.");
    return true;
}

/* The phone has the whole file, and nothing has shown yet what became of it. */
static bool is_delivered(const struct facts *facts, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    return completeness_of(facts, phone) != NOT_COMPLETE && !attempt->rebooted &&
           attempt->loader_after.total == 0 && attempt->firmware_after.total == 0;
}

static bool is_flashing(const struct facts *facts, const struct phone_facts *phone)
{
    duration_ns quiet = until_end(facts, phone->attempt.last_ack_ns);
    return quiet < facts->flash_limit_ns &&
           (quiet > QUIET_AFTER_LAST_ACK_NS || phone->attempt.arp_after.total > 0);
}

RULE(judge_flashing)
{
    const struct attempt *attempt = &phone->attempt;

    if (!is_delivered(facts, phone) || !is_flashing(facts, phone))
        return false;
    ret->confidence =
        completeness_of(facts, phone) == COMPLETE_AS_SEEN ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &attempt->final_data);
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->arp_after);
    text_add(&ret->detail,
             "%s acknowledged the last block %s before the end and has been silent since, as it is "
             "while it checks and writes.",
             phone_words(phone).text, span(until_end(facts, attempt->last_ack_ns)).text);
    if (attempt->arp_after.total)
        text_add(&ret->detail, " It does not answer ARP either.");
    return true;
}

RULE(judge_delivered)
{
    const struct attempt *attempt = &phone->attempt;

    if (!is_delivered(facts, phone) || is_flashing(facts, phone))
        return false;
    ret->confidence =
        completeness_of(facts, phone) == COMPLETE_AS_SEEN ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_marks(ret, &attempt->echoes);
    judge_number(ret, attempt->read_requests.total ? attempt->read_requests.first[0] : 0);
    judge_marks(ret, &attempt->final_data);
    judge_number(ret, attempt->last_ack_number);
    text_add(&ret->detail, "%s acknowledged the last block.", phone_words(phone).text);
    if (attempt->result == TRANSFER_IMAGE_GOOD)
        text_add(&ret->detail, " The file, put together from the frames, is a valid image.");
    return true;
}

/* ---- it answers ---- */

RULE(judge_found)
{
    if (phone->boot.replies.total == 0 || attempt_is_current(phone) || phone->in_firmware)
        return false;
    struct asked asked;
    asked_since(facts, phone, phone->boot.begin_ns, &asked);
    /* Without the questions, or with an order from before its restart, this is not the whole story.
     */
    ret->confidence =
        asked.answered_marks.total && phone->attempts == 0 ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_marks(ret, &asked.answered_marks);
    judge_marks(ret, &phone->boot.replies);
    char product[ESCAPED(RECM_TEXT_SIZE)], software[ESCAPED(RECM_TEXT_SIZE)];
    text_escape(phone->reply.product, strlen(phone->reply.product), product, sizeof(product));
    text_escape(phone->reply.software, strlen(phone->reply.software), software, sizeof(software));
    text_add(&ret->detail, "%s %s, recovery loader %s, address %s.", product,
             phone_words(phone).text, software, ipv4_format(phone->reply.ip).text);
    if (phone->reply.ip == 0)
        text_add(&ret->detail, " It had no address yet when it answered.");
    return true;
}

RULE(judge_several_phones)
{
    unsigned answered = 0;

    for (phone = facts->phones; phone; phone = phone->by_mac.next) {
        if (phone->attempts || phone->in_firmware)
            return false;
        if (!phone->answered)
            continue;
        answered++;
        judge_number(ret, phone->replies.first[0]);
        if (answered <= 16)
            text_add(&ret->detail, "%s%s", answered == 1 ? "Answered: " : ", ",
                     phone_words(phone).text);
    }
    if (answered < 2)
        return false;
    if (answered > 16)
        text_add(&ret->detail, " and %u more", answered - 16);
    text_add(&ret->detail, ".");
    ret->confidence = CONFIDENCE_CERTAIN;
    return true;
}

RULE(judge_firmware_running)
{
    if (phone->firmware_frames.total == 0 || !phone->in_firmware)
        return false;
    ret->confidence = phone->loader_frames.total ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN;
    judge_marks(ret, &phone->firmware_frames);
    text_add(&ret->detail, "%s sends what only its normal firmware sends.",
             phone_words(phone).text);
    if (phone->loader_frames.total)
        text_add(&ret->detail, " Earlier in the capture it was in recovery mode.");
    return true;
}

RULE(judge_firmware_crash_loop)
{
    if (phone->firmware_series < 3)
        return false;
    /* A phone that gets no lease begins anew as well, without having crashed. */
    bool leases = phone->firmware_leases + 1 >= phone->firmware_series;
    ret->confidence = leases ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &phone->firmware_discovers);
    text_add(&ret->detail, "%s began to ask for an address %u times, 10 to 180 s apart%s.",
             phone_words(phone).text, phone->firmware_series,
             leases ? ", although it had got one each time"
                    : "; it got none, which can be the reason as well");
    return true;
}

/* ---- nothing ---- */

RULE(judge_no_phone_seen)
{
    const struct segment_facts *segment = &facts->segment;
    duration_ns length = facts->frame_count ? facts->end_ns - facts->first_ns : 0;
    bool asked_in_vain = segment->to_phone_port.total &&
                         until_end(facts, segment->to_phone_port.first_ns) >= ASKING_IN_VAIN_NS;

    if (facts->phone_count || (length < LONG_CAPTURE_NS && !asked_in_vain))
        return false;
    ret->confidence = length >= LONG_CAPTURE_NS ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &segment->to_phone_port);
    text_add(&ret->detail,
             "In %s there is no frame of a recovery loader and none of the normal "
             "firmware.",
             span(length).text);
    if (segment->to_phone_port.total)
        text_add(&ret->detail, " %llu recovery messages were sent, and nobody answered.",
                 (unsigned long long)segment->to_phone_port.total);
    else
        text_add(&ret->detail, " Nobody sent a recovery request either.");
    if (length < LONG_CAPTURE_NS)
        text_add(&ret->detail, " A phone that is busy or still starting can be silent for longer "
                               "than this.");
    return true;
}

static bool nothing_to_tell(const struct facts *facts, struct judgement *ret)
{
    if (facts->phone_count)
        return false;
    ret->confidence = CONFIDENCE_POSSIBLE;
    text_add(&ret->advice, "Capture again: start before the phone is powered on and go on for at "
                           "least a minute.");
    if (facts->frame_count == 0)
        text_add(&ret->detail, "There is no frame.");
    else
        text_add(&ret->detail, "The capture is %s long and holds no frame of a phone.",
                 span(facts->end_ns - facts->first_ns).text);
    return true;
}

/* The last resort: a phone is there, and nothing proves anything. */
static bool phone_is_unclear(const struct facts *facts, const struct phone_facts *phone,
                             struct judgement *ret)
{
    const struct boot *boot = &phone->boot;

    ret->confidence = CONFIDENCE_POSSIBLE;
    judge_number(ret, phone->loader_frames.total ? phone->loader_frames.first[0] : 0);
    judge_number(ret, phone->seen_number);
    text_add(&ret->detail, "%s was seen", phone_words(phone).text);
    if (phone->attempt.acks.total) {
        judge_marks(ret, &phone->attempt.acks);
        text_add(&ret->detail, " in the middle of a transfer (");
        if (phone->attempt.by_http)
            text_add(&ret->detail, "%s)", amount_words(&phone->attempt).text);
        else
            text_add(&ret->detail, "block %u of the file)", phone->attempt.last_ack);
    } else if (phone->attempt.begun) {
        text_add(&ret->detail, " with an order to fetch a file");
    } else if (boot->discovers.total && boot->dhcp_requests.total == 0) {
        text_add(&ret->detail, " asking for an address");
    } else if (boot->dhcp_requests.total) {
        text_add(&ret->detail, " taking an address");
    }
    text_add(&ret->detail, "; %s later the capture ends.", span(silence(facts, phone)).text);
    return true;
}

RULE(judge_capture_too_short)
{
    return phone ? phone_is_unclear(facts, phone, ret) : nothing_to_tell(facts, ret);
}

/* ---- the cable (live only) ---- */

RULE(judge_no_link)
{
    const struct segment_facts *segment = &facts->segment;

    if (!segment->carrier_known || segment->carrier_up)
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    ret->finding_only = facts->phone_count > 0;
    text_add(&ret->detail, "The network adapter has reported no link for %s.",
             span(until_end(facts, segment->carrier_ns)).text);
    return true;
}

RULE(judge_link_flapping)
{
    const struct segment_facts *segment = &facts->segment;

    if (!segment->carrier_flapped)
        return false;
    ret->confidence = CONFIDENCE_LIKELY;
    ret->finding_only = facts->phone_count > 0;
    text_add(&ret->detail,
             "The link went down %u times, three times within two minutes, and no "
             "phone sent a frame.",
             segment->carrier_drops);
    if (ret->finding_only)
        text_add(&ret->detail, " (A phone was seen all the same.)");
    return true;
}
