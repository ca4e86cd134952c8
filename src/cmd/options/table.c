/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of subcommands and options: see table.h. */
#include "cmd/options/table.h"

#include "cmd/options/take.h"

#include <string.h>

#define LIVE   (OPTIONS_DISCOVER | OPTIONS_RECOVER | OPTIONS_WATCH)
#define ACTIVE (OPTIONS_DISCOVER | OPTIONS_RECOVER)
#define RUNS   (LIVE | OPTIONS_REPLAY) /* they show progress */
#define ALL    (RUNS | OPTIONS_DIAGNOSE | OPTIONS_SIMULATE | OPTIONS_IMAGE | OPTIONS_INTERFACES)

/* The place of a field, and a compiler error if it has not the type that the kind stores. */
#define FIELD(type, field)                                                                         \
    (offsetof(struct options, field) +                                                             \
     0 * sizeof(char[_Generic(((struct options *)0)->field, type : 1)]))

#define FLAG(field)     .kind = OPTION_FLAG, .offset = FIELD(bool, field)
#define COUNT(field)    .kind = OPTION_COUNT, .offset = FIELD(unsigned, field)
#define TEXT(field)     .kind = OPTION_TEXT, .offset = FIELD(const char *, field)
#define NEW_FILE(field) .kind = OPTION_NEW_FILE, .offset = FIELD(const char *, field)
#define SECONDS(field)  .kind = OPTION_SECONDS, .offset = FIELD(duration_ns, field)
#define CHOICE(field)   .kind = OPTION_CHOICE, .offset = FIELD(unsigned, field)
#define NUMBER(field, from, to)                                                                    \
    .kind = OPTION_NUMBER, .offset = FIELD(unsigned, field), .minimum = (from), .maximum = (to)
#define FACTOR(field, from, to)                                                                    \
    .kind = OPTION_FACTOR, .offset = FIELD(double, field), .minimum = (from), .maximum = (to)
#define OWN(function) .kind = OPTION_OWN, .take = (function)

