/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where today's frames differ from the recorded ones: the PC's frames of a trace beside those that
 * this engine sends to the same phone, compared field by field in their order. Times, IP
 * identifications and padding are not compared: they are the run's, not the engine's.
 */
#ifndef CMD_REPLAY_COMPARE_H
#define CMD_REPLAY_COMPARE_H

#include "base/text.h"
#include "wire/frame.h"

struct replay_frames; /* a growing list of frames, owned copies */

struct replay_frames *replay_frames_new(void);
void replay_frames_free(struct replay_frames *frames);
/* Keeps a copy of the `captured` bytes of a frame of `length`, if it is of a kind the engine sends.
 */
void replay_frames_add(struct replay_frames *frames, const struct frame *frame);
size_t replay_frames_count(const struct replay_frames *frames);

/*
 * Appends one line per difference (frame, field, recorded, now). Returns: how many there are.
 */
size_t replay_compare(const struct replay_frames *recorded, const struct replay_frames *now,
                      struct text *ret);

#endif
