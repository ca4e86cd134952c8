/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about requests that no phone can take: malformed, tagged, for another serial number (docs:
 * verdicts, discovery). */
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

/* ---- malformed and tagged ---- */

static bool malformed_counts(const struct segment_facts *segment, enum request_defect defect,
                             instant_ns since)
{
    if (segment->malformed[defect].total == 0 || segment->malformed[defect].newest_ns < since)
        return false;
    /* Checksum offload of the capturing host is no defect (docs: verdicts, checksum offload). */
    bool may_be_artefact = defect == REQUEST_UDP_CHECKSUM || defect == REQUEST_FRAME;
    return !may_be_artefact || !facts_is_local_host(segment, &segment->malformed_from[defect]);
}

RULE(judge_request_malformed)
{
    const struct segment_facts *segment = &facts->segment;
    enum request_defect worst = REQUEST_WELL_FORMED;
    struct asked asked;

    if (!rules_is_waiting(phone) || phone->boot.replies.total)
        return false;
    for (unsigned i = REQUEST_TAG + 1; i < REQUEST_DEFECT_COUNT; i++)
        if (malformed_counts(segment, i, phone->boot.begin_ns) &&
            segment->malformed[i].total > segment->malformed[worst].total)
            worst = i;
    if (worst == REQUEST_WELL_FORMED)
        return false;
    rules_asked_since(facts, phone, phone->boot.begin_number, &asked);
    bool sure = asked.heard == 0 && segment->malformed[worst].total >= 2 &&
                worst != REQUEST_UDP_CHECKSUM && phone->boot.arp_answers.total;
    ret->confidence = asked.heard ? CONFIDENCE_POSSIBLE
                      : sure      ? CONFIDENCE_CERTAIN
                                  : CONFIDENCE_LIKELY;
    judge_marks(ret, &segment->malformed[worst]);
    judge_marks(ret, &phone->boot.arp_answers);
    text_add(&ret->subject, "%s", rules_request_defect_words(worst));
    if (worst == REQUEST_SOURCE_PORT || worst == REQUEST_DESTINATION_PORT)
        text_add(&ret->subject, " but %u", segment->malformed_port);
    if (worst == REQUEST_LENGTH)
        text_add(&ret->subject, " but %zu", segment->malformed_length);
    text_add(&ret->detail, "%llu recovery messages from %s have this defect; %s answered none.",
             (unsigned long long)segment->malformed[worst].total,
             mac_format(&segment->malformed_from[worst]).text, rules_phone_words(phone).text);
    if (phone->boot.arp_answers.total)
        text_add(&ret->detail, " It answers ARP meanwhile.");
    return true;
}

/* Tagged requests of this boot in one VLAN, the phone's own frames in another. Id 0 is none. */
static bool in_another_vlan(const struct facts *facts, const struct phone_facts *phone)
{
    const struct segment_facts *segment = &facts->segment;
    const struct marks *tagged = &segment->malformed[REQUEST_TAG];
    return tagged->total && tagged->newest_ns >= phone->boot.begin_ns &&
           rules_vlans_differ(phone->vlan, segment->malformed_vlan);
}

RULE(judge_different_vlans)
{
    const struct segment_facts *segment = &facts->segment;
    const struct marks *tagged = &segment->malformed[REQUEST_TAG];
    struct asked asked;

    if (phone->in_firmware || !in_another_vlan(facts, phone))
        return false;
    rules_asked_since(facts, phone, phone->boot.begin_number, &asked);
    /* A phone that takes what it is sent hears it: private VLANs tag both directions differently.
     */
    ret->finding_only = phone->attempts > 0 || asked.answered_marks.total > 0;
    ret->confidence =
        tagged->total >= 3 && asked.heard == 0 ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    text_add(&ret->subject, "%s, the program that asks in VLAN %s",
             rules_vlan_words(phone->vlan).text, rules_vlan_words(segment->malformed_vlan).text);
    judge_number(ret, phone->loader_frames.total ? phone->loader_frames.first[0] : 0);
    judge_marks(ret, tagged);
    text_add(
        &ret->detail, "The frames of %s carry tag %s, %llu recovery messages of %s carry tag %s.",
        rules_phone_words(phone).text, rules_vlan_words(phone->vlan).text,
        (unsigned long long)tagged->total, mac_format(&segment->malformed_from[REQUEST_TAG]).text,
        rules_vlan_words(segment->malformed_vlan).text);
    return true;
}

