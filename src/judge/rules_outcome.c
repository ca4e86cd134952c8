/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about how it ended, and about the cable (docs: verdicts, outcome). */
#include "judge/asker.h"
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

#define QUIET_AFTER_LAST_ACK_NS SECONDS(3) /* shorter: the capture simply ends there */
#define VLAN_CHANGES            2 /* three starts, each in another VLAN than the one before */

/* ---- after the last ACK ---- */

RULE(judge_recovered)
{
    const struct attempt *attempt = &phone->attempt;
    enum completeness completeness = rules_completeness_of(facts, phone);

    /* A phone that was a loader again afterwards has not been recovered. */
    if (attempt->firmware_after.total == 0 || !phone->in_firmware || attempt->acks.total == 0)
        return false;
    ret->confidence = completeness == COMPLETE_AS_SEEN ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->firmware_after);
    text_add(&ret->detail, "%s took %s; %s later its normal firmware spoke.",
             rules_phone_words(phone).text, rules_amount_words(attempt).text,
             rules_span(attempt->firmware_after.first_ns - attempt->last_ack_ns).text);
    if (completeness != COMPLETE_AS_SEEN)
        text_add(&ret->detail, " Not the whole transfer was seen.");
    if (rules_is_run(facts))
        text_add(&ret->advice, "You may unplug it now. If it does not register, that is a matter "
                               "of its configuration.");
    return true;
}

/* The phone has the whole file, and nothing has shown yet what became of it. */
static bool is_delivered(const struct facts *facts, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    return rules_completeness_of(facts, phone) != NOT_COMPLETE && !attempt->rebooted &&
           attempt->loader_after.total == 0 && attempt->firmware_after.total == 0;
}

static bool is_flashing(const struct facts *facts, const struct phone_facts *phone)
{
    duration_ns quiet = rules_until_end(facts, phone->attempt.last_ack_ns);
    return quiet < facts->flash_limit_ns &&
           (quiet > QUIET_AFTER_LAST_ACK_NS || phone->attempt.arp_after.total > 0);
}

/* What a run that ends here leaves behind; a recording only ends. */
static void say_writing(const struct facts *facts, const struct phone_facts *phone,
                        struct judgement *ret)
{
    duration_ns gone = rules_until_end(facts, phone->attempt.last_ack_ns);
    duration_ns left = facts->flash_limit_ns > gone ? facts->flash_limit_ns - gone : 0;
    long long minutes = (long long)((left + SECONDS(59)) / SECONDS(60));
    if (facts->ending == ENDING_NOT_YET)
        text_add(&ret->sentence, "The image was delivered; the phone checks and writes it now. Do "
                                 "not unplug it.");
    if (facts->ending == ENDING_RECORDING || facts->ending == ENDING_NOT_YET)
        return;
    if (facts->ending == ENDING_INTERRUPTED)
        text_add(&ret->sentence, "You interrupted the run after the last block. ");
    else if (facts->ending == ENDING_FAILED)
        text_add(&ret->sentence, "The interface was lost after the last block. ");
    else
        text_add(&ret->sentence, "The image was delivered. ");
    text_add(&ret->sentence,
             "The phone may be writing flash: do NOT unplug it. It restarts by itself within %lld "
             "minute%s.",
             minutes > 1 ? minutes : 1, minutes > 1 ? "s" : "");
    text_add(&ret->advice, "Leave it powered until its normal firmware runs. Dark LEDs and silence "
                           "are normal meanwhile. If it still shows SOS after twice that time, "
                           "start again.");
}

/* The run has waited for the normal firmware as long as it was to. */
static void say_waited_in_vain(const struct facts *facts, const struct phone_facts *phone,
                               struct judgement *ret)
{
    text_add(&ret->sentence,
             "The image was delivered, but the phone's normal firmware was not seen within %s.",
             rules_span(rules_until_end(facts, phone->attempt.last_ack_ns)).text);
    text_add(&ret->advice, "Look at the phone. If its normal firmware runs, all is well: a switch "
                           "port may hide what it sends first. If it shows SOS, power-cycle it and "
                           "start again. If it is dark, leave it powered for ten minutes more.");
}

RULE(judge_flashing)
{
    const struct attempt *attempt = &phone->attempt;

    if (!is_delivered(facts, phone) || !is_flashing(facts, phone) || facts->ending == ENDING_DONE)
        return false;
    say_writing(facts, phone, ret);
    ret->confidence = rules_completeness_of(facts, phone) == COMPLETE_AS_SEEN ? CONFIDENCE_LIKELY
                                                                              : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &attempt->final_data);
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->arp_after);
    text_add(&ret->detail,
             "%s acknowledged the last block %s before the end and has been silent since, as it is "
             "while it checks and writes.",
             rules_phone_words(phone).text,
             rules_span(rules_until_end(facts, attempt->last_ack_ns)).text);
    if (attempt->arp_after.total)
        text_add(&ret->detail, " It does not answer ARP either.");
    return true;
}

