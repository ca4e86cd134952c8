/* SPDX-License-Identifier: BSD-2-Clause */
/* The observer's upper floor: one function for each format. Nobody outside of it includes this. */
#ifndef OBSERVE_PROTOCOL_PROTOCOL_H
#define OBSERVE_PROTOCOL_PROTOCOL_H

#include "observe/phone.h"

/* `from` and `to` are the phones at the ends of the frame, or NULL. */
void observe_dhcp(struct observer *observer, const struct frame *frame);
void observe_recm(struct observer *observer, const struct frame *frame);
void observe_tftp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                  struct phone_facts *to);
void observe_arp(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to);
void observe_url(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to);
/* TCP of a phone's HTTP attempt, either way. Returns: the frame is part of a download. */
bool observe_http(struct observer *observer, const struct frame *frame, struct phone_facts *phone,
                  bool from_phone);
/* Of the segment and its switches; CDP and LLDP of a phone, too. */
void observe_spanning_tree(struct observer *observer, const struct frame *frame);
void observe_neighbour(struct observer *observer, const struct frame *frame,
                       struct phone_facts *from);
void observe_igmp(struct observer *observer, const struct frame *frame);

#endif
