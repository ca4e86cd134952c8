/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of the commands that run on an interface: see options.h. */
#include "cmd/options.h"

#include "base/text.h"
#include "cmd/options_table.h"
#include "cmd/phone_list.h"
#include "wire/recm.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISCOVER_TIMEOUT_NS (60 * NS_PER_S)
#define SECONDS_MAXIMUM     (365.0 * 86400.0)
#define PARALLEL_MAXIMUM    64

bool parse_seconds(const char *text, duration_ns *ret)
{
    char *end;
    if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
        return false;
    errno = 0;
    double seconds = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || strpbrk(text, "xXpPnN") ||
        seconds > SECONDS_MAXIMUM)
        return false;
    *ret = (duration_ns)(seconds * (double)NS_PER_S + 0.5);
    return true;
}

static bool parse_number(const char *text, unsigned long minimum, unsigned long maximum,
                         unsigned *ret)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
        return false;
    unsigned long value = strtoul(text, NULL, 10);
    if (value < minimum || value > maximum)
        return false;
    *ret = (unsigned)value;
    return true;
}

/* Returns: the place of `text` in `choices` (ends with NULL), -1 if it is none of them. */
static int parse_choice(const char *text, const char *const *choices)
{
    for (int i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0)
            return i;
    }
    return -1;
}

static bool bad_value(struct error *ret_error, const char *option, const char *text,
                      const char *wanted)
{
    char escaped[128];
    return error_set(ret_error, ERROR_USAGE, "--%s: '%s' is not %s", option,
                     text_escape(text, strlen(text), escaped, sizeof escaped), wanted);
}

bool options_add_serial(struct options *options, const char *serial, struct error *ret_error)
{
    char escaped[128];
    text_escape(serial, strlen(serial), escaped, sizeof escaped);
    switch (recm_serial_form(serial)) {
    case SERIAL_PLAUSIBLE:
        break;
    case SERIAL_WILDCARD:
        return error_set(ret_error, ERROR_USAGE,
                         "--serial: %s addresses every phone on the segment. Leave --serial out "
                         "to recover the one phone that answers, or say --all",
                         escaped);
    case SERIAL_LOWER_CASE:
        return error_set(ret_error, ERROR_USAGE,
                         "--serial: '%s' has lower-case letters. The phone compares serial numbers "
                         "byte for byte, and they are printed in upper case on the label",
                         escaped);
    case SERIAL_MAC:
        return error_set(ret_error, ERROR_USAGE,
                         "--serial: '%s' is a MAC address, not a serial number. The serial number "
                         "stands behind 'SN' on the label and looks like CBT141100HR. To choose a "
                         "phone by its MAC address use --phone-mac %s, or leave both out",
                         escaped, escaped);
    case SERIAL_IMPOSSIBLE:
        return error_set(ret_error, ERROR_USAGE,
                         "--serial: '%s' is no serial number: 1 to 19 letters and digits are "
                         "expected, like CBT141100HR",
                         escaped);
    }
    options_add_serial_view(options, serial);
    return true;
}

void options_add_serial_view(struct options *options, const char *serial)
{
    const char **serials =
        reallocarray(options->serials, options->serial_count + 1, sizeof *serials);
    if (!serials)
        abort();
    options->serials = serials;
    options->serials[options->serial_count++] = serial;
}

void options_add_mac(struct options *options, const struct mac_address *mac)
{
    struct mac_address *macs = reallocarray(options->macs, options->mac_count + 1, sizeof *macs);
    if (!macs)
        abort();
    options->macs = macs;
    options->macs[options->mac_count++] = *mac;
}

static bool take_phone_mac(struct options *options, const char *text, struct error *ret_error)
{
    struct mac_address mac;
    if (!mac_parse(text, &mac) || mac_is_group(&mac) || mac_equal(&mac, &mac_zero))
        return bad_value(ret_error, "phone-mac", text,
                         "the MAC address of a phone, like 00:24:14:a1:b2:c3");
    options_add_mac(options, &mac);
    return true;
}

static bool take_address(struct options *options, const char *text, struct error *ret_error)
{
    uint32_t ip;
    unsigned prefix_length;
    if (!ipv4_parse_prefix(text, &ip, &prefix_length) || prefix_length < 8 || prefix_length > 30)
        return bad_value(ret_error, "address", text,
                         "an address with a prefix of 8 to 30 bits, like 198.18.0.1/16");
    uint32_t host = ip & ~ipv4_mask(prefix_length);
    if (host == 0 || host == ~ipv4_mask(prefix_length) || ip >> 28 >= 0xe || ip >> 24 == 0 ||
        ip >> 24 == 127)
        return bad_value(ret_error, "address", text,
                         "the address of a host (it is a network, broadcast, multicast or loopback "
                         "address)");
    options->station.address = ip;
    options->station.prefix_length = prefix_length;
    return true;
}

