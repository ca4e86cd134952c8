/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about captures that do not tell how it ended, and about the cable (docs: verdicts,
 * outcome). */
#include "judge/asker.h"
#include "judge/rules_support.h"

#include "base/text.h"

#define LONG_CAPTURE_NS   SECONDS(60)
#define ASKING_IN_VAIN_NS SECONDS(2)
#define REMOVAL_NS        SECONDS(2) /* an interface goes down before it goes away */
#define INTERRUPTED_NS    SECONDS(5)
#define KNOWN_BY_BYTES    58 /* up to the flags of a DHCP message */

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
