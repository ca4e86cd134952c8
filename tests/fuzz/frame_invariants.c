/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties of every dissection: see frame_invariants.h. */
#include "frame_invariants.h"
#include "loader/loader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* True if `view` lies inside the frame, or is empty. */
static bool is_inside(const struct frame *frame, const void *view, size_t length)
{
    const uint8_t *start = view;

    if (view == NULL)
        return length == 0;
    return start >= frame->bytes && start <= frame->bytes + frame->captured &&
           length <= (size_t)(frame->bytes + frame->captured - start);
}

static bool string_is_inside(const struct frame *frame, const char *string)
{
    const char *end = (const char *)frame->bytes + frame->captured;

    return string == NULL ||
           (is_inside(frame, string, 1) && memchr(string, '\0', (size_t)(end - string)) != NULL);
}

static const char *broken_tftp(const struct frame *frame)
{
    const struct tftp_packet *tftp = &frame->tftp;

    if (!is_inside(frame, tftp->data, tftp->data_length))
        return "the TFTP data reaches beyond the frame";
    if (tftp->data_length > tftp->wire_length)
        return "more TFTP data was captured than sent";
    if (!string_is_inside(frame, tftp->file_name) || !string_is_inside(frame, tftp->mode) ||
        !string_is_inside(frame, tftp->error_text))
        return "a TFTP string reaches beyond the frame";
    if (tftp->option_count > TFTP_OPTIONS_MAX)
        return "too many TFTP options";
    for (unsigned i = 0; i < tftp->option_count; i++)
        if (!string_is_inside(frame, tftp->options[i].name) ||
            !string_is_inside(frame, tftp->options[i].value))
            return "a TFTP option reaches beyond the frame";
    return NULL;
}

static const char *broken_message(const struct frame *frame)
{
    switch (frame->kind) {
    case FRAME_TFTP:
        return broken_tftp(frame);
    case FRAME_DHCP:
        if (!is_inside(frame, frame->dhcp.vendor_class.bytes, frame->dhcp.vendor_class.length) ||
            !is_inside(frame, frame->dhcp.host_name.bytes, frame->dhcp.host_name.length) ||
            !is_inside(frame, frame->dhcp.client_identifier.bytes,
                       frame->dhcp.client_identifier.length))
            return "a DHCP option reaches beyond the frame";
        return NULL;
    case FRAME_TCP:
        return is_inside(frame, frame->tcp.payload, frame->tcp.payload_length)
                   ? NULL
                   : "the TCP payload reaches beyond the frame";
    case FRAME_RECM:
        if (memchr(frame->recm.file_name, '\0', sizeof frame->recm.file_name) == NULL ||
            memchr(frame->recm.serial, '\0', sizeof frame->recm.serial) == NULL)
            return "a text of a recovery message does not end";
        return NULL;
    default:
        return NULL;
    }
}

static const char *broken_frame(const struct frame *frame)
{
    if ((unsigned)frame->kind >= FRAME_KIND_COUNT)
        return "the kind is out of range";
    if ((unsigned)frame->reason >= WIRE_REASON_COUNT)
        return "the reason is out of range";
    if (frame->kind == FRAME_UNKNOWN && frame->reason == WIRE_OK)
        return "the kind is unknown without a reason";
    if (frame->length < frame->captured)
        return "the frame is shorter than what was captured of it";
    if (frame->reason == WIRE_TRUNCATED && frame->length == frame->captured)
        return "a whole frame is called truncated";
    if (!is_inside(frame, frame->payload, frame->payload_length))
        return "the payload reaches beyond the frame";
    if ((unsigned)loader_drop(frame) > LOADER_DROPS_BROKEN)
        return "the loader's judgement is out of range";
    return broken_message(frame);
}

static const char *broken_summary(const struct frame *frame, size_t size)
{
    char *summary = malloc(size);
    const char *broken = NULL;

    if (summary == NULL)
        abort();
    frame_summary(frame, summary, size);
    if (memchr(summary, '\0', size) == NULL)
        broken = "the summary does not end";
    else
        for (const char *at = summary; *at != '\0' && broken == NULL; at++)
            if (*at < ' ' || *at > '~')
                broken = "the summary holds a byte that is not printable";
    free(summary);
    return broken;
}

const char *frame_broken_invariant(const uint8_t *bytes, size_t captured, size_t length)
{
    uint8_t *copy = malloc(captured);
    struct frame frame;
    const char *broken;

    if (copy == NULL && captured > 0)
        abort();
    if (captured > 0)
        memcpy(copy, bytes, captured);
    frame_dissect(copy, captured, length, &frame);
    broken = broken_frame(&frame);
    if (broken == NULL)
        broken = broken_summary(&frame, 512);
    if (broken == NULL)
        broken = broken_summary(&frame, 1 + captured % 64);
    free(copy);
    return broken;
}
