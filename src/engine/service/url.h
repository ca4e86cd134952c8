/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phone's own attempts at a URL (docs: protocol, URL attempts). The first two return true if
 * the frame is one that is answered, or will be.
 */
#ifndef ENGINE_SERVICE_URL_H
#define ENGINE_SERVICE_URL_H

#include "engine/choice.h"
#include "wire/frame.h"

bool url_take_arp(struct choice *choice, const struct frame *frame, instant_ns now_ns);
bool url_takes_request(struct choice *choice, struct session *session, const struct frame *frame,
                       instant_ns now_ns);
void url_take_dns(struct choice *choice, const struct frame *frame, instant_ns now_ns);
void url_take_tcp(struct choice *choice, const struct frame *frame, instant_ns now_ns);

#endif
