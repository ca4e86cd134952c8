/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of the commands that run on an interface (recover, discover, watch): one table that
 * parsing and help are both made from (docs: command line).
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "base/error.h"
#include "engine/station.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum options_command {
    OPTIONS_DISCOVER = 1,
    OPTIONS_RECOVER = 2,
    OPTIONS_WATCH = 4,
};

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    enum options_command command;
    bool help; /* --help was given: nothing else counts */
    const char *interface;
    const char **serials; /* owned array of views into argv or the phone list */
    size_t serial_count;
    struct mac_address *macs; /* owned */
    size_t mac_count;
    const char *write_path; /* -w */
    const char *image_path; /* IMAGE */
    const char *phones_path;
    char *phones_text; /* owned: the phone list's contents */
    const char *file_name;
    bool json, events, no_names, dry_run, gentle;
    int verbosity; /* -1 with -q, 0, 1 with -v, 2 with -vv */
    enum color_choice color;
    bool has_source_mac;
    struct mac_address source_mac;
    struct station_config station; /* everything the station wants that options decide */
};

/*
 * Reads the arguments behind the command's name. Returns: false with ret_error (ERROR_USAGE, or
 * ERROR_INPUT for the phone list) for anything the contract does not allow; `ret` is to be freed
 * with options_free either way.
 */
bool options_parse(enum options_command command, int argc, char **argv, struct options *ret,
                   struct error *ret_error);
void options_free(struct options *options);
/* Prints usage, options and examples of the command to stdout. */
void options_print_help(enum options_command command);

/* Seconds with decimals ("1.5"), 0 to one year. Returns: false for anything else. */
bool parse_seconds(const char *text, duration_ns *ret);

#endif
