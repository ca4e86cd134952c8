/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ethernet frames inside the packets of a mirror: TZSP (MikroTik, Aruba), ERSPAN I, II and III
 * (draft-foschiano-erspan), GRE with Ethernet inside (RFC 2784, 2890; NVGRE, gretap), VXLAN (RFC
 * 7348), over IPv4 or IPv6, with VLAN tags outside. Reading only.
 *
 * What is no such packet, is damaged, or is a later fragment of one stays as it is.
 */
#ifndef WIRE_TUNNEL_H
#define WIRE_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUNNEL_DEPTH_MAXIMUM 4 /* a mirror of a mirror is seen in practice; deeper is hostile */

enum tunnel_kind {
    TUNNEL_TZSP,
    TUNNEL_ERSPAN_1,
    TUNNEL_ERSPAN_2,
    TUNNEL_ERSPAN_3,
    TUNNEL_GRE,
    TUNNEL_VXLAN,
    TUNNEL_KIND_COUNT
};

struct tunnel_content {
    enum tunnel_kind kind; /* the outermost */
    unsigned depth;        /* layers that were taken off */
    const uint8_t *bytes;  /* the innermost frame, a view into the outermost */
    size_t captured;
    size_t length; /* bytes on the wire, more than `captured` where the mirror or capture cut it */
};

/*
 * Looks into a frame of which `captured` of `length` bytes are there. Returns: false if there is no
 * Ethernet frame inside; `ret` is then untouched.
 */
bool tunnel_open(const uint8_t *bytes, size_t captured, size_t length, struct tunnel_content *ret);

/* Returns: "ERSPAN II", ...: a static string. */
const char *tunnel_name(enum tunnel_kind kind);

#endif
