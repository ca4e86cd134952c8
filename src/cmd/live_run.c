/* SPDX-License-Identifier: BSD-2-Clause */
/* A run on an interface: see live_run.h. */
#include "cmd/live_run.h"

#include "cmd/failure.h"
#include "cmd/image_file.h"
#include "cmd/live_report.h"
#include "cmd/losses.h"
#include "cmd/options/table.h"
#include "cmd/outputs.h"
#include "cmd/phone_list.h"
#include "cmd/progress/progress.h"
#include "cmd/rehearsal.h"
#include "cmd/rights.h"
#include "cmd/watch.h"
#include "port/instance.h"
#include "port/interfaces.h"
#include "port/interruption.h"
#include "port/live.h"
#include "port/recorder.h"
#include "report/report.h"
#include "run/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define REDRAW_INTERVAL_NS (200 * NS_PER_MS) /* while nothing else happens */

#define RESULTS_INTERVAL_NS (1 * NS_PER_S)

struct live_run {
    struct options options; /* a copy: image and seed are filled in */
    struct image_file image;
    struct interface_info interface;
    struct recording *recording;
    struct port *port;
    struct station *station;
    struct progress *progress;
    struct watcher watcher; /* of watch */
    struct losses losses;
    int interruption;
    int claim;         /* of the interface; -1 = none */
    bool without_link; /* the run ended before the cable ever carried a link */
    bool is_enabled;   /* the interface, when it was last looked at */
    duration_ns waited_ns;
    bool has_new_results; /* --phones: a phone has come to its end since they were written */
    instant_ns next_results_ns;
};

static void print_image_findings(struct live_run *run)
{
    const struct image *image = &run->image.image;
    const char *note = text_chars(&run->image.notes);
    while (*note) {
        size_t length = strcspn(note, "\n");
        progress_message(run->progress, "%.*s", (int)length, note);
        note += length + (note[length] == '\n');
    }
    for (unsigned i = 0; i < image->warning_count; i++)
        progress_message(run->progress, "warning: %s", image->warnings[i].text);
}

static bool load_image(struct live_run *run, struct error *ret_error)
{
    const struct options *options = &run->options;
    if (options->command != OPTIONS_RECOVER)
        return true;
    if (!image_file_load(options->image_path, &run->image, ret_error))
        return false;
    print_image_findings(run);
    if (run->image.image.needs_force && !options->station.force)
        return error_set(ret_error, ERROR_INPUT, "%s: %s: %s\n%s",
                         path_shown(options->image_path).text, IMAGE_FILE_FORCE_WORDS,
                         image_file_force_reason(&run->image.image), IMAGE_FILE_FORCE_ADVICE);
    run->options.station.image = run->image.image.bytes;
    run->options.station.image_length = run->image.image.length;
    return true;
}

static bool open_recording(struct live_run *run, struct error *ret_error)
{
    const struct options *options = &run->options;
    struct error error;
    if (options->write_path) {
        run->recording = recording_create(options->write_path, options->overwrite, ret_error);
        return run->recording != NULL;
    }
    if (options->command == OPTIONS_WATCH)
        return true;
    run->recording = recording_create_automatic(&error);
    if (!run->recording)
        progress_message(run->progress, "warning: no trace of this run: %s", error.text);
    return true;
}

static bool say_waiting(void *context, bool is_enabled, unsigned waited_s)
{
    struct live_run *run = context;
    duration_ns timeout_ns = run->options.station.timeout_ns;
    char what[128];
    run->is_enabled = is_enabled;
    run->waited_ns = waited_s * NS_PER_S;
    snprintf(what, sizeof what,
             is_enabled ? "waiting for a link on %s: plug the cable in, or switch the phone on"
                        : "waiting for %s to be switched on (ip link set %s up)",
             run->interface.name, run->interface.name);
    progress_waiting(run->progress, what, run->waited_ns);
    return timeout_ns == 0 || run->waited_ns < timeout_ns;
}

/* Returns: false with ret_error; run->without_link says whether that was for want of a link. */
static bool wait_for_link(struct live_run *run, struct error *ret_error)
{
    enum port_event event =
        port_live_wait_carrier(&run->interface, run->interruption, say_waiting, run, ret_error);
    if (event == PORT_CARRIER_UP || event == PORT_FAILED)
        return event == PORT_CARRIER_UP;
    run->without_link = true;
    long long waited_s = (long long)(run->waited_ns / NS_PER_S);
    if (run->is_enabled)
        return error_set(
            ret_error, ERROR_ENVIRONMENT,
            "%s carried no link for %lld s. Plug the cable in at both ends, and switch "
            "the phone on",
            run->interface.name, waited_s);
    return error_set(ret_error, ERROR_ENVIRONMENT,
                     "%s was switched off for %lld s. Switch it on: sudo ip link set %s up",
                     run->interface.name, waited_s, run->interface.name);
}

