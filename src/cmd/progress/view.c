/* SPDX-License-Identifier: BSD-2-Clause */
/* What the views that show text have in common: see view.h. */
#include "cmd/progress/view.h"

#include <string.h>
#include <time.h>

bool progress_is_wanted(const struct progress_view *view, const struct station_event *event)
{
    int needed = event->kind == STATION_EVENT_FRAME ? 2 : event->kind == STATION_EVENT_DETAIL;
    return view->verbosity >= needed;
}

void progress_add_time(struct text *text, const struct progress_view *view, instant_ns time_ns)
{
    time_t seconds = (time_t)(time_ns / NS_PER_S);
    struct tm local;
    char clock[16];
    if (!view->shows_clock) {
        instant_ns since_ns =
            view->start_ns && time_ns > view->start_ns ? time_ns - view->start_ns : 0;
        text_add(text, "%8.1f  ", (double)since_ns / (double)NS_PER_S);
        return;
    }
    localtime_r(&seconds, &local);
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    text_add(text, "%s  ", clock);
}

void progress_add_event(struct text *text, const struct progress_view *view,
                        const struct station_event *event)
{
    progress_add_time(text, view, event->time_ns);
    text_add(text, "%s", event->text);
    if (event->kind == STATION_EVENT_STATE && view->verbosity > 0)
        text_add(text, " (%s -> %s)", session_state_name(event->old_state),
                 session_state_name(event->new_state));
}

const char *progress_phone_name(const struct session_status *status,
                                char ret[static PROGRESS_NAME_SIZE])
{
    if (!status->answered)
        return strcpy(ret, mac_format(&status->mac).text);
    return text_escape(status->serial, strlen(status->serial), ret, PROGRESS_NAME_SIZE);
}

unsigned progress_percent(const struct session_status *status)
{
    return status->bytes_total == 0
               ? 0
               : (unsigned)(status->bytes_acknowledged * 100 / status->bytes_total);
}
