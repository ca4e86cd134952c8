/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network interfaces of this host and what each is good for. Read by netlink (rtnetlink.h),
 * without privileges; changes nothing.
 *
 * Only what cannot carry an Ethernet frame to a phone is refused. What merely makes a recovery
 * doubtful (wireless, bridges, bonds, VLAN interfaces) is a warning: the user may know better.
 */
#ifndef PORT_INTERFACES_H
#define PORT_INTERFACES_H

#include "base/address.h"
#include "base/error.h"
#include "port/rtnetlink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTERFACE_NAME_SIZE         16 /* the kernel's IFNAMSIZ */
#define INTERFACE_WHY_SIZE          256
#define INTERFACE_ALTNAME_SIZE      128 /* the kernel's ALTIFNAMSIZ */
#define INTERFACE_ALTNAMES_MAXIMUM  4
#define INTERFACE_ADDRESSES_MAXIMUM 8
#define INTERFACE_MTU_MINIMUM       576 /* a DATA packet has 544 bytes, DHCP clients send 576 */

enum interface_kind {
    INTERFACE_ETHERNET,
    INTERFACE_WIRELESS,
    INTERFACE_BRIDGE,
    INTERFACE_BRIDGE_PORT,
    INTERFACE_BOND,
    INTERFACE_BOND_MEMBER,
    INTERFACE_VLAN,
    INTERFACE_VIRTUAL, /* veth, tap, macvlan, dummy: Ethernet frames without a cable */
    INTERFACE_LOOPBACK,
    INTERFACE_TUNNEL, /* no Ethernet frames: tun, WireGuard, PPP */
    INTERFACE_KIND_COUNT
};

enum interface_use {
    INTERFACE_USABLE,
    INTERFACE_DOUBTFUL, /* possible; `why` is a warning */
    INTERFACE_UNUSABLE, /* `why` is the refusal */
};

struct interface_address {
    uint32_t ip;
    unsigned prefix_length;
};

struct interface_info {
    int index;
    char name[INTERFACE_NAME_SIZE];
    char altnames[INTERFACE_ALTNAMES_MAXIMUM][INTERFACE_ALTNAME_SIZE]; /* "" behind the last */
    char master[INTERFACE_NAME_SIZE]; /* the bridge or bond it belongs to, or "" */
    enum interface_kind kind;
    struct mac_address mac; /* zero if it has none */
    bool is_up;             /* switched on by the administrator */
    bool has_carrier;       /* and the cable carries a link */
    uint32_t mtu;
    unsigned speed_mbps; /* 0 = unknown */
    struct interface_address addresses[INTERFACE_ADDRESSES_MAXIMUM];
    size_t address_count;
    enum interface_use use;
    char why[INTERFACE_WHY_SIZE]; /* a sentence without the name; "" if usable */
};

struct interface_list {
    struct interface_info *items; /* in the kernel's order */
    size_t count;
};

/* Fills `ret`, to be freed with interface_list_free. */
bool interface_list_read(struct interface_list *ret, struct error *ret_error);
/* The same by a certain way to speak netlink. */
bool interface_list_read_by(const struct rtnetlink_way *way, struct interface_list *ret,
                            struct error *ret_error);
void interface_list_free(struct interface_list *list);

/*
 * Copies the interface `name` to `ret`: its name, one of its alternative names, its number, its MAC
 * address or an IPv4 address of it. ret->name is what it is called. Returns: false with ret_error
 * if there is none (the message lists those that can be used) or it is unusable; a doubtful one is
 * returned.
 */
bool interface_find_usable(const char *name, struct interface_info *ret, struct error *ret_error);

/* The same by the kernel's number, whatever the interface is called by now. */
bool interface_find_number(int index, struct interface_info *ret, struct error *ret_error);

/* Returns: "ethernet", "bridge port", ... */
const char *interface_kind_name(enum interface_kind kind);

#endif
