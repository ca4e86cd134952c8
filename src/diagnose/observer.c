/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/observer.h"

#include <stdlib.h>
#include <string.h>

void marks_add(struct marks *marks, const struct frame *frame)
{
    if (marks->total == 0)
        marks->first_ns = frame->time_ns;
    marks->newest_ns = frame->time_ns;
    if (marks->total < MARKS_FIRST)
        marks->first[marks->total] = frame->number;
    else
        marks->newest[(marks->total - MARKS_FIRST) % MARKS_NEWEST] = frame->number;
    marks->total++;
}

uint64_t marks_newest(const struct marks *marks)
{
    if (marks->total == 0)
        return 0;
    if (marks->total <= MARKS_FIRST)
        return marks->first[marks->total - 1];
    return marks->newest[(marks->total - MARKS_FIRST - 1) % MARKS_NEWEST];
}

struct observer *observer_new(void)
{
    struct observer *observer = calloc(1, sizeof(*observer));
    if (!observer)
        abort();
    observer->flash_limit_ns = 600 * NS_PER_S;
    return observer;
}

void observer_free(struct observer *observer)
{
    if (!observer)
        return;
    struct phone_facts *phone, *next;
    HASH_ITER(by_mac, observer->phones, phone, next)
    {
        HASH_DELETE(by_mac, observer->phones, phone);
        transfer_image_free(phone->attempt.rebuild);
        free(phone);
    }
    free(observer);
}

void observer_set_sink(struct observer *observer, observation_sink *sink, void *context)
{
    observer->sink = sink;
    observer->sink_context = context;
}

void observer_set_flash_limit(struct observer *observer, duration_ns limit_ns)
{
    observer->flash_limit_ns = limit_ns;
}

void observer_frame(struct observer *observer, const struct frame *frame)
{
    if (observer->frame_count++ == 0)
        observer->first_ns = observer->now_ns = frame->time_ns;
    if (frame->time_ns > observer->now_ns)
        observer->now_ns = frame->time_ns;
    observer->last_ns = observer->end_ns = observer->now_ns;
}

void observer_carrier(struct observer *observer, bool up, instant_ns now_ns)
{
    observer->segment.carrier_up = up;
    observer->end_ns = now_ns;
}

void observer_end(struct observer *observer, instant_ns now_ns)
{
    if (now_ns > observer->end_ns)
        observer->end_ns = now_ns;
}
