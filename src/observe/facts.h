/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the observer remembers: facts per phone and per segment, with the frames that prove them.
 * The observer writes it, the rules read it.
 *
 * Everything here is bounded. A `struct marks` keeps the first and the newest few of any number of
 * frames; tables have a fixed size and say what gives way when they are full. Facts say what was
 * seen, never what it means: that is the business of the rules.
 */
#ifndef OBSERVE_FACTS_H
#define OBSERVE_FACTS_H

#include "base/address.h"
#include "base/instant.h"
#include "image/image.h"
#include "observe/observer.h"
#include "observe/transfer_image.h"
#include "wire/neighbour.h"
#include "wire/recm.h"

#include <stdlib.h>

/* The default prints and exits; without memory nothing sensible can be reported. */
#define uthash_fatal(message) abort()
#include <uthash.h>

#define PHONES_MAXIMUM        2048u        /* full: see phone_make_room */
#define REBUILD_BYTES_MAXIMUM (128u << 20) /* of all open downloads; beyond: not rebuilt */
#define MARKS_FIRST           8
#define MARKS_NEWEST          4
#define SERVERS_MAXIMUM       3   /* DHCP or TFTP servers of one phone; later ones are counted */
#define SERIALS_MAXIMUM       16  /* serials asked for: the one asked longest ago gives way */
#define REQUESTS_KEPT         128 /* newest well-formed REQUESTs */
#define URL_WINDOWS_KEPT      8   /* newest URL attempts of a phone */
#define LOCAL_HOSTS_MAXIMUM   4
#define DEVICES_MAXIMUM       4 /* adapters and other phones; later ones are counted */
#define ASKERS_MAXIMUM        4
#define NO_VLAN               0

/*
 * The VLAN tags of a frame: their ids from outside in, VLAN_PATH_BITS each. Id 0 names no VLAN (it
 * is there for the priority) and is left out, but the frame is tagged all the same: VLAN_TAGGED is
 * set. NO_VLAN: no tag at all.
 */
typedef uint64_t vlan_path;
#define VLAN_PATH_BITS 12
#define VLAN_TAGGED    (UINT64_C(1) << 63)

/* Returns: the ids alone, 0 if none is named. */
static inline uint64_t vlan_ids(vlan_path path)
{
    return path & ~VLAN_TAGGED;
}

/* Some of the frames that show a fact, with the time of the first and the newest. */
struct marks {
    uint64_t total;
    uint64_t first[MARKS_FIRST];
    uint64_t newest[MARKS_NEWEST]; /* a ring, in use when total > MARKS_FIRST */
    instant_ns first_ns, newest_ns;
};

/* The number of the newest frame; 0 if there is none. */
uint64_t marks_newest(const struct marks *marks);

/* Phones, by struct phone_facts.index. */
struct phone_set {
    uint64_t words[PHONES_MAXIMUM / 64];
};

static inline void phone_set_add(struct phone_set *set, unsigned index)
{
    set->words[index / 64] |= UINT64_C(1) << index % 64;
}

static inline void phone_set_remove(struct phone_set *set, unsigned index)
{
    set->words[index / 64] &= ~(UINT64_C(1) << index % 64);
}

static inline bool phone_set_has(const struct phone_set *set, unsigned index)
{
    return set->words[index / 64] >> index % 64 & 1;
}

/* Whether a fault of a frame of this host may be an artefact of capturing on it. */
struct segment_facts;
bool facts_is_local_host(const struct segment_facts *segment, const struct mac_address *mac);

/* ---- what hosts send to port 4810 ---- */

/* Why no loader takes a message for port 4810, or that it does. */
enum request_defect {
    REQUEST_WELL_FORMED,
    REQUEST_TAG,
    REQUEST_FRAME, /* too long, broken */
    REQUEST_IP_OPTIONS,
    REQUEST_FRAGMENT,
    REQUEST_IP_CHECKSUM,
    REQUEST_UDP_CHECKSUM,
    REQUEST_DESTINATION_MAC,  /* unicast, to no phone */
    REQUEST_DESTINATION_IP,   /* neither the group nor a phone's address */
    REQUEST_DESTINATION_PORT, /* from 4811, but not to 4810 */
    REQUEST_SOURCE_PORT,
    REQUEST_MAGIC,
    REQUEST_OPERATION,
    REQUEST_LENGTH,
    REQUEST_UNTERMINATED, /* serial or file name without NUL, or no usable file name */
    REQUEST_DEFECT_COUNT
};

/* Destination MAC; unknown where the recording does not hold it. */
enum request_way { WAY_GROUP, WAY_BROADCAST, WAY_UNICAST, WAY_UNKNOWN };

