/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of all subcommands: what is taken, what is refused in which words, and that the
 * tables they are made from agree with themselves and with the engine's defaults.
 */
#include "cmd/options/options.h"
#include "cmd/options/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGUMENTS_MAXIMUM 24

/* Parses a line of words separated by single spaces. */
static bool parse_line(enum options_command command, const char *line, struct options *ret,
                       struct error *ret_error)
{
    static char words[512];
    char *arguments[ARGUMENTS_MAXIMUM + 1];
    int count = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        assert_true(count < ARGUMENTS_MAXIMUM);
        arguments[count++] = word;
    }
    arguments[count] = NULL;
    return options_parse(command, count, arguments, ret, ret_error);
}

static void refused(enum options_command command, const char *line, const char *words)
{
    struct options options;
    struct error error = {0};
    assert_false(parse_line(command, line, &options, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    if (!strstr(error.text, words))
        fail_msg("'%s' says '%s', expected it to hold '%s'", line, error.text, words);
    options_free(&options);
}

static void defaults_are_those_of_the_contract(void **state)
{
    (void)state;
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_RECOVER, "recover -i eth0 a.bin", &options, &error));
    assert_string_equal(options.interface, "eth0");
    assert_string_equal(options.image_path, "a.bin");
    assert_int_equal(options.station.mode, STATION_RECOVER);
    assert_int_equal(options.station.address, 0xc6120001);
    assert_int_equal(options.station.prefix_length, 16);
    assert_int_equal(options.station.dhcp, DHCP_POLICY_AUTO);
    assert_int_equal(options.station.gateway, GATEWAY_POLICY_AUTO);
    assert_int_equal(options.station.probe_interval_ns, 1500 * NS_PER_MS);
    assert_int_equal(options.station.flash_wait_ns, 600 * NS_PER_S);
    assert_int_equal(options.station.timeout_ns, 0);
    assert_int_equal(options.station.parallel_transfers, PARALLEL_AUTO);
    assert_int_equal(options.station.attempts_maximum, 5);
    assert_int_equal(options.station.vlan, CRAFT_NO_VLAN);
    assert_false(options.station.force);
    options_free(&options);
    assert_true(parse_line(OPTIONS_DISCOVER, "discover -i eth0", &options, &error));
    assert_int_equal(options.station.timeout_ns, 60 * NS_PER_S);
    options_free(&options);
}

static void every_option_reaches_the_station(void **state)
{
    (void)state;
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_RECOVER,
                           "recover -i e -s CBT141100HR -m 0024.14a1.b2c3 --vlan=10 --dhcp never "
                           "--gateway=stand-in --address 10.9.8.7/24 -t 1.5 --flash-wait 0 a",
                           &options, &error));
    assert_int_equal(options.station.selection.name_count, 2);
    const struct phone_name *names = options.station.selection.names;
    assert_string_equal(names[0].serial, "CBT141100HR");
    assert_string_equal(mac_format(&names[1].mac).text, "00:24:14:a1:b2:c3");
    assert_int_equal(options.station.vlan, 10);
    assert_int_equal(options.station.dhcp, DHCP_POLICY_NEVER);
    assert_int_equal(options.station.gateway, GATEWAY_POLICY_STAND_IN);
    assert_int_equal(options.station.address, 0x0a090807);
    assert_int_equal(options.station.prefix_length, 24);
    assert_int_equal(options.station.timeout_ns, 1500 * NS_PER_MS);
    assert_int_equal(options.station.flash_wait_ns, 0);
    options_free(&options);
}

