/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of `spa-sos simulate` (docs: command line). */
#ifndef CMD_SIMULATE_OPTIONS_H
#define CMD_SIMULATE_OPTIONS_H

#include "phone/phone.h"

#define SIMULATE_COUNT_MAXIMUM 1000u

struct simulate_options {
    const char *interface;
    const char *write_path; /* -w */
    const char *image_path; /* --image-out: where accepted images go */
    struct phone_config phone;
    bool has_mac, has_serial; /* were given */
    unsigned count;
    bool exit_after_flash;
    bool is_quiet, is_gentle;
    bool is_help, is_fault_help; /* the text was asked for: nothing else counts */
};

/* Reads the arguments behind the command's name. Returns: false with ret_error (ERROR_USAGE). */
bool simulate_options_parse(int argc, char **argv, struct simulate_options *ret,
                            struct error *ret_error);
/* Print to stdout. */
void simulate_options_print_help(void);
void simulate_options_print_faults(void);

/*
 * The configuration of phone `index` (from 0): MAC address and serial number count up. Returns:
 * false with ret_error if the serial number has too few digits at its end to count.
 */
bool simulate_options_phone(const struct simulate_options *options, unsigned index,
                            struct phone_config *ret, struct error *ret_error);

#endif
