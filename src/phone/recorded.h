/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded phone: one phone's side of a trace, played again in reaction to what it hears, with
 * the recorded delays, so that any recovery program can be tested against it.
 *
 * The trace is a script of steps. A step is a frame of the phone and what it answered: an OFFER, a
 * REQUEST, an ARP frame, a DATA block, or nothing (then it follows the step before after the
 * recorded time). What depends on the partner is put in anew when a frame is played: addresses of
 * the lease, server identifier, file name, port of the transfer, block numbers of a longer image.
 * What the recorded phone was never asked it does not answer. Pure: frames and time in, frames out.
 */
#ifndef PHONE_RECORDED_H
#define PHONE_RECORDED_H

#include "base/error.h"
#include "phone/phone.h"
#include "wire/frame.h"

struct recorded_phone;

/* `speed` divides the recorded delays (2: twice as fast), above 0. Returns: for
 * recorded_phone_free. */
struct recorded_phone *recorded_phone_new(const struct mac_address *mac, double speed,
                                          struct error *ret_error);
void recorded_phone_free(struct recorded_phone *phone);

/* Takes the next frame of the trace, in order; all frames count, the phone's and the others'. */
void recorded_phone_learn(struct recorded_phone *phone, const struct frame *frame);
size_t recorded_phone_step_count(const struct recorded_phone *phone);

void recorded_phone_start(struct recorded_phone *phone, instant_ns now_ns);
void recorded_phone_frame(struct recorded_phone *phone, const struct frame *frame,
                          instant_ns now_ns);
void recorded_phone_tick(struct recorded_phone *phone, instant_ns now_ns);
instant_ns recorded_phone_deadline(const struct recorded_phone *phone);
/* Return: false if there is none left. */
bool recorded_phone_next_output(struct recorded_phone *phone, struct phone_output *ret);
/* True once the script has been played to its end. */
bool recorded_phone_finished(const struct recorded_phone *phone);

#endif
