/* SPDX-License-Identifier: BSD-2-Clause */
/* What `spa-sos simulate` is told about its phones (docs: command line). */
#ifndef CMD_SIMULATE_OPTIONS_H
#define CMD_SIMULATE_OPTIONS_H

#include "cmd/simulate_fault.h"

#define SIMULATE_COUNT_MAXIMUM 1000u

struct simulate_options {
    const char *image_path; /* --image-out: where accepted images go */
    struct simulate_setup setup;
    bool has_mac, has_serial; /* were given */
    unsigned count;
    bool exit_after_flash;
    bool is_fault_help; /* the list of faults was asked for: nothing else counts */
};

/* The list of faults, to standard output. */
void simulate_options_print_faults(void);

/*
 * Once everything is read: several phones have serial numbers that count up. Returns: false with
 * ret_error (ERROR_USAGE) if the one that was given cannot.
 */
bool simulate_options_complete(struct simulate_options *options, struct error *ret_error);

/* Returns: how many phones there are, a twin included. */
unsigned simulate_options_phone_count(const struct simulate_options *options);

/*
 * The configuration of phone `index` (from 0): MAC address and serial number count up, but the
 * last one, a twin, has the first one's MAC address. Returns: false with ret_error if the serial
 * number has too few digits at its end to count.
 */
bool simulate_options_phone(const struct simulate_options *options, unsigned index,
                            struct phone_config *ret, struct error *ret_error);

#endif
