/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of the simulated phone, and the shapes of its parts.
 *
 * The loader is one thread that polls. Here a handler runs at once and in full, but on a time line
 * of its own: cpu_ns is where the processor is; printing and hashing move it on, frames sent and
 * lines printed carry its value and become visible when that time has come. While the processor is
 * busy, received frames wait in the five buffers or are lost, as in the phone.
 */
#ifndef PHONE_STATE_H
#define PHONE_STATE_H

#include "base/random.h"
#include "phone/constants.h"
#include "phone/firmware.h"
#include "phone/phone.h"
#include "wire/craft.h"

#define PHONE_OUTPUT_RING    32 /* frames on their way out */
#define PHONE_EVENT_RING     64
#define PHONE_OUTPUT_RESERVE 4 /* no handler sends more frames at a time */
#define PHONE_URLS           2 /* recovery URL, last upgrade URL */
#define PHONE_DNS_SERVERS    4

/* A frame that got through the loader's checks of link, IP and UDP, as views into its buffer. */
struct packet {
    uint32_t source_ip, destination_ip;
    uint16_t source_port, destination_port;
    uint16_t udp_length;    /* as written in the header, which the loader believes */
    const uint8_t *payload; /* UDP or TCP payload */
    size_t payload_length;  /* bytes of it that are there */
};

struct receive_buffer {
    instant_ns arrival_ns;
    size_t length;
    uint8_t bytes[PHONE_FRAME_SIZE];
};

/* The chain of five buffers: re-armed as a whole, and only after the fifth was consumed. */
struct receive_chain {
    struct receive_buffer buffers[LOADER_RECEIVE_BUFFERS];
    unsigned filled, taken, released;
};

struct timed_output {
    instant_ns due_ns;
    struct phone_output output;
};

struct dhcp_client {
    bool requesting;       /* an OFFER was taken */
    bool refused;          /* a NAK: the pause before the next DISCOVER */
    unsigned transmission; /* of the present message, from 1 */
    unsigned discovers;    /* since power-on: the n of the transaction id */
    uint32_t transaction_id;
    uint32_t offered_ip, server_identifier;
};

enum attempt_kind {
    ATTEMPT_UPGRADE, /* ordered by a RECM message: everything goes to the group */
    ATTEMPT_URL,     /* unicast to the host of the URL */
};

struct attempt {
    enum attempt_kind kind;
    uint32_t host_ip;   /* ATTEMPT_URL */
    uint16_t host_port; /* HTTP only: the loader ignores the port of a tftp:// URL */
    char file[PHONE_URL_SIZE];
    uint32_t arp_target;
    unsigned arp_requests;
};

struct tftp_client {
    uint16_t server_port;
    bool block_1_arrived;
    uint16_t last_block;    /* the last one accepted, 0 at the start */
    bool last_sent_is_ack;  /* else the RRQ */
    unsigned transmissions; /* of the same packet without a new block */
};

enum http_stage { HTTP_ARP, HTTP_CONNECTING, HTTP_RECEIVING };

struct http_client {
    enum http_stage stage;
    unsigned transmissions;
    uint16_t identification; /* an IP id series of its own */
    uint32_t sequence, acknowledgement;
    bool header_complete;
    size_t header_length;
    char header[LOADER_HTTP_HEADER_SIZE];
    instant_ns give_up_ns;
};

struct url {
    bool present, is_http, is_name;
    char host[PHONE_URL_SIZE];
    uint32_t host_ip; /* resolved or literal, 0 = not known (yet) */
    uint16_t port;
    char path[PHONE_URL_SIZE];
};

/* 64 KiB of flash; what is in `bytes` may be known to be an entry of the image in `checked`. */
struct flash_sector {
    uint8_t *bytes;
    bool written;
    unsigned generation; /* of `checked`, 0 = unknown */
    unsigned entry;
};

/* What will befall the phone on its own: the consequence of heap damage or of a fault. */
enum fate { FATE_NONE, FATE_CRASH, FATE_RESET, FATE_POWER_OFF, FATE_POWER_ON };

struct phone {
    struct phone_config config;
    struct craft *craft;
    struct random random;

    enum phone_state state;
    instant_ns now_ns; /* the latest time the caller named */
    instant_ns cpu_ns; /* see above; at rest: when the processor became idle */
    instant_ns timer_ns;
    bool timer_counts_loops; /* stretches by the time that handling frames takes */
    enum fate fate;
    instant_ns fate_ns;
    bool power_loss_done; /* the one power cut of a fault has happened */

    struct receive_chain chain;
    struct timed_output outputs[PHONE_OUTPUT_RING];
    unsigned output_first, output_count;
    struct phone_event events[PHONE_EVENT_RING];
    unsigned event_first, event_count;

    uint16_t ip_identification;
    uint32_t ip, mask, gateway, server_ip;
    uint32_t dns_servers[PHONE_DNS_SERVERS];
    unsigned dns_server_count;
    struct mac_address next_hop; /* the last ARP result, right or wrong */
    bool address_spoilt;         /* an UPGRADE came before the ACK */
    bool slow_receive;           /* after an HTTP attempt, until the next TFTP attempt */

    struct dhcp_client dhcp;
    unsigned window; /* index of the listening window, doubling from 5 s */
    unsigned next_url;
    struct url urls[PHONE_URLS];
    uint16_t dns_identification;
    struct attempt attempt;
    struct tftp_client tftp;
    struct http_client http;
    uint8_t reply_buffer[LOADER_RECM_REPLY_LENGTH]; /* heap: keeps what was there before */

    uint8_t *download; /* the loader's heap; grows up to LOADER_DOWNLOAD_MAXIMUM */
    size_t download_length, download_capacity;
    struct firmware_check *check;
    uint8_t *checked; /* the image of `check`, so that the same bytes are not hashed twice */
    size_t checked_length, checked_capacity;
    unsigned checked_generation; /* counts the different images, from 1 */
    unsigned flash_entry;        /* next table entry to be programmed */
    struct flash_sector sectors[PHONE_FLASH_SECTORS];
    unsigned flash_count;
    unsigned firmware_step; /* of the normal firmware */
    uint32_t firmware_transaction_id;
    char damage[PHONE_EVENT_TEXT_SIZE];
};

#endif
