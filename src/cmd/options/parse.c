/* SPDX-License-Identifier: BSD-2-Clause */
/* The one parser of all subcommands, over the tables of table.h: see options.h. */
#include "cmd/options/options.h"

#include "base/text.h"
#include "cmd/options/table.h"
#include "cmd/options/value.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_OPTION_BASE    256 /* and the row's place: what getopt_long returns */
#define DISCOVER_TIMEOUT_NS (60 * NS_PER_S)
#define WORD_SHOWN          128 /* bytes of an escaped word */

struct parser {
    const struct command_row *command;
    int argc;
    char **argv;
    struct options *options;
    bool given[OPTION_ROWS_MAXIMUM];
    char letters[2 * OPTION_ROWS_MAXIMUM + 2];
    struct option longs[OPTION_ROWS_MAXIMUM + 1];
};

static bool is_of_command(const struct option_row *row, enum options_command command)
{
    return (row->commands & (unsigned)command) != 0;
}

/* getopt's tables for one command, made from the rows. */
static void make_tables(struct parser *parser)
{
    size_t used = 0, count = 0;
    parser->letters[used++] = ':';
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!is_of_command(row, parser->command->command))
            continue;
        parser->longs[count++] = (struct option){
            .name = row->name,
            .has_arg = row->argument ? required_argument : no_argument,
            .val = LONG_OPTION_BASE + (int)i,
        };
        if (row->letter) {
            parser->letters[used++] = row->letter;
            if (row->argument)
                parser->letters[used++] = ':';
        }
    }
    parser->letters[used] = '\0';
    parser->longs[count] = (struct option){0};
}

/* Returns: the row of what getopt_long returned, NULL if it knows none. */
static const struct option_row *row_of(const struct parser *parser, int value)
{
    if (value >= LONG_OPTION_BASE)
        return &option_rows[value - LONG_OPTION_BASE];
    return value > 0 ? option_row_find(parser->command->command, NULL, value) : NULL;
}

/* Names in `ret` the options that begin like `word`, "--phone". Returns: how many. */
static size_t find_similar(const struct parser *parser, const char *word, struct text *ret)
{
    size_t count = 0, length = strcspn(word, "=");
    for (const struct option *option = parser->longs; option->name && length > 2; option++) {
        if (strncmp(word, "--", 2) == 0 && strncmp(option->name, word + 2, length - 2) == 0)
            text_add(ret, "%s--%s", count++ ? " or " : "", option->name);
    }
    return count;
}

/* What getopt_long did not like: '?' or, for want of a value, ':'. */
static bool refuse_option(const struct parser *parser, int value, struct error *ret_error)
{
    const char *word = parser->argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};
    char escaped[WORD_SHOWN];
    const struct option_row *row = row_of(parser, optopt);
    if (optopt > 0 && optopt < LONG_OPTION_BASE)
        word = letter;
    text_escape(word, strlen(word), escaped, sizeof escaped);
    if (value == ':')
        return error_set_expected(ret_error, ERROR_USAGE, row->argument, "%s needs a value: %s",
                                  escaped, row->argument);
    if (row && !row->argument)
        return error_set(ret_error, ERROR_USAGE, "%s takes no value", escaped);
    struct text similar = TEXT_EMPTY;
    if (word != letter && find_similar(parser, word, &similar) > 1)
        error_set(ret_error, ERROR_USAGE, "%s can mean %s", escaped, text_chars(&similar));
    else
        error_set(ret_error, ERROR_USAGE, "there is no option %s (spa-sos help %s lists them)",
                  escaped, parser->command->name);
    text_free(&similar);
    return false;
}

static bool take_defaults(struct parser *parser, struct error *ret_error)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->standard && is_of_command(row, parser->command->command) &&
            !value_take(parser->options, row, row->standard, ret_error))
            return false;
    }
    return true;
}

static bool asks_for_text(const struct options *options)
{
    return options->help || options->simulate.is_fault_help;
}

/* Options and operands, one by one. */
static bool take_all(struct parser *parser, struct error *ret_error)
{
    struct options *options = parser->options;
    optind = 0;
    opterr = 0;
    while (!asks_for_text(options)) {
        optopt = 0;
        int value = getopt_long(parser->argc, parser->argv, parser->letters, parser->longs, NULL);
        if (value == -1)
            break;
        if (value == '?' || value == ':')
            return refuse_option(parser, value, ret_error);
        const struct option_row *row = row_of(parser, value);
        parser->given[row - option_rows] = true;
        if (!value_take(options, row, optarg, ret_error))
            return false;
    }
    while (!asks_for_text(options) && optind < parser->argc)
        options->operands[options->operand_count++] = parser->argv[optind++];
    return true;
}

/* "-w FILE" or "--all": how the option is typed. */
static void format_option(const struct option_row *row, struct text *ret)
{
    if (row->letter)
        text_add(ret, "-%c", row->letter);
    else
        text_add(ret, "--%s", row->name);
    if (row->argument)
        text_add(ret, " %s", row->argument);
}

static bool check_relation(const struct parser *parser, const struct option_relation *relation,
                           struct error *ret_error)
{
    enum options_command command = parser->command->command;
    const struct option_row *option = option_row_find(command, relation->option, 0);
    const struct option_row *other = option_row_find(command, relation->other, 0);
    if (!(relation->commands & (unsigned)command) || !option || !other ||
        !parser->given[option - option_rows] ||
        parser->given[other - option_rows] == (relation->kind == OPTION_NEEDS))
        return true;
    struct text text = TEXT_EMPTY;
    format_option(option, &text);
    text_add(&text, relation->kind == OPTION_NEEDS ? " needs " : " and ");
    format_option(other, &text);
    error_set(ret_error, ERROR_USAGE, "%s%s: %s", text_chars(&text),
              relation->kind == OPTION_NEEDS ? "" : " contradict each other", relation->reason);
    text_free(&text);
    return false;
}