struct request_mark {
    uint64_t number;
    instant_ns time_ns;
    uint32_t serial_index; /* struct asked_serial.index */
    enum request_way way;
    struct mac_address from, to;
    struct phone_set answered_by;
};

/* One serial number that was asked for, or ordered to be upgraded. */
struct asked_serial {
    uint32_t index; /* from 1, never used twice; 0 = free */
    char serial[RECM_TEXT_SIZE + 1];
    struct marks requests; /* well-formed REQUESTs */
    struct marks answers;  /* REPLYs taken as an answer to it */
    struct marks orders;   /* well-formed UPGRADEs */
    struct marks bad_orders;
    enum request_defect order_defect; /* of the newest bad one */
    struct marks echoes;
    unsigned echoed_by_count; /* phones */
    struct phone_set echoed_by;
    struct mac_address from; /* who sent the newest order */
    char file_name[128];     /* likewise, raw */
    instant_ns newest_ns;
};

/* ---- one start of a phone ---- */

/* Why the loader does not take an OFFER or ACK, or that it does. */
enum lease_defect {
    LEASE_GOOD,
    LEASE_TAG,
    LEASE_DESTINATION_MAC, /* neither broadcast nor the phone's */
    LEASE_FRAME,           /* too long, broken */
    LEASE_IP_OPTIONS,
    LEASE_FRAGMENT,
    LEASE_IP_CHECKSUM,
    LEASE_UDP_CHECKSUM,
    LEASE_NO_TYPE,   /* plain BOOTP: no option 53 */
    LEASE_NO_SERVER, /* no option 54 */
    LEASE_OVERLOAD,
    LEASE_NO_END,
    LEASE_OPTIONS_LENGTH, /* more than 308 bytes of options */
    LEASE_OPTIONS_BROKEN,
    LEASE_TRANSACTION_ID,
    LEASE_DEFECT_COUNT
};

struct dhcp_server_seen {
    uint32_t identifier; /* option 54, else the source address; 0 = free */
    bool has_mac;        /* a frame of it was seen, not only the phone's REQUEST that names it */
    struct mac_address mac;
    struct marks frames;
};

/* A stretch of time in which the phone tries a stored URL and does not listen. */
struct url_window {
    instant_ns begin_ns, end_ns;
};

struct boot {
    instant_ns begin_ns; /* its first frame */
    uint64_t begin_number;
    bool first_frame_seen;       /* its series of IP ids begins with 0 */
    bool first_discover_missing; /* its second DISCOVER was seen, not its first */

    struct marks discovers, dhcp_requests, naks, relayed;
    uint32_t newest_xid;
    unsigned round_discovers; /* since the start, the last REQUEST or NAK */
    unsigned round_requests;  /* since the last DISCOVER */
    uint32_t chosen_server;   /* option 54 of its REQUEST; 0 = none */
    struct marks good_offers, bad_offers, late_offers;
    uint32_t offered_ip;            /* of the newest good one */
    enum lease_defect offer_defect; /* of the newest bad one */
    uint32_t offered_wrong_xid;
    struct marks acks, bad_acks;
    enum lease_defect ack_defect;
    bool ack_is_cut;           /* the newest good ACK: its options are not captured */
    bool has_mask, has_router; /* likewise */
    uint32_t mask, router, server_ip;
    uint64_t ack_number;

    struct marks unicast_to;         /* from others to its MAC address */
    struct mac_address unicast_from; /* the first who sent one */
    bool unicast_from_many;          /* two or more hosts did */

    struct marks replies;
    struct marks arp_answers;
    struct marks arp_unanswered; /* asked for since it last answered by ARP */

    struct marks url; /* DNS, ARP, SYN, RRQ of URL attempts */
    bool url_http;
    char url_host[64]; /* escaped name or address */
    unsigned url_attempts;
    struct url_window url_windows[URL_WINDOWS_KEPT]; /* a ring */
    bool own_asked; /* an ARP of 62 bytes for its own address: a TFTP attempt begins */
    instant_ns own_asked_ns;
    uint64_t own_asked_number;
    bool url_read_pending; /* RRQ to a unicast address */
    struct marks url_read_requests;
    char url_file_name[128]; /* raw */
};

/* ---- one order or download and what became of it ---- */

/* Why the phone does not take a DATA frame. */
enum data_defect {
    DATA_GOOD,
    DATA_TAG,
    DATA_FRAME, /* longer than 1496 bytes, broken */
    DATA_IP_OPTIONS,
    DATA_FRAGMENT,
    DATA_IP_CHECKSUM,
    DATA_UDP_CHECKSUM,
    DATA_MAC,  /* to another MAC address */
    DATA_IP,   /* neither the phone's address nor the group */
    DATA_PORT, /* not to UDP port 2000 */
    DATA_DEFECT_COUNT
};