static void mistakes_are_refused_by_name(void **state)
{
    (void)state;
    refused(OPTIONS_RECOVER, "recover a.bin", "-i IF");
    refused(OPTIONS_RECOVER, "recover -i e", "no image given");
    refused(OPTIONS_RECOVER, "recover -i e a b", "'b' is one argument too many");
    refused(OPTIONS_DISCOVER, "discover -i e x", "'x' is one argument too many");
    refused(OPTIONS_DISCOVER, "discover -i e --all", "no option --all");
    refused(OPTIONS_RECOVER, "recover -i e -Z a", "no option -Z");
    refused(OPTIONS_RECOVER, "recover -i e a --serial", "--serial needs a value: SERIAL");
    refused(OPTIONS_RECOVER, "recover -i e --all=3 a", "takes no value");
    refused(OPTIONS_RECOVER, "recover -i e --vlan 4095 a", "1 to 4094");
    refused(OPTIONS_RECOVER, "recover -i e --vlan 1x a", "1 to 4094");
    refused(OPTIONS_RECOVER, "recover -i e -t -1 a", "seconds");
    refused(OPTIONS_RECOVER, "recover -i e -t nan a", "seconds");
    refused(OPTIONS_RECOVER, "recover -i e -t 0x10 a", "seconds");
    refused(OPTIONS_RECOVER, "recover -i e --probe-interval 0.01 a", "at least 0.2");
    refused(OPTIONS_RECOVER, "recover -i e --dhcp maybe a", "auto, yield, always, never");
    refused(OPTIONS_RECOVER, "recover -i e --gateway x a", "nudge");
    refused(OPTIONS_RECOVER, "recover -i e --address 10.0.0.1 a", "prefix");
    refused(OPTIONS_RECOVER, "recover -i e --address 10.0.0.0/24 a", "address of a host");
    refused(OPTIONS_RECOVER, "recover -i e --address 224.0.0.1/24 a", "address of a host");
    refused(OPTIONS_RECOVER, "recover -i e --source-mac 01:00:00:00:00:00 a", "one host");
    refused(OPTIONS_RECOVER, "recover -i e -m 00:11 a", "MAC address of a phone");
    refused(OPTIONS_RECOVER, "recover -i e --dry-run a", "-w FILE");
    refused(OPTIONS_RECOVER, "recover -i e --json -w - a", "standard output");
    refused(OPTIONS_RECOVER, "recover -i e --parallel 0 a", "1 to");
}

static void serial_mistakes_are_explained(void **state)
{
    (void)state;
    refused(OPTIONS_RECOVER, "recover -i e -s 00:24:14:a1:b2:c3 a", "is a MAC address");
    refused(OPTIONS_RECOVER, "recover -i e -s 002414A1B3D4 a", "is a MAC address");
    refused(OPTIONS_RECOVER, "recover -i e -s cbt141100hr a", "lower-case");
    refused(OPTIONS_RECOVER, "recover -i e -s FFFFFFFFFFFF a", "every phone");
    refused(OPTIONS_RECOVER, "recover -i e -s CBT141100HRCBT141100HR a", "1 to 19");
}

static void too_long_file_name_is_refused(void **state)
{
    (void)state;
    char line[256] = "recover -i e a --file-name ";
    size_t length = strlen(line);
    memset(line + length, 'n', 64);
    refused(OPTIONS_RECOVER, line, "1 to 63");
    line[length + 63] = '\0';
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_RECOVER, line, &options, &error));
    options_free(&options);
}

static void double_dash_ends_options(void **state)
{
    (void)state;
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_RECOVER, "recover -i e -- -odd.bin", &options, &error));
    assert_string_equal(options.image_path, "-odd.bin");
    options_free(&options);
}

/* Writes a phone list and reads it through the options. */
static bool read_list(const char *contents, struct options *ret, struct error *ret_error)
{
    char path[] = "/tmp/spa-sos-list-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, contents, strlen(contents)), strlen(contents));
    close(descriptor);
    char *arguments[] = {(char[]){"recover"},
                         (char[]){"-i"},
                         (char[]){"e"},
                         (char[]){"--phones"},
                         path,
                         (char[]){"a"},
                         NULL};
    bool good = options_parse(OPTIONS_RECOVER, 6, arguments, ret, ret_error);
    unlink(path);
    return good;
}

