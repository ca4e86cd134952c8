/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about what the phone made of the file (docs: verdicts, after the transfer). */
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

static bool is_refused(const struct phone_facts *phone)
{
    return phone->attempt.complete && phone->attempt.loader_after.total > 0;
}

/* What was checked and is good is not checked again, nor unpacked from another container. */
static void advise_after_refusal(const struct facts *facts, const struct attempt *attempt,
                                 struct judgement *ret)
{
    if (attempt->result == TRANSFER_IMAGE_GOOD || (rules_is_run(facts) && !attempt->reason[0]))
        text_add(&ret->advice,
                 "The file itself is valid: it was damaged on the way, or the phone does not take "
                 "this version. Order again over another cable and switch; if it refuses it again, "
                 "send version 7.5.2b. The phone listens again: no power-cycle is needed.");
}

static void mark_end(const struct attempt *attempt, struct judgement *ret)
{
    judge_marks(ret, &attempt->final_data);
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->loader_after);
}

RULE(judge_image_rejected)
{
    const struct attempt *attempt = &phone->attempt;

    if (!is_refused(phone) || attempt->firmware_after.total)
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    mark_end(attempt, ret);
    advise_after_refusal(facts, attempt, ret);
    text_add(&ret->detail,
             "%s acknowledged the last block and spoke as a recovery loader again %s later, its "
             "counters going on: it did not write and did not restart.",
             rules_phone_words(phone).text,
             rules_span(attempt->loader_after.first_ns - attempt->last_ack_ns).text);
    if (attempt->result == TRANSFER_IMAGE_GOOD)
        text_add(&ret->detail,
                 " What the %s shows is a valid image: it was damaged on the "
                 "way to the phone, or the phone refuses it for another reason.",
                 rules_record_word(facts));
    else if (attempt->reason[0])
        text_add(&ret->detail, " The file itself: %s.", attempt->reason);
    return true;
}

/* It restarted into recovery after the last block, without having refused the file before. */
static bool came_back(const struct facts *facts, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    return rules_completeness_of(facts, phone) != NOT_COMPLETE && attempt->rebooted &&
           attempt->loader_after.total == 0 && attempt->firmware_after.total == 0;
}

RULE(judge_still_in_recovery)
{
    const struct attempt *attempt = &phone->attempt;

    if (!came_back(facts, phone) ||
        attempt->reboot_ns - attempt->last_ack_ns < rules_shortest_flashing(attempt))
        return false;
    ret->confidence = rules_completeness_of(facts, phone) == COMPLETE_AS_SEEN ? CONFIDENCE_LIKELY
                                                                              : CONFIDENCE_POSSIBLE;
    mark_end(attempt, ret);
    judge_number(ret, attempt->reboot_number);
    judge_number(ret, phone->boot.replies.total ? phone->boot.replies.first[0] : 0);
    text_add(&ret->detail,
             "%s took the whole file, was silent for %s, long enough for writing it, and started "
             "again in recovery mode.",
             rules_phone_words(phone).text,
             rules_span(attempt->reboot_ns - attempt->last_ack_ns).text);
    return true;
}

RULE(judge_power_lost_while_writing)
{
    const struct attempt *attempt = &phone->attempt;
    duration_ns shortest = rules_shortest_flashing(attempt);
    bool early_restart =
        came_back(facts, phone) && attempt->reboot_ns - attempt->last_ack_ns < shortest;
    bool early_loss = attempt->carrier_lost && attempt->firmware_after.total == 0 &&
                      attempt->loader_after.total == 0 &&
                      attempt->carrier_lost_ns - attempt->last_ack_ns < shortest;

    if (!early_restart && !early_loss)
        return false;
    ret->confidence = attempt->complete ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    mark_end(attempt, ret);
    judge_number(ret, attempt->reboot_number);
    if (early_restart)
        text_add(&ret->detail, "%s started again %s after the last block; ",
                 rules_phone_words(phone).text,
                 rules_span(attempt->reboot_ns - attempt->last_ack_ns).text);
    else
        text_add(&ret->detail, "The link of %s went down %s after the last block; ",
                 rules_phone_words(phone).text,
                 rules_span(attempt->carrier_lost_ns - attempt->last_ack_ns).text);
    text_add(&ret->detail, "writing this image and starting takes more than %s.",
             rules_span(shortest).text);
    return true;
}

/* ---- the bytes ---- */

/* File names of the families that this loader does not serve (docs: firmware image). */
static bool names_other_family(const char *name)
{
    static const char *const others[] = {"spa51", "spa525", "spa9", "spa2", "spa3102",
                                         "spa8",  "pap2",   "wrp",  "rtp"};
    const char *base = strrchr(name, '/');

    base = base ? base + 1 : name;
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strncasecmp(base, others[i], strlen(others[i])) == 0)
            return true;
    return false;
}

RULE(judge_wrong_family)
{
    const struct attempt *attempt = &phone->attempt;
    bool named = names_other_family(attempt->file_name);
    bool bytes_are_foreign = attempt->first_block_seen && !attempt->has_magic;

    if (!attempt->begun || attempt->firmware_after.total || attempt->has_magic ||
        attempt->is_package || (!named && !bytes_are_foreign))
        return false;
    /* With two servers the first bytes may be of either; what the phone stored is not known. */
    if (!named && attempt->server_count > 1)
        return false;
    ret->confidence = named && bytes_are_foreign ? CONFIDENCE_CERTAIN
                      : bytes_are_foreign        ? CONFIDENCE_LIKELY
                                                 : CONFIDENCE_POSSIBLE;
    /* A name alone proves nothing: any file can bear it; and what the file is explains no transfer
     * that breaks off. */
    ret->finding_only = !bytes_are_foreign || rules_is_open_attempt(facts, phone);
    judge_marks(ret, &attempt->orders);
    judge_number(ret, attempt->read_requests.total ? attempt->read_requests.first[0] : 0);
    judge_number(ret, attempt->good_data.total ? attempt->good_data.first[0] : 0);
    mark_end(attempt, ret);
    char name[ESCAPED(sizeof(attempt->file_name))];
    text_escape(attempt->file_name, strlen(attempt->file_name), name, sizeof(name));
    if (name[0])
        text_add(&ret->detail, "The file is called %s. ", name);
    if (bytes_are_foreign)
        text_add(&ret->detail, "Its first bytes are not those of an image for SPA30x and SPA50x.");
    return true;
}

RULE(judge_image_corrupt_on_wire)
{
    const struct attempt *attempt = &phone->attempt;
    bool is_bad =
        attempt->result == TRANSFER_IMAGE_CORRUPT || attempt->result == TRANSFER_IMAGE_FOREIGN;

    if (!is_bad || attempt->firmware_after.total)
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    /* A sector that unpacks as it should and only does not match the table was never damaged: the
     * file was made wrong, and that the phone refuses it says all. */
    ret->finding_only = attempt->refusal == IMAGE_SECTOR_DIGEST && is_refused(phone);
    mark_end(attempt, ret);
    judge_number(ret, attempt->good_data.total ? attempt->good_data.first[0] : 0);
    text_add(&ret->detail, "Put together from the frames as %s stores it, the file fails: %s.",
             rules_phone_words(phone).text, attempt->reason);
    if (is_refused(phone))
        text_add(&ret->detail, " The phone refused it and listens again.");
    return true;
}
