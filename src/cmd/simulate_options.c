/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of `spa-sos simulate`: see simulate_options.h. */
#include "cmd/simulate_options.h"

#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OF_MANY "CBT14110001" /* a serial number that can count */

enum {
    SIMULATE_MODEL = 256,
    SIMULATE_SERIAL,
    SIMULATE_MAC,
    SIMULATE_COUNT,
    SIMULATE_STATIC,
    SIMULATE_RECOVERY_URL,
    SIMULATE_LAST_URL,
    SIMULATE_TIMING,
    SIMULATE_FAULT,
    SIMULATE_BOOT_DELAY,
    SIMULATE_FLASH_TIME,
    SIMULATE_IMAGE_OUT,
    SIMULATE_EXIT_AFTER_FLASH,
    SIMULATE_GENTLE,
    SIMULATE_SEED,
};

struct simulate_row {
    struct option option;
    const char *argument;
    const char *help;
};

static const struct simulate_row rows[] = {
    {{"interface", required_argument, NULL, 'i'}, "IF", "the interface to be a phone on"},
    {{"model", required_argument, NULL, SIMULATE_MODEL}, "NAME", "its product name (SPA504G)"},
    {{"serial", required_argument, NULL, SIMULATE_SERIAL}, "SERIAL", "its serial number"},
    {{"mac", required_argument, NULL, SIMULATE_MAC},
     "MAC",
     "its MAC address (default: 02:53:... and a random rest)"},
    {{"count", required_argument, NULL, SIMULATE_COUNT},
     "N",
     "so many phones; MAC address and serial number count up"},
    {{"static", required_argument, NULL, SIMULATE_STATIC},
     "A.B.C.D/LEN[,GATEWAY]",
     "a stored static address: no DHCP"},
    {{"recovery-url", required_argument, NULL, SIMULATE_RECOVERY_URL},
     "URL",
     "what it tries by itself (tftp:// or http://)"},
    {{"last-url", required_argument, NULL, SIMULATE_LAST_URL}, "URL", "and after that"},
    {{"timing", required_argument, NULL, SIMULATE_TIMING},
     "nominal|hardware",
     "as programmed, or as slow as the hardware (default)"},
    {{"boot-delay", required_argument, NULL, SIMULATE_BOOT_DELAY},
     "SECONDS",
     "from power on or reset to its first frame (default: by timing)"},
    {{"flash-time", required_argument, NULL, SIMULATE_FLASH_TIME},
     "SECONDS",
     "to check and write the image (default: by timing)"},
    {{"fault", required_argument, NULL, SIMULATE_FAULT},
     "NAME[=VALUE]",
     "what is wrong with it or around it; repeatable; 'help' lists them"},
    {{"seed", required_argument, NULL, SIMULATE_SEED},
     "N",
     "another number, another luck of the faults (1)"},
    {{"image-out", required_argument, NULL, SIMULATE_IMAGE_OUT},
     "FILE",
     "write the image it has accepted (with several phones: FILE.MAC)"},
    {{"exit-after-flash", no_argument, NULL, SIMULATE_EXIT_AFTER_FLASH},
     NULL,
     "end when every phone has been flashed and runs again"},
    {{"write", required_argument, NULL, 'w'}, "FILE", "record every frame"},
    {{"gentle", no_argument, NULL, SIMULATE_GENTLE}, NULL, "never poll, always sleep"},
    {{"quiet", no_argument, NULL, 'q'}, NULL, "do not say what the phones do"},
    {{"help", no_argument, NULL, 'h'}, NULL, "this text"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

void simulate_options_print_help(void)
{
    fputs("usage: spa-sos simulate -i IF [OPTIONS]\n"
          "\n"
          "Is a phone in recovery mode on an interface, until interrupted: to try the tool, to\n"
          "train, to test a switch. What the phone does is written to standard error.\n"
          "\n",
          stdout);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char letter[8] = "    ", left[64];
        if (rows[i].option.val < 256)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].option.val);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, rows[i].option.name,
                 rows[i].argument ? " " : "", rows[i].argument ? rows[i].argument : "");
        printf("  %-36s %s\n", left, rows[i].help);
    }
    fputs(
        "\n"
        "A phone at the other end of a virtual cable:\n"
        "  ip link add tool type veth peer name phone; ip link set tool up; ip link set phone up\n"
        "  spa-sos simulate -i phone &  spa-sos recover -i tool IMAGE\n",
        stdout);
}

