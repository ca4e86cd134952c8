/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of every subcommand, as one value (docs: command line). What is taken, by which
 * command and into which field stands in options/table.c.
 */
#ifndef CMD_OPTIONS_OPTIONS_H
#define CMD_OPTIONS_OPTIONS_H

#include "base/error.h"
#include "cmd/phone_list.h"
#include "cmd/simulate_options.h"
#include "engine/station.h"

#include <stdbool.h>
#include <stddef.h>

enum options_command {
    OPTIONS_DISCOVER = 1,
    OPTIONS_RECOVER = 2,
    OPTIONS_WATCH = 4,
    OPTIONS_DIAGNOSE = 8,
    OPTIONS_REPLAY = 16,
    OPTIONS_SIMULATE = 32,
    OPTIONS_IMAGE = 64,
    OPTIONS_INTERFACES = 128,
    OPTIONS_HELP = 256,
};

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Strings are views into argv unless they are called owned. */
struct options {
    enum options_command command;
    bool help;             /* --help was given: nothing else counts */
    const char **operands; /* owned array: IMAGE, FILE, TRACE... ("-" = standard input) */
    size_t operand_count;
    const char *interface;
    const char *write_path; /* -w */
    bool annotate;          /* the trace as pcapng, with comments at the proof */
    bool overwrite;         /* outputs that exist are written over */
    bool json, events, gentle, quiet;
    bool clock; /* --time: messages carry the time of day */
    unsigned verbose;
    int verbosity; /* -1 with -q, 0, 1 with -v, 2 with -vv */
    enum color_choice color;

    /* Commands on an interface. */
    struct phone_list phones; /* which phones the run is for: -s, -m and the list of --phones */
    const char *image_path;   /* IMAGE of recover; --image of replay */
    const char *phones_path;
    bool dry_run, has_source_mac;
    struct mac_address source_mac;
    struct station_config station; /* everything the station wants that options decide */

    /* Commands on files. */
    const char *filter;       /* NULL: every frame */
    const char *report_path;  /* NULL: none, as are the next two */
    const char *extract_path; /* of diagnose and of image */
    const char *redact_path;
    bool join;       /* all traces are parts of one recording */
    unsigned jobs;   /* traces at the same time; 0, 1: no processes of their own */
    bool json_lines; /* json too */
    bool timeline;
    bool compare;
    double speed; /* 0: not given */

    struct simulate_options simulate;
};

/*
 * Reads the arguments behind the command's name, which is argv[0]. Returns: false with ret_error
 * (ERROR_USAGE, or ERROR_INPUT for the phone list) for anything the contract does not allow; `ret`
 * is to be freed with options_free either way.
 */
bool options_parse(enum options_command command, int argc, char **argv, struct options *ret,
                   struct error *ret_error);
void options_free(struct options *options);

#endif
