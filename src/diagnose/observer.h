/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the observer remembers: facts per phone and per segment, with the frames that prove them.
 * Internal to diagnose/: the rules read it, nothing else does.
 *
 * Everything here is bounded. A `struct marks` keeps the first and the newest few of any number of
 * frames; tables have a fixed size and a stated rule for what gives way when they are full. Facts
 * say what was seen, never what it means: that is the business of the rules.
 */
#ifndef DIAGNOSE_OBSERVER_H
#define DIAGNOSE_OBSERVER_H

#include "diagnose/diagnose.h"
#include "diagnose/transfer_image.h"
#include "image/image.h"

#include <uthash.h>

#define PHONES_MAXIMUM        4096u        /* full: the phone seen longest ago gives way */
#define REBUILD_BYTES_MAXIMUM (128u << 20) /* of all open downloads; beyond: not rebuilt */
#define MARKS_FIRST           10
#define MARKS_NEWEST          6
#define SERVERS_MAXIMUM       4 /* DHCP or TFTP servers of one phone: later ones are only counted */
#define SERIALS_MAXIMUM       16 /* serials asked for: the one asked longest ago gives way */
#define ASKERS_MAXIMUM        8  /* hosts that send to port 4810: likewise */
#define REQUESTS_KEPT         64 /* newest well-formed REQUESTs */
#define NO_VLAN               (-1)

/* Some of the frames that show a fact, with the time of the first and the newest. */
struct marks {
    uint64_t total;
    uint64_t first[MARKS_FIRST];
    uint64_t newest[MARKS_NEWEST]; /* a ring, in use when total > MARKS_FIRST */
    instant_ns first_ns, newest_ns;
};

void marks_add(struct marks *marks, const struct frame *frame);
/* The number of the newest frame; 0 if there is none. */
uint64_t marks_newest(const struct marks *marks);

/* ---- what hosts send to port 4810 ---- */

/* Why a loader does not take a message for port 4810, or that it does. */
enum request_defect {
    REQUEST_WELL_FORMED,
    REQUEST_SOURCE_PORT,
    REQUEST_LENGTH,
    REQUEST_MAGIC,
    REQUEST_OPERATION,
    REQUEST_UNTERMINATED, /* serial without NUL */
    REQUEST_IP_OPTIONS,
    REQUEST_FRAGMENT,
    REQUEST_IP_CHECKSUM,
    REQUEST_UDP_CHECKSUM,
    REQUEST_TAG,
    REQUEST_DESTINATION_IP, /* neither the group nor the phone's address */
    REQUEST_OTHER,          /* frame too long, broken */
    REQUEST_DEFECT_COUNT
};

enum request_way { WAY_GROUP, WAY_BROADCAST, WAY_UNICAST, WAY_COUNT }; /* destination MAC */

struct request_mark {
    uint64_t number;
    instant_ns time_ns;
    uint32_t serial_index; /* identifies the serial: struct asked_serial.index */
    enum request_way way;
    struct mac_address from;
};

/* One serial number that was asked for, or ordered to be upgraded. */
struct asked_serial {
    uint32_t index; /* from 1, never used twice; 0 = free */
    char serial[RECM_TEXT_SIZE + 1];
    struct marks requests; /* well-formed REQUESTs */
    struct marks orders;   /* UPGRADEs, well-formed */
    struct marks malformed_orders;
    enum request_defect order_defect; /* of the newest malformed one */
    struct marks answers;             /* REPLYs taken as an answer to it */
    struct marks echoes;              /* of orders */
    uint16_t tftp_port;               /* of the newest order */
    char file_name[128];
    instant_ns newest_ns;
};

struct asker {
    struct mac_address mac; /* zero = free */
    uint64_t well_formed, orders;
    struct marks requests;
    bool tagged, untagged; /* how its frames to port 4810 came */
    instant_ns newest_ns;
};

/* ---- one start of a phone ---- */

enum offer_defect {
    OFFER_GOOD,
    OFFER_LATE,           /* for a transaction the phone had given up */
    OFFER_TRANSACTION_ID, /* of no DISCOVER of this phone */
    OFFER_NO_TYPE,        /* plain BOOTP: no option 53 */
    OFFER_NO_SERVER,      /* no option 54 */
    OFFER_OPTIONS_LENGTH,
    OFFER_NO_END,
    OFFER_OVERLOAD,
    OFFER_OPTIONS_BROKEN,
    OFFER_DESTINATION_MAC,
    OFFER_TAG,
    OFFER_IP_OPTIONS,
    OFFER_FRAGMENT,
    OFFER_CHECKSUM,
    OFFER_LENGTH,
    OFFER_OTHER,
    OFFER_DEFECT_COUNT
};

struct dhcp_server_seen {
    uint32_t identifier; /* option 54, else the source address; 0 = free */
    struct mac_address mac;
    struct marks frames;
};

