/* SPDX-License-Identifier: BSD-2-Clause */
/* The observer's middle floor: phones, and their attempts. Nobody outside of it includes this. */
#ifndef OBSERVE_PHONE_H
#define OBSERVE_PHONE_H

#include "observe/private.h"

/* ---- the table (phone.c) ---- */

struct phone_facts *phone_find(struct observer *observer, const struct mac_address *mac);
struct phone_facts *phone_find_ip(struct observer *observer, uint32_t ip);
/* The one seen last, of those that did more than ask for an address if there are any; NULL. */
const struct phone_facts *phone_newest(const struct observer *observer);
/* Finds or makes it. */
struct phone_facts *phone_get(struct observer *observer, const struct mac_address *mac,
                              const struct frame *frame);
/* It begins anew, as a loader or with its firmware: in the same VLAN as before? */
void phone_started(struct observer *observer, struct phone_facts *phone, const struct frame *frame);
/* Any frame of the phone; keeps it in the table. */
void phone_spoke(struct observer *observer, struct phone_facts *phone, const struct frame *frame);
/*
 * A UDP frame of the loader: follows its series of IP ids, and begins a new boot if it restarted.
 * Returns: false for a copy of a frame already seen, which is no event.
 */
bool phone_spoke_as_loader(struct observer *observer, struct phone_facts *phone,
                           const struct frame *frame);
void phone_spoke_as_firmware(struct observer *observer, struct phone_facts *phone,
                             const struct frame *frame);
/* It uses this address now. */
void phone_set_ip(struct observer *observer, struct phone_facts *phone, uint32_t ip,
                  const struct frame *frame);
/* It is at least of this rank from now on. */
void phone_raise(struct observer *observer, struct phone_facts *phone, enum phone_rank rank);
/* A URL attempt: the phone does not listen until `until_ns`. */
void phone_busy_with_url(struct observer *observer, struct phone_facts *phone,
                         const struct frame *frame, instant_ns until_ns);
/* Ends a running download: judges what was put together. */
void phone_close_attempt(struct observer *observer, struct attempt *attempt);

/* ---- attempts (attempt.c) ---- */

/* A new download, in the place of the one before. */
void attempt_begin(struct observer *observer, struct phone_facts *phone);
/* A download is under way, so that what the phone asks for now interrupts it; then it begins so. */
bool attempt_is_running(const struct observer *observer, const struct attempt *attempt);
void attempt_begin_nested(struct observer *observer, struct phone_facts *phone);
/* The phone has confirmed an order. `order` may be NULL (not seen). */
void attempt_echoed(struct observer *observer, struct phone_facts *phone, const struct frame *frame,
                    const struct asked_serial *order);
/* ... and this is the order it belongs to; NULL: not seen. */
void attempt_take_order(struct attempt *attempt, const struct asked_serial *order);
/* An order for this phone that nobody saw confirmed, given just now; begins an attempt if so. */
void attempt_expected(struct observer *observer, struct phone_facts *phone);

#endif