static bool take_source_mac(struct options *options, const char *text, struct error *ret_error)
{
    if (!mac_parse(text, &options->source_mac) || mac_is_group(&options->source_mac) ||
        mac_equal(&options->source_mac, &mac_zero))
        return bad_value(ret_error, "source-mac", text,
                         "the MAC address of one host, like 02:00:00:00:00:01");
    options->has_source_mac = true;
    return true;
}

static bool take_dhcp(struct options *options, const char *text, struct error *ret_error)
{
    static const char *const choices[] = {"auto", "always", "never", NULL};
    int choice = parse_choice(text, choices);
    if (choice < 0)
        return bad_value(ret_error, "dhcp", text, "one of auto, always, never");
    options->station.dhcp = (enum dhcp_policy)choice;
    return true;
}

static bool take_gateway(struct options *options, const char *text, struct error *ret_error)
{
    static const char *const choices[] = {"auto", "nudge", "stand-in", "never", NULL};
    int choice = parse_choice(text, choices);
    if (choice < 0)
        return bad_value(ret_error, "gateway", text, "one of auto, nudge, stand-in, never");
    options->station.gateway = (enum gateway_policy)choice;
    return true;
}

static bool take_color(struct options *options, const char *text, struct error *ret_error)
{
    static const char *const choices[] = {"auto", "always", "never", NULL};
    int choice = parse_choice(text, choices);
    if (choice < 0)
        return bad_value(ret_error, "color", text, "one of auto, always, never");
    options->color = (enum color_choice)choice;
    return true;
}

static bool take_seconds(const char *option, const char *text, duration_ns minimum,
                         duration_ns *ret, struct error *ret_error)
{
    duration_ns value;
    if (!parse_seconds(text, &value) || value < minimum)
        return bad_value(ret_error, option, text,
                         minimum > 0 ? "a number of seconds of at least 0.2, like 1.5"
                                     : "a number of seconds, like 90 or 1.5");
    *ret = value;
    return true;
}

static bool take_number(const char *option, const char *text, unsigned long minimum,
                        unsigned long maximum, unsigned *ret, struct error *ret_error)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "a whole number from %lu to %lu", minimum, maximum);
    return parse_number(text, minimum, maximum, ret) || bad_value(ret_error, option, text, wanted);
}

static bool take_file_name(struct options *options, const char *text, struct error *ret_error)
{
    if (!recm_file_name_is_sendable(text))
        return bad_value(ret_error, "file-name", text,
                         "a file name of 1 to 63 printable ASCII characters (longer ones damage "
                         "the phone's memory)");
    options->file_name = text;
    return true;
}

/* Options that take a value. Returns: whether the value is good. */
static bool take_value(struct options *options, int value, const char *text,
                       struct error *ret_error)
{
    struct station_config *station = &options->station;
    unsigned number;
    switch (value) {
    case 'i':
        options->interface = text;
        return true;
    case 's':
        return options_add_serial(options, text, ret_error);
    case 'm':
        return take_phone_mac(options, text, ret_error);
    case 'w':
        options->write_path = text;
        return true;
    case 't':
        return take_seconds("timeout", text, 0, &station->timeout_ns, ret_error);
    case OPTION_PHONES:
        options->phones_path = text;
        return true;
    case OPTION_PARALLEL:
        return take_number("parallel", text, 1, PARALLEL_MAXIMUM, &station->parallel_transfers,
                           ret_error);
    case OPTION_FLASH_WAIT:
        return take_seconds("flash-wait", text, 0, &station->flash_wait_ns, ret_error);
    case OPTION_DHCP:
        return take_dhcp(options, text, ret_error);
    case OPTION_GATEWAY:
        return take_gateway(options, text, ret_error);
    case OPTION_PROBE_INTERVAL:
        return take_seconds("probe-interval", text, NS_PER_S / 5, &station->probe_interval_ns,
                            ret_error);
    case OPTION_VLAN:
        if (!take_number("vlan", text, 1, 4094, &number, ret_error))
            return false;
        station->vlan = (int)number;
        return true;
    case OPTION_SOURCE_MAC:
        return take_source_mac(options, text, ret_error);
    case OPTION_ADDRESS:
        return take_address(options, text, ret_error);
    case OPTION_FILE_NAME:
        return take_file_name(options, text, ret_error);
    default:
        return take_color(options, text, ret_error);
    }
}

/* Options that take no value. */
static void take_flag(struct options *options, int value)
{
    switch (value) {
    case OPTION_ALL:
        options->station.selection.all = true;
        break;
    case OPTION_KEEP_GOING:
        options->station.keep_going = true;
        options->station.selection.all = true;
        break;
    case OPTION_GROUP_ONLY:
        options->station.group_only = true;
        break;
    case OPTION_ANSWER_URLS:
        options->station.answer_urls = true;
        break;
    case OPTION_FORCE:
        options->station.force = true;
        break;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        break;
    case OPTION_GENTLE:
        options->gentle = true;
        break;
    case OPTION_JSON:
        options->json = true;
        break;
    case OPTION_EVENTS:
        options->events = true;
        break;
    case 'v':
        options->verbosity = options->verbosity < 1 ? 1 : 2;
        break;
    case 'q':
        options->verbosity = -1;
        break;
    case 'n':
        options->no_names = true;
        break;
    case 'h':
        options->help = true;
        break;
    default:
        break;
    }
}

