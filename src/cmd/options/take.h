/* SPDX-License-Identifier: BSD-2-Clause */
/* Options with a meaning of their own (OPTION_OWN): what table.c points to. */
#ifndef CMD_OPTIONS_TAKE_H
#define CMD_OPTIONS_TAKE_H

#include "cmd/options/table.h"

/* Of the commands on an interface. */
option_take take_serial, take_phone_mac, take_keep_going, take_parallel, take_discover_timeout,
    take_vlan, take_source_mac, take_address, take_file_name;
/* Of the simulated phone. */
option_take take_model, take_own_serial, take_own_mac, take_static_address, take_recovery_url,
    take_last_url, take_boot_delay, take_flash_time, take_seed, take_fault;

#endif