RULE(judge_tagged_port)
{
    const struct segment_facts *segment = &facts->segment;
    const struct marks *tagged = &segment->malformed[REQUEST_TAG];
    struct asked asked;

    if (phone->in_firmware || in_another_vlan(facts, phone))
        return false;
    if (tagged->total == 0 || tagged->newest_ns < phone->boot.begin_ns) {
        /* A voice VLAN on its own is normal on a good port. */
        if (segment->voice_vlan_marks.total == 0)
            return false;
        ret->confidence = CONFIDENCE_POSSIBLE;
        ret->finding_only = true;
        judge_marks(ret, &segment->voice_vlan_marks);
        text_add(&ret->detail,
                 "The switch announces voice VLAN %u; untagged frames are not "
                 "affected by that.",
                 segment->voice_vlan);
        return true;
    }
    rules_asked_since(facts, phone, phone->boot.begin_number, &asked);
    ret->finding_only = phone->boot.replies.total > 0 || phone->attempts > 0;
    /* The same host's untagged frames reached the phone: the tag is on the wire, not an artefact of
     * a mirror port. */
    bool untagged_came_through = phone->boot.acks.total || phone->boot.arp_answers.total;
    ret->confidence = asked.heard                                   ? CONFIDENCE_POSSIBLE
                      : untagged_came_through && tagged->total >= 3 ? CONFIDENCE_CERTAIN
                                                                    : CONFIDENCE_LIKELY;
    judge_marks(ret, tagged);
    judge_marks(ret, &segment->voice_vlan_marks);
    text_add(&ret->detail,
             "%llu recovery messages of %s carry an 802.1Q tag, the frames of %s do not.",
             (unsigned long long)tagged->total,
             mac_format(&segment->malformed_from[REQUEST_TAG]).text, rules_phone_words(phone).text);
    if (segment->voice_vlan_marks.total)
        text_add(&ret->detail, " The switch announces voice VLAN %u.", segment->voice_vlan);
    return true;
}

/* ---- the serial number ---- */

/* The phone's MAC address without separators, as people type it. */
static bool is_mac_of(const char *serial, const struct phone_facts *phone)
{
    struct mac_address mac;
    return mac_parse(serial, &mac) && mac_equal(&mac, &phone->mac);
}

/* How sure it is that this serial, which nobody answered, was meant for this phone and is wrong. */
static enum confidence judge_serial(const struct phone_facts *phone,
                                    const struct asked_serial *serial, struct judgement *ret)
{
    char text[ESCAPED(RECM_TEXT_SIZE)];
    enum serial_form form = recm_serial_form(serial->serial);

    text_escape(serial->serial, strlen(serial->serial), text, sizeof(text));
    text_add(&ret->detail, "%llu requests ask for %s", (unsigned long long)serial->requests.total,
             text);
    if (is_mac_of(serial->serial, phone)) {
        text_add(&ret->detail, ", which is the phone's MAC address");
    } else if (form == SERIAL_MAC) {
        text_add(&ret->detail, ", which looks like a MAC address");
    } else if (form == SERIAL_LOWER_CASE) {
        text_add(&ret->detail, ", in lower case");
    }
    text_add(&ret->detail, "; nobody answered them.");
    if (phone->answered) {
        text_escape(phone->reply.serial, strlen(phone->reply.serial), text, sizeof(text));
        text_add(&ret->detail, " The phone is %s.", text);
        text_add(&ret->advice,
                 "Ask for %s, the number that the phone itself gives: spa-sos recover -i INTERFACE "
                 "-s SERIAL IMAGE. (The serial number is not the MAC address, and upper case "
                 "matters.)",
                 text);
        return CONFIDENCE_CERTAIN;
    }
    if (is_mac_of(serial->serial, phone))
        return CONFIDENCE_CERTAIN;
    return form == SERIAL_MAC || form == SERIAL_LOWER_CASE ? CONFIDENCE_LIKELY
                                                           : CONFIDENCE_POSSIBLE;
}

RULE(judge_serial_mismatch)
{
    const struct segment_facts *segment = &facts->segment;
    const struct asked_serial *worst = NULL;
    bool own_was_answered = false;

    if (phone->in_firmware)
        return false;
    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++) {
        const struct asked_serial *serial = &segment->serials[i];
        if (serial->index == 0 || strcmp(serial->serial, RECM_WILDCARD_SERIAL) == 0)
            continue;
        if (phone->answered && strcmp(serial->serial, phone->reply.serial) == 0) {
            own_was_answered = serial->answers.total > 0;
            continue;
        }
        if (serial->answers.total == 0 && serial->requests.total >= 2 &&
            serial->requests.newest_ns >= phone->boot.begin_ns &&
            (!worst || serial->requests.total > worst->requests.total))
            worst = serial;
    }
    if (!worst)
        return false;
    ret->confidence = judge_serial(phone, worst, ret);
    /* Somebody else's serial is no mistake where this phone is found or ordered by its own. */
    ret->finding_only = own_was_answered || phone->attempts > 0;
    judge_marks(ret, &worst->requests);
    judge_marks(ret, &phone->boot.arp_answers);
    judge_marks(ret, &phone->boot.replies);
    return true;
}
