/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of the commands on an interface: see take.h. */
#include "cmd/options/take.h"

#include "cmd/options/value.h"
#include "wire/recm.h"

#include <string.h>

bool take_serial(struct options *options, const struct option_row *row, const char *text,
                 struct error *ret_error)
{
    struct error cause;
    return phone_list_add_serial(&options->phones, text, &cause) ||
           value_refused_because(ret_error, row, &cause);
}

static bool is_host_mac(const char *text, struct mac_address *ret)
{
    return mac_parse(text, ret) && !mac_is_group(ret) && !mac_equal(ret, &mac_zero);
}

bool take_phone_mac(struct options *options, const struct option_row *row, const char *text,
                    struct error *ret_error)
{
    struct mac_address mac;
    if (!is_host_mac(text, &mac))
        return value_refused(ret_error, row, text,
                             "the MAC address of a phone, like 00:24:14:a1:b2:c3");
    phone_list_add_mac(&options->phones, &mac);
    return true;
}

bool take_discover_timeout(struct options *options, const struct option_row *row, const char *text,
                           struct error *ret_error)
{
    if (!value_seconds(text, &options->station.timeout_ns))
        return value_refused(ret_error, row, text, "a number of seconds, like 60 or 2.5");
    options->station.quiet_ns = options->station.timeout_ns;
    return true;
}

bool take_keep_going(struct options *options, const struct option_row *row, const char *text,
                     struct error *ret_error)
{
    (void)row;
    (void)text;
    (void)ret_error;
    options->station.keep_going = true;
    options->station.selection.all = true;
    return true;
}

bool take_parallel(struct options *options, const struct option_row *row, const char *text,
                   struct error *ret_error)
{
    if (strcmp(text, "auto") == 0)
        options->station.parallel_transfers = PARALLEL_AUTO;
    else if (!value_number(text, 1, 64, &options->station.parallel_transfers))
        return value_refused(ret_error, row, text, "a whole number from 1 to 64, or auto");
    return true;
}

bool take_vlan(struct options *options, const struct option_row *row, const char *text,
               struct error *ret_error)
{
    unsigned number;
    if (!value_number(text, 1, 4094, &number))
        return value_refused(ret_error, row, text, "a whole number from 1 to 4094");
    options->station.vlan = (int)number;
    return true;
}

bool take_source_mac(struct options *options, const struct option_row *row, const char *text,
                     struct error *ret_error)
{
    options->has_source_mac = is_host_mac(text, &options->source_mac);
    return options->has_source_mac ||
           value_refused(ret_error, row, text,
                         "the MAC address of one host, like 02:00:00:00:00:01");
}

bool take_address(struct options *options, const struct option_row *row, const char *text,
                  struct error *ret_error)
{
    uint32_t ip;
    unsigned prefix_length;
    if (!ipv4_parse_prefix(text, &ip, &prefix_length) || prefix_length < 8 || prefix_length > 30)
        return value_refused(ret_error, row, text,
                             "an address with a prefix of 8 to 30 bits, like 198.18.0.1/16");
    uint32_t host = ip & ~ipv4_mask(prefix_length);
    if (host == 0 || host == ~ipv4_mask(prefix_length) || ip >> 28 >= 0xe || ip >> 24 == 0 ||
        ip >> 24 == 127)
        return value_refused(ret_error, row, text,
                             "the address of a host (it is a network, broadcast, multicast or "
                             "loopback address)");
    options->station.address = ip;
    options->station.prefix_length = prefix_length;
    return true;
}

bool take_file_name(struct options *options, const struct option_row *row, const char *text,
                    struct error *ret_error)
{
    if (!recm_file_name_is_sendable(text))
        return value_refused(ret_error, row, text,
                             "a file name of 1 to 63 printable ASCII characters (longer ones "
                             "damage the phone's memory)");
    options->station.file_name = text;
    return true;
}
