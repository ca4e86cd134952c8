/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spa-sos replay: a recorded phone drives today's engine offline, under the trace's clock, or
 * stands in for a phone on an interface (docs: command line).
 */
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/image_file.h"
#include "cmd/live_report.h"
#include "cmd/options_table.h"
#include "cmd/phone_list.h"
#include "cmd/progress.h"
#include "cmd/replay_facts.h"
#include "cmd/replay_live.h"
#include "cmd/replay_port.h"
#include "port/recorder.h"
#include "run/run.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct options options; /* for progress and report */
    struct replay_live_options live;
    const char *trace_path, *image_path;
    bool compare, help;
    struct replay_facts facts;
    struct image_file image;
    struct replay_frames *recorded, *now;
};

enum { OPTION_COMPARE = 256, OPTION_SPEED, OPTION_IMAGE, OPTION_JSON_DOCUMENT, OPTION_EVENT_LINES };

static const struct option long_options[] = {
    {"interface", required_argument, NULL, 'i'},
    {"read", required_argument, NULL, 'r'},
    {"write", required_argument, NULL, 'w'},
    {"phone-mac", required_argument, NULL, 'm'},
    {"compare", no_argument, NULL, OPTION_COMPARE},
    {"speed", required_argument, NULL, OPTION_SPEED},
    {"image", required_argument, NULL, OPTION_IMAGE},
    {"json", no_argument, NULL, OPTION_JSON_DOCUMENT},
    {"events", no_argument, NULL, OPTION_EVENT_LINES},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    fputs(
        "usage: spa-sos replay TRACE [--compare] [OPTIONS]\n"
        "       spa-sos replay TRACE -i IF [--speed FACTOR]\n"
        "\n"
        "Without -i: runs the phone of a recorded trace through today's engine, offline and under\n"
        "the trace's clock, and says what became of it. The PC's side is made anew, with the\n"
        "policies and the file name that the trace shows.\n"
        "With -i: is that phone on an interface. It answers what it hears with what the recorded\n"
        "phone answered, after the recorded time, so that any recovery program can be tested.\n"
        "\n"
        "Options:\n"
        "      --compare              say where today's frames differ from the recorded ones\n"
        "                             (frame, field, recorded, now); exit 1 if they do\n"
        "  -m, --phone-mac MAC        the phone of the trace (default: the first one)\n"
        "      --image FILE           serve this image (default: what the trace shows)\n"
        "  -w, --write FILE           record the conversation of the replay (pcap)\n"
        "  -i, --interface IF         be the phone on this interface\n"
        "      --speed FACTOR         with -i: shorten the recorded delays (default 1)\n"
        "  -r, --read FILE            same as naming the trace\n"
        "      --json                 one JSON document on standard output at the end\n"
        "      --events               events as JSON lines instead of messages\n"
        "  -v, --verbose              more messages; -vv: every frame of note\n"
        "  -q, --quiet                only the result\n"
        "  -h, --help                 this text\n"
        "\n"
        "Examples:\n"
        "  spa-sos replay failed.pcap --compare\n"
        "  spa-sos replay failed.pcap -i veth0 --speed 10\n",
        stdout);
}

static bool take_speed(struct replay *replay, const char *text, struct error *ret_error)
{
    char *end;
    double speed = strtod(text, &end);
    if (end == text || *end != '\0' || !(speed >= 0.01 && speed <= 1000))
        return error_set(ret_error, ERROR_USAGE,
                         "--speed: '%s' is not a factor from 0.01 to 1000, like 10", text);
    replay->live.speed = speed;
    return true;
}

static bool take_option(struct replay *replay, int value, struct error *ret_error)
{
    switch (value) {
    case 'i':
        replay->live.interface = optarg;
        return true;
    case 'r':
        replay->trace_path = optarg;
        return true;
    case 'w':
        replay->options.write_path = optarg;
        return true;
    case 'm':
        replay->live.has_mac = mac_parse(optarg, &replay->live.mac);
        return replay->live.has_mac ||
               error_set(ret_error, ERROR_USAGE, "--phone-mac: '%s' is not a MAC address", optarg);
    case OPTION_COMPARE:
        replay->compare = true;
        return true;
    case OPTION_SPEED:
        return take_speed(replay, optarg, ret_error);
    case OPTION_IMAGE:
        replay->image_path = optarg;
        return true;
    case OPTION_JSON_DOCUMENT:
        replay->options.json = true;
        return true;
    case OPTION_EVENT_LINES:
        replay->options.events = true;
        return true;
    case 'v':
        replay->options.verbosity = replay->options.verbosity < 1 ? 1 : 2;
        return true;
    case 'q':
        replay->options.verbosity = -1;
        return true;
    default:
        replay->help = true;
        return true;
    }
}

