/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about the transfer of the file (docs: verdicts, upgrade and transfer). */
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

static bool is_asking(const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    /* What it asks for by itself is busy-with-url until somebody answers. */
    return attempt->begun && attempt->read_requests.total > 0 && attempt->acks.total == 0 &&
           attempt->firmware_after.total == 0;
}

RULE(judge_request_for_file_unanswered)
{
    const struct attempt *attempt = &phone->attempt;
    uint64_t times = attempt->read_requests.total;

    if (!is_asking(phone) || attempt->data.total || attempt->errors.total ||
        (times < 2 && rules_until_end(facts, attempt->read_requests.newest_ns) < RULES_REPEAT_NS))
        return false;
    /* The one who gave the order and shows its unicast frames would show its DATA as well. */
    bool orderer_shows = attempt->has_orderer && phone->boot.unicast_to.total &&
                         mac_equal(&attempt->orderer, &phone->boot.unicast_from);
    bool sees = rules_visibility_of(phone) == SEES_SEVERAL_HOSTS || orderer_shows;
    ret->confidence = sees && times >= 3                              ? CONFIDENCE_CERTAIN
                      : times >= 2 && rules_visibility_of(phone) != 0 ? CONFIDENCE_LIKELY
                                                                      : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &attempt->echoes);
    judge_marks(ret, &attempt->read_requests);
    text_add(&ret->detail, "%s asked %llu times", rules_phone_words(phone).text,
             (unsigned long long)times);
    if (sees)
        text_add(&ret->detail, "; no answer was sent.");
    else
        text_add(&ret->detail,
                 "; no answer is in the %s, which may not show what others send to the phone.",
                 rules_record_word(facts));
    return true;
}

/*
 * A refusal that the capture does not show, by what the phone does (docs: verdicts, visibility): it
 * asks once for the file, gets DATA, acknowledges nothing, does not ask again as it would if
 * nothing had come, and has taken another order since the attempt before. Only an ERROR ends an
 * attempt so.
 */
static bool judge_unseen_refusal(const struct facts *facts, const struct phone_facts *phone,
                                 struct judgement *ret)
{
    const struct attempt *attempt = &phone->attempt;

    if (!rules_is_open_attempt(facts, phone) || phone->attempts < 2 || attempt->rebooted ||
        attempt->read_requests.total != 1 || attempt->acks.total || attempt->good_data.total == 0 ||
        attempt->bad_data.total ||
        rules_until_end(facts, attempt->read_requests.newest_ns) < RULES_REPEAT_NS)
        return false;
    ret->confidence = phone->attempts > 2 ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    text_add(&ret->subject, "another server, by an ERROR that this %s does not show",
             rules_record_word(facts));
    judge_marks(ret, &attempt->read_requests);
    judge_marks(ret, &attempt->good_data);
    text_add(
        &ret->detail,
        "%s asked for the file once in each of %u attempts, took nothing of what was sent, and "
        "did not ask again within 10 s, as it does when nothing comes. A capture on the other "
        "TFTP server's side, or on a mirror port, would settle it.",
        rules_phone_words(phone).text, phone->attempts);
    return true;
}

RULE(judge_tftp_refused)
{
    const struct attempt *attempt = &phone->attempt;

    if (attempt->errors.total == 0)
        return judge_unseen_refusal(facts, phone, ret);
    if (!rules_is_open_attempt(facts, phone) ||
        (attempt->acks.total && attempt->acks.newest_ns > attempt->errors.newest_ns))
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    text_add(&ret->subject, "%u, %s", attempt->error_code,
             attempt->error_text[0] ? attempt->error_text : "without a text");
    judge_marks(ret, &attempt->read_requests);
    judge_marks(ret, &attempt->errors);
    char name[ESCAPED(sizeof(attempt->file_name))];
    text_escape(attempt->file_name, strlen(attempt->file_name), name, sizeof(name));
    text_add(&ret->detail, "%s had asked for %s; an ERROR ends its attempt at once.",
             rules_phone_words(phone).text, name);
    return true;
}