void simulate_options_print_faults(void)
{
    struct simulate_fault fault;
    for (size_t i = 0; simulate_fault_at(i, &fault); i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", fault.name, fault.parameter ? "=" : "",
                 fault.parameter ? fault.parameter : "");
        printf("%-28s %s\n", name, fault.help);
    }
}

static bool bad_value(struct error *ret_error, const char *option, const char *value,
                      const char *expected)
{
    return error_set(ret_error, ERROR_USAGE, "--%s %s: expected %s", option, value, expected);
}

static bool take_text(const char *option, const char *text, char *ret, size_t size,
                      struct error *ret_error)
{
    char expected[48];
    snprintf(expected, sizeof expected, "1 to %zu printable ASCII characters", size - 1);
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            return bad_value(ret_error, option, text, expected);
    if (!*text || strlen(text) >= size)
        return bad_value(ret_error, option, text, expected);
    snprintf(ret, size, "%s", text);
    return true;
}

/* "504G" is as good as "SPA504G". */
static bool take_model(const char *text, struct phone_config *phone, struct error *ret_error)
{
    char name[PHONE_TEXT_SIZE];
    snprintf(name, sizeof name, "%s%s", text[0] >= '0' && text[0] <= '9' ? "SPA" : "", text);
    return take_text("model", name, phone->product, PHONE_TEXT_SIZE, ret_error);
}

static bool take_static(const char *text, struct phone_config *phone, struct error *ret_error)
{
    char prefix[32];
    size_t length = strcspn(text, ",");
    const char *gateway = text[length] == ',' ? text + length + 1 : NULL;
    unsigned prefix_length;
    uint32_t ip, gateway_ip = 0;
    snprintf(prefix, sizeof prefix, "%.*s", (int)length, text);
    if (length >= sizeof prefix || !ipv4_parse_prefix(prefix, &ip, &prefix_length) ||
        (gateway && !ipv4_parse(gateway, &gateway_ip)))
        return bad_value(ret_error, "static", text,
                         "A.B.C.D/LEN or A.B.C.D/LEN,GATEWAY, like 192.168.1.20/24,192.168.1.1");
    phone->is_static = true;
    phone->static_ip = ip;
    phone->static_mask = ipv4_mask(prefix_length);
    phone->static_gateway = gateway_ip;
    return true;
}

static bool take_url(const char *option, const char *text, char *ret, struct error *ret_error)
{
    if (strncmp(text, "tftp://", 7) != 0 && strncmp(text, "http://", 7) != 0)
        return bad_value(ret_error, option, text, "a URL with tftp:// or http://");
    return take_text(option, text, ret, PHONE_URL_SIZE, ret_error);
}

static bool take_count(const char *text, unsigned *ret, struct error *ret_error)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || count == 0 || count > SIMULATE_COUNT_MAXIMUM)
        return bad_value(ret_error, "count", text, "a number from 1 to 1000");
    *ret = (unsigned)count;
    return true;
}

static bool take_timing(const char *text, struct phone_config *phone, struct error *ret_error)
{
    if (strcmp(text, "nominal") == 0)
        phone->timing = PHONE_TIMING_NOMINAL;
    else if (strcmp(text, "hardware") == 0)
        phone->timing = PHONE_TIMING_HARDWARE;
    else
        return bad_value(ret_error, "timing", text, "nominal or hardware");
    return true;
}

/* 0 means "by timing" to the phone: the shortest time that is not 0 stands for it. */
static bool take_duration(const char *option, const char *text, duration_ns *ret,
                          struct error *ret_error)
{
    if (!parse_seconds(text, ret))
        return bad_value(ret_error, option, text, "a number of seconds, like 2 or 0.5");
    if (*ret == 0)
        *ret = 1;
    return true;
}

static bool take_seed(const char *text, struct phone_config *phone, struct error *ret_error)
{
    char *end;
    errno = 0;
    phone->seed = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno)
        return bad_value(ret_error, "seed", text, "a number");
    return true;
}