static bool check_whole(struct replay *replay, int argc, char **argv, struct error *ret_error)
{
    if (!replay->trace_path && optind < argc)
        replay->trace_path = argv[optind++];
    if (!replay->trace_path)
        return error_set(ret_error, ERROR_USAGE, "no trace given: spa-sos replay TRACE");
    if (optind < argc)
        return error_set(ret_error, ERROR_USAGE, "'%s' is one argument too many", argv[optind]);
    if (strcmp(replay->trace_path, "-") == 0)
        return error_set(ret_error, ERROR_USAGE,
                         "a trace on standard input cannot be replayed: it is read twice. Save it "
                         "to a file first");
    if (replay->live.interface && replay->compare)
        return error_set(ret_error, ERROR_USAGE,
                         "--compare is for a replay without -i: on an interface the partner "
                         "decides what is sent");
    if (!replay->live.interface && replay->live.speed > 0)
        return error_set(ret_error, ERROR_USAGE, "--speed needs -i IF: offline nothing waits");
    if (replay->live.interface && replay->options.write_path)
        return error_set(ret_error, ERROR_USAGE,
                         "-w records an offline replay; on an interface use tcpdump -i %s -w",
                         replay->live.interface);
    return true;
}

static bool parse(struct replay *replay, int argc, char **argv, struct error *ret_error)
{
    optind = 0;
    opterr = 0;
    for (;;) {
        int value = getopt_long(argc, argv, ":i:r:w:m:vqh", long_options, NULL);
        if (value == -1)
            break;
        if (value == ':')
            return error_set(ret_error, ERROR_USAGE, "%s needs a value", argv[optind - 1]);
        if (value == '?')
            return error_set(ret_error, ERROR_USAGE,
                             "replay has no option %s (spa-sos help replay lists them)",
                             argv[optind - 1]);
        if (!take_option(replay, value, ret_error))
            return false;
        if (replay->help)
            return true;
    }
    return check_whole(replay, argc, argv, ret_error);
}

static bool read_inputs(struct replay *replay, struct error *ret_error)
{
    const struct mac_address *wanted = replay->live.has_mac ? &replay->live.mac : NULL;
    if (!replay_facts_read(replay->trace_path, wanted, &replay->facts, ret_error))
        return false;
    if (!replay->facts.has_phone)
        return error_set(ret_error, ERROR_INPUT,
                         "%s: no phone in recovery mode in this trace%s, nothing to replay",
                         replay->trace_path, wanted ? " with that MAC address" : "");
    if (replay->image_path)
        return image_file_load(replay->image_path, &replay->image, ret_error);
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
    replay_facts_configure(&replay->facts, replay->image_path ? image->bytes : NULL, image->length,
                           config);
    if (config->mode == STATION_RECOVER && !config->image) {
        config->image = nothing;
        config->image_length = sizeof nothing;
    }
    if (replay->facts.has_specific_serial) {
        options_add_serial_view(&replay->options, replay->facts.serial);
        config->selection.serials = replay->options.serials;
        config->selection.serial_count = replay->options.serial_count;
    }
    if (replay->facts.chosen_at_once && !replay->facts.has_specific_serial) {
        config->selection.macs = &replay->facts.phone_mac;
        config->selection.mac_count = 1;
    }
    return station_new(config, ret_error);
}

static void observe(void *context, const struct station *station, const struct station_event *event,
                    instant_ns now_ns)
{
    progress_observe(context, station, event, now_ns);
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
    int status = live_exit_status(&result);
    live_report_print(&result);
    diagnosis_free(&diagnosis);
    return status;
}

static int compare(struct replay *replay)
{
    struct text lines = TEXT_EMPTY;
    size_t differences = replay_compare(replay->recorded, replay->now, &lines);
    fputs(text_chars(&lines), stdout);
    printf("%zu frames recorded, %zu now, %zu differences\n", replay_frames_count(replay->recorded),
           replay_frames_count(replay->now), differences);
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
        recording = recording_create(replay->options.write_path, ret_error);
        struct port *recorder = recording ? port_recorder_new(port, recording) : NULL;
        if (!recorder) {
            port->operations->close(port);
            port = NULL;
        } else {
            port = recorder;
        }
    }
    if (port) {
        struct progress *progress = replay->compare ? NULL : progress_new(&replay->options);
        enum run_end end =
            run_station(port, station, progress ? observe : NULL, progress, ret_error);
        if (progress)
            progress_finish(progress);
        progress_free(progress);
        if (end != RUN_FAILED)
            status = replay->compare ? compare(replay) : report(replay, port, station);
        port->operations->close(port);
    }
    recording_close(recording);
    station_free(station);
    return status;
}

int command_replay(int argc, char **argv)
{
    struct replay replay = {.options.command = OPTIONS_RECOVER};
    struct error error = {0};
    int status = -1;
    if (parse(&replay, argc, argv, &error)) {
        if (replay.help) {
            print_help();
            status = 0;
        } else if (read_inputs(&replay, &error)) {
            replay.live.mac = replay.facts.phone_mac;
            status = replay.live.interface ? replay_live(&replay.live, replay.trace_path, &error)
                                           : run_offline(&replay, &error);
        }
    }
    if (status < 0) {
        fprintf(stderr, "spa-sos replay: %s\n", error.text);
        status = (int)error.kind;
    }
    replay_frames_free(replay.recorded);
    replay_frames_free(replay.now);
    replay_facts_free(&replay.facts);
    image_file_free(&replay.image);
    options_free(&replay.options);
    return status;
}
