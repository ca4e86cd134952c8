/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules about the order and what the phone does at once (docs: verdicts, upgrade and transfer). */
#include "judge/rules_support.h"

#include "base/text.h"

#include <string.h>

#define ECHO_WAIT_NS    SECONDS(2) /* an order is confirmed after 0.5 s */
#define GATEWAY_WAIT_NS SECONDS(3) /* 3 requests 0.3 to 0.6 s apart, then nothing */
#define SILENT_ECHO_NS  SECONDS(5) /* the request for the gateway follows the echo within 1 s */
#define LISTED_PHONES   16

/* ---- orders that are not confirmed ---- */

/* The newest order that may have been meant for this phone and that nobody confirmed. */
static const struct asked_serial *unconfirmed_order(const struct facts *facts,
                                                    const struct phone_facts *phone)
{
    const struct asked_serial *newest = NULL;

    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++) {
        const struct asked_serial *serial = &facts->segment.serials[i];
        const struct marks *orders = serial->orders.total ? &serial->orders : &serial->bad_orders;
        if (serial->index == 0 || orders->total == 0 || orders->newest_ns < phone->boot.begin_ns)
            continue;
        bool wildcard = strcmp(serial->serial, RECM_WILDCARD_SERIAL) == 0;
        bool own = phone->answered && strcmp(serial->serial, phone->reply.serial) == 0;
        bool confirmed = wildcard || own ? phone_set_has(&serial->echoed_by, phone->index)
                                         : serial->echoed_by_count > 0;
        if (!confirmed && (!newest || serial->newest_ns > newest->newest_ns))
            newest = serial;
    }
    return newest;
}

RULE(judge_upgrade_ignored)
{
    if (phone->in_firmware || rules_attempt_is_current(phone) || !rules_is_alive(phone))
        return false;
    const struct asked_serial *order = unconfirmed_order(facts, phone);
    if (!order)
        return false;
    const struct marks *orders = order->orders.total ? &order->orders : &order->bad_orders;
    if (rules_until_end(facts, orders->first_ns) < ECHO_WAIT_NS)
        return false;
    bool own = phone->answered && strcmp(order->serial, phone->reply.serial) == 0;
    bool is_for_it = own || strcmp(order->serial, RECM_WILDCARD_SERIAL) == 0;
    ret->confidence =
        orders->total >= 2 && phone->boot.replies.total ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    /* With several phones about, a foreign serial may belong to one that is not seen. */
    if (!is_for_it && rules_phones_concerned(facts) > 1)
        ret->confidence = CONFIDENCE_POSSIBLE;
    judge_marks(ret, orders);
    judge_marks(ret, &phone->boot.replies);
    char serial[ESCAPED(RECM_TEXT_SIZE)];
    text_escape(order->serial, strlen(order->serial), serial, sizeof(serial));
    text_add(&ret->detail, "%llu orders for %s were not confirmed.",
             (unsigned long long)orders->total, serial);
    if (order->orders.total == 0)
        text_add(&ret->detail, " The message is not in the form the loader accepts: %s.",
                 rules_request_defect_words(order->order_defect));
    else if (!is_for_it)
        text_add(&ret->detail,
                 " The phone that answers is %s: the serial number in the order is "
                 "not its own.",
                 rules_phone_words(phone).text);
    return true;
}

/* ---- the gateway ---- */

/* It confirmed an order in this boot, and did not ask for the file. */
static bool stopped_before_file(const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    return attempt->begun && !attempt->from_url && attempt->echoes.total &&
           attempt->read_requests.total == 0 && attempt->data.total == 0 &&
           attempt->acks.total == 0 && !attempt->rebooted && !phone->in_firmware;
}