static bool take_option(int option, const char *text, struct simulate_options *ret,
                        struct error *ret_error)
{
    struct phone_config *phone = &ret->setup.phone;
    const char *expected;
    switch (option) {
    case 'i':
        ret->interface = text;
        return true;
    case 'w':
        ret->write_path = text;
        return true;
    case 'q':
        ret->is_quiet = true;
        return true;
    case 'h':
        ret->is_help = true;
        return true;
    case SIMULATE_MODEL:
        return take_model(text, phone, ret_error);
    case SIMULATE_SERIAL:
        ret->has_serial = true;
        return take_text("serial", text, phone->serial, sizeof phone->serial, ret_error);
    case SIMULATE_MAC:
        ret->has_mac = mac_parse(text, &phone->mac) && !mac_is_group(&phone->mac);
        return ret->has_mac ||
               bad_value(ret_error, "mac", text, "a MAC address like 02:53:00:00:00:01");
    case SIMULATE_COUNT:
        return take_count(text, &ret->count, ret_error);
    case SIMULATE_STATIC:
        return take_static(text, phone, ret_error);
    case SIMULATE_RECOVERY_URL:
        return take_url("recovery-url", text, phone->recovery_url, ret_error);
    case SIMULATE_LAST_URL:
        return take_url("last-url", text, phone->last_url, ret_error);
    case SIMULATE_TIMING:
        return take_timing(text, phone, ret_error);
    case SIMULATE_BOOT_DELAY:
        return take_duration("boot-delay", text, &phone->boot_ns, ret_error);
    case SIMULATE_FLASH_TIME:
        return take_duration("flash-time", text, &phone->flash_ns, ret_error);
    case SIMULATE_FAULT:
        if (strcmp(text, "help") == 0)
            ret->is_fault_help = true;
        else if (!simulate_fault_by_name(text, &ret->setup, &expected))
            return bad_value(ret_error, "fault", text, expected);
        return true;
    case SIMULATE_SEED:
        return take_seed(text, phone, ret_error);
    case SIMULATE_IMAGE_OUT:
        ret->image_path = text;
        return true;
    case SIMULATE_EXIT_AFTER_FLASH:
        ret->exit_after_flash = true;
        return true;
    case SIMULATE_GENTLE:
        ret->is_gentle = true;
        return true;
    default:
        return false;
    }
}

/* Adds `index` to the decimal number at the end of `serial`. Returns: false if it is too short. */
static bool count_serial(char *serial, unsigned index)
{
    unsigned carry = index;
    for (size_t place = strlen(serial); carry > 0; place--) {
        if (place == 0 || serial[place - 1] < '0' || serial[place - 1] > '9')
            return false;
        carry += (unsigned)(serial[place - 1] - '0');
        serial[place - 1] = (char)('0' + carry % 10);
        carry /= 10;
    }
    return true;
}

unsigned simulate_options_phone_count(const struct simulate_options *options)
{
    return options->count + options->setup.has_twin;
}

bool simulate_options_phone(const struct simulate_options *options, unsigned index,
                            struct phone_config *ret, struct error *ret_error)
{
    *ret = options->setup.phone;
    ret->seed += index;
    unsigned carry = index < options->count ? index : 0;
    for (size_t i = sizeof ret->mac.octet; i-- > 3;) {
        carry += ret->mac.octet[i];
        ret->mac.octet[i] = (uint8_t)carry;
        carry >>= 8;
    }
    if (!count_serial(ret->serial, index))
        return error_set(ret_error, ERROR_USAGE,
                         "--serial %s: expected more digits at its end, to count %u phones",
                         options->setup.phone.serial, index + 1);
    return true;
}

bool simulate_options_parse(int argc, char **argv, struct simulate_options *ret,
                            struct error *ret_error)
{
    struct option long_options[ROW_COUNT + 1];
    for (size_t i = 0; i < ROW_COUNT; i++)
        long_options[i] = rows[i].option;
    long_options[ROW_COUNT] = (struct option){0};

    *ret = (struct simulate_options){.setup.phone = phone_config_default(), .count = 1};
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":i:w:qh", long_options, NULL)) != -1;) {
        if (option == ':')
            return error_set(ret_error, ERROR_USAGE, "%s needs an argument", argv[optind - 1]);
        if (option == '?')
            return error_set(ret_error, ERROR_USAGE,
                             "unknown option %s; spa-sos help simulate lists them",
                             argv[optind - 1]);
        if (!take_option(option, optarg, ret, ret_error))
            return false;
        if (ret->is_help || ret->is_fault_help)
            return true;
    }
    if (optind < argc)
        return error_set(ret_error, ERROR_USAGE, "unexpected argument \"%s\"", argv[optind]);
    if (!ret->interface)
        return error_set(ret_error, ERROR_USAGE,
                         "no interface: -i IF (spa-sos interfaces lists them)");
    unsigned count = simulate_options_phone_count(ret);
    if (count > 1 && !ret->has_serial)
        snprintf(ret->setup.phone.serial, sizeof ret->setup.phone.serial, "%s", FIRST_OF_MANY);
    struct phone_config last;
    return simulate_options_phone(ret, count - 1, &last, ret_error);
}
