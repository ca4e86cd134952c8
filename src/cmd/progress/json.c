/* SPDX-License-Identifier: BSD-2-Clause */
/* A run as JSON lines, one event each, for programs: see view.h. */
#include "cmd/messages.h"
#include "cmd/progress/view.h"

#include <jansson.h>
#include <stdlib.h>

static void print_line(json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    if (line)
        messages_print("%s", line);
    free(line);
    json_decref(object);
}

static void print_message(struct progress_view *view, const char *line)
{
    (void)view;
    print_line(json_pack("{s:s, s:s}", "event", "message", "text", line));
}

static const char *kind_name(enum station_event_kind kind)
{
    static const char *const names[] = {"state", "progress", "message", "detail", "frame"};
    return names[kind];
}

static double seconds(instant_ns time_ns)
{
    return (double)time_ns / (double)NS_PER_S;
}

static void print_event(struct progress_view *view, const struct station_event *event)
{
    (void)view;
    json_t *object =
        json_pack("{s:f, s:s}", "time", seconds(event->time_ns), "event", kind_name(event->kind));
    if (!mac_equal(&event->mac, &mac_zero))
        json_object_set_new(object, "mac", json_string(mac_format(&event->mac).text));
    if (event->kind == STATION_EVENT_STATE) {
        json_object_set_new(object, "from", json_string(session_state_name(event->old_state)));
        json_object_set_new(object, "to", json_string(session_state_name(event->new_state)));
    }
    if (event->asks_power_cycle) {
        json_object_set_new(object, "power_cycle", json_true());
        json_object_set_new(object, "writing", json_integer(event->writing));
    }
    if (event->text[0])
        json_object_set_new(object, "text", json_string(event->text));
    print_line(object);
}

static void print_percent(struct progress_view *view, const struct station_event *event,
                          const struct session_status *status, unsigned percent)
{
    (void)view;
    print_line(json_pack("{s:f, s:s, s:s, s:i, s:I, s:I}", "time", seconds(event->time_ns), "event",
                         kind_name(event->kind), "mac", mac_format(&event->mac).text, "percent",
                         (int)percent, "bytes", (json_int_t)status->bytes_acknowledged, "total",
                         (json_int_t)status->bytes_total));
}

static void free_view(struct progress_view *view)
{
    free(view);
}

struct progress_view *progress_json_new(void)
{
    static const struct progress_view_operations operations = {
        .percent_step = 1,
        .message = print_message,
        .event = print_event,
        .percent = print_percent,
        .free = free_view,
    };
    struct progress_view *view = calloc(1, sizeof *view);
    if (view)
        view->operations = &operations;
    return view;
}