struct boot {
    bool start_seen;          /* its first DISCOVER, or its IP id series from 0 */
    bool first_id_is_0;       /* the first frame of the series was seen */
    bool only_later_discover; /* the first DISCOVER seen is not the first it sent */
    instant_ns begin_ns;
    struct marks discovers, dhcp_requests, naks, acks, offers;
    uint32_t first_xid, newest_xid;
    unsigned discover_round; /* DISCOVERs since the last REQUEST or NAK */
    instant_ns round_begin_ns, newest_discover_ns;
    struct marks good_offers; /* timely and without defect */
    struct marks bad_offers;
    enum offer_defect offer_defect; /* of the newest bad one */
    struct marks late_offers;
    bool requested_since_offer;
    uint32_t chosen_server;     /* option 54 of its REQUEST */
    unsigned requests_in_round; /* REQUESTs since the last OFFER or DISCOVER */
    struct marks ack_defects;   /* ACKs that it cannot take */
    enum offer_defect ack_defect;
    instant_ns ack_ns;
    bool lease_seen; /* the next five are filled */
    bool has_mask, has_router;
    uint32_t lease_ip, mask, router, server_ip;
    uint64_t ack_number;
    struct marks relayed; /* its own messages with giaddr */

    struct marks unicast_to;         /* frames from others to its MAC address */
    struct mac_address unicast_from; /* the first who sent one */
    bool unicast_from_many;          /* two or more hosts did */

    struct marks replies;        /* in this boot */
    struct marks arp_answers;    /* it answered, or asked, by ARP: it lives */
    struct marks arp_unanswered; /* asked for since its last frame */
    struct marks asked;  /* segment's well-formed requests it may have heard: see asked_base */
    uint64_t asked_base; /* segment.well_formed when this boot began */
    uint64_t way_base[WAY_COUNT];
    uint64_t way_answered[WAY_COUNT];

    /* URL attempts */
    struct marks url;          /* DNS, ARP, SYN, RRQ */
    struct marks url_requests; /* REQUESTs while one was running */
    instant_ns url_until_ns;   /* it does not listen before */
    bool url_http, url_tftp, url_dns;
    char url_host[64];
    uint32_t url_ip;
    uint32_t arp_own_pending; /* it announced itself (ARP of 62 bytes): a TFTP attempt begins */
    instant_ns arp_own_ns;
};

/* ---- one order and what became of it ---- */

/* Why the phone does not take a DATA frame. */
enum data_defect {
    DATA_GOOD,
    DATA_PORT, /* not to UDP port 2000 */
    DATA_MAC,  /* to another MAC address */
    DATA_IP,   /* neither the phone's address nor the group */
    DATA_TAG,
    DATA_LENGTH, /* frame longer than 1496 bytes */
    DATA_IP_OPTIONS,
    DATA_FRAGMENT,
    DATA_IP_CHECKSUM,
    DATA_UDP_CHECKSUM,
    DATA_OTHER,
    DATA_DEFECT_COUNT
};

struct tftp_server_seen {
    uint32_t ip; /* 0 = free */
    uint16_t port;
    struct mac_address mac;
    unsigned round; /* RRQs seen when its first DATA came */
    struct marks data;
};

/* An upgrade (by order) or a download from a stored URL, from order or RRQ to its end. */
struct attempt {
    bool from_url; /* RRQ to a unicast address */
    bool begun;    /* order confirmed, RRQ, DATA or ACK seen */
    unsigned boot_number;
    instant_ns begin_ns;
    struct marks echoes;
    bool by_wildcard;
    char file_name[128];  /* raw, from echo or RRQ */
    struct marks arp_own; /* ARP of 62 bytes for its own address */
    struct marks gateway_asks, gateway_answers, nudges;
    uint32_t gateway_ip;
    struct marks read_requests;
    unsigned nested; /* echoes in mid-transfer */
    struct marks nested_orders;

    struct tftp_server_seen servers[SERVERS_MAXIMUM];
    unsigned server_count; /* may exceed SERVERS_MAXIMUM */
    struct marks data;     /* of all servers, taken or not */
    struct marks data_defects[DATA_DEFECT_COUNT];
    uint16_t defect_port; /* of DATA_PORT */
    bool has_data_block;
    uint16_t newest_data_block;
    bool newest_data_short; /* less than 512 bytes: the end of the file */
    struct marks final_data;
    uint64_t data_repeats;
    struct marks errors;
    uint16_t error_code;
    char error_text[64]; /* escaped */

    struct marks acks; /* every ACK */
    bool has_ack;
    uint16_t last_ack;    /* newest number */
    uint64_t blocks;      /* blocks the phone stored, as far as seen */
    unsigned ack_repeats; /* of the newest number */
    struct marks repeated_acks;
    uint16_t ack_port; /* the server port it acknowledges to */
    uint16_t ack_identification;
    struct marks wrong_block;
    uint16_t wrong_expected, wrong_got;
    bool wrong_is_sure;    /* the phone's counter shows that the capture lost nothing in between */
    uint64_t missed_start; /* the first ACK seen was not 1: so many blocks were not seen */

