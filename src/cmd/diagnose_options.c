/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of diagnose: see diagnose_options.h. */
#include "cmd/diagnose_options.h"

#include "base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help_text[] =
    "usage: spa-sos diagnose TRACE... [OPTIONS]\n"
    "\n"
    "Says why a recorded recovery failed: which frames prove it, how sure that is, and what to do\n"
    "next. A TRACE is a capture file (pcap, pcapng) of any program's attempt; '-' is standard\n"
    "input. Several are judged one by one. Needs no privileges and sends nothing.\n"
    "\n"
    "Options:\n"
    "  -r, --read FILE          the same as naming the trace\n"
    "      --filter EXPR        look only at frames that this capture filter selects\n"
    "      --timeline           list every event before the verdict\n"
    "      --report FILE.html   write a page for a ticket: verdict, ladder diagram, evidence\n"
    "      --extract-image OUT  write the file that the phone downloaded\n"
    "      --redact OUT         write a copy of the trace without names, numbers and addresses\n"
    "                           of yours, fit for a public question\n"
    "      --json               one JSON document on standard output\n"
    "  -v, --verbose            also say how complete the capture is\n"
    "  -q, --quiet              only the verdict, on one line\n"
    "  -n                       no effect: names are never looked up\n"
    "      --color WHEN         no effect: the report is plain text\n"
    "  -h, --help               this text\n"
    "\n"
    "Exit status: 0 no fault; 1 a cause of failure was found; 2 usage; 3 an output file cannot be\n"
    "written; 4 unusable trace; 5 no phone in it; 6 inconclusive. Several traces: the worst.\n"
    "\n"
    "Examples:\n"
    "  spa-sos diagnose capture.pcap\n"
    "  spa-sos diagnose --report ticket.html capture.pcapng\n"
    "  ssh pbx tcpdump -U -w - -i eth0 | spa-sos diagnose -\n";

enum long_option {
    OPTION_FILTER = 256,
    OPTION_TIMELINE,
    OPTION_REPORT,
    OPTION_EXTRACT_IMAGE,
    OPTION_REDACT,
    OPTION_JSON,
    OPTION_COLOR,
};

static const struct option long_options[] = {
    {"read", required_argument, NULL, 'r'},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"timeline", no_argument, NULL, OPTION_TIMELINE},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"extract-image", required_argument, NULL, OPTION_EXTRACT_IMAGE},
    {"redact", required_argument, NULL, OPTION_REDACT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static bool usage_error(struct error *ret_error, const char *sentence, const char *word)
{
    char escaped[128];
    text_escape(word, strlen(word), escaped, sizeof escaped);
    return error_set(ret_error, ERROR_USAGE, "%s%s%s. See: spa-sos diagnose --help", sentence,
                     escaped[0] ? ": " : "", escaped);
}

static void add_trace(struct diagnose_options *options, const char *path)
{
    options->traces[options->trace_count++] = path; /* room for argc */
}

static bool is_color(const char *word)
{
    return strcmp(word, "auto") == 0 || strcmp(word, "always") == 0 || strcmp(word, "never") == 0;
}

static bool take_option(int option, char **argv, struct diagnose_options *ret,
                        struct error *ret_error)
{
    switch (option) {
    case 'r':
        add_trace(ret, optarg);
        return true;
    case OPTION_FILTER:
        ret->filter = optarg;
        return true;
    case OPTION_TIMELINE:
        ret->timeline = true;
        return true;
    case OPTION_REPORT:
        ret->report_path = optarg;
        return true;
    case OPTION_EXTRACT_IMAGE:
        ret->extract_path = optarg;
        return true;
    case OPTION_REDACT:
        ret->redact_path = optarg;
        return true;
    case OPTION_JSON:
        ret->json = true;
        return true;
    case OPTION_COLOR:
        return is_color(optarg) ||
               usage_error(ret_error, "--color is auto, always or never, not", optarg);
    case 'v':
        ret->verbosity = 1;
        return true;
    case 'q':
        ret->verbosity = -1;
        return true;
    case 'h':
        ret->help = true;
        return true;
    case 'n':
        return true;
    case ':':
        return usage_error(ret_error, "a value is expected behind", argv[optind - 1]);
    default:
        return usage_error(ret_error, "there is no such option, or it takes no value",
                           argv[optind - 1]);
    }
}

static bool check_outputs(const struct diagnose_options *options, struct error *ret_error)
{
    const char *const outputs[] = {options->report_path, options->extract_path,
                                   options->redact_path};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        if (!outputs[i])
            continue;
        if (!outputs[i][0] || strcmp(outputs[i], "-") == 0)
            return usage_error(ret_error,
                               "--report, --extract-image and --redact write files; a name is "
                               "expected, not",
                               outputs[i][0] ? outputs[i] : "an empty one");
        if (options->trace_count > 1)
            return usage_error(
                ret_error, "--report, --extract-image and --redact take one TRACE at a time", "");
    }
    return true;
}

bool diagnose_options_parse(int argc, char **argv, struct diagnose_options *ret,
                            struct error *ret_error)
{
    *ret = (struct diagnose_options){0};
    ret->traces = calloc((size_t)argc + 1, sizeof *ret->traces);
    if (!ret->traces)
        abort();
    opterr = 0;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, ":r:vqnh", long_options, NULL)) != -1;) {
        if (!take_option(option, argv, ret, ret_error))
            return false;
        if (ret->help)
            return true;
    }
    while (optind < argc)
        add_trace(ret, argv[optind++]);
    if (ret->trace_count == 0)
        return usage_error(ret_error, "which trace? Name a capture file, or '-'", "");
    size_t from_stdin = 0;
    for (size_t i = 0; i < ret->trace_count; i++)
        from_stdin += strcmp(ret->traces[i], "-") == 0;
    if (from_stdin > 1)
        return usage_error(ret_error, "standard input can be read only once", "");
    return check_outputs(ret, ret_error);
}

void diagnose_options_free(struct diagnose_options *options)
{
    free(options->traces);
    options->traces = NULL;
}

void diagnose_options_print_help(void)
{
    fputs(help_text, stdout);
}
