/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The recovery messages: who asks for which serial in which form, which phone answers, which orders
 * are given and confirmed (docs: protocol, recovery messages).
 */
#include "observe/protocol/protocol.h"

#include <string.h>

/* A REPLY follows its REQUEST by 0.58 s; with queueing and a slow console rarely by more. */
#define REPLY_SPAN_NS (5 * NS_PER_S)

static bool is_wildcard(const char *serial)
{
    return strcmp(serial, RECM_WILDCARD_SERIAL) == 0;
}

/* ---- from hosts ---- */

static enum request_defect judge_way(struct observer *observer, const struct frame *frame)
{
    const struct mac_address *destination = &frame->ethernet.destination;
    struct phone_facts *to = phone_find(observer, destination);
    uint32_t ip = frame->ipv4.destination;

    if (!frame->destination_unknown && !mac_is_group(destination) && !to)
        return REQUEST_DESTINATION_MAC;
    if (ip != RECM_GROUP_IP && !(to && to->ip == ip) && !phone_find_ip(observer, ip))
        return REQUEST_DESTINATION_IP;
    return REQUEST_WELL_FORMED;
}

/* A tag is a defect if the phone's own frames come without it; if they carry it as well, the
 * capture was made on a trunk. */
static bool tag_is_a_defect(const struct observer *observer, const struct frame *frame)
{
    const struct phone_facts *phone = phone_newest(observer);

    return observe_vlan(frame) != NO_VLAN && phone && phone->vlan != observe_vlan(frame);
}

static enum request_defect judge_frame(struct observer *observer, const struct frame *frame)
{
    switch (observe_drop(observer, frame)) {
    case LOADER_TAKES:
        break;
    case LOADER_DROPS_IP_OPTIONS:
        return REQUEST_IP_OPTIONS;
    case LOADER_DROPS_FRAGMENT:
        return REQUEST_FRAGMENT;
    case LOADER_DROPS_IP_CHECKSUM:
        return REQUEST_IP_CHECKSUM;
    case LOADER_DROPS_UDP_CHECKSUM:
        return REQUEST_UDP_CHECKSUM;
    default:
        return REQUEST_FRAME;
    }
    if (tag_is_a_defect(observer, frame))
        return REQUEST_TAG;
    return judge_way(observer, frame);
}

static enum request_defect judge_message(const struct frame *frame)
{
    const struct recm_message *recm = &frame->recm;

    if (frame->udp.destination_port != RECM_PHONE_PORT)
        return REQUEST_DESTINATION_PORT;
    if (frame->udp.source_port != RECM_PC_PORT)
        return REQUEST_SOURCE_PORT;
    if (recm->length > RECM_PC_LENGTH)
        return REQUEST_LENGTH;
    if (!recm->magic_good)
        return REQUEST_MAGIC;
    if (recm->operation != RECM_REQUEST && recm->operation != RECM_UPGRADE)
        return REQUEST_OPERATION;
    if (recm->length != RECM_PC_LENGTH)
        return REQUEST_LENGTH;
    switch (frame->reason) {
    case WIRE_RECM_SERIAL_UNTERMINATED:
    case WIRE_RECM_FILE_NAME_UNTERMINATED:
    case WIRE_RECM_FILE_NAME_LENGTH:
        return REQUEST_UNTERMINATED;
    default:
        return REQUEST_WELL_FORMED;
    }
}

static void observe_request(struct observer *observer, const struct frame *frame)
{
    struct segment_facts *segment = &observer->facts.segment;
    struct asked_serial *serial = serials_get(observer, frame->recm.serial);
    struct request_mark *mark = &segment->newest[segment->requests.total % REQUESTS_KEPT];

    marks_add(&serial->requests, observer, frame);
    *mark = (struct request_mark){
        .number = frame->number,
        .time_ns = observer->now_ns,
        .serial_index = serial->index,
        .way = frame->destination_unknown                                ? WAY_UNKNOWN
               : mac_equal(&frame->ethernet.destination, &mac_broadcast) ? WAY_BROADCAST
               : mac_is_group(&frame->ethernet.destination)              ? WAY_GROUP
                                                                         : WAY_UNICAST,
        .from = frame->ethernet.source,
        .to = frame->ethernet.destination,
    };
    marks_add(&segment->requests, observer, frame);
    observe_tell(observer, OBSERVED_REQUEST, frame, NULL, serial->requests.total > 1);
}

