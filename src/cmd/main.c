/* SPDX-License-Identifier: BSD-2-Clause */
/* The program: a table of subcommands (docs: command line). */
#include "config.h"

#include "base/error.h"
#include "base/text.h"
#include "cmd/commands.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static int command_help(int argc, char **argv);

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *purpose;
} commands[] = {
    {"interfaces", command_interfaces, "which interfaces can be used, and why the others cannot"},
    {"discover", command_discover, "find phones in recovery mode"},
    {"recover", command_recover, "recover a phone, or all of them"},
    {"watch", command_watch, "send nothing; say live what goes on"},
    {"diagnose", command_diagnose, "say why a recorded recovery failed"},
    {"replay", command_replay, "run a recorded phone through the engine, or be that phone"},
    {"simulate", command_simulate, "be a phone in recovery mode, well-behaved or faulty"},
    {"image", command_image, "check, describe, extract a firmware image"},
    {"help", command_help, "how to use a command"},
};

static void print_usage(FILE *file)
{
    fputs("usage: spa-sos COMMAND [OPTIONS]\n"
          "\n"
          "Brings Cisco SPA30x/SPA50x phones back from S.O.S. recovery mode, and says why a\n"
          "recovery fails.\n"
          "\n",
          file);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(file, "  %-12s %s\n", commands[i].name, commands[i].purpose);
    fputs("\n"
          "A dead phone on the bench:   spa-sos recover -i eth0 SPA30x_SPA50x_7.5.2b_FW.zip\n"
          "A capture in a mail:         spa-sos diagnose capture.pcap\n"
          "Which interface is it:       spa-sos interfaces\n"
          "More about a command:        spa-sos help COMMAND\n",
          file);
}

static void print_version(void)
{
    printf("spa-sos %s\n%s\nzlib %s\n", PACKAGE_VERSION, pcap_lib_version(), zlibVersion());
}

static int unknown_command(const char *word)
{
    char escaped[128];
    fprintf(stderr, "spa-sos: there is no command '%s'. The commands are:",
            text_escape(word, strlen(word), escaped, sizeof escaped));
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stderr, "%s %s", i ? "," : "", commands[i].name);
    fputc('\n', stderr);
    return ERROR_USAGE;
}

static int run_command(const char *name, int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc, argv);
    }
    return unknown_command(name);
}

static int command_help(int argc, char **argv)
{
    char help_option[] = "--help";
    char *arguments[] = {argc > 1 ? argv[1] : NULL, help_option, NULL};
    if (argc > 1 && strcmp(argv[1], "help") != 0 && argv[1][0] != '-')
        return run_command(argv[1], 2, arguments);
    print_usage(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return ERROR_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return 0;
    }
    return run_command(argv[1], argc - 1, argv + 1);
}
