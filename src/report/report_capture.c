/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of the conversation a capture can have seen (docs: protocol, what a PC sees). */
#include "report/report.h"

#include <inttypes.h>

static bool is_phone(const struct diagnosis *diagnosis, const struct mac_address *mac)
{
    for (size_t i = 0; i < diagnosis->phone_count; i++) {
        if (mac_equal(&diagnosis->phones[i].mac, mac))
            return true;
    }
    return false;
}

void report_capture_frame(struct report_capture *capture, const struct diagnosis *diagnosis,
                          const struct frame *frame)
{
    const struct mac_address *to = &frame->ethernet.destination;
    capture->frames++;
    if (frame->captured < frame->length) {
        capture->cut_frames++;
        if (capture->longest_cut < frame->captured)
            capture->longest_cut = frame->captured;
    }
    if (is_phone(diagnosis, &frame->ethernet.source))
        capture->from_phones++;
    else if (mac_is_group(to))
        return;
    else if (is_phone(diagnosis, to))
        capture->to_phones++;
    else
        capture->other_unicast++;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void report_capture_text(const struct report_capture *capture, struct text *ret)
{
    if (capture->cut_frames == 0)
        text_add(ret, "Every frame was captured in full. ");
    else
        text_add(ret,
                 "%" PRIu64 " of %" PRIu64 " frame%s cut, to %zu bytes at most (snap length): "
                 "what stood behind that cannot be judged. ",
                 capture->cut_frames, capture->frames, capture->frames == 1 ? " was" : "s were",
                 capture->longest_cut);
    if (capture->from_phones == 0)
        text_add(ret, "No frame came from a phone. ");
    else
        text_add(ret, "%" PRIu64 " frame%s came from phones, ", capture->from_phones,
                 plural(capture->from_phones));
    if (capture->from_phones > 0 && capture->to_phones > 0)
        text_add(ret,
                 "%" PRIu64 " went to one of them alone: this place sees both directions, and "
                 "what is missing was not sent.",
                 capture->to_phones);
    else if (capture->from_phones > 0)
        text_add(ret, "none went to one of them alone: what others sent to a phone is invisible "
                      "from here (a switch port of its own), and its absence proves nothing.");
    else if (capture->other_unicast == 0)
        text_add(ret, "Only broadcasts and groups were seen: is this the right port?");
}
