/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Downloads over HTTP (docs: protocol, URL attempts), if somebody answers the phone: the phone's
 * acknowledgements say how many bytes it has, that of the server's FIN that it has all. What the
 * bytes are is not looked at: the file is not put together from them.
 */
#include "observe/protocol/protocol.h"

#include <string.h>

static const char method[] = "GET ";

/* Bytes on the wire, which the capture may have cut. */
static uint32_t payload_length(const struct frame *frame)
{
    size_t headers = frame->tcp.header_length;
    return frame->ipv4.payload_length > headers ? (uint32_t)(frame->ipv4.payload_length - headers)
                                                : 0;
}

static bool is_later(uint32_t sequence, uint32_t than)
{
    uint32_t ahead = sequence - than;
    return ahead != 0 && ahead < UINT32_C(0x80000000);
}

static void take_path(struct attempt *attempt, const struct tcp_segment *segment)
{
    size_t skip = sizeof(method) - 1;
    if (segment->payload_length < skip || memcmp(segment->payload, method, skip) != 0)
        return;
    const uint8_t *path = segment->payload + skip;
    size_t left = segment->payload_length - skip;
    size_t length = 0;
    while (length < left && length + 1 < sizeof(attempt->file_name) && path[length] > ' ')
        length++;
    memcpy(attempt->file_name, path, length);
    attempt->file_name[length] = '\0';
}

/* The phone sends bytes once: its request. Its acknowledgement tells where the answer begins. */
static void observe_get(struct observer *observer, struct phone_facts *phone,
                        const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;
    bool repeated = attempt->begun && attempt->by_http && attempt->acks.total == 0;

    if (!repeated) {
        attempt_begin(observer, phone);
        attempt->from_url = attempt->by_http = true;
        attempt->http_host = frame->ipv4.destination;
        attempt->http_first = attempt->http_acknowledged = frame->tcp.acknowledgement;
        take_path(attempt, &frame->tcp);
        transfer_image_free(attempt->rebuild);
        attempt->rebuild = NULL;
        attempt->result = TRANSFER_IMAGE_CANNOT_TELL;
    }
    marks_add(&attempt->read_requests, observer, frame);
    observe_tell(observer, OBSERVED_URL, frame, phone, repeated);
}

static void observe_acknowledgement(struct observer *observer, struct phone_facts *phone,
                                    const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;
    uint32_t acknowledgement = frame->tcp.acknowledgement;
    bool news = is_later(acknowledgement, attempt->http_acknowledged);

    observe_tell(observer, OBSERVED_ACK, frame, phone, !news);
    if (attempt->complete)
        return;
    if (!news) {
        if (attempt->acks.total) {
            attempt->ack_repeats++;
            marks_add(&attempt->repeated_acks, observer, frame);
        }
        return;
    }
    attempt->ack_repeats = 0;
    attempt->repeated_acks = (struct marks){0};
    attempt->http_acknowledged = acknowledgement;
    attempt->blocks = attempt_acknowledged_bytes(attempt) / TFTP_BLOCK_LENGTH;
    marks_add(&attempt->acks, observer, frame);
    attempt->last_ack_number = frame->number;
    attempt->last_ack_ns = observer->now_ns;
    if (attempt->final_data.total && acknowledgement == attempt->http_end) {
        attempt->complete = true;
        observe_tell_concluded(
            observer, OBSERVED_COMPLETE, frame, phone,
            "the end of the answer is acknowledged: the phone checks and writes it");
    }
}

static void observe_answer(struct observer *observer, struct phone_facts *phone,
                           const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;
    uint32_t end = frame->tcp.sequence + payload_length(frame);
    bool is_end = frame->tcp.flags & TCP_FLAG_FIN;

    if (frame->ipv4.source != attempt->http_host || (payload_length(frame) == 0 && !is_end))
        return;
    observe_tell(observer, OBSERVED_DATA, frame, phone, !is_later(end, attempt->http_acknowledged));
    if (attempt->complete)
        return;
    marks_add(&attempt->data, observer, frame);
    marks_add(&attempt->good_data, observer, frame);
    attempt->newest_data_number = frame->number;
    attempt->has_newest_data = true;
    if (is_end) {
        attempt->http_end = end + 1;
        marks_add(&attempt->final_data, observer, frame);
    }
}

bool observe_http(struct observer *observer, const struct frame *frame, struct phone_facts *phone,
                  bool from_phone)
{
    struct attempt *attempt = &phone->attempt;

    if ((frame->reason != WIRE_OK && frame->reason != WIRE_TRUNCATED) ||
        frame->tcp.header_length == 0)
        return false;
    if (from_phone && attempt->complete && !attempt->rebooted &&
        (frame->tcp.flags & TCP_FLAG_SYN)) {
        marks_add(&attempt->loader_after, observer, frame);
        return false;
    }
    if (frame->tcp.flags & (TCP_FLAG_SYN | TCP_FLAG_RST))
        return false;
    if (from_phone && payload_length(frame) > 0) {
        observe_get(observer, phone, frame);
        return true;
    }
    if (!attempt->begun || !attempt->by_http || attempt->rebooted)
        return false;
    if (from_phone)
        observe_acknowledgement(observer, phone, frame);
    else
        observe_answer(observer, phone, frame);
    return true;
}
