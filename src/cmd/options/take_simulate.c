/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of the simulated phone: see take.h. */
#include "cmd/options/take.h"
#include "cmd/options/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_printable(const struct option_row *row, const char *text, char *ret, size_t size,
                           struct error *ret_error)
{
    char wanted[64];
    size_t length = strlen(text);
    snprintf(wanted, sizeof wanted, "1 to %zu printable ASCII characters", size - 1);
    for (const char *c = text; *c; c++) {
        if (*c <= ' ' || *c > '~')
            return value_refused(ret_error, row, text, wanted);
    }
    if (length == 0 || length >= size)
        return value_refused(ret_error, row, text, wanted);
    memcpy(ret, text, length + 1);
    return true;
}

/* "504G" is as good as "SPA504G". */
bool take_model(struct options *options, const struct option_row *row, const char *text,
                struct error *ret_error)
{
    char name[PHONE_TEXT_SIZE + 1];
    snprintf(name, sizeof name, "%s%s", text[0] >= '0' && text[0] <= '9' ? "SPA" : "", text);
    return take_printable(row, name, options->simulate.setup.phone.product, PHONE_TEXT_SIZE,
                          ret_error);
}

bool take_own_serial(struct options *options, const struct option_row *row, const char *text,
                     struct error *ret_error)
{
    struct phone_config *phone = &options->simulate.setup.phone;
    options->simulate.has_serial = true;
    return take_printable(row, text, phone->serial, sizeof phone->serial, ret_error);
}

bool take_own_mac(struct options *options, const struct option_row *row, const char *text,
                  struct error *ret_error)
{
    struct mac_address *mac = &options->simulate.setup.phone.mac;
    options->simulate.has_mac = mac_parse(text, mac) && !mac_is_group(mac);
    return options->simulate.has_mac ||
           value_refused(ret_error, row, text,
                         "the MAC address of one host, like 02:53:00:00:00:01");
}

bool take_static_address(struct options *options, const struct option_row *row, const char *text,
                         struct error *ret_error)
{
    struct phone_config *phone = &options->simulate.setup.phone;
    char prefix[32];
    size_t length = strcspn(text, ",");
    const char *gateway = text[length] == ',' ? text + length + 1 : NULL;
    unsigned prefix_length;
    uint32_t ip, gateway_ip = 0;
    snprintf(prefix, sizeof prefix, "%.*s", (int)length, text);
    if (length >= sizeof prefix || !ipv4_parse_prefix(prefix, &ip, &prefix_length) ||
        (gateway && !ipv4_parse(gateway, &gateway_ip)))
        return value_refused(ret_error, row, text,
                             "A.B.C.D/LEN or A.B.C.D/LEN,GATEWAY, like "
                             "192.168.1.20/24,192.168.1.1");
    phone->is_static = true;
    phone->static_ip = ip;
    phone->static_mask = ipv4_mask(prefix_length);
    phone->static_gateway = gateway_ip;
    return true;
}

static bool take_url(const struct option_row *row, const char *text, char *ret,
                     struct error *ret_error)
{
    if (strncmp(text, "tftp://", 7) != 0 && strncmp(text, "http://", 7) != 0)
        return value_refused(ret_error, row, text, "a URL with tftp:// or http://");
    return take_printable(row, text, ret, PHONE_URL_SIZE, ret_error);
}

bool take_recovery_url(struct options *options, const struct option_row *row, const char *text,
                       struct error *ret_error)
{
    return take_url(row, text, options->simulate.setup.phone.recovery_url, ret_error);
}

bool take_last_url(struct options *options, const struct option_row *row, const char *text,
                   struct error *ret_error)
{
    return take_url(row, text, options->simulate.setup.phone.last_url, ret_error);
}

/* 0 means "by timing" to the phone: the shortest time that is not 0 stands for it. */
static bool take_delay(const struct option_row *row, const char *text, duration_ns *ret,
                       struct error *ret_error)
{
    if (!value_seconds(text, ret))
        return value_refused(ret_error, row, text, "a number of seconds, like 2 or 0.5");
    if (*ret == 0)
        *ret = 1;
    return true;
}

bool take_boot_delay(struct options *options, const struct option_row *row, const char *text,
                     struct error *ret_error)
{
    return take_delay(row, text, &options->simulate.setup.phone.boot_ns, ret_error);
}

bool take_flash_time(struct options *options, const struct option_row *row, const char *text,
                     struct error *ret_error)
{
    return take_delay(row, text, &options->simulate.setup.phone.flash_ns, ret_error);
}

bool take_seed(struct options *options, const struct option_row *row, const char *text,
               struct error *ret_error)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno)
        return value_refused(ret_error, row, text, "a whole number");
    options->simulate.setup.phone.seed = seed;
    return true;
}

bool take_fault(struct options *options, const struct option_row *row, const char *text,
                struct error *ret_error)
{
    char wanted[SIMULATE_EXPECTED_SIZE];
    if (strcmp(text, "help") == 0) {
        options->simulate.is_fault_help = true;
        return true;
    }
    return simulate_fault_by_name(text, &options->simulate.setup, wanted) ||
           value_refused(ret_error, row, text, wanted);
}