static const char *shown_path(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

/* What the run works with, before anything is sent. */
static void say_beginning(struct live_run *run)
{
    const struct image *image = &run->image.image;
    char version[4 * IMAGE_VERSION_SIZE];
    char speed[32] = "";
    struct interface_info now;
    struct error ignored;
    if (run->options.verbosity < 0)
        return;
    /* Its speed is known only since it has a link. */
    if (interface_find_number(run->interface.index, &now, &ignored))
        run->interface = now;
    if (run->interface.speed_mbps > 0)
        snprintf(speed, sizeof speed, " at %u Mbit/s", run->interface.speed_mbps);
    if (run->options.command == OPTIONS_RECOVER)
        progress_message(
            run->progress, "%s carries a link%s; the image is version %s, %zu bytes, checked",
            run->interface.name, speed,
            text_escape(image->version, strlen(image->version), version, sizeof version),
            image->length);
    else
        progress_message(run->progress, "%s carries a link%s", run->interface.name, speed);
}

/* Wraps the live port so that frames are recorded. */
static bool wrap_port(struct live_run *run, struct error *ret_error)
{
    struct port *wrapped;
    if (run->recording) {
        wrapped = port_recorder_new(run->port, run->recording);
        if (!wrapped)
            return error_set(ret_error, ERROR_ENVIRONMENT, "out of memory");
        run->port = wrapped;
    }
    bool draws = progress_draws(run->progress);
    if (draws || run->options.command == OPTIONS_WATCH) {
        wrapped = watch_heartbeat_new(run->port, draws ? REDRAW_INTERVAL_NS : NS_PER_S);
        if (!wrapped)
            return error_set(ret_error, ERROR_ENVIRONMENT, "out of memory");
        run->port = wrapped;
    }
    return true;
}

static bool open_station(struct live_run *run, struct error *ret_error)
{
    struct station_config *config = &run->options.station;
    config->frame_events = run->options.verbosity >= 2;
    config->is_live = true;
    config->interface = run->interface.name;
    config->image_name = run->options.image_path;
    config->source_mac = run->options.has_source_mac ? run->options.source_mac : run->interface.mac;
    if (getrandom(&config->seed, sizeof config->seed, 0) != (ssize_t)sizeof config->seed)
        return error_set(ret_error, ERROR_ENVIRONMENT, "no random numbers from the kernel");
    run->station = station_new(config, ret_error);
    return run->station != NULL;
}

/* Nothing is sent or heard, so that neither rights nor a link are needed. */
static bool open_rehearsal(struct live_run *run, struct error *ret_error)
{
    return interface_find_usable(run->options.interface, &run->interface, ret_error) &&
           open_recording(run, ret_error) &&
           (run->port = rehearsal_open(&run->options, run->recording, ret_error)) != NULL &&
           open_station(run, ret_error);
}

static bool open_all(struct live_run *run, struct error *ret_error)
{
    if (!load_image(run, ret_error))
        return false;
    if (run->options.dry_run)
        return open_rehearsal(run, ret_error);
    if (!interface_find_usable(run->options.interface, &run->interface, ret_error))
        return false;
    if (!port_live_check_permission(run->interface.name, ret_error))
        return false;
    if (strcmp(run->options.interface, run->interface.name) != 0)
        progress_message(run->progress, "%s is interface %s", run->options.interface,
                         run->interface.name);
    if (run->options.command == OPTIONS_RECOVER &&
        (run->claim = instance_claim(&run->interface, ret_error)) < 0)
        return false;
    if (run->interface.use == INTERFACE_DOUBTFUL)
        progress_message(run->progress, "warning: %s: %s", run->interface.name, run->interface.why);
    run->interruption = interruption_open(ret_error);
    if (run->interruption < 0 || !open_recording(run, ret_error))
        return false;
    if (!wait_for_link(run, ret_error))
        return false;
    say_beginning(run);
    struct port_live_config config = {
        .interface = run->interface.name,
        .index = run->interface.index,
        .listen_only = run->options.command == OPTIONS_WATCH,
        .gentle = run->options.gentle,
        .address = run->options.station.address,
        .interrupt_descriptor = run->interruption,
    };
    run->port = port_live_open(&config, ret_error);
    return run->port && open_station(run, ret_error) && wrap_port(run, ret_error) &&
           rights_give_up(&run->options, ret_error);
}

/* Is this event a phone's end, so that the results of a shelf are worth writing? */
static bool is_result(const struct station_event *event)
{
    return event && event->kind == STATION_EVENT_STATE &&
           (event->new_state == SESSION_RECOVERED || event->new_state == SESSION_FAILED ||
            event->new_state == SESSION_DELIVERED || event->new_state == SESSION_UNCONFIRMED);
}

static void write_results(struct live_run *run, const struct diagnosis *diagnosis)
{
    struct error error;
    if (run->options.phones_path &&
        !phone_list_write_results(&run->options.phones, run->options.phones_path, run->station,
                                  diagnosis, &error))
        progress_message(run->progress, "warning: %s", error.text);
}

/* All of them are written anew each time, so not for each of a shelf that starts at once. */
static void keep_results(struct live_run *run, const struct station *station,
                         const struct station_event *event, instant_ns now_ns)
{
    run->has_new_results |= is_result(event);
    if (!run->has_new_results || now_ns < run->next_results_ns)
        return;
    struct diagnosis diagnosis;
    station_diagnose(station, &diagnosis);
    write_results(run, &diagnosis);
    diagnosis_free(&diagnosis);
    run->has_new_results = false;
    run->next_results_ns = now_ns + RESULTS_INTERVAL_NS;
}

static void tell_verdict(struct live_run *run, const struct station *station, instant_ns now_ns)
{
    struct text line = TEXT_EMPTY;
    if (watcher_judge(&run->watcher, station, now_ns, &line))
        progress_message(run->progress, "%s", text_chars(&line));
    text_free(&line);
}

static void tell_trouble(struct live_run *run)
{
    const char *trouble = run->recording ? recording_trouble(run->recording) : NULL;
    if (trouble)
        progress_message(run->progress, "warning: %s", trouble);
}

static void tell_losses(struct live_run *run, instant_ns now_ns)
{
    struct text line = TEXT_EMPTY;
    if (losses_check(&run->losses, run->port, now_ns, &line))
        progress_message(run->progress, "warning: %s", text_chars(&line));
    text_free(&line);
}

static void observe(void *context, const struct station *station, const struct station_event *event,
                    instant_ns now_ns)
{
    struct live_run *run = context;
    progress_observe(run->progress, station, event, now_ns);
    if (interruption_asks_for_status())
        progress_status(run->progress, station, now_ns);
    if (run->recording && event && event->kind == STATION_EVENT_STATE)
        recording_flush(run->recording);
    tell_trouble(run);
    if (!event)
        tell_losses(run, now_ns);
    if (run->options.command == OPTIONS_WATCH && !event)
        tell_verdict(run, station, now_ns);
    if (run->options.phones_path)
        keep_results(run, station, event, now_ns);
}

/* Keeps the automatic trace of a failed run. Returns: the path to report, NULL without a trace. */
static const char *keep_trace(struct live_run *run, int status)
{
    struct error error;
    if (!run->recording)
        return NULL;
    if (run->options.write_path)
        return shown_path(run->options.write_path);
    if (status == 0)
        return NULL;
    if (!recording_keep(run->recording, ".", &error))
        progress_message(run->progress, "warning: %s", error.text);
    return recording_path(run->recording);
}

/* Of a dry run the answer is what was written. */
static int finish_rehearsal(struct live_run *run)
{
    struct port_counters counters;
    struct error error;
    recording_finish(run->recording);
    const char *trouble = recording_trouble(run->recording);
    const char *trace = shown_path(run->options.write_path);
    run->port->operations->counters(run->port, &counters);
    progress_finish(run->progress);
    if (trouble) {
        error_set(&error, ERROR_ENVIRONMENT, "%s", trouble);
        return failure_tell(options_command_name(run->options.command), run->options.json, &error);
    }
    if (run->options.json)
        document_print(report_json_rehearsal(options_command_name(run->options.command), trace,
                                             counters.frames_out));
    else
        fprintf(strcmp(run->options.write_path, "-") == 0 ? stderr : stdout,
                "Dry run: %llu frames were written to %s, none was sent. A phone was invented to "
                "answer them%s.\n",
                (unsigned long long)counters.frames_out, trace,
                run->options.command == OPTIONS_RECOVER ? ", up to the first blocks of the image"
                                                        : "");
    return 0;
}

static int finish(struct live_run *run, enum run_end end, const struct error *error)
{
    struct diagnosis diagnosis;
    struct live_result result = {
        .options = &run->options,
        .station = run->station,
        .diagnosis = &diagnosis,
        .image = run->options.command == OPTIONS_RECOVER ? &run->image.image : NULL,
    };
    if (run->recording)
        recording_finish(run->recording);
    tell_trouble(run);
    progress_finish(run->progress);
    station_diagnose(run->station, &diagnosis);
    run->port->operations->counters(run->port, &result.counters);
    int status = diagnosis.status;
    if (end == RUN_FAILED) {
        result.error = error;
        status = failure_tell(options_command_name(run->options.command), false, error);
    } else if (end == RUN_INTERRUPTED && interruption_signal() != 0) {
        status = EXIT_SIGNAL_BASE + interruption_signal();
    }
    if (run->recording)
        diagnosis_limit_evidence(&diagnosis, recording_frame_count(run->recording));
    result.trace_path = keep_trace(run, status);
    write_results(run, &diagnosis);
    live_report_print(&result);
    struct error trouble;
    if (run->options.annotate &&
        !outputs_annotate(run->options.write_path, &diagnosis, true, &trouble))
        status = failure_tell(options_command_name(run->options.command), false, &trouble);
    diagnosis_free(&diagnosis);
    return status;
}

static void close_all(struct live_run *run)
{
    if (run->port)
        run->port->operations->close(run->port);
    recording_close(run->recording);
    station_free(run->station);
    image_file_free(&run->image);
    progress_free(run->progress);
    if (run->claim >= 0)
        close(run->claim);
}

/* A run that never had a link has a verdict too, from what the host knows. */
static void report_without_link(struct live_run *run)
{
    struct error error;
    struct diagnosis diagnosis;
    struct live_result result = {.options = &run->options, .diagnosis = &diagnosis};
    if (!open_station(run, &error))
        return;
    station_start(run->station, 0);
    station_link(run->station, LINK_NONE, 0);
    station_stop(run->station, run->waited_ns);
    station_diagnose(run->station, &diagnosis);
    result.station = run->station;
    live_report_print(&result);
    diagnosis_free(&diagnosis);
}

static int fail(struct live_run *run, const struct error *error)
{
    int status = (int)error->kind;
    progress_finish(run->progress);
    bool has_report = run->without_link && run->is_enabled;
    failure_tell(options_command_name(run->options.command), run->options.json && !has_report,
                 error);
    if (has_report)
        report_without_link(run);
    if (interruption_signal() != 0)
        status = EXIT_SIGNAL_BASE + interruption_signal();
    close_all(run);
    return status;
}

static void say_list(struct live_run *run)
{
    const struct phone_list *list = &run->options.phones;
    const char *line = text_chars(&list->questions);
    for (; *line; line += strcspn(line, "\n") + 1)
        progress_message(run->progress, "warning: %.*s", (int)strcspn(line, "\n"), line);
    if (list->done_count)
        progress_message(
            run->progress,
            "%zu phone%s of the list %s recovered by an earlier run (%s.result.csv) and "
            "left alone",
            list->done_count, list->done_count == 1 ? "" : "s",
            list->done_count == 1 ? "was" : "were", path_shown(run->options.phones_path).text);
}

/* Nothing is left of the list: an earlier run has recovered all of it. */
static int report_list_done(struct live_run *run)
{
    if (run->options.json)
        document_print(report_json_earlier(run->options.phones.done_count));
    else
        printf("All %zu phones of %s were recovered by an earlier run. To begin anew remove "
               "%s.result.csv.\n",
               run->options.phones.done_count, path_shown(run->options.phones_path).text,
               path_shown(run->options.phones_path).text);
    progress_finish(run->progress);
    return 0;
}

int live_run_command(const struct options *options)
{
    struct live_run run = {.options = *options, .interruption = -1, .claim = -1};
    struct error error = {0};
    run.progress = progress_new(&run.options);
    losses_init(&run.losses);
    if (options->phones_path) {
        say_list(&run);
        if (options->phones.name_count == 0) {
            int status = report_list_done(&run);
            close_all(&run);
            return status;
        }
    }
    if (!open_all(&run, &error))
        return fail(&run, &error);
    enum run_end end =
        run_station(run.port, run.station, run.options.dry_run ? NULL : observe, &run, &error);
    int status = run.options.dry_run ? finish_rehearsal(&run) : finish(&run, end, &error);
    close_all(&run);
    return status;
}
