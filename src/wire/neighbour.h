/* SPDX-License-Identifier: BSD-2-Clause */
/* What switches and phones announce about themselves: spanning tree, CDP, LLDP. Reading only. */
#ifndef WIRE_NEIGHBOUR_H
#define WIRE_NEIGHBOUR_H

#include "wire/reason.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGHBOUR_TEXT_SIZE 128

struct stp_message {
    uint8_t version; /* 0 STP, 2 RSTP, 3 MSTP */
    uint8_t type;    /* 0x00 configuration, 0x02 rapid, 0x80 topology change */
    uint8_t flags;
    unsigned port_state; /* RSTP flags: 1 learning, 2 forwarding bits; 0 if unknown */
};

/* By platform and capability, never by a name that somebody gave the device. */
enum neighbour_kind {
    NEIGHBOUR_OTHER,       /* a switch, a PC */
    NEIGHBOUR_PHONE,       /* SPA301 to SPA509G: what this program recovers */
    NEIGHBOUR_OTHER_PHONE, /* a phone of another family or make */
    NEIGHBOUR_ADAPTER,     /* analogue telephone adapter: ATA190, SPA112, SPA8000 */
};

struct neighbour_message {              /* CDP or LLDP */
    char device[NEIGHBOUR_TEXT_SIZE];   /* CDP device id, LLDP system name; raw text */
    char platform[NEIGHBOUR_TEXT_SIZE]; /* CDP platform, LLDP system description */
    char software[NEIGHBOUR_TEXT_SIZE]; /* CDP version */
    bool has_voice_vlan;
    unsigned voice_vlan;
    bool from_phone; /* capabilities say telephone / host phone */
    enum neighbour_kind kind;
};

/* What a vendor's own words say a device is: CDP platform, LLDP model or description, DHCP class.
 */
enum neighbour_kind neighbour_kind_of(const char *words);

enum wire_reason stp_parse(const uint8_t *bytes, size_t length, struct stp_message *ret);
enum wire_reason cdp_parse(const uint8_t *bytes, size_t length, struct neighbour_message *ret);
enum wire_reason lldp_parse(const uint8_t *bytes, size_t length, struct neighbour_message *ret);

#endif
