/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run is told to do: chosen by the user, never changed by the engine. */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "base/address.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/phone_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum station_mode {
    STATION_DISCOVER, /* find phones, order nothing */
    STATION_RECOVER,
    STATION_WATCH, /* send nothing */
};

#define PARALLEL_AUTO 0

enum dhcp_policy {
    DHCP_POLICY_AUTO,  /* loaders only; yields to other servers until one proves unfit */
    DHCP_POLICY_YIELD, /* likewise, but never again once another server was seen */
    DHCP_POLICY_ALWAYS,
    DHCP_POLICY_NEVER
};
enum gateway_policy {
    GATEWAY_POLICY_AUTO,
    GATEWAY_POLICY_NUDGE,
    GATEWAY_POLICY_STAND_IN,
    GATEWAY_POLICY_NEVER
};

/* Which phones this run is for. The strings and arrays are the caller's and outlive the station. */
struct station_selection {
    const struct phone_name *names; /* only these; count 0 = any */
    size_t name_count;
    bool all; /* every phone that answers; otherwise one, and several phones is a failure */
};

struct station_config {
    enum station_mode mode;
    struct mac_address source_mac;
    uint32_t address;       /* the tool's own IPv4 address: source, router, DHCP and TFTP server */
    unsigned prefix_length; /* its prefix: the rest of it is the pool of leases */
    int vlan;               /* CRAFT_NO_VLAN, or the tag to send and expect */
    struct station_selection selection;
    const uint8_t *image; /* the checked image, caller's; NULL unless STATION_RECOVER */
    size_t image_length;
    const char *file_name;  /* NULL: a name with a random part from the seed */
    uint16_t tftp_port;     /* announced in UPGRADE: 69 */
    uint16_t transfer_port; /* source port of all DATA; 0: one from the seed */
    enum dhcp_policy dhcp;
    enum gateway_policy gateway;
    duration_ns probe_interval_ns; /* 1.5 s */
    duration_ns timeout_ns;        /* without progress; 0 = never */
    duration_ns quiet_ns; /* discover: ends so long after the last new answer: 5 s; 0 = never */
    unsigned phone_count; /* discover: ends after so many phones; 0 = any number */
    duration_ns flash_wait_ns; /* 600 s; 0 = report delivered at once */
    bool group_only;           /* no broadcast or unicast MAC tricks */
    bool force;                /* go on although another program recovers on this segment */
    bool keep_going;           /* a bench: never done by itself */
    bool answer_urls;          /* serve the image to the phones' own URL attempts too */
    bool is_live;              /* a run, judged as one: for whom, and by what it was ended */
    const char *interface;     /* for commands in its advice; NULL: not known, as the next */
    const char *image_name;
    bool frame_events;           /* STATION_EVENT_FRAME for every frame: slow, for -vv */
    unsigned parallel_transfers; /* PARALLEL_AUTO: as many as pay on this segment */
    unsigned attempts_maximum;   /* 5 */
    uint64_t seed;               /* file name, transaction ports, IP ids */
};

struct station_config station_config_default(void);
/* Returns: false with ret_error filled for what no run can be told. */
bool station_config_check(const struct station_config *config, struct error *ret_error);

#endif