RULE(judge_data_not_reaching)
{
    const struct attempt *attempt = &phone->attempt;
    bool is_bad = attempt->bad_data.total > 0;

    if (!is_asking(phone) || attempt->data.total == 0 ||
        (attempt->read_requests.total < 2 && attempt->data.total < 2))
        return false;
    if (!is_bad && attempt->read_requests.total < 2)
        return false;
    bool repeated = attempt->read_requests.total >= 2;
    ret->confidence = is_bad && repeated && attempt->good_data.total == 0 &&
                              attempt->data_defect != DATA_UDP_CHECKSUM
                          ? CONFIDENCE_CERTAIN
                          : CONFIDENCE_LIKELY;
    judge_marks(ret, &attempt->read_requests);
    judge_marks(ret, is_bad ? &attempt->bad_data : &attempt->good_data);
    if (is_bad) {
        text_add(&ret->subject, "%s", rules_data_defect_words(attempt->data_defect));
        if (attempt->data_defect == DATA_PORT)
            text_add(&ret->subject, " (%u)", attempt->defect_port);
    } else {
        text_add(&ret->subject, "the %s shows no defect; perhaps they are lost on the way",
                 rules_record_word(facts));
    }
    text_add(&ret->detail, "%llu DATA frames were sent, and %s goes on asking for the file.",
             (unsigned long long)attempt->data.total, rules_phone_words(phone).text);
    return true;
}

/* Two that answer the same read request: other hosts, or another port without a new request. */
static const struct tftp_server_seen *second_server(const struct attempt *attempt,
                                                    bool *ret_other_host)
{
    const struct tftp_server_seen *first = &attempt->servers[0];

    for (unsigned i = 1; i < SERVERS_MAXIMUM && attempt->servers[i].ip; i++) {
        const struct tftp_server_seen *other = &attempt->servers[i];
        *ret_other_host = other->ip != first->ip || !mac_equal(&other->mac, &first->mac);
        /* A server that opens a new port for every repeated request is one server. */
        if (*ret_other_host || other->round == first->round)
            return other;
    }
    return NULL;
}

RULE(judge_two_tftp_servers)
{
    const struct attempt *attempt = &phone->attempt;
    bool other_host = false;
    const struct tftp_server_seen *other = second_server(attempt, &other_host);

    if (!other)
        return false;
    const struct tftp_server_seen *first = &attempt->servers[0];
    ret->confidence = other_host ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    ret->finding_only = !rules_is_open_attempt(facts, phone);
    judge_marks(ret, &attempt->read_requests);
    judge_marks(ret, &first->data);
    judge_marks(ret, &other->data);
    text_add(&ret->detail, "DATA comes from %s:%u and from %s:%u; ", ipv4_format(first->ip).text,
             first->port, ipv4_format(other->ip).text, other->port);
    text_add(&ret->detail, "%s follows the one whose block 1 came first and ignores the other.",
             rules_phone_words(phone).text);
    return true;
}

RULE(judge_wrong_block)
{
    const struct attempt *attempt = &phone->attempt;

    if (attempt->wrong_block.total == 0)
        return false;
    ret->confidence = attempt->wrong_is_sure ? CONFIDENCE_CERTAIN : CONFIDENCE_POSSIBLE;
    text_add(&ret->subject, "%u", attempt->wrong_got);
    judge_marks(ret, &attempt->wrong_block);
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->loader_after);
    text_add(&ret->detail,
             "%s expected block %u and acknowledged block %u instead: it appends "
             "whatever comes.",
             rules_phone_words(phone).text, attempt->wrong_expected, attempt->wrong_got);
    if (!attempt->wrong_is_sure)
        text_add(&ret->detail,
                 " Frames are missing in the %s at that place, so the blocks in "
                 "between may have been sent after all.",
                 rules_record_word(facts));
    return true;
}

/* ---- transfers that break off ---- */

static void add_progress(const struct attempt *attempt, struct text *ret)
{
    uint64_t bytes = attempt_acknowledged_bytes(attempt);

    if (attempt->file_length > bytes)
        text_add(ret, "at %llu %%", (unsigned long long)(bytes * 100 / attempt->file_length));
    else if (attempt->by_http)
        text_add(ret, "after %llu bytes", (unsigned long long)bytes);
    else
        text_add(ret, "after block %u", attempt->last_ack);
}

