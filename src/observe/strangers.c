/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is no known phone and has asked for addresses as a loader does: see private.h. */
#include "observe/private.h"

const struct stranger *strangers_find(const struct observer *observer,
                                      const struct mac_address *mac, bool asked_for_itself,
                                      duration_ns within_ns)
{
    for (unsigned i = 0; i < STRANGERS_KEPT; i++) {
        const struct stranger *stranger = &observer->strangers[i];
        if (stranger->number != 0 && mac_equal(&stranger->mac, mac) &&
            (stranger->asked_for_itself || !asked_for_itself) &&
            observer->now_ns - stranger->time_ns <= within_ns)
            return stranger;
    }
    return NULL;
}

void strangers_note(struct observer *observer, const struct frame *frame)
{
    const struct arp_packet *arp = &frame->arp;
    observer->strangers[observer->next_stranger++ % STRANGERS_KEPT] =
        (struct stranger){.mac = arp->sender_mac,
                          .time_ns = observer->now_ns,
                          .number = frame->number,
                          .asked_for_itself = arp->sender_ip == arp->target_ip};
}