const struct option_row option_rows[] = {
    {"interface", 'i', LIVE, TEXT(interface), .argument = "IF", .completion = COMPLETE_INTERFACE,
     .help = "the interface the phone's cable leads to; it needs no IP address"},
    {"interface", 'i', OPTIONS_REPLAY, TEXT(interface), .argument = "IF",
     .completion = COMPLETE_INTERFACE, .help = "be the phone on this interface"},
    {"interface", 'i', OPTIONS_SIMULATE, TEXT(interface), .argument = "IF",
     .completion = COMPLETE_INTERFACE, .help = "the interface to be a phone on"},
    {"serial", 's', ACTIVE, OWN(take_serial), .argument = "SERIAL",
     .help = "only the phone with this serial number (default: any); repeatable"},
    {"phone-mac", 'm', LIVE, OWN(take_phone_mac), .argument = "MAC",
     .help = "only the phone with this MAC address; repeatable"},
    {"phone-mac", 'm', OPTIONS_REPLAY, OWN(take_phone_mac), .argument = "MAC",
     .help = "the phone of the trace (default: the first one)"},
    {"all", 0, OPTIONS_RECOVER, FLAG(station.selection.all), .help = "every phone that answers"},
    {"phones", 0, OPTIONS_RECOVER, TEXT(phones_path), .argument = "FILE",
     .completion = COMPLETE_FILE,
     .help = "the phones of a list, a serial number or MAC address a line; the\n"
             "results are written to FILE.result.csv"},
    {"keep-going", 0, OPTIONS_RECOVER, OWN(take_keep_going),
     .help = "a bench: go on for the next phone until interrupted"},
    {"parallel", 0, OPTIONS_RECOVER, OWN(take_parallel), .argument = "N|auto", .standard = "auto",
     .help = "transfers at the same time; auto: one, and four where a switch keeps\n"
             "multicast from the phones"},
    {"write", 'w', LIVE | OPTIONS_SIMULATE, TEXT(write_path), .argument = "FILE",
     .completion = COMPLETE_CAPTURE,
     .help = "record every frame sent and received (pcap); '-' is standard output"},
    {"annotate", 0, RUNS, FLAG(annotate),
     .help = "the trace of -w as pcapng, with a comment at each frame that proves the\n"
             "verdict; written when the run ends"},
    {"annotate", 0, OPTIONS_DIAGNOSE, FLAG(annotate),
     .help = "the copy of --redact as pcapng, with a comment at each frame that\n"
             "proves the verdict"},
    {"overwrite", 0, ALL & ~(unsigned)OPTIONS_INTERFACES, FLAG(overwrite),
     .help = "write over files that exist already; without it they are left as they\n"
             "are, and nothing is begun"},
    {"timeout", 't', OPTIONS_DISCOVER, OWN(take_discover_timeout), .argument = "SECONDS",
     .help = "end so long after the last new answer (default: 60 s until the first\n"
             "one, then 5 s); 0: never"},
    {"count", 'c', OPTIONS_DISCOVER, NUMBER(station.phone_count, 1, 2048), .argument = "N",
     .help = "end after N phones have answered"},
    {"timeout", 't', OPTIONS_RECOVER | OPTIONS_WATCH, SECONDS(station.timeout_ns),
     .argument = "SECONDS", .standard = "0",
     .help = "give up after this time without progress; 0: never"},
    {"flash-wait", 0, OPTIONS_RECOVER, SECONDS(station.flash_wait_ns), .argument = "SECONDS",
     .standard = "600",
     .help = "how long to wait for the phone's firmware to start after the last\n"
             "block; 0: stop as soon as the image is delivered"},
    {"dhcp", 0, ACTIVE, CHOICE(station.dhcp), .argument = "auto|yield|always|never",
     .standard = "auto",
     .help = "give phones in recovery mode an address: if nobody else gives one\n"
             "that they can use, if nobody else is there, at once, or not at all"},
    {"gateway", 0, ACTIVE, CHOICE(station.gateway), .argument = "auto|nudge|stand-in|never",
     .standard = "auto", .help = "help a phone past a gateway that is silent: see the manual"},
    {"probe-interval", 0, ACTIVE, SECONDS(station.probe_interval_ns), .minimum = 0.2,
     .argument = "SECONDS", .standard = "1.5", .help = "time between two recovery requests"},
    {"group-only", 0, ACTIVE, FLAG(station.group_only),
     .help = "send requests to the multicast MAC address only"},
    {"vlan", 0, LIVE, OWN(take_vlan), .argument = "ID",
     .help = "send and expect frames with this 802.1Q tag (a trunk port)"},
    {"source-mac", 0, ACTIVE, OWN(take_source_mac), .argument = "MAC",
     .help = "the MAC address to send from (default: the interface's)"},
    {"address", 0, ACTIVE, OWN(take_address), .argument = "A.B.C.D/LEN",
     .standard = "198.18.0.1/16",
     .help = "the IP address to pretend to have, and the pool of leases; no live\n"
             "network uses that of the default"},
    {"file-name", 0, OPTIONS_RECOVER, OWN(take_file_name), .argument = "NAME",
     .help = "what the phone is told to ask for (default: a name with a random part)"},
    {"answer-urls", 0, OPTIONS_RECOVER, FLAG(station.answer_urls),
     .help = "also give the image to a phone that fetches it by itself (TFTP, HTTP),\n"
             "in the place of its gateway and of any host it asks for; never on a\n"
             "network that others use"},
    {"dry-run", 0, ACTIVE, FLAG(dry_run),
     .help = "craft the frames and write them to -w, send none"},
    {"force", 0, OPTIONS_RECOVER, FLAG(station.force),
     .help = "go on although another program recovers on this segment, or although\n"
             "the image flashes nothing or has a sector twice"},

    {"read", 'r', OPTIONS_DIAGNOSE | OPTIONS_REPLAY, .kind = OPTION_OPERAND, .argument = "FILE",
     .completion = COMPLETE_CAPTURE, .help = "the same as naming the trace"},
    {"filter", 0, OPTIONS_DIAGNOSE, TEXT(filter), .argument = "EXPR",
     .help = "look only at frames that this capture filter selects"},
    {"join", 0, OPTIONS_DIAGNOSE, FLAG(join),
     .help = "judge all traces as one, in order of time (parts of a ring buffer that\n"
             "adjoin are judged as one without it)"},
    {"jobs", 'j', OPTIONS_DIAGNOSE, NUMBER(jobs, 1, 256), .argument = "N", .standard = "1",
     .help = "judge so many traces at the same time, in processes of their own; the\n"
             "output stays in order"},
    {"json-lines", 0, OPTIONS_DIAGNOSE, FLAG(json_lines),
     .help = "a JSON document a line for each TRACE, as soon as it is judged; no two\n"
             "files are one recording, but with --join"},
    {"timeline", 0, OPTIONS_DIAGNOSE, FLAG(timeline),
     .help = "list every event before the verdict"},
    {"report", 0, OPTIONS_DIAGNOSE, NEW_FILE(report_path), .argument = "FILE.html",
     .completion = COMPLETE_PAGE,
     .help = "write a page for a ticket: verdict, ladder diagram, evidence"},
    {"extract-image", 0, OPTIONS_DIAGNOSE, NEW_FILE(extract_path), .argument = "OUT",
     .completion = COMPLETE_FILE, .help = "write the file that the phone downloaded"},
    {"redact", 0, OPTIONS_DIAGNOSE, NEW_FILE(redact_path), .argument = "OUT",
     .completion = COMPLETE_CAPTURE,
     .help = "write a copy of the trace without names, numbers and addresses of\n"
             "yours, fit for a public question"},
    {"compare", 0, OPTIONS_REPLAY, FLAG(compare),
     .help = "say where today's frames differ from the recorded ones (frame,\n"
             "field, recorded, now); exit 1 if they do"},
    {"image", 0, OPTIONS_REPLAY, TEXT(image_path), .argument = "FILE", .completion = COMPLETE_IMAGE,
     .help = "serve this image (default: what the trace shows)"},
    {"write", 'w', OPTIONS_REPLAY, TEXT(write_path), .argument = "FILE",
     .completion = COMPLETE_CAPTURE, .help = "record the conversation of the replay (pcap)"},
    {"speed", 0, OPTIONS_REPLAY, FACTOR(speed, 0.01, 1000), .argument = "FACTOR",
     .help = "with -i: shorten the recorded delays (default 1)"},

    {"model", 0, OPTIONS_SIMULATE, OWN(take_model), .argument = "NAME", .standard = "SPA504G",
     .help = "its product name"},
    {"serial", 0, OPTIONS_SIMULATE, OWN(take_own_serial), .argument = "SERIAL",
     .help = "its serial number"},
    {"mac", 0, OPTIONS_SIMULATE, OWN(take_own_mac), .argument = "MAC",
     .help = "its MAC address (default: 02:53:... and a random rest)"},
    {"count", 0, OPTIONS_SIMULATE, NUMBER(simulate.count, 1, SIMULATE_COUNT_MAXIMUM),
     .argument = "N", .standard = "1",
     .help = "so many phones; MAC address and serial number count up"},
    {"static", 0, OPTIONS_SIMULATE, OWN(take_static_address), .argument = "A.B.C.D/LEN[,GATEWAY]",
     .help = "a stored static address: no DHCP"},
    {"recovery-url", 0, OPTIONS_SIMULATE, OWN(take_recovery_url), .argument = "URL",
     .help = "what it tries by itself (tftp:// or http://)"},
    {"last-url", 0, OPTIONS_SIMULATE, OWN(take_last_url), .argument = "URL",
     .help = "and after that"},
    {"timing", 0, OPTIONS_SIMULATE, CHOICE(simulate.setup.phone.timing),
     .argument = "hardware|nominal", .standard = "hardware",
     .help = "as slow as the hardware, or as programmed"},
    {"boot-delay", 0, OPTIONS_SIMULATE, OWN(take_boot_delay), .argument = "SECONDS",
     .help = "from power on or reset to its first frame (default: by timing)"},
    {"flash-time", 0, OPTIONS_SIMULATE, OWN(take_flash_time), .argument = "SECONDS",
     .help = "to check and write the image (default: by timing)"},
    {"fault", 0, OPTIONS_SIMULATE, OWN(take_fault), .argument = "NAME[=VALUE]",
     .completion = COMPLETE_FAULT,
     .help = "what is wrong with it or around it; repeatable; 'help' lists them"},
    {"seed", 0, OPTIONS_SIMULATE, OWN(take_seed), .argument = "N", .standard = "1",
     .help = "another number, another luck of the faults"},
    {"image-out", 0, OPTIONS_SIMULATE, NEW_FILE(simulate.image_path), .argument = "FILE",
     .completion = COMPLETE_FILE,
     .help = "write the image it has accepted (with several phones: FILE.MAC)"},
    {"exit-after-flash", 0, OPTIONS_SIMULATE, FLAG(simulate.exit_after_flash),
     .help = "end when every phone has been flashed and runs again"},

    {"extract", 0, OPTIONS_IMAGE, NEW_FILE(extract_path), .argument = "OUT",
     .completion = COMPLETE_FILE, .help = "write the image alone to the new file OUT"},

    {"gentle", 0, OPTIONS_RECOVER | OPTIONS_SIMULATE, FLAG(gentle),
     .help = "never poll, always sleep"},
    {"json", 0, ALL, FLAG(json), .help = "one JSON document on standard output at the end"},
    {"time", 0, RUNS, FLAG(clock),
     .help = "clock time in messages (default: seconds since the start)"},
    {"events", 0, RUNS, FLAG(events), .help = "events as JSON lines instead of messages"},
    {"verbose", 'v', RUNS, COUNT(verbose), .help = "more messages; -vv: every frame of note"},
    {"verbose", 'v', OPTIONS_DIAGNOSE, COUNT(verbose),
     .help = "also say how complete the capture is"},
    {"quiet", 'q', RUNS | OPTIONS_IMAGE, FLAG(quiet), .help = "only the result"},
    {"quiet", 'q', OPTIONS_DIAGNOSE, FLAG(quiet), .help = "only the verdict, on one line"},
    {"quiet", 'q', OPTIONS_SIMULATE, FLAG(quiet), .help = "do not say what the phones do"},
    {"no-names", 'n', RUNS | OPTIONS_DIAGNOSE, .kind = OPTION_IGNORED,
     .help = "accepted for tcpdump's sake: names are never looked up"},
    {"color", 0, RUNS, CHOICE(color), .argument = "auto|always|never", .standard = "auto",
     .help = "colour on a terminal, unless NO_COLOR is set"},
    {"color", 0, OPTIONS_DIAGNOSE, CHOICE(color), .argument = "auto|always|never",
     .standard = "auto", .help = "no effect: the report is plain text"},
    {"help", 'h', ALL | OPTIONS_HELP, FLAG(help), .help = "this text"},
};