/* getopt's tables for one command, made from the rows. */
static void make_tables(enum options_command command, char *letters, struct option *longs)
{
    size_t used = 0, count = 0;
    letters[used++] = ':';
    for (size_t i = 0; i < option_row_count; i++) {
        if (!(option_rows[i].commands & (unsigned)command))
            continue;
        longs[count++] = (struct option){
            .name = option_rows[i].name,
            .has_arg = option_rows[i].argument ? required_argument : no_argument,
            .val = option_rows[i].value,
        };
        if (option_rows[i].value < 256) {
            letters[used++] = (char)option_rows[i].value;
            if (option_rows[i].argument)
                letters[used++] = ':';
        }
    }
    letters[used] = '\0';
    longs[count] = (struct option){0};
}

static bool unknown_option(const char *command, char **argv, bool missing_value,
                           struct error *ret_error)
{
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};
    const struct option_row *row = optopt ? option_row_find(optopt) : NULL;
    if (optopt > 0 && optopt < 256 && word[1] != '-')
        word = letter;
    char escaped[128];
    text_escape(word, strlen(word), escaped, sizeof escaped);
    if (missing_value)
        return error_set(ret_error, ERROR_USAGE, "%s needs a value: %s", escaped,
                         row && row->argument ? row->argument : "see --help");
    if (row && !row->argument)
        return error_set(ret_error, ERROR_USAGE, "%s takes no value", escaped);
    return error_set(ret_error, ERROR_USAGE, "there is no option %s (spa-sos help %s lists them)",
                     escaped, command);
}

/* What belongs together, once all options are read. */
static bool check_whole(struct options *options, int operand_count, char **operands,
                        struct error *ret_error)
{
    int wanted = options->command == OPTIONS_RECOVER ? 1 : 0;
    if (!options->interface)
        return error_set(ret_error, ERROR_USAGE,
                         "no interface given: say -i IF (spa-sos interfaces lists them)");
    if (operand_count < wanted)
        return error_set(ret_error, ERROR_USAGE,
                         "no image given: spa-sos recover -i %s IMAGE, where IMAGE is the "
                         "vendor's .zip or the .bin in it",
                         options->interface);
    if (operand_count > wanted) {
        char escaped[128];
        const char *extra = operands[wanted];
        return error_set(ret_error, ERROR_USAGE, "'%s' is one argument too many",
                         text_escape(extra, strlen(extra), escaped, sizeof escaped));
    }
    if (options->dry_run && !options->write_path)
        return error_set(ret_error, ERROR_USAGE,
                         "--dry-run writes the frames to a file instead of the wire: say -w FILE");
    if (options->json && options->write_path && strcmp(options->write_path, "-") == 0)
        return error_set(ret_error, ERROR_USAGE,
                         "--json and -w - both want standard output: write one of them to a file");
    if (wanted)
        options->image_path = operands[0];
    return true;
}

static void set_defaults(enum options_command command, struct options *ret)
{
    *ret = (struct options){.command = command, .station = station_config_default()};
    if (command == OPTIONS_DISCOVER) {
        ret->station.mode = STATION_DISCOVER;
        ret->station.timeout_ns = DISCOVER_TIMEOUT_NS;
    } else {
        ret->station.mode = command == OPTIONS_RECOVER ? STATION_RECOVER : STATION_WATCH;
        ret->station.timeout_ns = 0;
    }
}

bool options_parse(enum options_command command, int argc, char **argv, struct options *ret,
                   struct error *ret_error)
{
    const char *name = options_command_name(command);
    char letters[2 * OPTION_ROWS_MAXIMUM + 2];
    struct option longs[OPTION_ROWS_MAXIMUM + 1];
    set_defaults(command, ret);
    make_tables(command, letters, longs);
    optind = 0;
    opterr = 0;
    for (;;) {
        optopt = 0;
        int value = getopt_long(argc, argv, letters, longs, NULL);
        if (value == -1)
            break;
        if (value == '?' || value == ':')
            return unknown_option(name, argv, value == ':', ret_error);
        if (!optarg)
            take_flag(ret, value);
        else if (!take_value(ret, value, optarg, ret_error))
            return false;
        if (ret->help)
            return true;
    }
    if (!check_whole(ret, argc - optind, argv + optind, ret_error))
        return false;
    if (ret->phones_path && !phone_list_read(ret, ret_error))
        return false;
    ret->station.file_name = ret->file_name;
    ret->station.selection.serials = ret->serials;
    ret->station.selection.serial_count = ret->serial_count;
    ret->station.selection.macs = ret->macs;
    ret->station.selection.mac_count = ret->mac_count;
    return true;
}

void options_free(struct options *options)
{
    free(options->serials);
    free(options->macs);
    free(options->phones_text);
    *options = (struct options){0};
}
