/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of subcommands and options that parsing, help and completion are all made from. A new
 * option is one row of table.c, and a field of struct options if it has a value of its own; which
 * of them go together is a row too.
 */
#ifndef CMD_OPTIONS_TABLE_H
#define CMD_OPTIONS_TABLE_H

#include "cmd/options/options.h"

#include <stddef.h>

enum option_kind {
    OPTION_FLAG,     /* bool: true if given */
    OPTION_COUNT,    /* unsigned: how often it was given */
    OPTION_TEXT,     /* const char * */
    OPTION_NEW_FILE, /* const char *: a file's name, not standard output */
    OPTION_NUMBER,   /* unsigned, from minimum to maximum */
    OPTION_FACTOR,   /* double, from minimum to maximum */
    OPTION_SECONDS,  /* duration_ns, at least minimum seconds */
    OPTION_CHOICE,   /* enum: the place in `argument`, "auto|always|never" */
    OPTION_OPERAND,  /* the same as naming it without the option */
    OPTION_IGNORED,  /* taken for the sake of other programs' users */
    OPTION_OWN,      /* what `take` makes of it */
};

/* What a value or an operand can be completed to; choices complete themselves. */
enum option_completion {
    COMPLETE_NOTHING,
    COMPLETE_FILE,
    COMPLETE_CAPTURE,   /* *.pcap and its like */
    COMPLETE_IMAGE,     /* *.bin, *.zip */
    COMPLETE_PAGE,      /* *.html */
    COMPLETE_INTERFACE, /* what `interfaces` lists as usable */
    COMPLETE_FAULT,     /* what --fault help lists */
    COMPLETE_COMMAND,
};

struct option_row;
/* Returns: false with ret_error (value_refused) if the value is no good. */
typedef bool option_take(struct options *options, const struct option_row *row, const char *text,
                         struct error *ret_error);

struct option_row {
    const char *name;
    char letter;       /* 0: none */
    unsigned commands; /* enum options_command; a name occurs once in each */
    enum option_kind kind;
    size_t offset; /* of the field in struct options */
    double minimum, maximum;
    option_take *take;
    const char *argument; /* the value's name in help; NULL: takes none */
    const char *standard; /* the default, as a user would type it; NULL: none */
    enum option_completion completion;
    const char *help;
};

/* Which options go together, by name. */
enum option_relation_kind { OPTION_EXCLUDES, OPTION_NEEDS };
struct option_relation {
    unsigned commands;
    const char *option;
    enum option_relation_kind kind;
    const char *other;
    const char *reason;
};

struct command_row {
    enum options_command command;
    const char *name;
    const char *purpose; /* a few words */
    const char *usage;
    const char *description;
    const char *exit_status; /* NULL: as the manual page says */
    const char *examples;
    size_t operands_minimum, operands_maximum;
    const char *operand_missing; /* what to say, NULL if none is needed */
    enum option_completion operand_completion;
    bool needs_interface;
};

#define OPTION_ROWS_MAXIMUM 128

extern const struct option_row option_rows[];
extern const size_t option_row_count; /* at most OPTION_ROWS_MAXIMUM */
extern const struct option_relation option_relations[];
extern const size_t option_relation_count;
extern const struct command_row command_rows[];
extern const size_t command_row_count;

const struct command_row *command_row_of(enum options_command command);
/* Returns: NULL if there is no such command. */
const struct command_row *command_row_by_name(const char *name);
/* Returns: the command's name, a static string. */
const char *options_command_name(enum options_command command);
/* `name` without "--", or a letter where name is NULL. Returns: NULL if there is none. */
const struct option_row *option_row_find(enum options_command command, const char *name,
                                         int letter);

#endif