RULE(judge_no_gateway)
{
    const struct attempt *attempt = &phone->attempt;
    const struct boot *boot = &phone->boot;

    if (!stopped_before_file(phone) || attempt->gateway_asks.total ||
        rules_until_end(facts, attempt->echoes.newest_ns) < SILENT_ECHO_NS)
        return false;
    bool lease_lacks_it =
        boot->acks.total && !boot->ack_is_cut && (!boot->has_router || boot->router == 0);
    bool lives_on = phone->seen_ns > attempt->echoes.newest_ns;
    ret->confidence = lease_lacks_it && lives_on   ? CONFIDENCE_CERTAIN
                      : lease_lacks_it || lives_on ? CONFIDENCE_LIKELY
                                                   : CONFIDENCE_POSSIBLE;
    judge_marks(ret, &attempt->orders);
    judge_marks(ret, &attempt->echoes);
    judge_number(ret, boot->ack_number);
    text_add(&ret->detail,
             "%s confirmed the order and then asked neither for a gateway nor for "
             "the file.",
             rules_phone_words(phone).text);
    if (lease_lacks_it)
        text_add(&ret->detail, " Its lease has no router (option 3).");
    rules_advise_about_server(
        facts, phone, "Add option 3 (router) with an address that answers ARP to the lease of",
        ret);
    if (lives_on)
        text_add(&ret->detail, " It is alive.");
    return true;
}

RULE(judge_gateway_dead)
{
    const struct attempt *attempt = &phone->attempt;

    if (!stopped_before_file(phone) || attempt->gateway_asks.total == 0 ||
        rules_until_end(facts, attempt->gateway_asks.newest_ns) < GATEWAY_WAIT_NS)
        return false;
    ret->confidence = attempt->gateway_answers.total     ? CONFIDENCE_POSSIBLE
                      : attempt->gateway_asks.total >= 3 ? CONFIDENCE_CERTAIN
                                                         : CONFIDENCE_LIKELY;
    text_add(&ret->subject, "%s", ipv4_format(attempt->gateway_ip).text);
    judge_marks(ret, &attempt->orders);
    judge_marks(ret, &attempt->echoes);
    judge_marks(ret, &attempt->gateway_asks);
    judge_marks(ret, &attempt->gateway_answers);
    text_add(&ret->detail, "%s asked %llu times who has %s and then gave up without a word.",
             rules_phone_words(phone).text, (unsigned long long)attempt->gateway_asks.total,
             ipv4_format(attempt->gateway_ip).text);
    if (attempt->gateway_answers.total)
        text_add(&ret->detail, " An answer is in the %s; the phone did not take it.",
                 rules_record_word(facts));
    return true;
}

/* ---- an order for everybody ---- */

RULE(judge_wildcard_upgrade)
{
    const struct asked_serial *order = NULL;
    unsigned listed = 0;
    bool has_success = false;

    for (unsigned i = 0; i < SERIALS_MAXIMUM; i++) {
        const struct asked_serial *serial = &facts->segment.serials[i];
        if (serial->index && serial->orders.total &&
            strcmp(serial->serial, RECM_WILDCARD_SERIAL) == 0)
            order = serial;
    }
    if (!order)
        return false;
    judge_marks(ret, &order->orders);
    text_add(&ret->detail, "%u phones confirmed it", order->echoed_by_count);
    for (const struct phone_facts *each = facts->phones; each; each = each->by_mac.next) {
        if (!each->attempt.by_wildcard)
            continue;
        has_success |= rules_completeness_of(facts, each) != NOT_COMPLETE;
        judge_number(ret, each->attempt.echoes.total ? each->attempt.echoes.first[0] : 0);
        if (listed < LISTED_PHONES)
            text_add(&ret->detail, "%s%s", listed ? ", " : ": ", rules_phone_words(each).text);
        listed++;
    }
    text_add(&ret->detail, ".");
    ret->confidence = CONFIDENCE_CERTAIN;
    /* With a single phone, or one that got its file, the wildcard is bad manners and no cause. */
    ret->finding_only = order->echoed_by_count < 2 || has_success;
    return true;
}