const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
_Static_assert(sizeof option_rows / sizeof option_rows[0] <= OPTION_ROWS_MAXIMUM, "more room");

const struct option_relation option_relations[] = {
    {ALL, "quiet", OPTION_EXCLUDES, "verbose", "one asks for less, the other for more"},
    {ALL, "all", OPTION_EXCLUDES, "serial", "one takes every phone, the other a certain one"},
    {ALL, "all", OPTION_EXCLUDES, "phone-mac", "one takes every phone, the other a certain one"},
    {ALL, "all", OPTION_EXCLUDES, "phones", "one takes every phone, the other those of a list"},
    {RUNS, "annotate", OPTION_NEEDS, "write", "the comments stand in that file"},
    {OPTIONS_DIAGNOSE, "annotate", OPTION_NEEDS, "redact", "the comments stand in the copy"},
    {ALL, "dry-run", OPTION_NEEDS, "write", "the frames are written there instead of being sent"},
    {ALL, "compare", OPTION_EXCLUDES, "interface",
     "on an interface the partner decides what is sent"},
    {ALL, "speed", OPTION_NEEDS, "interface", "offline nothing waits"},
    {OPTIONS_REPLAY, "write", OPTION_EXCLUDES, "interface",
     "only an offline replay is recorded; on an interface use tcpdump"},
};

const size_t option_relation_count = sizeof option_relations / sizeof option_relations[0];

const struct option_row *option_row_find(enum options_command command, const char *name, int letter)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if ((row->commands & (unsigned)command) &&
            (name ? strcmp(row->name, name) == 0 : row->letter == letter))
            return row;
    }
    return NULL;
}
