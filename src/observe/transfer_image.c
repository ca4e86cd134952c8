/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rebuilding a downloaded file from DATA and ACK. A DATA packet waits in a small window until an
 * ACK names its block; then its bytes are appended, just as the phone appended them.
 */
#include "observe/transfer_image.h"

#include "image/image.h"
#include "loader/loader.h"
#include "wire/tftp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* DATA packets that may be under way before one is acknowledged: repeats and late duplicates. */
#define WINDOW_BLOCKS 8
/* The largest DATA the phone takes: 1496 bytes of frame less Ethernet, IP, UDP and TFTP headers. */
#define BLOCK_BYTES_MAXIMUM (LOADER_FRAME_MAXIMUM - 14 - 20 - 8 - 4)

struct waiting_block {
    bool used;
    bool whole; /* all its bytes were captured */
    uint16_t number;
    uint16_t length;
    uint8_t bytes[BLOCK_BYTES_MAXIMUM];
};

struct transfer_image {
    struct waiting_block window[WINDOW_BLOCKS];
    unsigned next_slot; /* the oldest, to be overwritten */
    bool has_stored;    /* a block was stored: the next two mean something */
    uint16_t last_stored;
    uint16_t last_identification; /* of the phone's last ACK */
    bool ended;                   /* a short block was stored */
    uint8_t *bytes;
    size_t length, capacity;
    enum transfer_image_result result;
    enum image_refusal refusal;
    char doubt[160]; /* the first thing the capture lacks; "" = nothing */
    char reason[IMAGE_TEXT_SIZE + 64];
    char version[IMAGE_VERSION_SIZE];
    char sha256[65];
    unsigned sectors;
};

struct transfer_image *transfer_image_new(void)
{
    struct transfer_image *transfer = calloc(1, sizeof(*transfer));
    if (!transfer)
        abort();
    return transfer;
}

void transfer_image_free(struct transfer_image *transfer)
{
    if (transfer)
        free(transfer->bytes);
    free(transfer);
}

__attribute__((format(printf, 2, 3))) static void doubt(struct transfer_image *transfer,
                                                        const char *format, ...)
{
    if (transfer->doubt[0])
        return; /* the first one says enough */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(transfer->doubt, sizeof(transfer->doubt), format, arguments);
    va_end(arguments);
}

static void append(struct transfer_image *transfer, const struct waiting_block *block)
{
    if (block->length == 0)
        return;
    size_t needed = transfer->length + block->length;
    if (needed > IMAGE_MAXIMUM_LENGTH) {
        doubt(transfer, "the file is longer than any image can be (block %u)", block->number);
        return;
    }
    if (needed > transfer->capacity) {
        size_t capacity = transfer->capacity ? 2 * transfer->capacity : 64 * TFTP_BLOCK_LENGTH;
        if (capacity > IMAGE_MAXIMUM_LENGTH)
            capacity = IMAGE_MAXIMUM_LENGTH;
        uint8_t *bytes = realloc(transfer->bytes, capacity);
        if (!bytes)
            abort();
        transfer->bytes = bytes;
        transfer->capacity = capacity;
    }
    memcpy(transfer->bytes + transfer->length, block->bytes, block->length);
    transfer->length = needed;
}

static struct waiting_block *newest_waiting(struct transfer_image *transfer, uint16_t number)
{
    for (unsigned age = 1; age <= WINDOW_BLOCKS; age++) {
        struct waiting_block *block =
            &transfer->window[(transfer->next_slot + WINDOW_BLOCKS - age) % WINDOW_BLOCKS];
        if (block->used && block->number == number)
            return block;
    }
    return NULL;
}

void transfer_image_data(struct transfer_image *transfer, uint16_t block, const uint8_t *bytes,
                         size_t captured, size_t length)
{
    if (transfer->ended || transfer->result != TRANSFER_IMAGE_OPEN || length > BLOCK_BYTES_MAXIMUM)
        return;
    /* A first block other than 1 is stored although the phone does not acknowledge it. */
    if (!transfer->has_stored && block > 1)
        doubt(transfer, "the first DATA recorded is block %u", block);
    struct waiting_block *slot = &transfer->window[transfer->next_slot];
    transfer->next_slot = (transfer->next_slot + 1) % WINDOW_BLOCKS;
    *slot = (struct waiting_block){
        .used = true,
        .whole = captured >= length,
        .number = block,
        .length = (uint16_t)length,
    };
    if (captured > 0)
        memcpy(slot->bytes, bytes, captured < length ? captured : length);
}

