/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interface as a port: libpcap receives, libnet sends, netlink tells of the cable. Needs
 * CAP_NET_RAW while it opens and nothing afterwards; needs no IP address.
 *
 * It changes nothing on the host. The interface listens to all MAC addresses (the group of the
 * phones, a foreign --source-mac) by a membership of the capture socket, which the kernel ends with
 * the socket, whatever ends the program. The kernel filters: only what this program can use passes.
 * The clock starts at the time of day and then runs steadily, whatever happens to the time of day.
 */
#ifndef PORT_LIVE_H
#define PORT_LIVE_H

#include "port/interfaces.h"
#include "port/port.h"

struct port_live_config {
    const char *interface;
    int index;        /* the interface's number, if known: its name may change; 0 = by name */
    bool listen_only; /* nothing can be sent */
    bool gentle;      /* never poll for a reply, always sleep */
    bool unfiltered;  /* every frame, not only what a station can use */
    uint32_t address; /* also every TCP segment from or to this IPv4 address; 0 = none */
    int interrupt_descriptor; /* readable = PORT_INTERRUPTED (port/interruption.h); -1 = none */
};

/*
 * Who lacks the permission should not first wait for a cable. Returns: false with ret_error, which
 * says how to get it.
 */
bool port_live_check_permission(const char *interface, struct error *ret_error);

/*
 * Told about once a second while there is no link; `is_enabled` is false for an interface that is
 * switched off. Returns: false to give up.
 */
typedef bool port_live_waiting(void *context, bool is_enabled, unsigned waited_s);

/*
 * Waits until the interface is switched on and carries a link; `waiting` may be NULL.
 * Returns: PORT_CARRIER_UP, PORT_INTERRUPTED, PORT_DEADLINE (`waiting` gave up) or PORT_FAILED with
 * ret_error.
 */
enum port_event port_live_wait_carrier(const struct interface_info *interface,
                                       int interrupt_descriptor, port_live_waiting *waiting,
                                       void *context, struct error *ret_error);

/*
 * The interface must be switched on. When its cable is out, the first event is PORT_CARRIER_DOWN.
 * A frame that the interface cannot take at the moment (no link, queue full) is lost as on the
 * wire, and counted; `send` fails only when the interface is gone. Returns: a port to be closed by
 * its operations, or NULL with ret_error: no such interface, unusable, no permission (with the way
 * to get it), switched off.
 */
struct port *port_live_open(const struct port_live_config *config, struct error *ret_error);

#endif
