/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of options, and help made from it: see options_table.h. */
#include "cmd/options_table.h"

#include <stdio.h>
#include <string.h>

#define ALL_COMMANDS (OPTIONS_DISCOVER | OPTIONS_RECOVER | OPTIONS_WATCH)
#define ACTIVE       (OPTIONS_DISCOVER | OPTIONS_RECOVER)

const struct option_row option_rows[] = {
    {'i', "interface", "IF", ALL_COMMANDS,
     "the interface the phone's cable leads to; it needs no IP address"},
    {'s', "serial", "SERIAL", ACTIVE,
     "only the phone with this serial number (default: any); repeatable"},
    {'m', "phone-mac", "MAC", ALL_COMMANDS, "only the phone with this MAC address; repeatable"},
    {OPTION_ALL, "all", NULL, OPTIONS_RECOVER, "every phone that answers"},
    {OPTION_PHONES, "phones", "FILE", OPTIONS_RECOVER,
     "the phones of a list, a serial number or MAC address a line; the\n"
     "results are written to FILE.result.csv"},
    {OPTION_KEEP_GOING, "keep-going", NULL, OPTIONS_RECOVER,
     "a bench: go on for the next phone until interrupted"},
    {OPTION_PARALLEL, "parallel", "N", OPTIONS_RECOVER,
     "transfers at the same time (default 1, and usually the fastest)"},
    {'w', "write", "FILE", ALL_COMMANDS,
     "record every frame sent and received (pcap); '-' is standard output"},
    {'t', "timeout", "SECONDS", ALL_COMMANDS,
     "give up after this time without progress (discover 60, others never)"},
    {OPTION_FLASH_WAIT, "flash-wait", "SECONDS", OPTIONS_RECOVER,
     "how long to wait for the phone's firmware to start after the last\n"
     "block (default 600; 0: stop as soon as the image is delivered)"},
    {OPTION_DHCP, "dhcp", "auto|always|never", ACTIVE,
     "give phones in recovery mode an address: if nobody else does\n"
     "(auto, the default), at once, or not at all"},
    {OPTION_GATEWAY, "gateway", "auto|nudge|stand-in|never", ACTIVE,
     "help a phone past a gateway that does not answer: see the manual"},
    {OPTION_PROBE_INTERVAL, "probe-interval", "SECONDS", ACTIVE,
     "time between two recovery requests (default 1.5)"},
    {OPTION_GROUP_ONLY, "group-only", NULL, ACTIVE,
     "send requests to the multicast MAC address only"},
    {OPTION_VLAN, "vlan", "ID", ALL_COMMANDS,
     "send and expect frames with this 802.1Q tag (a trunk port)"},
    {OPTION_SOURCE_MAC, "source-mac", "MAC", ACTIVE,
     "the MAC address to send from (default: the interface's)"},
    {OPTION_ADDRESS, "address", "A.B.C.D/LEN", ACTIVE,
     "the IP address to pretend to have, and the pool of leases\n"
     "(default 198.18.0.1/16, which no live network uses)"},
    {OPTION_FILE_NAME, "file-name", "NAME", OPTIONS_RECOVER,
     "what the phone is told to ask for (default: a name with a random part)"},
    {OPTION_ANSWER_URLS, "answer-urls", NULL, OPTIONS_RECOVER,
     "also give the image to a phone that fetches it by itself (TFTP, HTTP),\n"
     "in the place of its gateway and of any host it asks for; never on a\n"
     "network that others use"},
    {OPTION_DRY_RUN, "dry-run", NULL, ACTIVE, "craft the frames and write them to -w, send none"},
    {OPTION_GENTLE, "gentle", NULL, OPTIONS_RECOVER, "never poll, always sleep"},
    {OPTION_FORCE, "force", NULL, OPTIONS_RECOVER,
     "go on although another program recovers on this segment, or although\n"
     "the image flashes nothing or has a sector twice"},
    {OPTION_JSON, "json", NULL, ALL_COMMANDS, "one JSON document on standard output at the end"},
    {OPTION_EVENTS, "events", NULL, ALL_COMMANDS, "events as JSON lines instead of messages"},
    {'v', "verbose", NULL, ALL_COMMANDS, "more messages; -vv: every frame of note"},
    {'q', "quiet", NULL, ALL_COMMANDS, "only the result"},
    {'n', "no-names", NULL, ALL_COMMANDS, "accepted for tcpdump's sake: names are never looked up"},
    {OPTION_COLOR, "color", "auto|always|never", ALL_COMMANDS,
     "colour on a terminal (NO_COLOR is honoured)"},
    {'h', "help", NULL, ALL_COMMANDS, "this text"},
};

const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];
_Static_assert(sizeof option_rows / sizeof option_rows[0] <= OPTION_ROWS_MAXIMUM, "more room");

static const struct {
    enum options_command command;
    const char *name;
    const char *usage;
    const char *purpose;
    const char *examples;
} commands[] = {
    {OPTIONS_DISCOVER, "discover", "spa-sos discover -i IF [OPTIONS]",
     "Finds phones in recovery mode. Start it, then power-cycle the phone: it gets an address\n"
     "if nobody else gives it one, and is asked who it is. Nothing is written to it.",
     "  spa-sos discover -i eth0\n"
     "  spa-sos discover -i eth0 -t 120 --json\n"},
    {OPTIONS_RECOVER, "recover", "spa-sos recover -i IF IMAGE [OPTIONS]",
     "Recovers a phone in S.O.S. recovery mode. Start it, then power-cycle the phone. IMAGE is\n"
     "the vendor's .zip, the .bin in it, or any file that contains the image; it is checked\n"
     "completely before the first frame is sent.",
     "  spa-sos recover -i eth0 SPA30x_SPA50x_7.5.2b_FW.zip\n"
     "  spa-sos recover -i eth0 -s CBT141100HR spa50x-30x-7-5-2b.bin\n"
     "  spa-sos recover -i eth0 --phones shelf.txt spa50x-30x-7-5-2b.bin\n"},
    {OPTIONS_WATCH, "watch", "spa-sos watch -i IF [OPTIONS]",
     "Sends nothing. Watches a recovery by another program on this wire (a mirror port, the\n"
     "vendor's utility) and says what goes on and why it fails.",
     "  spa-sos watch -i eth0\n"
     "  spa-sos watch -i eth0 -w seen.pcap --json\n"},
};

static size_t command_index(enum options_command command)
{
    size_t index = 0;
    while (commands[index].command != command)
        index++;
    return index;
}

static void print_row(const struct option_row *row)
{
    char left[64];
    char letter[5] = "    ";
    if (row->value < 256)
        snprintf(letter, sizeof letter, "-%c, ", row->value);
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
             row->argument ? row->argument : "");
    if (strlen(left) > 29)
        printf("%s\n%30s", left, "");
    else
        printf("%-30s", left);
    for (const char *line = row->help;;) {
        size_t length = strcspn(line, "\n");
        printf("%.*s\n", (int)length, line);
        if (line[length] == '\0')
            break;
        printf("%30s", "");
        line += length + 1;
    }
}

void options_print_help(enum options_command command)
{
    size_t index = command_index(command);
    printf("usage: %s\n\n%s\n\nOptions:\n", commands[index].usage, commands[index].purpose);
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_rows[i].commands & (unsigned)command)
            print_row(&option_rows[i]);
    }
    printf("\nExamples:\n%s", commands[index].examples);
}

const char *options_command_name(enum options_command command)
{
    return commands[command_index(command)].name;
}

const struct option_row *option_row_find(int value)
{
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_rows[i].value == value)
            return &option_rows[i];
    }
    return NULL;
}
