/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace that this program has written, as pcapng with comments at some of its frames
 * (draft-ietf-opsawg-pcapng: Wireshark shows them beside the frame).
 */
#ifndef PORT_ANNOTATE_H
#define PORT_ANNOTATE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Replaces the pcap file `path` (native byte order, nanoseconds, Ethernet) by a pcapng file of the
 * same frames; those whose numbers are in `numbers` (ascending, from 1) get `comment`. The file is
 * replaced whole or not at all. Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool annotate_file(const char *path, const uint64_t *numbers, size_t count, const char *comment,
                   struct error *ret_error);

#endif
