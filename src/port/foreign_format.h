/* SPDX-License-Identifier: BSD-2-Clause */
/* What users take for a trace and is none that is read: what it is, and what turns it into one. */
#ifndef PORT_FOREIGN_FORMAT_H
#define PORT_FOREIGN_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * `head`: the beginning of a file that is neither pcap nor pcapng, the more the better up to 1024
 * bytes; `name`: of the file. Returns: what it is and what to do, for the end of a sentence ("found
 * ..."), a static string; NULL if it is nothing that is known.
 */
const char *foreign_format_advice(const uint8_t *head, size_t length, const char *name);

#endif