static void phone_list_takes_serials_macs_and_comments(void **state)
{
    (void)state;
    struct options options;
    struct error error;
    assert_true(read_list("# shelf 3\nCBT141100HR  # first\r\n\n 00:24:14:a1:b2:c3\nCCQ162306EA",
                          &options, &error));
    assert_int_equal(options.phones.name_count, 3); /* in the order of the list */
    assert_string_equal(options.phones.names[0].serial, "CBT141100HR");
    assert_null(options.phones.names[1].serial);
    assert_string_equal(mac_format(&options.phones.names[1].mac).text, "00:24:14:a1:b2:c3");
    assert_string_equal(options.phones.names[2].serial, "CCQ162306EA");
    assert_true(options.station.selection.all);
    options_free(&options);
}

static void phone_list_names_the_line_at_fault(void **state)
{
    (void)state;
    struct options options;
    struct error error = {0};
    assert_false(read_list("CBT141100HR\n\nfoo\x01"
                           "bar\n",
                           &options, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "line 3"));
    options_free(&options);
    assert_false(read_list("# nothing\n", &options, &error));
    assert_non_null(strstr(error.text, "names no phone"));
    options_free(&options);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    refused(OPTIONS_RECOVER, "recover -i e -q -v a", "-q and -v contradict each other");
    refused(OPTIONS_DIAGNOSE, "diagnose -v -q a", "-q and -v contradict each other");
    refused(OPTIONS_RECOVER, "recover -i e --all -s CBT141100HR a", "--all and -s SERIAL");
    refused(OPTIONS_RECOVER, "recover -i e -m 00:24:14:a1:b2:c3 --all a", "--all and -m MAC");
    refused(OPTIONS_RECOVER, "recover -i e --all --phones f a", "--all and --phones FILE");
    refused(OPTIONS_REPLAY, "replay -i e --compare a", "--compare and -i IF");
    refused(OPTIONS_REPLAY, "replay -i e -w x a", "-w FILE and -i IF");
    refused(OPTIONS_REPLAY, "replay --speed 2 a", "--speed FACTOR needs -i IF");
    refused(OPTIONS_REPLAY, "replay -m 00:24:14:a1:b2:c3 -m 00:24:14:a1:b2:c4 a", "one phone");
    refused(OPTIONS_DIAGNOSE, "diagnose --redact x a b", "one TRACE at a time");
    refused(OPTIONS_DIAGNOSE, "diagnose - a -", "only once");
}

/* One wording for each kind of mistake, whatever the command. */
static void every_command_says_it_the_same_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_row_count; i++) {
        const struct command_row *command = &command_rows[i];
        char line[128], words[128];
        snprintf(line, sizeof line, "%s --bogus", command->name);
        snprintf(words, sizeof words, "there is no option --bogus (spa-sos help %s lists them)",
                 command->name);
        refused(command->command, line, words);
        snprintf(line, sizeof line, "%s --help=x", command->name);
        refused(command->command, line, "--help=x takes no value");
        if (command->operands_maximum > 1)
            continue;
        snprintf(line, sizeof line, "%s -i e a b", command->name);
        if (!command->needs_interface)
            snprintf(line, sizeof line, "%s a b", command->name);
        refused(command->command, line, "is one argument too many");
    }
}

static void values_are_refused_by_option_and_expectation(void **state)
{
    (void)state;
    refused(OPTIONS_SIMULATE, "simulate -i e --count 1001",
            "--count: '1001' is not a whole number");
    refused(OPTIONS_SIMULATE, "simulate -i e --timing fast", "one of hardware, nominal");
    refused(OPTIONS_SIMULATE, "simulate -i e --fault loss=200", "above 0 to 100");
    refused(OPTIONS_SIMULATE, "simulate -i e --seed 1x", "--seed: '1x' is not a whole number");
    refused(OPTIONS_REPLAY, "replay -i e --speed 0 a", "--speed: '0' is not a factor from 0.01");
    refused(OPTIONS_DIAGNOSE, "diagnose --report - a", "--report: '-' is not the name of a file");
    refused(OPTIONS_DIAGNOSE, "diagnose --color no a", "--color: 'no' is not one of auto, always");
    refused(OPTIONS_RECOVER, "recover -i e --phone x a",
            "--phone can mean --phone-mac or --phones");
    refused(OPTIONS_RECOVER, "recover -i e -vZ a", "there is no option -Z");
}

