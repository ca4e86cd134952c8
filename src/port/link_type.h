/* SPDX-License-Identifier: BSD-2-Clause */
/* Link types of capture files (LINKTYPE_...): which are read, and where to capture instead. */
#ifndef PORT_LINK_TYPE_H
#define PORT_LINK_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#define LINK_TYPE_ETHERNET  1
#define LINK_TYPE_COOKED_V1 113
#define LINK_TYPE_COOKED_V2 276

bool link_type_is_read(int link_type);
/* Writes "PKTAP (Apple DLT_PKTAP, number 258)" to `ret`. Returns: ret. */
char *link_type_describe(int link_type, char *ret, size_t size);
/* Returns: where to capture instead, a static sentence without full stop. */
const char *link_type_advice(int link_type);

#endif