static void observe_order(struct observer *observer, const struct frame *frame)
{
    struct asked_serial *serial = serials_get(observer, frame->recm.serial);

    marks_add(&serial->orders, observer, frame);
    serial->from = frame->ethernet.source;
    memcpy(serial->file_name, frame->recm.file_name, sizeof(serial->file_name));
    observe_tell(observer, OBSERVED_UPGRADE, frame, NULL, serial->orders.total > 1);
}

static void observe_malformed(struct observer *observer, const struct frame *frame,
                              enum request_defect defect)
{
    struct segment_facts *segment = &observer->facts.segment;

    marks_add(&segment->malformed[defect], observer, frame);
    segment->malformed_from[defect] = frame->ethernet.source;
    if (defect == REQUEST_SOURCE_PORT)
        segment->malformed_port = frame->udp.source_port;
    if (defect == REQUEST_DESTINATION_PORT)
        segment->malformed_port = frame->udp.destination_port;
    if (defect == REQUEST_TAG)
        segment->malformed_vlan = observe_vlan(frame);
    if (defect == REQUEST_LENGTH)
        segment->malformed_length = frame->recm.length;
    if (frame->recm.magic_good && frame->recm.operation == RECM_UPGRADE) {
        struct asked_serial *serial = serials_get(observer, frame->recm.serial);
        marks_add(&serial->bad_orders, observer, frame);
        serial->order_defect = defect;
        memcpy(serial->file_name, frame->recm.file_name, sizeof(serial->file_name));
    }
    observe_tell(observer,
                 frame->recm.operation == RECM_UPGRADE ? OBSERVED_UPGRADE : OBSERVED_REQUEST, frame,
                 NULL, segment->malformed[defect].total > 1);
}

static struct seen_asker *asker_get(struct segment_facts *segment, const struct mac_address *mac)
{
    struct seen_asker *oldest = &segment->askers[0];
    for (unsigned i = 0; i < segment->asker_count; i++) {
        struct seen_asker *asker = &segment->askers[i];
        if (mac_equal(&asker->mac, mac))
            return asker;
        if (asker->messages.newest_ns < oldest->messages.newest_ns)
            oldest = asker;
    }
    struct seen_asker *asker =
        segment->asker_count < ASKERS_MAXIMUM ? &segment->askers[segment->asker_count++] : oldest;
    *asker = (struct seen_asker){.mac = *mac};
    return asker;
}

static void observe_asker(struct observer *observer, const struct frame *frame)
{
    struct seen_asker *asker = asker_get(&observer->facts.segment, &frame->ethernet.source);
    asker->ip = frame->ipv4.source;
    marks_add(&asker->messages, observer, frame);
    if (frame->recm.operation == RECM_UPGRADE)
        marks_add(&asker->orders, observer, frame);
}

static void observe_host(struct observer *observer, const struct frame *frame)
{
    /* Another program's port 4810 or 4811 is no recovery message: it takes one right port and the
     * magic, or both ports, to mean one. */
    bool both_ports =
        frame->udp.source_port == RECM_PC_PORT && frame->udp.destination_port == RECM_PHONE_PORT;
    if (!both_ports && !frame->recm.magic_good)
        return;
    marks_add(&observer->facts.segment.to_phone_port, observer, frame);
    observer->facts.segment.asker_mac = frame->ethernet.source;
    observer->facts.segment.asker_ip = frame->ipv4.source;
    if (frame->reason == WIRE_TRUNCATED &&
        !(frame->recm.magic_good && frame->recm.serial_terminated)) {
        /* the capture holds too little of it to find fault with it */
        marks_add(&observer->facts.segment.unreadable, observer, frame);
        return;
    }
    enum request_defect defect = judge_message(frame);
    if (defect == REQUEST_WELL_FORMED)
        defect = judge_frame(observer, frame);
    if (defect == REQUEST_WELL_FORMED)
        observe_asker(observer, frame);
    if (defect != REQUEST_WELL_FORMED)
        observe_malformed(observer, frame, defect);
    else if (frame->recm.operation == RECM_REQUEST)
        observe_request(observer, frame);
    else
        observe_order(observer, frame);
}

