/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about how it ended, and about the cable (docs: verdicts, outcome). */
#include "judge/asker.h"
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

#define QUIET_AFTER_LAST_ACK_NS SECONDS(3) /* shorter: the capture simply ends there */
#define LONG_CAPTURE_NS         SECONDS(60)
#define ASKING_IN_VAIN_NS       SECONDS(2)
#define REMOVAL_NS              SECONDS(2) /* an interface goes down before it goes away */
#define INTERRUPTED_NS          SECONDS(5)
#define KNOWN_BY_BYTES          58 /* up to the flags of a DHCP message */
#define VLAN_CHANGES            2  /* three starts, each in another VLAN than the one before */

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
    if (catalogue_times_are_sound(&facts->quality))
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

/* ---- nothing ---- */

/* What was not read or not recorded may be the very thing: the sentence itself says so. */
static void say_what_hides(const struct facts *facts, const char *sentence, struct judgement *ret)
{
    const struct capture_quality *quality = &facts->quality;
    if (!quality->filter && !quality->cut_frames)
        return;
    text_add(&ret->sentence, "%s", sentence);
    if (quality->filter) {
        text_add(&ret->sentence, " %s", rules_filter_words(facts).text);
        text_add(&ret->advice, rules_is_run(facts)
                                   ? "Start again without --filter. "
                                   : "Judge the whole capture: leave --filter out. ");
    }
    if (quality->cut_frames)
        text_add(&ret->sentence, " The frames were cut to %zu bytes.", quality->cut_length);
}

/* What a cut frame no longer shows is not absent. */
static void say_cut(const struct facts *facts, struct judgement *ret)
{
    if (facts->quality.cut_frames)
        text_add(&ret->detail,
                 " The frames are cut to %zu bytes, and what would decide may lie behind the cut; "
                 "capture whole frames (tcpdump -s 0).",
                 facts->quality.cut_length);
}

/* Adapters and phones of other families. Returns: whether a phone is among them. */
static bool say_devices(const struct segment_facts *segment, struct judgement *ret)
{
    unsigned count =
        segment->device_count < DEVICES_MAXIMUM ? segment->device_count : DEVICES_MAXIMUM;
    bool has_phone = false;

    for (unsigned i = 0; i < count; i++) {
        const struct seen_device *device = &segment->devices[i];
        bool is_phone = device->kind == NEIGHBOUR_OTHER_PHONE;
        has_phone = has_phone || is_phone;
        judge_marks(ret, &device->frames);
        text_add(&ret->detail, " %s (%s) shows itself %s as \"%s\"%s.",
                 is_phone ? "A phone" : "An analogue telephone adapter",
                 mac_format(&device->mac).text, device->by_lldp ? "by LLDP" : "by CDP or DHCP",
                 device->name,
                 is_phone ? ": it runs its normal firmware" : ": it is not recovered this way");
    }
    return has_phone;
}

RULE(judge_no_phone_seen)
{
    const struct segment_facts *segment = &facts->segment;
    duration_ns length = facts->frame_count ? facts->end_ns - facts->first_ns : 0;
    bool asked_in_vain =
        segment->to_phone_port.total &&
        rules_until_end(facts, segment->to_phone_port.first_ns) >= ASKING_IN_VAIN_NS;

    /* Cut so short that nobody is known from anybody else. */
    bool is_blind = (facts->quality.cut_frames && facts->quality.cut_length < KNOWN_BY_BYTES) ||
                    segment->unknown_clients.total;

    if (facts->phone_count || (length < LONG_CAPTURE_NS && !asked_in_vain) || is_blind)
        return false;
    ret->confidence = length >= LONG_CAPTURE_NS ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &segment->to_phone_port);
    text_add(&ret->detail,
             "In %s there is no frame of a recovery loader and none of the normal "
             "firmware.",
             rules_span(length).text);
    if (segment->to_phone_port.total)
        text_add(&ret->detail, " %llu recovery messages were sent, and nobody answered.",
                 (unsigned long long)segment->to_phone_port.total);
    else
        text_add(&ret->detail, " Nobody sent a recovery request either.");
    if (segment->to_phone_port.total)
        asker_is_remote(&segment->asker_mac, segment->asker_ip, &ret->detail, &ret->advice);
    const char *sentence = say_devices(segment, ret) ? "No frame of a phone in recovery mode."
                                                     : "No frame of any phone.";
    text_add(&ret->sentence, "%s", sentence);
    say_what_hides(facts, "", ret);
    if (length < LONG_CAPTURE_NS)
        text_add(&ret->detail, " A phone that is busy or still starting can be silent for longer "
                               "than this.");
    say_cut(facts, ret);
    return true;
}

