/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos replay: a recorded phone drives today's engine offline, under the trace's clock, or
 * stands in for a phone on an interface (docs: command line).
 */
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/failure.h"
#include "cmd/image_file.h"
#include "cmd/live_report.h"
#include "cmd/outputs.h"
#include "cmd/progress/progress.h"
#include "cmd/replay_facts.h"
#include "cmd/replay_live.h"
#include "cmd/replay_port.h"
#include "port/recorder.h"
#include "report/report.h"
#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct progress *progress; /* NULL: nothing is shown */
    struct options options;    /* a copy: the phone is that of the trace */
    struct replay_live_options live;
    const char *trace_path;
    struct replay_facts facts;
    struct image_file image;
    struct replay_frames *recorded, *now;
};

static bool read_inputs(struct replay *replay, struct error *ret_error)
{
    const struct mac_address *wanted = replay->live.has_mac ? &replay->live.mac : NULL;
    if (!replay_facts_read(replay->trace_path, wanted, &replay->facts, ret_error))
        return false;
    if (!replay->facts.has_phone)
        return error_set(ret_error, ERROR_INPUT,
                         "%s: no phone in recovery mode in this trace%s, nothing to replay",
                         path_shown(replay->trace_path).text,
                         wanted ? " with that MAC address" : "");
    if (replay->options.image_path)
        return image_file_load(replay->options.image_path, &replay->image, ret_error);
    return true;
}

/* A trace without the PC's side gets one that nobody else has. */
static void invent_pc(struct replay_facts *facts)
{
    struct station_config config = station_config_default();
    if (facts->has_pc)
        return;
    facts->pc_mac = (struct mac_address){{0x02, 0, 0, 0, 0, 0x01}};
    facts->pc_ip = config.address;
    facts->prefix_length = config.prefix_length;
}

static struct station *make_station(struct replay *replay, struct error *ret_error)
{
    static const uint8_t nothing[1] = {0};
    struct station_config *config = &replay->options.station;
    const struct image *image = &replay->image.image;
    invent_pc(&replay->facts);
    replay_facts_configure(&replay->facts, replay->options.image_path ? image->bytes : NULL,
                           image->length, config);
    if (config->mode == STATION_RECOVER && !config->image) {
        config->image = nothing;
        config->image_length = sizeof nothing;
    }
    if (replay->facts.has_specific_serial) {
        phone_list_add_serial_view(&replay->options.phones, replay->facts.serial);
    } else if (replay->facts.chosen_at_once) {
        phone_list_add_mac(&replay->options.phones, &replay->facts.phone_mac);
    }
    if (replay->options.phones.name_count) {
        config->selection.names = replay->options.phones.names;
        config->selection.name_count = replay->options.phones.name_count;
    }
    return station_new(config, ret_error);
}

static void observe(void *context, const struct station *station, const struct station_event *event,
                    instant_ns now_ns)
{
    const struct replay *replay = context;
    /* What the user is to do now was meant for the run that is repeated. */
    if (event && event->kind == STATION_EVENT_MESSAGE && replay->options.verbosity < 1)
        return;
    progress_observe(replay->progress, station, event, now_ns);
}

static int report(struct replay *replay, struct port *port, const struct station *station)
{
    struct diagnosis diagnosis;
    struct live_result result = {
        .options = &replay->options,
        .station = station,
        .diagnosis = &diagnosis,
        .trace_path = replay->options.write_path,
        .command = "replay",
    };
    station_diagnose(station, &diagnosis);
    port->operations->counters(port, &result.counters);
    int status = diagnosis.status;
    live_report_print(&result);
    struct error trouble;
    if (replay->options.annotate &&
        !outputs_annotate(replay->options.write_path, &diagnosis, true, &trouble))
        status = failure_tell("replay", false, &trouble);
    diagnosis_free(&diagnosis);
    return status;
}

static int compare(struct replay *replay)
{
    struct text lines = TEXT_EMPTY;
    size_t differences = replay_compare(replay->recorded, replay->now, &lines);
    size_t recorded = replay_frames_count(replay->recorded);
    size_t now = replay_frames_count(replay->now);
    if (replay->options.json) {
        document_print(report_json_comparison(recorded, now, text_chars(&lines)));
    } else {
        fputs(text_chars(&lines), stdout);
        printf("%zu frames recorded, %zu now, %zu differences\n", recorded, now, differences);
    }
    text_free(&lines);
    return differences == 0 ? 0 : 1;
}

static int run_offline(struct replay *replay, struct error *ret_error)
{
    struct recording *recording = NULL;
    int status = -1;
    replay->recorded = replay_frames_new();
    replay->now = replay_frames_new();
    struct station *station = make_station(replay, ret_error);
    struct port *port = station ? replay_port_open(replay->trace_path, &replay->facts.pc_mac,
                                                   replay->recorded, replay->now, ret_error)
                                : NULL;
    if (port && replay->options.write_path) {
        recording =
            recording_create(replay->options.write_path, replay->options.overwrite, ret_error);
        struct port *recorder = recording ? port_recorder_new(port, recording) : NULL;
        if (!recorder) {
            port->operations->close(port);
            port = NULL;
        } else {
            port = recorder;
        }
    }
    if (port) {
        replay->progress = replay->options.compare ? NULL : progress_new(&replay->options);
        enum run_end end =
            run_station(port, station, replay->progress ? observe : NULL, replay, ret_error);
        if (recording)
            recording_finish(recording);
        if (replay->progress)
            progress_finish(replay->progress);
        progress_free(replay->progress);
        if (end != RUN_FAILED)
            status = replay->options.compare ? compare(replay) : report(replay, port, station);
        port->operations->close(port);
    }
    const char *words = recording ? recording_trouble(recording) : NULL;
    if (words) {
        struct error trouble;
        error_set(&trouble, ERROR_ENVIRONMENT, "%s", words);
        status = failure_tell("replay", false, &trouble);
    }
    recording_close(recording);
    station_free(station);
    return status;
}

int command_replay(const struct options *options)
{
    struct replay replay = {
        .options = *options,
        .live = {.command_line = options},
        .trace_path = options->operands[0],
    };
    struct error error = {0};
    int status = -1;
    /* A replay is judged as the recovery that it repeats, for the phone that the trace shows. */
    replay.options.command = OPTIONS_RECOVER;
    replay.options.phones = (struct phone_list){0};
    if (options->phones.name_count > 0) {
        replay.live.has_mac = true;
        replay.live.mac = options->phones.names[0].mac;
    }
    if (read_inputs(&replay, &error)) {
        replay.live.mac = replay.facts.phone_mac;
        status = options->interface ? replay_live(&replay.live, replay.trace_path, &error)
                                    : run_offline(&replay, &error);
    }
    if (status < 0)
        status = failure_tell("replay", options->json, &error);
    replay_frames_free(replay.recorded);
    replay_frames_free(replay.now);
    replay_facts_free(&replay.facts);
    image_file_free(&replay.image);
    phone_list_free(&replay.options.phones);
    return status;
}