    bool complete;      /* the last block was acknowledged */
    bool complete_seen; /* by DATA and ACK; otherwise concluded from what followed */
    uint64_t last_ack_number;
    instant_ns last_ack_ns;
    uint32_t file_length;  /* from the image's header in DATA 1; 0 = unknown */
    uint32_t sector_count; /* likewise */
    bool has_magic, first_block_seen;

    struct transfer_image *rebuild; /* NULL: none, or judged already */
    bool judged;
    enum transfer_image_result result;
    enum image_refusal refusal;
    char reason[IMAGE_TEXT_SIZE + 64];

    struct marks arp_unanswered_after; /* asked for while it checks and writes */
    struct marks loader_after;         /* it speaks again, its series continuing */
    instant_ns loader_after_ns;
    bool rebooted; /* ended by a restart of the phone */
    struct marks reboot;
    instant_ns reboot_ns;
    struct marks firmware_after; /* frames of the normal firmware */
    bool carrier_lost;           /* live: after the last ACK */
    instant_ns carrier_lost_ns;
};

/* ---- one phone ---- */

struct phone_facts {
    UT_hash_handle by_mac; /* first: diagnosis_make walks it in order of appearance */
    UT_hash_handle by_ip;
    struct mac_address mac;
    bool indexed_by_ip;
    uint32_t ip; /* the newest address it used; 0 = unknown */
    bool answered;
    struct recm_message reply; /* the newest one */
    bool loader;               /* a frame that only the loader sends was seen */
    struct marks loader_frames, firmware_frames;
    instant_ns seen_ns; /* its newest frame of any kind */
    uint64_t seen_number;
    bool has_identification;
    uint16_t identification; /* of its newest UDP frame as loader */
    instant_ns identification_ns;
    int vlan; /* tag of its own frames as captured; NO_VLAN */
    uint8_t least_time_to_live;
    struct marks routed; /* loader frames with TTL below 60 */

    unsigned boot_number; /* from 1 */
    struct marks reboots;
    struct boot boot;
    struct marks replies; /* of all boots */
    unsigned attempts;
    struct attempt attempt;      /* the newest */
    struct marks earlier_stalls; /* last ACKs of attempts before it that did not complete */

    /* the normal firmware */
    unsigned firmware_series; /* DISCOVER series 10 to 180 s apart */
    struct marks firmware_discovers;
    uint32_t firmware_xid;
    instant_ns firmware_discover_ns;
    bool firmware_restarts_sure; /* a lease was completed, or its series of IP ids restarted */
    bool firmware_requested;
    uint16_t firmware_identification;

    /* another host with its address */
    struct marks duplicates;
    struct mac_address duplicate_mac;

    struct dhcp_server_seen servers[SERVERS_MAXIMUM]; /* that answered this phone */
    unsigned server_count;
    unsigned identical_requests; /* by the same host in the same form, since its first REPLY */
    struct marks requests_after_reply;
};

/* ---- everything ---- */

struct segment_facts {
    uint64_t well_formed; /* REQUESTs a loader would take, all in all */
    uint64_t ways[WAY_COUNT];
    struct marks requests;      /* well-formed */
    struct marks to_phone_port; /* every frame to port 4810 */
    struct marks malformed[REQUEST_DEFECT_COUNT];
    uint16_t malformed_port;                   /* of the newest with REQUEST_SOURCE_PORT */
    size_t malformed_length;                   /* likewise */
    struct request_mark newest[REQUESTS_KEPT]; /* a ring: well_formed is the next place */
    struct asked_serial serials[SERIALS_MAXIMUM];
    uint32_t serial_index;
    struct asker askers[ASKERS_MAXIMUM];
    struct marks bpdus, igmp_queries, neighbours, voice_vlan;
    struct marks bpdus_not_forwarding;
    unsigned voice_vlan_id;
    struct marks tagged; /* recovery traffic with 802.1Q */
    struct marks carrier_drops_marks;
    instant_ns carrier_drop_ns[3];         /* the newest three, newest last */
    unsigned carrier_drops, carrier_flaps; /* flaps: three drops within two minutes */
    bool carrier_known, carrier_up;
    instant_ns carrier_ns;
};

struct observer {
    struct phone_facts *phones; /* hash by MAC address, in order of appearance */
    struct phone_facts *phones_by_ip;
    size_t phone_count;
    uint64_t phones_dropped; /* because the table was full */
    size_t rebuild_bytes;
    struct segment_facts segment;
    uint64_t frame_count;
    instant_ns first_ns, last_ns; /* of the frames */
    instant_ns now_ns;            /* clamped: of the newest frame or carrier change */
    instant_ns end_ns;            /* now_ns, or what observer_end said */
    bool time_ran_backwards;
    duration_ns flash_limit_ns;
    observation_sink *sink;
    void *sink_context;
};

/* Of `phone` the number of well-formed REQUESTs since its start, and those sent one way. */
static inline uint64_t requests_heard(const struct observer *observer,
                                      const struct phone_facts *phone)
{
    return observer->segment.well_formed - phone->boot.asked_base;
}

#endif
