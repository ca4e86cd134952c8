/* SPDX-License-Identifier: BSD-2-Clause */
/* The phones of `spa-sos simulate`: see simulate_options.h. */
#include "cmd/simulate_options.h"

#include <stdio.h>
#include <string.h>

#define FIRST_OF_MANY "CBT14110001" /* a serial number that can count */

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
                         "--serial: '%s' is not long enough: it needs more digits at its end, to "
                         "count %u phones",
                         options->setup.phone.serial, index + 1);
    return true;
}

bool simulate_options_complete(struct simulate_options *options, struct error *ret_error)
{
    unsigned count = simulate_options_phone_count(options);
    struct phone_config last;
    if (count > 1 && !options->has_serial)
        snprintf(options->setup.phone.serial, sizeof options->setup.phone.serial, "%s",
                 FIRST_OF_MANY);
    return simulate_options_phone(options, count - 1, &last, ret_error);
}
