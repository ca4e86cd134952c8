/* SPDX-License-Identifier: BSD-2-Clause */
/* Following downloads for their contents: see extract.h. */
#include "observe/extract.h"
#include "loader/loader.h"

#include <stdlib.h>
#include <string.h>

/* Downloads at the same time; the one that has been silent longest gives way. */
#define DOWNLOADS_MAXIMUM 16

struct download {
    struct mac_address phone;
    struct transfer_image *transfer; /* NULL: a free place */
    bool has_server;                 /* the phone has acknowledged: it listens to one port only */
    uint16_t server_port;
    uint64_t newest; /* number of the last frame */
};

struct extractor {
    struct download downloads[DOWNLOADS_MAXIMUM];
    struct transfer_image *best;
};

struct extractor *extractor_new(void)
{
    struct extractor *extractor = calloc(1, sizeof(*extractor));
    if (!extractor)
        abort();
    return extractor;
}

void extractor_free(struct extractor *extractor)
{
    if (!extractor)
        return;
    for (size_t i = 0; i < DOWNLOADS_MAXIMUM; i++)
        transfer_image_free(extractor->downloads[i].transfer);
    transfer_image_free(extractor->best);
    free(extractor);
}

static bool is_complete(const struct transfer_image *transfer)
{
    return transfer_image_result(transfer) == TRANSFER_IMAGE_GOOD ||
           transfer_image_result(transfer) == TRANSFER_IMAGE_CORRUPT ||
           transfer_image_result(transfer) == TRANSFER_IMAGE_FOREIGN;
}

static size_t length_of(const struct transfer_image *transfer)
{
    size_t length;
    transfer_image_bytes(transfer, &length);
    return length;
}

static void finish(struct extractor *extractor, struct download *download)
{
    struct transfer_image *transfer = download->transfer;
    download->transfer = NULL;
    transfer_image_complete(transfer);
    const struct transfer_image *best = extractor->best;
    if (best && !is_complete(transfer) &&
        (is_complete(best) || length_of(best) >= length_of(transfer))) {
        transfer_image_free(transfer);
        return;
    }
    transfer_image_free(extractor->best);
    extractor->best = transfer;
}

static struct download *find(struct extractor *extractor, const struct mac_address *phone)
{
    for (size_t i = 0; i < DOWNLOADS_MAXIMUM; i++) {
        struct download *download = &extractor->downloads[i];
        if (download->transfer && mac_equal(&download->phone, phone))
            return download;
    }
    return NULL;
}

static struct download *open_download(struct extractor *extractor, const struct mac_address *phone)
{
    struct download *oldest = &extractor->downloads[0];
    for (size_t i = 0; i < DOWNLOADS_MAXIMUM; i++) {
        struct download *download = &extractor->downloads[i];
        if (!download->transfer) {
            oldest = download;
            break;
        }
        if (download->newest < oldest->newest)
            oldest = download;
    }
    if (oldest->transfer)
        finish(extractor, oldest);
    *oldest = (struct download){.phone = *phone, .transfer = transfer_image_new()};
    return oldest;
}

static void take_rrq(struct extractor *extractor, const struct frame *frame)
{
    struct download *download = find(extractor, &frame->ethernet.source);
    if (download && !download->has_server)
        return; /* repeated: nothing was stored yet */
    if (download)
        finish(extractor, download);
    open_download(extractor, &frame->ethernet.source)->newest = frame->number;
}

static void take_data(struct extractor *extractor, const struct frame *frame)
{
    struct download *download = find(extractor, &frame->ethernet.destination);
    if (mac_is_group(&frame->ethernet.destination) || loader_drop(frame) != LOADER_TAKES)
        return;
    if (!download) /* the trace begins in the middle */
        download = open_download(extractor, &frame->ethernet.destination);
    if (download->has_server && frame->udp.source_port != download->server_port)
        return;
    download->newest = frame->number;
    transfer_image_data(download->transfer, frame->tftp.block, frame->tftp.data,
                        frame->tftp.data_length, frame->tftp.wire_length);
}

static void take_ack(struct extractor *extractor, const struct frame *frame)
{
    struct download *download = find(extractor, &frame->ethernet.source);
    if (!download)
        return;
    download->has_server = true;
    download->server_port = frame->udp.destination_port;
    download->newest = frame->number;
    if (transfer_image_ack(download->transfer, frame->tftp.block, frame->ipv4.identification))
        finish(extractor, download);
}

void extractor_frame(struct extractor *extractor, const struct frame *frame)
{
    if (frame->kind != FRAME_TFTP)
        return;
    bool to_phone = frame->udp.destination_port == TFTP_PHONE_PORT;
    bool from_phone = frame->udp.source_port == TFTP_PHONE_PORT;
    if (frame->tftp.opcode == TFTP_RRQ && from_phone)
        take_rrq(extractor, frame);
    else if (frame->tftp.opcode == TFTP_DATA && to_phone)
        take_data(extractor, frame);
    else if (frame->tftp.opcode == TFTP_ACK && from_phone)
        take_ack(extractor, frame);
}

void extractor_end(struct extractor *extractor)
{
    for (size_t i = 0; i < DOWNLOADS_MAXIMUM; i++) {
        if (extractor->downloads[i].transfer)
            finish(extractor, &extractor->downloads[i]);
    }
}

const struct transfer_image *extractor_image(const struct extractor *extractor)
{
    return extractor->best;
}