static void verbosity_counts(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int verbosity;
    } stories[] = {{"diagnose a", 0},
                   {"diagnose -q a", -1},
                   {"diagnose -v a", 1},
                   {"diagnose -vv a", 2},
                   {"diagnose -v --verbose -v a", 2}};
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct options options;
        struct error error;
        assert_true(parse_line(OPTIONS_DIAGNOSE, stories[i].line, &options, &error));
        assert_int_equal(options.verbosity, stories[i].verbosity);
        options_free(&options);
    }
}

static void traces_are_named_with_and_without_r(void **state)
{
    (void)state;
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_DIAGNOSE, "diagnose a -r b - --read=c", &options, &error));
    assert_int_equal(options.operand_count, 4);
    assert_string_equal(options.operands[0], "b");
    assert_string_equal(options.operands[1], "c");
    assert_string_equal(options.operands[2], "a");
    assert_string_equal(options.operands[3], "-");
    options_free(&options);
}

/* The table types the engine's defaults as a user would. */
static void defaults_of_the_table_are_those_of_the_engine(void **state)
{
    (void)state;
    const struct station_config engine = station_config_default();
    struct options options;
    struct error error;
    assert_true(parse_line(OPTIONS_RECOVER, "recover -i e a", &options, &error));
    const struct station_config *table = &options.station;
    assert_int_equal(table->address, engine.address);
    assert_int_equal(table->prefix_length, engine.prefix_length);
    assert_int_equal(table->dhcp, engine.dhcp);
    assert_int_equal(table->gateway, engine.gateway);
    assert_int_equal(table->probe_interval_ns, engine.probe_interval_ns);
    assert_int_equal(table->flash_wait_ns, engine.flash_wait_ns);
    assert_int_equal(table->parallel_transfers, engine.parallel_transfers);
    options_free(&options);
    const struct phone_config phone = phone_config_default();
    assert_true(parse_line(OPTIONS_SIMULATE, "simulate -i e", &options, &error));
    assert_memory_equal(&options.simulate.setup.phone, &phone, sizeof phone);
    assert_int_equal(options.simulate.count, 1);
    options_free(&options);
}

static void the_tables_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        assert_int_not_equal(row->commands, 0);
        assert_true(strlen(row->help) > 5);
        for (size_t j = 0; j < i; j++) {
            const struct option_row *other = &option_rows[j];
            if (!(row->commands & other->commands))
                continue;
            assert_string_not_equal(row->name, other->name);
            assert_true(!row->letter || row->letter != other->letter);
        }
        bool takes_value = row->kind != OPTION_FLAG && row->kind != OPTION_COUNT &&
                           row->kind != OPTION_IGNORED && row->kind != OPTION_OWN;
        assert_true(!takes_value || row->argument);
        assert_true(!row->standard || row->argument);
        assert_true(row->kind != OPTION_OWN || row->take);
    }
    for (size_t i = 0; i < option_relation_count; i++) {
        const struct option_relation *relation = &option_relations[i];
        unsigned together = 0;
        for (size_t j = 0; j < command_row_count; j++) {
            enum options_command command = command_rows[j].command;
            together |= option_row_find(command, relation->option, 0) &&
                        option_row_find(command, relation->other, 0) &&
                        (relation->commands & (unsigned)command);
        }
        assert_true(together);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_contract),
        cmocka_unit_test(every_option_reaches_the_station),
        cmocka_unit_test(mistakes_are_refused_by_name),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(every_command_says_it_the_same_way),
        cmocka_unit_test(values_are_refused_by_option_and_expectation),
        cmocka_unit_test(verbosity_counts),
        cmocka_unit_test(traces_are_named_with_and_without_r),
        cmocka_unit_test(defaults_of_the_table_are_those_of_the_engine),
        cmocka_unit_test(the_tables_are_sound),
        cmocka_unit_test(serial_mistakes_are_explained),
        cmocka_unit_test(too_long_file_name_is_refused),
        cmocka_unit_test(double_dash_ends_options),
        cmocka_unit_test(phone_list_takes_serials_macs_and_comments),
        cmocka_unit_test(phone_list_names_the_line_at_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
