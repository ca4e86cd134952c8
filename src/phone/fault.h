/* SPDX-License-Identifier: BSD-2-Clause */
/* The faults a simulated phone can have, by the names of `simulate --fault NAME`. */
#ifndef PHONE_FAULT_H
#define PHONE_FAULT_H

#include "phone/phone.h"

struct phone_fault {
    const char *name;      /* "power-loss-at-block" */
    const char *parameter; /* "N" if NAME=N is understood, else NULL */
    const char *help;      /* one line */
};

/*
 * Adds the fault to the configuration; several can be combined. Returns: false and leaves `config`
 * untouched if there is no such fault or its parameter is no number above 0.
 */
bool phone_fault_by_name(const char *name, struct phone_config *config);

/* Returns: the fault at `index` in the list, NULL behind its end. */
const struct phone_fault *phone_fault_at(size_t index);

#endif
