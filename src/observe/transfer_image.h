/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of one download, put together from the frames as the phone stores it (docs: protocol,
 * TFTP client, block rule), and checked as the phone checks it.
 *
 * An ACK is what proves that the phone stored a block; the DATA before it says what. A block whose
 * ACK was seen but not its bytes, or a gap that the capture may have made itself, turns the result
 * into "cannot tell": this never accuses a server of what the capture left out. One open
 * transfer holds as many bytes as were sent, at most IMAGE_MAXIMUM_LENGTH.
 */
#ifndef OBSERVE_TRANSFER_IMAGE_H
#define OBSERVE_TRANSFER_IMAGE_H

#include "image/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transfer_image_result {
    TRANSFER_IMAGE_OPEN,        /* not completed yet */
    TRANSFER_IMAGE_GOOD,        /* a valid image */
    TRANSFER_IMAGE_CORRUPT,     /* starts like an image, and a check fails */
    TRANSFER_IMAGE_FOREIGN,     /* no image of this family at all */
    TRANSFER_IMAGE_CANNOT_TELL, /* the capture does not hold all that was sent */
};

struct transfer_image;

/* Returns: an empty download, for transfer_image_free. */
struct transfer_image *transfer_image_new(void);
void transfer_image_free(struct transfer_image *transfer); /* NULL is allowed */

/*
 * A DATA packet on its way to the phone: `captured` of its `length` bytes of data are there. To be
 * called only for what the phone would take (its port, its learnt server).
 */
void transfer_image_data(struct transfer_image *transfer, uint16_t block, const uint8_t *bytes,
                         size_t captured, size_t length);
/*
 * An ACK of the phone, with its IP identification: the phone counts its packets, which proves that
 * the capture misses none of them. Returns: true if the phone has stored a block shorter than 512
 * bytes by it: the file is complete.
 */
bool transfer_image_ack(struct transfer_image *transfer, uint16_t block,
                        uint16_t ip_identification);
/*
 * The download is over: takes a short last block into account whose ACK was lost, and judges. May
 * be called again, the first result stays.
 */
enum transfer_image_result transfer_image_complete(struct transfer_image *transfer);

/* Without _complete TRANSFER_IMAGE_OPEN. */
enum transfer_image_result transfer_image_result(const struct transfer_image *transfer);
/*
 * Which check fails, or what the capture lacks: one sentence part in plain ASCII ("sector 4: MD5 is
 * ..., the table says ..."); "" for a good or open one. Valid as long as the transfer.
 */
const char *transfer_image_reason(const struct transfer_image *transfer);
/* The first check of image/ that fails; IMAGE_VALID for a good, an open or an unknown one. */
enum image_refusal transfer_image_refusal(const struct transfer_image *transfer);
/* What was put together, also if damaged; NULL with 0 bytes after transfer_image_forget. */
const uint8_t *transfer_image_bytes(const struct transfer_image *transfer, size_t *ret_length);
/* Of a good one: version (raw text), sectors and SHA-256; "" and 0 otherwise. */
const char *transfer_image_version(const struct transfer_image *transfer);
unsigned transfer_image_sectors(const struct transfer_image *transfer);
const char *transfer_image_sha256(const struct transfer_image *transfer);
/* Gives the bytes back to the system; result, reason and version stay. */
void transfer_image_forget(struct transfer_image *transfer);

#endif
