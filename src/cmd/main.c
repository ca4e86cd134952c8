/* SPDX-License-Identifier: BSD-2-Clause */
/* The program: reads the command line and runs a subcommand (docs: command line). */
#include "config.h"

#include "base/error.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/failure.h"
#include "cmd/first_run.h"
#include "cmd/messages.h"
#include "cmd/options/complete.h"
#include "cmd/options/help.h"
#include "cmd/outputs.h"
#include "cmd/rights.h"
#include "port/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static void print_version(void)
{
    printf("spa-sos %s\n%s\nzlib %s\n", PACKAGE_VERSION, pcap_lib_version(), zlibVersion());
}

static int unknown_command(const char *word)
{
    char escaped[128];
    fprintf(stderr, "spa-sos: there is no command '%s'. The commands are:",
            text_escape(word, strlen(word), escaped, sizeof escaped));
    for (size_t i = 0; i < command_row_count; i++)
        fprintf(stderr, "%s %s", i ? "," : "", command_rows[i].name);
    fputc('\n', stderr);
    return ERROR_USAGE;
}

static int command_help(const struct options *options)
{
    if (options->operand_count == 0) {
        help_print_program(stdout);
        return 0;
    }
    const struct command_row *row = command_row_by_name(options->operands[0]);
    if (!row)
        return unknown_command(options->operands[0]);
    help_print_command(row->command);
    return 0;
}

static int run_command(const struct options *options)
{
    switch (options->command) {
    case OPTIONS_DISCOVER:
        return command_discover(options);
    case OPTIONS_RECOVER:
        return command_recover(options);
    case OPTIONS_WATCH:
        return command_watch(options);
    case OPTIONS_DIAGNOSE:
        return command_diagnose(options);
    case OPTIONS_REPLAY:
        return command_replay(options);
    case OPTIONS_SIMULATE:
        return command_simulate(options);
    case OPTIONS_IMAGE:
        return command_image(options);
    case OPTIONS_INTERFACES:
        return command_interfaces(options);
    case OPTIONS_HELP:
        return command_help(options);
    }
    return ERROR_USAGE;
}

/* Of a command line that was not understood as a whole. */
static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* `argv[0]` is the command's name. */
static int parse_and_run(const struct command_row *command, int argc, char **argv)
{
    struct options options;
    struct error error;
    struct text notes = TEXT_EMPTY;
    int status = 0;
    if (!privileges_begin(&notes, &error))
        return failure_tell(command->name, asks_for_json(argc, argv), &error);
    if (!options_parse(command->command, argc, argv, &options, &error)) {
        status = failure_tell(command->name, asks_for_json(argc, argv), &error);
    } else if (options.help) {
        help_print_command(command->command);
    } else if (!outputs_check(&options, &error) || !rights_limit(&options, &notes, &error)) {
        status = failure_tell(command->name, options.json, &error);
    } else {
        status = run_command(&options);
    }
    status = failure_of_output(command->name, status);
    options_free(&options);
    text_free(&notes);
    return status;
}

/* Not for people: the shells ask how a command line can go on. */
static void answer_shell(int argc, char **argv)
{
    struct text answers = TEXT_EMPTY;
    complete_words((size_t)argc, (const char *const *)argv, &answers);
    fputs(text_chars(&answers), stdout);
    text_free(&answers);
}

/*
 * Whoever starts this program with closed standard streams must not find its messages in his trace:
 * the first files opened would take their numbers. What is written to a stream that was closed
 * fails as before, and is told by the exit status.
 */
static void occupy_standard_streams(void)
{
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++) {
        if (fcntl(number, F_GETFD) >= 0 || errno != EBADF)
            continue;
        if (open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            abort(); /* nothing may be opened before */
    }
}

/* Called without arguments, as somebody does who has just installed it. */
static int help_to_begin(void)
{
    struct text notes = TEXT_EMPTY, next = TEXT_EMPTY;
    struct error error;
    help_print_program(stderr);
    if (privileges_begin(&notes, &error)) { /* under sudo: that user's files and folders */
        first_run_describe(&next);
        fprintf(stderr, "\n%s", text_chars(&next));
    }
    text_free(&notes);
    text_free(&next);
    return ERROR_USAGE;
}

int main(int argc, char **argv)
{
    occupy_standard_streams();
    messages_open();
    if (argc < 2)
        return help_to_begin();
    const struct command_row *command = command_row_by_name(argv[1]);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        print_version();
    else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        help_print_program(stdout);
    else if (strcmp(argv[1], "complete") == 0)
        answer_shell(argc - 2, argv + 2);
    else
        return command ? parse_and_run(command, argc - 1, argv + 1) : unknown_command(argv[1]);
    return failure_of_output(argv[1], 0);
}
