/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of subcommands: see table.h. */
#include "cmd/options/table.h"

#include <stdint.h>
#include <string.h>

const struct command_row command_rows[] = {
    {
        .command = OPTIONS_INTERFACES,
        .name = "interfaces",
        .purpose = "which interfaces can be used, and why the others cannot",
        .usage = "spa-sos interfaces [OPTIONS]",
        .description =
            "Lists the network interfaces of this host: which can be used for a recovery, and why\n"
            "the others cannot. An interface needs no IP address.",
        .exit_status = "0, or 5 if none can be used; 2 usage; 3 environment.",
        .examples = "  spa-sos interfaces\n",
    },
    {
        .command = OPTIONS_DISCOVER,
        .name = "discover",
        .purpose = "find phones in recovery mode",
        .usage = "spa-sos discover -i IF [OPTIONS]",
        .description =
            "Finds phones in recovery mode. Start it, then power-cycle the phone: it gets an\n"
            "address if nobody else gives it one, and is asked who it is. Nothing is written to "
            "it.",
        .examples = "  spa-sos discover -i eth0\n"
                    "  spa-sos discover -i eth0 -t 120 --json\n",
        .needs_interface = true,
    },
    {
        .command = OPTIONS_RECOVER,
        .name = "recover",
        .purpose = "recover a phone, or all of them",
        .usage = "spa-sos recover -i IF IMAGE [OPTIONS]",
        .description =
            "Recovers a phone in S.O.S. recovery mode. Start it, then power-cycle the phone. "
            "IMAGE\n"
            "is the vendor's .zip, the .bin in it, or any file that contains the image; it is\n"
            "checked completely before the first frame is sent.",
        .examples = "  spa-sos recover -i eth0 SPA30x_SPA50x_7.5.2b_FW.zip\n"
                    "  spa-sos recover -i eth0 -s CBT141100HR spa50x-30x-7-5-2b.bin\n"
                    "  spa-sos recover -i eth0 --phones shelf.txt spa50x-30x-7-5-2b.bin\n",
        .operands_minimum = 1,
        .operands_maximum = 1,
        .operand_missing = "no image given: IMAGE is the vendor's .zip or the .bin in it",
        .operand_completion = COMPLETE_IMAGE,
        .needs_interface = true,
    },
    {
        .command = OPTIONS_WATCH,
        .name = "watch",
        .purpose = "send nothing; say live what goes on",
        .usage = "spa-sos watch -i IF [OPTIONS]",
        .description = "Sends nothing. Watches a recovery by another program on this wire (a "
                       "mirror port, the\n"
                       "vendor's utility) and says what goes on and why it fails.",
        .examples = "  spa-sos watch -i eth0\n"
                    "  spa-sos watch -i eth0 -w seen.pcap --json\n",
        .needs_interface = true,
    },
    {
        .command = OPTIONS_DIAGNOSE,
        .name = "diagnose",
        .purpose = "say why a recorded recovery failed",
        .usage = "spa-sos diagnose TRACE... [OPTIONS]",
        .description =
            "Says why a recorded recovery failed: which frames prove it, how sure that is, and "
            "what\n"
            "to do next. A TRACE is a capture file (pcap, pcapng) of any program's attempt; '-' "
            "is\n"
            "standard input. Several are judged one by one. Needs no privileges and sends nothing.",
        .exit_status =
            "0 no fault; 1 a cause of failure was found; 2 usage; 3 an output file cannot be\n"
            "written; 4 unusable trace; 5 no phone in it; 6 inconclusive. Several traces: the "
            "worst.",
        .examples = "  spa-sos diagnose capture.pcap\n"
                    "  spa-sos diagnose --report ticket.html capture.pcapng\n"
                    "  ssh pbx tcpdump -U -w - -i eth0 | spa-sos diagnose -\n",
        .operands_minimum = 1,
        .operands_maximum = SIZE_MAX,
        .operand_missing = "no trace given: TRACE is a capture file, or '-' for standard input",
        .operand_completion = COMPLETE_CAPTURE,
    },
    {
        .command = OPTIONS_REPLAY,
        .name = "replay",
        .purpose = "run a recorded phone through the engine, or be that phone",
        .usage = "spa-sos replay TRACE [--compare] [OPTIONS]\n"
                 "       spa-sos replay TRACE -i IF [--speed FACTOR]",
        .description =
            "Without -i: runs the phone of a recorded trace through today's engine, offline and\n"
            "under the trace's clock, and says what became of it. The PC's side is made anew, "
            "with\n"
            "the policies and the file name that the trace shows.\n"
            "With -i: is that phone on an interface. It answers what it hears with what the "
            "recorded\n"
            "phone answered, after the recorded time, so that any recovery program can be tested.",
        .examples = "  spa-sos replay failed.pcap --compare\n"
                    "  spa-sos replay failed.pcap -i veth0 --speed 10\n",
        .operands_minimum = 1,
        .operands_maximum = 1,
        .operand_missing = "no trace given: TRACE is a capture file",
        .operand_completion = COMPLETE_CAPTURE,
    },
    {
        .command = OPTIONS_SIMULATE,
        .name = "simulate",
        .purpose = "be a phone in recovery mode, well-behaved or faulty",
        .usage = "spa-sos simulate -i IF [OPTIONS]",
        .description =
            "Is a phone in recovery mode on an interface, until interrupted: to try the tool, to\n"
            "train, to test a switch. What the phone does is written to standard error.",
        .examples = "  A phone at the other end of a virtual cable:\n"
                    "  ip link add tool type veth peer name phone\n"
                    "  ip link set tool up; ip link set phone up\n"
                    "  spa-sos simulate -i phone &  spa-sos recover -i tool IMAGE\n",
        .needs_interface = true,
    },
    {
        .command = OPTIONS_IMAGE,
        .name = "image",
        .purpose = "check, describe, extract a firmware image",
        .usage = "spa-sos image FILE [OPTIONS]",
        .description =
            "Checks a firmware image as the phone will check it, and for what the phone does not\n"
            "check. FILE is the vendor's .zip, the .bin in it, or any file that contains the "
            "image.",
        .exit_status =
            "0 the image can be sent; 4 it cannot, or only with recover --force; 2 usage;\n"
            "3 OUT cannot be written.",
        .examples = "  spa-sos image SPA30x_SPA50x_7.5.2b_FW.zip\n"
                    "  spa-sos image SPA30x_SPA50x_7.5.2b_FW.zip --extract spa50x-30x-7-5-2b.bin\n",
        .operands_minimum = 1,
        .operands_maximum = 1,
        .operand_missing = "no file given: FILE is the vendor's .zip or the .bin in it",
        .operand_completion = COMPLETE_IMAGE,
    },
    {
        .command = OPTIONS_HELP,
        .name = "help",
        .purpose = "how to use a command",
        .usage = "spa-sos help [COMMAND]",
        .description = "Says how to use a command.",
        .examples = "  spa-sos help recover\n",
        .operands_maximum = 1,
        .operand_completion = COMPLETE_COMMAND,
    },
};

const size_t command_row_count = sizeof command_rows / sizeof command_rows[0];

const struct command_row *command_row_of(enum options_command command)
{
    size_t index = 0;
    while (command_rows[index].command != command)
        index++;
    return &command_rows[index];
}

const struct command_row *command_row_by_name(const char *name)
{
    for (size_t i = 0; i < command_row_count; i++) {
        if (strcmp(command_rows[i].name, name) == 0)
            return &command_rows[i];
    }
    return NULL;
}

const char *options_command_name(enum options_command command)
{
    return command_row_of(command)->name;
}
