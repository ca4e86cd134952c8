/* SPDX-License-Identifier: BSD-2-Clause */
/* Downloads of a phone: when one begins, and whether it interrupts another. */
#include "observe/phone.h"

#include <string.h>

#define ORDER_TO_RESULT_NS                                                                         \
    (10 * NS_PER_S) /* an unconfirmed order explains what follows within it */
/* The phone waits 6 to 9 s for a block: a download that was silent for longer is not running. */
#define RUNNING_SPAN_NS (LOADER_SILENCE_LONGEST_NS + 3 * NS_PER_S)

void attempt_begin(struct observer *observer, struct phone_facts *phone)
{
    phone_close_attempt(observer, &phone->attempt);
    phone->attempt = (struct attempt){
        .begun = true,
        .boot_number = phone->boot_number,
        .begin_ns = observer->now_ns,
        .result = TRANSFER_IMAGE_CANNOT_TELL,
    };
    if (observer->rebuild_bytes < REBUILD_BYTES_MAXIMUM) {
        phone->attempt.rebuild = transfer_image_new();
        phone->attempt.result = TRANSFER_IMAGE_OPEN;
    }
    phone->attempts++;
    phone_raise(observer, phone, PHONE_ENGAGED);
}

bool attempt_is_running(const struct observer *observer, const struct attempt *attempt)
{
    return attempt->begun && attempt->acks.total > 0 && !attempt->complete && !attempt->rebooted &&
           attempt->firmware_after.total == 0 &&
           observer->now_ns - attempt->acks.newest_ns <= RUNNING_SPAN_NS;
}

/* A new download while one is running: the old one's frames are the evidence of the new one. */
void attempt_begin_nested(struct observer *observer, struct phone_facts *phone)
{
    struct attempt *attempt = &phone->attempt;
    uint64_t numbers[] = {marks_newest(&attempt->orders), marks_newest(&attempt->echoes),
                          marks_newest(&attempt->read_requests), attempt->last_ack_number};
    struct marks nested = attempt->nested;

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct frame frame = {.number = numbers[i]};
        if (frame.number)
            marks_add(&nested, observer, &frame);
    }
    attempt_begin(observer, phone);
    phone->attempt.nested = nested;
}

void attempt_take_order(struct attempt *attempt, const struct asked_serial *order)
{
    if (!order)
        return;
    attempt->orders = order->orders;
    attempt->has_orderer = true;
    attempt->orderer = order->from;
    attempt->by_wildcard = strcmp(order->serial, RECM_WILDCARD_SERIAL) == 0;
    memcpy(attempt->file_name, order->file_name, sizeof(attempt->file_name));
}

void attempt_echoed(struct observer *observer, struct phone_facts *phone, const struct frame *frame,
                    const struct asked_serial *order)
{
    bool nested = attempt_is_running(observer, &phone->attempt);

    if (nested)
        attempt_begin_nested(observer, phone);
    else
        attempt_begin(observer, phone);
    struct attempt *attempt = &phone->attempt;
    attempt_take_order(attempt, order);
    marks_add(&attempt->echoes, observer, frame);
    memcpy(attempt->file_name, frame->recm.file_name, sizeof(attempt->file_name));
    if (nested) {
        struct frame ordered = {.number = marks_newest(&attempt->orders)};
        marks_add(&attempt->nested, observer, &ordered);
        marks_add(&attempt->nested, observer, frame);
    }
}

void attempt_expected(struct observer *observer, struct phone_facts *phone)
{
    const struct asked_serial *order =
        phone->answered ? serials_find_order(observer, phone->reply.serial) : NULL;

    if (!order || observer->now_ns - order->orders.newest_ns > ORDER_TO_RESULT_NS ||
        order->orders.newest_ns <= phone->attempt.begin_ns)
        return;
    attempt_begin(observer, phone);
    attempt_take_order(&phone->attempt, order);
}

uint64_t attempt_acknowledged_bytes(const struct attempt *attempt)
{
    if (attempt->by_http)
        return (uint32_t)(attempt->http_acknowledged - attempt->http_first);
    /* By number: the capture may lack some. No image is long enough to make the number wrap. */
    return attempt->acks.total ? (uint64_t)attempt->last_ack * TFTP_BLOCK_LENGTH : 0;
}