static void describe_break(const struct phone_facts *phone, struct judgement *ret)
{
    const struct attempt *attempt = &phone->attempt;

    text_add(&ret->detail, "%s acknowledged ", rules_phone_words(phone).text);
    if (attempt->by_http)
        text_add(&ret->detail, "%s", rules_amount_words(attempt).text);
    else
        text_add(&ret->detail, "block %u last", attempt->last_ack);
    if (attempt->ack_repeats)
        text_add(&ret->detail, " and repeated that %u times", attempt->ack_repeats);
    text_add(&ret->detail, ".");
    if (attempt->bad_data.total)
        text_add(&ret->detail, " Of the DATA frames %llu are not in a form the phone takes: %s.",
                 (unsigned long long)attempt->bad_data.total,
                 rules_data_defect_words(attempt->data_defect));
}

RULE(judge_transfer_stalled)
{
    const struct attempt *attempt = &phone->attempt;

    if (attempt->acks.total == 0 || attempt->rebooted || !rules_is_open_attempt(facts, phone))
        return false;
    duration_ns quiet = rules_until_end(facts, attempt->last_ack_ns);
    if (attempt->ack_repeats == 0 && quiet < RULES_REPEAT_NS)
        return false;
    bool sees_data = attempt->data.total > 0;
    bool gave_up = attempt->ack_repeats >= 2;
    /* A capture cut between two repeats: the transfer may have gone on. */
    ret->confidence = !sees_data || (attempt->ack_repeats == 0 && quiet < 2 * RULES_REPEAT_NS)
                          ? attempt->ack_repeats >= 2 ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE
                      : gave_up ? CONFIDENCE_CERTAIN
                                : CONFIDENCE_LIKELY;
    add_progress(attempt, &ret->subject);
    judge_number(ret, attempt->read_requests.total ? attempt->read_requests.first[0] : 0);
    judge_number(ret, attempt->newest_data_number);
    judge_number(ret, attempt->last_ack_number);
    judge_marks(ret, &attempt->repeated_acks);
    if (!attempt->rebooted && phone->boot.replies.newest_ns > attempt->last_ack_ns)
        judge_number(ret, marks_newest(&phone->boot.replies));
    describe_break(phone, ret);
    if (!sees_data)
        text_add(&ret->detail, " The %s does not show what the server sends.",
                 rules_record_word(facts));
    return true;
}

RULE(judge_rebooted_in_transfer)
{
    const struct attempt *attempt = &phone->attempt;

    if (!attempt->rebooted || attempt->acks.total == 0 || !rules_is_open_attempt(facts, phone))
        return false;
    /* Where the capture lost frames, the rest may have come. Sure is only that more was to come and
     * did not: a whole block sent in vain again and again. */
    bool next_was_sent = attempt->has_newest_data && !attempt->newest_data_is_short &&
                         attempt->newest_data == (uint16_t)(attempt->last_ack + 1);
    bool much_was_left =
        attempt->file_length > attempt_acknowledged_bytes(attempt) + TFTP_BLOCK_LENGTH;
    bool in_vain = next_was_sent && attempt->data_repeats > 0;
    ret->confidence = in_vain                          ? CONFIDENCE_CERTAIN
                      : next_was_sent || much_was_left ? CONFIDENCE_LIKELY
                                                       : CONFIDENCE_POSSIBLE;
    /* After four repeats it had given up; then somebody switched it off and on. */
    if (attempt->ack_repeats >= 4)
        ret->confidence = CONFIDENCE_POSSIBLE;
    judge_number(ret, attempt->last_ack_number);
    judge_number(ret, attempt->reboot_number);
    judge_number(ret, phone->boot.replies.total ? phone->boot.replies.first[0] : 0);
    describe_break(phone, ret);
    text_add(&ret->detail, " %s later its counters began at 0 again: it had restarted.",
             rules_span(attempt->reboot_ns - attempt->last_ack_ns).text);
    return true;
}

RULE(judge_nested_upgrade)
{
    const struct attempt *attempt = &phone->attempt;

    if (attempt->nested.total == 0)
        return false;
    ret->confidence = CONFIDENCE_CERTAIN;
    ret->finding_only = !rules_is_open_attempt(facts, phone);
    judge_marks(ret, &attempt->nested);
    text_add(&ret->detail,
             "%s was receiving a file when another order came; it dropped the first "
             "download and began from the start.",
             rules_phone_words(phone).text);
    return true;
}