static bool nothing_to_tell(const struct facts *facts, struct judgement *ret)
{
    if (facts->phone_count)
        return false;
    ret->confidence = CONFIDENCE_POSSIBLE;
    if (facts->ending == ENDING_RECORDING && !facts->quality.filter)
        text_add(&ret->advice, "Capture again: start before the phone is powered on and go on for "
                               "at least a minute.");
    if (facts->frame_count == 0)
        text_add(&ret->detail, "There is no frame.");
    else if (facts->ending == ENDING_RECORDING)
        text_add(&ret->detail, "The capture is %s long and holds no frame of a recovery loader.",
                 rules_span(facts->end_ns - facts->first_ns).text);
    else
        text_add(&ret->detail, "No phone showed itself; %llu recovery messages were sent.",
                 (unsigned long long)facts->segment.to_phone_port.total);
    say_devices(&facts->segment, ret);
    say_cut(facts, ret);
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
    text_add(&ret->detail, "%s was seen", rules_phone_words(phone).text);
    if (phone->attempt.acks.total) {
        judge_marks(ret, &phone->attempt.acks);
        text_add(&ret->detail, " in the middle of a transfer (");
        if (phone->attempt.by_http)
            text_add(&ret->detail, "%s)", rules_amount_words(&phone->attempt).text);
        else
            text_add(&ret->detail, "block %u of the file)", phone->attempt.last_ack);
    } else if (phone->attempt.begun) {
        text_add(&ret->detail, " with an order to fetch a file");
    } else if (boot->discovers.total && boot->dhcp_requests.total == 0) {
        text_add(&ret->detail, " asking for an address");
    } else if (boot->dhcp_requests.total) {
        text_add(&ret->detail, " taking an address");
    }
    if (facts->quality.times_are_missing)
        text_add(&ret->detail, "; the frames have no times, so that nothing shows how long it was "
                               "silent afterwards.");
    else if (facts->ending == ENDING_NOT_YET)
        text_add(&ret->detail, "; it has been silent for %s.",
                 rules_span(rules_silence(facts, phone)).text);
    else
        text_add(&ret->detail, "; %s later the %s.", rules_span(rules_silence(facts, phone)).text,
                 rules_is_run(facts) ? "run ended" : "capture ends");
    say_cut(facts, ret);
    return true;
}

static bool is_unclear(const struct facts *facts, const struct phone_facts *phone,
                       struct judgement *ret)
{
    return phone ? phone_is_unclear(facts, phone, ret) : nothing_to_tell(facts, ret);
}

RULE(judge_capture_too_short)
{
    if (facts->ending == ENDING_DONE) {
        text_add(&ret->sentence, "Cannot tell what became of the phone.");
        text_add(&ret->advice, "Start again, and power-cycle the phone while it runs.");
    }
    say_what_hides(facts, "Cannot tell what happened from what is there.", ret);
    return is_unclear(facts, phone, ret);
}

RULE(judge_timed_out)
{
    if (facts->ending != ENDING_TIMED_OUT)
        return false;
    return is_unclear(facts, phone, ret);
}

/* The adapter was pulled out, or the like: what is in the phone matters all the same. */
static bool say_broken_off(const struct facts *facts, const struct phone_facts *phone,
                           struct judgement *ret)
{
    bool was_transferring = phone && rules_attempt_is_current(phone) &&
                            rules_is_open_attempt(facts, phone) && phone->attempt.acks.total > 0;
    text_add(&ret->sentence, "The run broke off: the interface was lost");
    if (was_transferring && phone->attempt.file_length)
        text_add(&ret->sentence, " at %u %% of the transfer",
                 (unsigned)(100 * attempt_acknowledged_bytes(&phone->attempt) /
                            phone->attempt.file_length));
    text_add(&ret->sentence, was_transferring ? ". Nothing was written." : ".");
    text_add(&ret->advice, "Plug the adapter in again and see what there is (spa-sos interfaces), "
                           "then start again: the phone takes a new order within a minute.");
    return true;
}

RULE(judge_interrupted)
{
    bool failed = facts->ending == ENDING_FAILED;
    if ((facts->ending != ENDING_INTERRUPTED && !failed) || (phone && phone->in_firmware) ||
        !is_unclear(facts, phone, ret))
        return false;
    if (failed)
        return say_broken_off(facts, phone, ret);
    if (!phone) {
        text_add(&ret->advice, "Start again and power-cycle the phone while it runs.");
        return true;
    }
    const struct attempt *attempt = &phone->attempt;
    if (!rules_attempt_is_current(phone) || !rules_is_open_attempt(facts, phone) ||
        attempt->acks.total == 0)
        return true;
    /* It was going forward: that it went no further has no other cause. */
    if (rules_until_end(facts, attempt->last_ack_ns) < INTERRUPTED_NS)
        ret->confidence = CONFIDENCE_CERTAIN;
    if (attempt->file_length)
        text_add(&ret->subject, " at %u %%",
                 (unsigned)(100 * attempt_acknowledged_bytes(attempt) / attempt->file_length));
    text_add(&ret->subject, ". Nothing was written");
    return true;
}

/* ---- the cable (live only) ---- */

RULE(judge_no_link)
{
    const struct segment_facts *segment = &facts->segment;

    if (!segment->carrier_known || segment->carrier_up)
        return false;
    bool failed = facts->ending == ENDING_FAILED;
    if (failed && rules_until_end(facts, segment->carrier_ns) < REMOVAL_NS)
        return false;
    ret->finding_only = failed || facts->phone_count > 0;
    if (segment->interface_disabled) {
        ret->confidence = CONFIDENCE_LIKELY;
        text_add(&ret->sentence, "The interface is switched off.");
        text_add(&ret->advice, "Switch it on: sudo ip link set INTERFACE up");
        text_add(&ret->detail, "It was switched off %s before the end.",
                 rules_span(rules_until_end(facts, segment->carrier_ns)).text);
        return true;
    }
    ret->confidence = CONFIDENCE_CERTAIN;
    text_add(&ret->detail, "The network adapter has reported no link for %s.",
             rules_span(rules_until_end(facts, segment->carrier_ns)).text);
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