/* Returns: whether the file ends with this block. */
static bool store(struct transfer_image *transfer, struct waiting_block *block)
{
    if (!block->whole)
        doubt(transfer, "DATA %u was recorded only in part (cut frames)", block->number);
    append(transfer, block);
    block->used = false;
    transfer->ended = block->length < TFTP_BLOCK_LENGTH;
    return transfer->ended;
}

bool transfer_image_ack(struct transfer_image *transfer, uint16_t number,
                        uint16_t ip_identification)
{
    if (transfer->ended || transfer->result != TRANSFER_IMAGE_OPEN || number == 0)
        return false;
    if (transfer->has_stored && number == transfer->last_stored) {
        transfer->last_identification = ip_identification;
        return false; /* repeated by the phone's timer */
    }
    /* Whether a missing number was never sent, or only never captured, the phone's counter tells.
     */
    bool in_order = number == (uint16_t)(transfer->last_stored + 1);
    bool counted =
        transfer->has_stored && ip_identification == (uint16_t)(transfer->last_identification + 1);
    if (!in_order && !counted)
        doubt(transfer, "what came before ACK %u was not recorded", number);
    transfer->has_stored = true;
    transfer->last_stored = number;
    transfer->last_identification = ip_identification;
    struct waiting_block *block = newest_waiting(transfer, number);
    if (!block) {
        doubt(transfer, "ACK %u was recorded, but not the DATA before it", number);
        return false;
    }
    return store(transfer, block);
}

static void judge(struct transfer_image *transfer)
{
    struct image *image = calloc(1, sizeof(*image));
    if (!image)
        abort();
    static const uint8_t nothing;
    const uint8_t *bytes = transfer->bytes ? transfer->bytes : &nothing;
    bool good = image_check(bytes, transfer->length, image);
    transfer->refusal = image->refusal;
    if (good) {
        transfer->result = TRANSFER_IMAGE_GOOD;
        memcpy(transfer->version, image->version, sizeof(transfer->version));
        image_sha256(image, transfer->sha256);
        transfer->sectors = image->sector_count;
    } else if (image->refusal == IMAGE_MAGIC || image->refusal == IMAGE_TOO_SHORT) {
        transfer->result = TRANSFER_IMAGE_FOREIGN;
        snprintf(transfer->reason, sizeof(transfer->reason), "%s", image->refusal_text);
        if (image_find(bytes, transfer->length, image))
            snprintf(transfer->reason, sizeof(transfer->reason),
                     "the file is a package that holds the image from byte %zu on, not the image",
                     image->offset);
    } else {
        transfer->result = TRANSFER_IMAGE_CORRUPT;
        snprintf(transfer->reason, sizeof(transfer->reason), "%s", image->refusal_text);
    }
    free(image);
}

enum transfer_image_result transfer_image_complete(struct transfer_image *transfer)
{
    if (transfer->result != TRANSFER_IMAGE_OPEN)
        return transfer->result;
    if (!transfer->ended) {
        struct waiting_block *last =
            newest_waiting(transfer, (uint16_t)(transfer->last_stored + 1));
        if (last && last->length < TFTP_BLOCK_LENGTH)
            store(transfer, last);
        else
            doubt(transfer, "the last block, behind block %u, was not recorded",
                  transfer->last_stored);
    }
    if (transfer->doubt[0]) {
        transfer->result = TRANSFER_IMAGE_CANNOT_TELL;
        memcpy(transfer->reason, transfer->doubt, sizeof(transfer->doubt));
    } else {
        judge(transfer);
    }
    return transfer->result;
}

enum transfer_image_result transfer_image_result(const struct transfer_image *transfer)
{
    return transfer->result;
}

enum image_refusal transfer_image_refusal(const struct transfer_image *transfer)
{
    return transfer->refusal;
}

const char *transfer_image_reason(const struct transfer_image *transfer)
{
    return transfer->reason;
}

const uint8_t *transfer_image_bytes(const struct transfer_image *transfer, size_t *ret_length)
{
    *ret_length = transfer->length;
    return transfer->bytes;
}

const char *transfer_image_version(const struct transfer_image *transfer)
{
    return transfer->version;
}

unsigned transfer_image_sectors(const struct transfer_image *transfer)
{
    return transfer->sectors;
}

const char *transfer_image_sha256(const struct transfer_image *transfer)
{
    return transfer->sha256;
}

void transfer_image_forget(struct transfer_image *transfer)
{
    free(transfer->bytes);
    transfer->bytes = NULL;
    transfer->length = transfer->capacity = 0;
}
