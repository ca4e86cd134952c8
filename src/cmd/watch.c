/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging while a run goes on: see watch.h. */
#include "cmd/watch.h"

#include "port/wrapper.h"
#include "report/report.h"

#include <stdlib.h>

#define JUDGEMENT_INTERVAL_NS NS_PER_S

struct heartbeat {
    struct port_wrapper wrapper;
    duration_ns interval_ns;
};

static enum port_event heartbeat_next(struct port *port, instant_ns deadline_ns,
                                      struct captured_frame *ret, struct error *ret_error)
{
    instant_ns beat_ns = port_wrapper_now(port) + ((struct heartbeat *)port)->interval_ns;
    return port_wrapper_next(port, instant_earlier(deadline_ns, beat_ns), ret, ret_error);
}

struct port *watch_heartbeat_new(struct port *inner, duration_ns interval_ns)
{
    static const struct port_operations operations = {
        .next = heartbeat_next,
        .send = port_wrapper_send,
        .now = port_wrapper_now,
        .counters = port_wrapper_counters,
        .close = port_wrapper_close,
    };
    struct heartbeat *heartbeat = calloc(1, sizeof *heartbeat);
    if (!heartbeat)
        return NULL;
    heartbeat->wrapper.port.operations = &operations;
    heartbeat->wrapper.inner = inner;
    heartbeat->interval_ns = interval_ns;
    return &heartbeat->wrapper.port;
}

bool watcher_judge(struct watcher *watcher, const struct station *station, instant_ns now_ns,
                   struct text *ret)
{
    struct diagnosis diagnosis;
    if (now_ns < watcher->next_ns)
        return false;
    watcher->next_ns = now_ns + JUDGEMENT_INTERVAL_NS;
    station_diagnose(station, &diagnosis);
    enum verdict_id leading = diagnosis.leading.id;
    /* That it is too early to tell is no news. */
    bool is_news = leading != VERDICT_CAPTURE_TOO_SHORT &&
                   (!watcher->has_verdict || watcher->leading != leading);
    if (is_news) {
        watcher->has_verdict = true;
        watcher->leading = leading;
        report_add(REPORT_LINE, &(struct report_source){.diagnosis = &diagnosis}, ret);
        ret->chars[--ret->length] = '\0';
    }
    diagnosis_free(&diagnosis);
    return is_news;
}
