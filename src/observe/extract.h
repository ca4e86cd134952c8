/* SPDX-License-Identifier: BSD-2-Clause */
/* The file that a phone downloaded, taken out of a trace: follows every phone's download by itself.
 */
#ifndef OBSERVE_EXTRACT_H
#define OBSERVE_EXTRACT_H

#include "observe/transfer_image.h"
#include "wire/frame.h"

struct extractor;

/* Returns: to be freed by extractor_free. */
struct extractor *extractor_new(void);
void extractor_free(struct extractor *extractor); /* NULL is allowed */

/* Frames in recorded order. */
void extractor_frame(struct extractor *extractor, const struct frame *frame);
/* No more frames: downloads whose last ACK is missing end here. */
void extractor_end(struct extractor *extractor);

/*
 * Returns: the newest download that is complete in the trace, good or not; else the longest one,
 * which transfer_image_reason explains; NULL if nothing was downloaded. The extractor's.
 */
const struct transfer_image *extractor_image(const struct extractor *extractor);

#endif