struct tftp_server_seen {
    uint32_t ip; /* 0 = free */
    uint16_t port;
    struct mac_address mac;
    uint64_t round; /* read requests seen when its first DATA came */
    struct marks data;
};

struct attempt {
    bool begun;    /* echo, RRQ, DATA or ACK seen */
    bool from_url; /* what the phone asked for by itself */
    unsigned boot_number;
    instant_ns begin_ns;
    struct marks echoes;
    struct marks orders; /* copied from the serial's when the echo came */
    bool by_wildcard;
    struct mac_address orderer;
    bool has_orderer;
    char file_name[128]; /* raw, from echo or RRQ */
    bool own_asked, gateway_stage_over;
    struct marks gateway_asks, gateway_answers;
    uint32_t gateway_ip;
    struct marks read_requests;
    struct marks nested; /* what began it interrupted a running download: both orders and RRQs */

    struct tftp_server_seen servers[SERVERS_MAXIMUM];
    unsigned server_count; /* may exceed SERVERS_MAXIMUM */
    struct marks data;     /* of all servers, taken or not */
    struct marks good_data;
    struct marks bad_data;
    enum data_defect data_defect; /* of the newest bad one */
    uint16_t defect_port;
    bool has_newest_data;
    uint16_t newest_data;      /* block of the newest good DATA */
    bool newest_data_is_short; /* fewer than 512 bytes: the end of the file */
    uint64_t newest_data_number;
    unsigned data_repeats; /* of it */
    struct marks final_data;
    struct marks errors;
    uint16_t error_code;
    char error_text[96]; /* escaped */

    struct marks acks;
    uint16_t last_ack;
    uint64_t blocks;      /* stored by the phone, as far as seen */
    unsigned ack_repeats; /* of the newest number */
    struct marks repeated_acks;
    uint16_t server_port; /* the phone acknowledges to it */
    struct marks wrong_block;
    uint16_t wrong_expected, wrong_got;
    bool wrong_is_sure; /* the phone's counter shows that the capture lost nothing in between */

    bool first_block_seen, has_magic;
    bool is_package;                /* begins like a program or a zip file */
    uint32_t file_length;           /* from the image's header in DATA 1 */
    uint32_t sector_count;          /* likewise */
    struct transfer_image *rebuild; /* NULL: none, or judged already */
    enum transfer_image_result result;
    enum image_refusal refusal;
    char reason[IMAGE_TEXT_SIZE + 64];

    bool by_http;               /* with numbers of bytes instead of blocks: */
    uint32_t http_host;         /* who answers */
    uint32_t http_first;        /* sequence number of its first byte */
    uint32_t http_acknowledged; /* the phone's newest acknowledgement */
    uint32_t http_end;          /* what acknowledges the FIN; valid with final_data */

    bool complete; /* the last block was seen and acknowledged */
    uint64_t last_ack_number;
    instant_ns last_ack_ns;
    struct marks arp_after;    /* it is asked for by ARP after the last ACK, and does not answer */
    struct marks loader_after; /* it speaks as a loader again, its series continuing */
    bool rebooted;             /* it restarted */
    uint64_t reboot_number;
    instant_ns reboot_ns;
    struct marks firmware_after;
    bool carrier_lost; /* live: after the last ACK */
    instant_ns carrier_lost_ns;
};

/* What the phone has acknowledged: in whole blocks, or over HTTP with the header. */
uint64_t attempt_acknowledged_bytes(const struct attempt *attempt);

/* ---- one phone ---- */

/* What was seen of it. Of too many phones those of a lower rank give way first. */
enum phone_rank {
    PHONE_IDLE,    /* no more than asking for an address */
    PHONE_ENGAGED, /* it answered, or asked for a file */
    PHONE_SERVED,  /* somebody sends it an image */
    PHONE_OURS,    /* this run does */
    PHONE_RANK_COUNT,
};