/* ---- from phones ---- */

/* The newest REQUEST that this REPLY can answer; it is taken as the one it does. */
static void find_question(struct observer *observer, struct phone_facts *phone,
                          const struct frame *frame)
{
    struct segment_facts *segment = &observer->facts.segment;
    uint64_t kept =
        segment->requests.total < REQUESTS_KEPT ? segment->requests.total : REQUESTS_KEPT;

    for (uint64_t age = 1; age <= kept; age++) {
        struct request_mark *mark =
            &segment->newest[(segment->requests.total - age) % REQUESTS_KEPT];
        if (observer->now_ns - mark->time_ns > REPLY_SPAN_NS)
            return;
        for (unsigned i = 0; i < SERIALS_MAXIMUM; i++) {
            struct asked_serial *serial = &segment->serials[i];
            if (serial->index != mark->serial_index ||
                !(is_wildcard(serial->serial) || strcmp(serial->serial, frame->recm.serial) == 0))
                continue;
            if (phone_set_has(&mark->answered_by, phone->index))
                return;
            phone_set_add(&mark->answered_by, phone->index);
            marks_add(&serial->answers, observer, frame);
            return;
        }
    }
}

static void observe_reply(struct observer *observer, struct phone_facts *phone,
                          const struct frame *frame)
{
    phone->answered = true;
    phone->reply = frame->recm;
    if (frame->reason ==
        WIRE_TRUNCATED) /* the field is not there: its source address is the same */
        phone->reply.ip = frame->ipv4.source;
    phone_set_ip(observer, phone, phone->reply.ip, frame);
    marks_add(&phone->boot.replies, observer, frame);
    marks_add(&phone->replies, observer, frame);
    find_question(observer, phone, frame);
    observe_tell(observer, OBSERVED_REPLY, frame, phone, phone->replies.total > 1);
}

static void observe_echo(struct observer *observer, struct phone_facts *phone,
                         const struct frame *frame)
{
    /* The echo carries the phone's own serial, also when the order was for everybody. */
    struct asked_serial *order = serials_find_order(observer, frame->recm.serial);

    if (order) {
        marks_add(&order->echoes, observer, frame);
        if (!phone_set_has(&order->echoed_by, phone->index))
            order->echoed_by_count++;
        phone_set_add(&order->echoed_by, phone->index);
    }
    phone_set_ip(observer, phone, frame->ipv4.source, frame);
    observe_tell(observer, OBSERVED_ECHO, frame, phone, false);
    attempt_echoed(observer, phone, frame, order);
}

static void observe_phone(struct observer *observer, const struct frame *frame)
{
    /* Only the loader sends these; one that is not in its form is somebody's experiment. */
    if (!frame->recm.magic_good || frame->recm.length != RECM_PHONE_LENGTH ||
        frame->recm.operation == RECM_REQUEST || frame->recm.operation > RECM_UPGRADE)
        return;
    /* No checksum covers a frame's source: damaged on its way, it must not become a second phone.
     * A capture with short frames does not show the MAC address of the reply. */
    if (frame->recm.operation == RECM_REPLY && frame->payload_length == RECM_PHONE_LENGTH &&
        !mac_equal(&frame->recm.mac, &frame->ethernet.source))
        return;
    struct phone_facts *phone = phone_get(observer, &frame->ethernet.source, frame);
    if (!phone_spoke_as_loader(observer, phone, frame))
        return;
    phone_raise(observer, phone, PHONE_ENGAGED);
    if (frame->recm.operation == RECM_REPLY)
        observe_reply(observer, phone, frame);
    else
        observe_echo(observer, phone, frame);
}

void observe_recm(struct observer *observer, const struct frame *frame)
{
    if (frame->recm.from_phone && frame->udp.source_port == RECM_PHONE_PORT)
        observe_phone(observer, frame);
    else
        observe_host(observer, frame);
}
