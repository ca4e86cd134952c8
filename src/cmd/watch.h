/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judging while a run goes on: a heartbeat, because verdicts such as no-dhcp come from silence (and
 * because clocks on the screen have to go on), and a sentence whenever the leading verdict has
 * changed.
 */
#ifndef CMD_WATCH_H
#define CMD_WATCH_H

#include "base/text.h"
#include "engine/station.h"
#include "port/port.h"

/*
 * Wraps a port so that `next` waits at most `interval_ns` and then returns PORT_DEADLINE. Owns
 * `inner` and closes it. Returns: NULL without memory (`inner` is then still the caller's).
 */
struct port *watch_heartbeat_new(struct port *inner, duration_ns interval_ns);

/* Start with zeros. */
struct watcher {
    bool has_verdict;
    enum verdict_id leading; /* the last one that was told */
    instant_ns next_ns;      /* not judged again before */
};

/*
 * To be called after every step. Returns: true with one line in `ret` (without \n) if the leading
 * verdict is another one than told last.
 */
bool watcher_judge(struct watcher *watcher, const struct station *station, instant_ns now_ns,
                   struct text *ret);

#endif