struct phone_facts {
    UT_hash_handle by_mac; /* in order of appearance */
    UT_hash_handle by_ip;
    struct phone_facts *older, *newer; /* list by the time it was seen last: see phone_make_room */
    enum phone_rank rank;              /* which of the lists */
    struct phone_facts *touched_before, *touched_after; /* see observer_next_touched */
    bool is_touched;
    struct mac_address mac;
    unsigned index; /* in a struct phone_set: below PHONES_MAXIMUM, no other phone has it */
    uint32_t ip;    /* the newest address it used; 0 = unknown */
    bool has_ip_index;
    bool answered;
    struct recm_message reply; /* the newest one */
    struct marks loader_frames, firmware_frames;
    bool in_firmware;   /* the newest frame is the normal firmware's */
    instant_ns seen_ns; /* its newest frame */
    uint64_t seen_number;
    bool has_identification;
    uint16_t identification; /* of its newest UDP frame as a loader */
    uint16_t identification_before;
    instant_ns identification_ns;
    vlan_path vlan;       /* of its own frames as captured, or NO_VLAN */
    vlan_path start_vlan; /* likewise at its newest start, as a loader or with its firmware */
    unsigned starts;
    unsigned vlan_changes;    /* starts in a row in another VLAN than the start before */
    struct marks vlan_starts; /* these, and the one before them */
    struct marks routed;      /* loader frames with TTL below 60 */
    uint8_t time_to_live;     /* of the newest of them */

    unsigned boot_number; /* from 1 */
    struct boot boot;
    struct marks replies; /* of all boots */
    unsigned attempts;
    struct attempt attempt; /* the newest */

    struct marks firmware_discovers; /* the first of each series */
    unsigned firmware_series;        /* that followed each other within 180 s */
    uint32_t firmware_xid;
    instant_ns firmware_discover_ns;
    bool firmware_requested;  /* it took a lease in this series */
    unsigned firmware_leases; /* series in which it did */

    struct marks duplicates; /* another host uses its address */
    struct mac_address duplicate_mac;

    struct dhcp_server_seen servers[SERVERS_MAXIMUM];
    unsigned server_count;
};

/* ---- who is no phone of this family ---- */

struct seen_device {
    struct mac_address mac;
    enum neighbour_kind kind; /* NEIGHBOUR_OTHER_PHONE or NEIGHBOUR_ADAPTER */
    char name[48];            /* its own words, escaped */
    bool by_lldp;             /* else by CDP or DHCP */
    struct marks frames;
};

/* ---- who recovers phones here ---- */

/* A host that sends well-formed recovery messages. */
struct seen_asker {
    struct mac_address mac;
    uint32_t ip; /* of the newest message */
    struct marks messages;
    struct marks orders; /* of them */
};

/* ---- everything ---- */

struct segment_facts {
    struct marks to_phone_port;                /* every message to port 4810 */
    struct marks requests;                     /* well-formed REQUESTs */
    struct request_mark newest[REQUESTS_KEPT]; /* a ring: place requests.total % REQUESTS_KEPT */
    struct marks malformed[REQUEST_DEFECT_COUNT];
    struct mac_address malformed_from[REQUEST_DEFECT_COUNT];
    uint16_t malformed_port;
    size_t malformed_length;
    vlan_path malformed_vlan; /* of the newest malformed[REQUEST_TAG] */
    struct asked_serial serials[SERIALS_MAXIMUM];
    uint32_t serial_index;
    struct marks unreadable;      /* messages to port 4810, cut before their serial ends */
    struct marks unknown_clients; /* DHCP clients cut before anything tells who they are */
    struct mac_address asker_mac; /* of the newest message to port 4810 */
    uint32_t asker_ip;
    struct seen_asker askers[ASKERS_MAXIMUM]; /* the one heard longest ago gives way */
    unsigned asker_count;
    struct seen_device devices[DEVICES_MAXIMUM];
    unsigned device_count; /* may exceed DEVICES_MAXIMUM */
    struct marks bpdus, bpdus_not_forwarding, igmp_queries, neighbours, voice_vlan_marks;
    unsigned voice_vlan;
    struct mac_address local_hosts[LOCAL_HOSTS_MAXIMUM]; /* the capture was made on these */
    unsigned local_host_count;
    bool carrier_known, carrier_up;
    bool interface_disabled; /* not the cable: the host has switched it off */
    instant_ns carrier_ns;   /* of the newest change */
    unsigned carrier_drops;
    instant_ns carrier_drop_ns[3]; /* the newest three, newest last */
    bool carrier_flapped;          /* three drops within two minutes */
};

/* All that is known. The rules read this and nothing else. */
struct facts {
    struct phone_facts *phones; /* hash by MAC address, in order of appearance */
    size_t phone_count;
    uint64_t phones_dropped; /* because the table was full */
    struct segment_facts segment;
    uint64_t frame_count;
    instant_ns first_ns, last_ns; /* of the frames */
    instant_ns end_ns; /* the newest frame or carrier change, or what observer_end said */
    struct capture_quality quality;
    enum observer_ending ending;
    struct mac_address own_mac; /* of a run: the program's; zero: a recording */
    duration_ns flash_limit_ns; /* after the last ACK a silence this long counts as flashing */
};

#endif
