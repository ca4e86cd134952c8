/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that can be wrong in a simulation, by the names of `simulate --fault NAME[=VALUE]`:
 * the phone's own faults (phone/fault.h), its cable's (port/segment.h), and what else stands on the
 * segment (phone/other_host.h).
 */
#ifndef CMD_SIMULATE_FAULT_H
#define CMD_SIMULATE_FAULT_H

#include "phone/other_host.h"
#include "phone/phone.h"
#include "port/segment.h"

/* What faults act on; all zeros but the phone's configuration: nothing is wrong. */
struct simulate_setup {
    struct phone_config phone;
    struct segment_cable cable; /* of each phone; "to_switch" is what the phone sends */
    struct other_host_config host;
    bool has_twin; /* one phone more, with the MAC address of the first */
};

#define SIMULATE_EXPECTED_SIZE 96

struct simulate_fault {
    const char *name;      /* "loss-in" */
    const char *parameter; /* "PERCENT" if NAME=PERCENT is understood, else NULL */
    const char *help;      /* one line */
};

/*
 * Adds the fault; several can be combined. Returns: false and leaves `setup` untouched if there is
 * no such fault or its value is no good; then ret_expected says what is, to be read behind "is
 * not".
 */
bool simulate_fault_by_name(const char *text, struct simulate_setup *setup,
                            char ret_expected[static SIMULATE_EXPECTED_SIZE]);

/* Returns: false behind the end of the list. */
bool simulate_fault_at(size_t index, struct simulate_fault *ret);

#endif
