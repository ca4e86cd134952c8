/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options that parsing (options.c) and help are both made from. */
#ifndef CMD_OPTIONS_TABLE_H
#define CMD_OPTIONS_TABLE_H

#include "cmd/options.h"

#include <stddef.h>

/* Long options without a letter; letters stand for themselves. */
enum long_option {
    OPTION_JSON = 256,
    OPTION_EVENTS,
    OPTION_COLOR,
    OPTION_DRY_RUN,
    OPTION_VLAN,
    OPTION_SOURCE_MAC,
    OPTION_ADDRESS,
    OPTION_DHCP,
    OPTION_GATEWAY,
    OPTION_PROBE_INTERVAL,
    OPTION_GROUP_ONLY,
    OPTION_ALL,
    OPTION_PHONES,
    OPTION_KEEP_GOING,
    OPTION_PARALLEL,
    OPTION_FLASH_WAIT,
    OPTION_ANSWER_URLS,
    OPTION_FILE_NAME,
    OPTION_GENTLE,
    OPTION_FORCE,
};

struct option_row {
    int value; /* a letter or enum long_option */
    const char *name;
    const char *argument; /* NULL: takes none */
    unsigned commands;    /* enum options_command */
    const char *help;
};

#define OPTION_ROWS_MAXIMUM 64

extern const struct option_row option_rows[];
extern const size_t option_row_count; /* at most OPTION_ROWS_MAXIMUM */

/* Returns: the command's name, a static string. */
const char *options_command_name(enum options_command command);
/* Returns: the row of a letter or enum long_option, NULL if there is none. */
const struct option_row *option_row_find(int value);

#endif