static bool check_operands(const struct parser *parser, struct error *ret_error)
{
    const struct command_row *command = parser->command;
    const struct options *options = parser->options;
    if (options->operand_count < command->operands_minimum)
        return error_set(ret_error, ERROR_USAGE, "%s", command->operand_missing);
    if (options->operand_count > command->operands_maximum) {
        char escaped[WORD_SHOWN];
        const char *extra = options->operands[command->operands_maximum];
        return error_set(ret_error, ERROR_USAGE, "'%s' is one argument too many",
                         text_escape(extra, strlen(extra), escaped, sizeof escaped));
    }
    return true;
}

/* Standard input and output are one each. */
static bool check_standard_streams(const struct options *options, struct error *ret_error)
{
    size_t inputs = 0;
    if (options->json && options->write_path && strcmp(options->write_path, "-") == 0)
        return error_set(ret_error, ERROR_USAGE,
                         "--json and -w - both want standard output: write one of them to a file");
    if (options->annotate && options->write_path && strcmp(options->write_path, "-") == 0)
        return error_set(ret_error, ERROR_USAGE,
                         "--annotate and -w - do not go together: the comments are added when the "
                         "run ends. Name a file");
    for (size_t i = 0; i < options->operand_count; i++)
        inputs += strcmp(options->operands[i], "-") == 0;
    if (inputs > 1)
        return error_set(ret_error, ERROR_USAGE, "standard input can be read only once");
    if (inputs == 1 && options->command == OPTIONS_REPLAY)
        return error_set(ret_error, ERROR_USAGE,
                         "a trace on standard input cannot be replayed: it is read twice. Save it "
                         "to a file first");
    return true;
}

static bool check_counts(const struct options *options, struct error *ret_error)
{
    bool writes = options->report_path || options->redact_path || options->extract_path;
    if (writes && options->operand_count > 1 && !options->join)
        return error_set(ret_error, ERROR_USAGE,
                         "--report, --extract-image and --redact take one TRACE at a time (--join "
                         "makes one of several)");
    if (options->command == OPTIONS_REPLAY && options->phones.name_count > 1)
        return error_set(ret_error, ERROR_USAGE, "--phone-mac: one phone at a time is replayed");
    return true;
}

/* What belongs together, once all options are read. */
static bool check_whole(const struct parser *parser, struct error *ret_error)
{
    const struct options *options = parser->options;
    for (size_t i = 0; i < option_relation_count; i++) {
        if (!check_relation(parser, &option_relations[i], ret_error))
            return false;
    }
    if (parser->command->needs_interface && !options->interface)
        return error_set(ret_error, ERROR_USAGE,
                         "no interface given: say -i IF (spa-sos interfaces lists them)");
    return check_operands(parser, ret_error) && check_standard_streams(options, ret_error) &&
           check_counts(options, ret_error);
}

/* What several options decide together. */
static bool derive(struct options *options, struct error *ret_error)
{
    options->verbosity = options->quiet ? -1 : options->verbose > 2 ? 2 : (int)options->verbose;
    options->json |= options->json_lines;
    if (options->command == OPTIONS_RECOVER)
        options->image_path = options->operands[0];
    if (options->command == OPTIONS_SIMULATE)
        return simulate_options_complete(&options->simulate, ret_error);
    if (options->phones_path) {
        if (!phone_list_read(options->phones_path, &options->phones, ret_error) ||
            !phone_list_read_results(&options->phones, options->phones_path, ret_error))
            return false;
        options->station.selection.all = true;
    }
    options->station.selection.names = options->phones.names;
    options->station.selection.name_count = options->phones.name_count;
    return true;
}

static void begin(struct options *ret, enum options_command command, int argc)
{
    *ret = (struct options){.command = command,
                            .station = station_config_default(),
                            .simulate = {.setup.phone = phone_config_default()}};
    if (command & (OPTIONS_DISCOVER | OPTIONS_RECOVER | OPTIONS_WATCH))
        ret->station.mode = command == OPTIONS_DISCOVER  ? STATION_DISCOVER
                            : command == OPTIONS_RECOVER ? STATION_RECOVER
                                                         : STATION_WATCH;
    if (command == OPTIONS_DISCOVER)
        ret->station.timeout_ns = DISCOVER_TIMEOUT_NS;
    ret->operands = calloc((size_t)argc + 1, sizeof *ret->operands);
    if (!ret->operands)
        abort();
}

bool options_parse(enum options_command command, int argc, char **argv, struct options *ret,
                   struct error *ret_error)
{
    struct parser parser = {
        .command = command_row_of(command), .argc = argc, .argv = argv, .options = ret};
    begin(ret, command, argc);
    make_tables(&parser);
    if (!take_defaults(&parser, ret_error) || !take_all(&parser, ret_error))
        return false;
    if (asks_for_text(ret))
        return true;
    return check_whole(&parser, ret_error) && derive(ret, ret_error);
}

void options_free(struct options *options)
{
    free(options->operands);
    phone_list_free(&options->phones);
    *options = (struct options){0};
}