RULE(judge_delivered)
{
    const struct attempt *attempt = &phone->attempt;

    bool is_over = facts->ending == ENDING_DONE;
    if (!is_delivered(facts, phone) || (is_flashing(facts, phone) && !is_over))
        return false;
    if (is_over && rules_until_end(facts, attempt->last_ack_ns) >= rules_shortest_flashing(attempt))
        say_waited_in_vain(facts, phone, ret);
    else
        say_writing(facts, phone, ret);
    ret->confidence = rules_completeness_of(facts, phone) == COMPLETE_AS_SEEN ? CONFIDENCE_CERTAIN
                                                                              : CONFIDENCE_LIKELY;
    judge_marks(ret, &attempt->echoes);
    judge_number(ret, attempt->read_requests.total ? attempt->read_requests.first[0] : 0);
    judge_marks(ret, &attempt->final_data);
    judge_number(ret, attempt->last_ack_number);
    text_add(&ret->detail, "%s acknowledged the last block.", rules_phone_words(phone).text);
    if (attempt->result == TRANSFER_IMAGE_GOOD)
        text_add(&ret->detail, " The file, put together from the frames, is a valid image.");
    return true;
}

/* ---- it answers ---- */

/* Where nothing can be told from how long it was silent, what came after its REPLY must do. */
static bool was_asked_in_vain(const struct facts *facts, const struct phone_facts *phone)
{
    uint64_t reply = marks_newest(&phone->boot.replies);
    struct asked asked;

    if (facts->segment.unreadable.total >= 2)
        return true;
    if (judge_times_are_sound(&facts->quality))
        return false;
    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++)
        if (marks_newest(&facts->segment.serials[i].orders) > reply)
            return true;
    rules_asked_since(facts, phone, reply, &asked);
    return asked.unanswered >= 2;
}

RULE(judge_found)
{
    if (phone->boot.replies.total == 0 || rules_attempt_is_current(phone) || phone->in_firmware ||
        was_asked_in_vain(facts, phone))
        return false;
    struct asked asked;
    rules_asked_since(facts, phone, phone->boot.begin_number, &asked);
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
             rules_phone_words(phone).text, software, ipv4_format(phone->reply.ip).text);
    if (phone->reply.ip == 0)
        text_add(&ret->detail, " It had no address yet when it answered.");
    return true;
}

RULE(judge_several_phones)
{
    unsigned answered = 0;

    for (phone = facts->phones; phone; phone = phone->by_mac.next) {
        if ((phone->attempts || phone->in_firmware) && !rules_is_bystander(phone))
            return false;
        if (!phone->answered || phone->in_firmware)
            continue;
        answered++;
        judge_number(ret, phone->replies.first[0]);
        if (answered <= 16)
            text_add(&ret->detail, "%s%s", answered == 1 ? "Answered: " : ", ",
                     rules_phone_words(phone).text);
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
    /* What it runs is sure; that it is the phone in question is not. */
    bool may_be_another = rules_is_bystander(phone) && facts->segment.to_phone_port.total > 0;
    ret->confidence = CONFIDENCE_LIKELY;
    judge_marks(ret, &phone->firmware_frames);
    text_add(&ret->detail, "%s sends what only its normal firmware sends.",
             rules_phone_words(phone).text);
    if (phone->loader_frames.total)
        text_add(&ret->detail, " Earlier it was in recovery mode.");
    if (may_be_another)
        text_add(&ret->detail, " If it is not the phone that is asked for, that one was not seen.");
    return true;
}

RULE(judge_firmware_crash_loop)
{
    if (phone->firmware_series < 3 || phone->vlan_changes >= VLAN_CHANGES)
        return false;
    /* A phone that gets no lease begins anew as well, without having crashed. */
    bool leases = phone->firmware_leases + 1 >= phone->firmware_series;
    ret->confidence = leases ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &phone->firmware_discovers);
    text_add(&ret->detail, "%s began to ask for an address %u times, 10 to 180 s apart%s.",
             rules_phone_words(phone).text, phone->firmware_series,
             leases ? ", although it had got one each time"
                    : "; it got none, which can be the reason as well");
    return true;
}

RULE(judge_vlan_changes)
{
    if (phone->vlan_changes < VLAN_CHANGES)
        return false;
    ret->confidence = phone->vlan_changes > VLAN_CHANGES ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &phone->vlan_starts);
    text_add(&ret->detail, "%s started %u times, each time in another VLAN than before, last ",
             rules_phone_words(phone).text, phone->vlan_changes + 1);
    if (vlan_ids(phone->start_vlan))
        text_add(&ret->detail, "in VLAN %s.", rules_vlan_words(phone->start_vlan).text);
    else
        text_add(&ret->detail, "untagged.");
    return true;
}
