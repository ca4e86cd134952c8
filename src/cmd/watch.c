/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging while a run goes on: see watch.h. */
#include "cmd/watch.h"

#include "diagnose/report.h"

#include <stdlib.h>

#define JUDGEMENT_INTERVAL_NS NS_PER_S

struct heartbeat {
    struct port port;
    struct port *inner;
    duration_ns interval_ns;
};

static struct heartbeat *heartbeat_of(struct port *port)
{
    return (struct heartbeat *)port; /* the port is the first member */
}

static enum port_event heartbeat_next(struct port *port, instant_ns deadline_ns,
                                      struct port_frame *ret, struct error *ret_error)
{
    struct heartbeat *heartbeat = heartbeat_of(port);
    struct port *inner = heartbeat->inner;
    instant_ns beat_ns = inner->operations->now(inner) + heartbeat->interval_ns;
    return inner->operations->next(inner, instant_earlier(deadline_ns, beat_ns), ret, ret_error);
}

static bool heartbeat_send(struct port *port, const uint8_t *bytes, size_t length,
                           struct error *ret_error)
{
    struct port *inner = heartbeat_of(port)->inner;
    return inner->operations->send(inner, bytes, length, ret_error);
}

static instant_ns heartbeat_now(struct port *port)
{
    struct port *inner = heartbeat_of(port)->inner;
    return inner->operations->now(inner);
}

static void heartbeat_counters(struct port *port, struct port_counters *ret)
{
    struct port *inner = heartbeat_of(port)->inner;
    inner->operations->counters(inner, ret);
}

static void heartbeat_close(struct port *port)
{
    struct port *inner = heartbeat_of(port)->inner;
    inner->operations->close(inner);
    free(heartbeat_of(port));
}

struct port *watch_heartbeat_new(struct port *inner, duration_ns interval_ns)
{
    static const struct port_operations operations = {
        .next = heartbeat_next,
        .send = heartbeat_send,
        .now = heartbeat_now,
        .counters = heartbeat_counters,
        .close = heartbeat_close,
    };
    struct heartbeat *heartbeat = calloc(1, sizeof *heartbeat);
    if (!heartbeat)
        return NULL;
    heartbeat->port.operations = &operations;
    heartbeat->inner = inner;
    heartbeat->interval_ns = interval_ns;
    return &heartbeat->port;
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
        report_line(&diagnosis, ret);
        ret->chars[--ret->length] = '\0';
    }
    diagnosis_free(&diagnosis);
    return is_news;
}
