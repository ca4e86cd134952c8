/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARP around the phones: what they ask for and whether anybody answers, whether they answer, and
 * who else uses their address (docs: protocol, ARP). The loader's own requests are 62 bytes long
 * on the way to a TFTP server and 60 on the way to an HTTP server.
 */
#include "observe/protocol/protocol.h"

#define ECHO_TO_GATEWAY_NS   (10 * NS_PER_S) /* the ARP stage of an order begins within it */
#define OWN_TO_HOST_NS       (5 * NS_PER_S)  /* its own address first, then the other one */
#define TFTP_URL_ARP_BUSY_NS (2 * NS_PER_S)  /* docs: protocol, stages: up to ~2 s */
#define HTTP_URL_BUSY_NS     (14 * NS_PER_S) /* ARP and connecting: 12 s and more */

static bool is_ordered(const struct observer *observer, const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;

    return attempt->begun && !attempt->from_url && !attempt->rebooted &&
           !attempt->gateway_stage_over && attempt->acks.total == 0 &&
           attempt->read_requests.total == 0 &&
           observer->now_ns - attempt->begin_ns <= ECHO_TO_GATEWAY_NS;
}

static void asks_for_itself(struct observer *observer, struct phone_facts *phone,
                            const struct frame *frame)
{
    phone->boot.own_asked = loader_is_tftp_arp(frame);
    phone->boot.own_asked_ns = observer->now_ns;
    phone->boot.own_asked_number = frame->number;
    if (!is_ordered(observer, phone))
        attempt_expected(observer, phone);
    if (!is_ordered(observer, phone))
        return;
    /* A second time: the first resolution failed, and this is what the phone tries by itself. */
    phone->attempt.gateway_stage_over = phone->attempt.gateway_asks.total > 0;
    phone->attempt.own_asked = true;
}

static void asks_for_another(struct observer *observer, struct phone_facts *phone,
                             const struct frame *frame)
{
    struct boot *boot = &phone->boot;

    if (is_ordered(observer, phone) && frame_untagged_length(frame) != ETHERNET_MINIMUM_LENGTH) {
        phone->attempt.gateway_ip = frame->arp.target_ip;
        marks_add(&phone->attempt.gateway_asks, observer, frame);
        return;
    }
    bool is_tftp = boot->own_asked && observer->now_ns - boot->own_asked_ns <= OWN_TO_HOST_NS;
    if (!is_tftp)
        boot->url_http = true;
    phone_busy_with_url(observer, phone, frame,
                        observer->now_ns + (is_tftp ? TFTP_URL_ARP_BUSY_NS : HTTP_URL_BUSY_NS));
    if (boot->url_host[0] == '\0')
        memcpy(boot->url_host, ipv4_format(frame->arp.target_ip).text, IPV4_TEXT_SIZE);
}

static void observe_phone_arp(struct observer *observer, struct phone_facts *phone,
                              const struct frame *frame)
{
    const struct arp_packet *arp = &frame->arp;

    phone_spoke(observer, phone, frame);
    observe_tell(observer, OBSERVED_ARP, frame, phone, false);
    if (phone->in_firmware) {
        /* It asks for and announces what it likes. */
        phone_set_ip(observer, phone, arp->sender_ip, frame);
        return;
    }
    phone_set_ip(observer, phone, arp->sender_ip, frame);
    if (arp->operation == ARP_REPLY_OPERATION) {
        marks_add(&phone->boot.arp_answers, observer, frame);
        phone->boot.arp_unanswered = (struct marks){0};
        if (phone->attempt.complete && !phone->attempt.rebooted)
            phone->attempt.arp_after = (struct marks){0};
    } else if (arp->sender_ip == arp->target_ip) {
        asks_for_itself(observer, phone, frame);
    } else {
        observer->asker = phone->mac;
        observer->asker_ns = observer->now_ns;
        asks_for_another(observer, phone, frame);
    }
}

/* An ARP request of somebody else for the phone's address. */
static void phone_is_asked(struct observer *observer, struct phone_facts *phone,
                           const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;

    marks_add(&phone->boot.arp_unanswered, observer, frame);
    if (attempt->complete && !attempt->rebooted)
        marks_add(&attempt->arp_after, observer, frame);
    observe_tell(observer, OBSERVED_ARP, frame, phone, phone->boot.arp_unanswered.total > 1);
}

static void phone_is_told(struct observer *observer, struct phone_facts *phone,
                          const struct frame *frame)
{
    if (phone->attempt.gateway_ip && frame->arp.sender_ip == phone->attempt.gateway_ip)
        marks_add(&phone->attempt.gateway_answers, observer, frame);
    observe_tell(observer, OBSERVED_ARP, frame, phone, false);
}

static void note_duplicate(struct observer *observer, struct phone_facts *holder,
                           const struct frame *frame)
{
    marks_add(&holder->duplicates, observer, frame);
    holder->duplicate_mac = frame->arp.sender_mac;
    observe_tell(observer, OBSERVED_ARP, frame, holder, holder->duplicates.total > 1);
}

/*
 * A phone with a static address whose first sign of life is a TFTP attempt: it asks for its own
 * address and then for another's, both in frames of 62 bytes. One of them may be lost: see
 * strangers_find.
 */
static void consider_stranger(struct observer *observer, const struct frame *frame)
{
    const struct arp_packet *arp = &frame->arp;

    if (!loader_is_tftp_arp(frame) || arp->sender_ip == 0)
        return;
    bool asks_for_itself = arp->sender_ip == arp->target_ip;
    const struct stranger *stranger =
        asks_for_itself ? NULL : strangers_find(observer, &arp->sender_mac, true, OWN_TO_HOST_NS);
    if (!stranger) {
        strangers_note(observer, frame);
        return;
    }
    struct phone_facts *phone = phone_get(observer, &arp->sender_mac, frame);
    marks_add(&phone->loader_frames, observer, frame);
    phone->boot.own_asked = true;
    phone->boot.own_asked_ns = stranger->time_ns;
    phone->boot.own_asked_number = stranger->number;
    observe_phone_arp(observer, phone, frame);
}

void observe_arp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to)
{
    const struct arp_packet *arp = &frame->arp;

    if (frame->reason != WIRE_OK)
        return;
    if (from) {
        observe_phone_arp(observer, from, frame);
        return;
    }
    consider_stranger(observer, frame);
    struct phone_facts *claimed = phone_find_ip(observer, arp->sender_ip);
    if (claimed && !mac_equal(&claimed->mac, &arp->sender_mac) &&
        !phone_find(observer, &arp->sender_mac))
        note_duplicate(observer, claimed, frame);
    if (arp->operation == ARP_REPLY_OPERATION) {
        if (to)
            phone_is_told(observer, to, frame);
        return;
    }
    struct phone_facts *asked = phone_find_ip(observer, arp->target_ip);
    if (asked && arp->sender_ip != arp->target_ip)
        phone_is_asked(observer, asked, frame);
}
