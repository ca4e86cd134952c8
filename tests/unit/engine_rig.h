/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A station on a test bench: virtual time, hand-made frames of phones and others, and everything
 * the station sends and says kept for inspection. What it sends comes back to it, as from a real
 * port.
 */
#ifndef TESTS_ENGINE_RIG_H
#define TESTS_ENGINE_RIG_H

#include "engine/station.h"

#define RIG_START_NS    (1000 * NS_PER_S)
#define RIG_SENT_SIZE   4096
#define RIG_TEXTS_SIZE  512
#define RIG_STATES_SIZE 256
#define RIG_PHONES      64

struct rig_sent {
    instant_ns time_ns;
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct frame frame; /* views into bytes */
};

struct rig {
    struct station_config config;
    struct station *station;
    struct craft *craft;
    instant_ns now_ns;
    uint64_t frame_number;
    struct rig_sent *sent; /* RIG_SENT_SIZE places */
    size_t sent_count;
    char texts[RIG_TEXTS_SIZE][320]; /* messages, details and changes of state */
    size_t text_count;
    enum session_state states[RIG_STATES_SIZE]; /* entered, in order */
    size_t state_count;
    struct station_event power_cycle; /* the last event that asked for one */
    unsigned power_cycles;
};

struct rig_phone {
    struct mac_address mac;
    uint32_t ip;
    const char *serial;
    uint16_t ip_id; /* of its next packet */
};

/* Change rig->config between the two. The image is 1,300 bytes: blocks of 512, 512 and 276. */
struct rig *rig_new(void);
void rig_start(struct rig *rig);
void rig_free(struct rig *rig);
/* Lets time pass; the station's deadlines are kept. */
void rig_wait(struct rig *rig, duration_ns wait_ns);
void rig_frame(struct rig *rig, const uint8_t *bytes, size_t length);
/* One of RIG_PHONES answered (ip != 0) phones of the test. */
struct rig_phone rig_phone(unsigned number);

void rig_discover(struct rig *rig, struct rig_phone *phone, unsigned n);
void rig_dhcp_request(struct rig *rig, struct rig_phone *phone, unsigned n, uint32_t server,
                      uint32_t requested_ip);
void rig_reply(struct rig *rig, struct rig_phone *phone);
void rig_echo(struct rig *rig, struct rig_phone *phone);
void rig_who_has(struct rig *rig, struct rig_phone *phone, uint32_t target_ip);
void rig_rrq(struct rig *rig, struct rig_phone *phone, const char *file_name, uint16_t port);
/* To the station; to anybody's server. */
void rig_ack(struct rig *rig, struct rig_phone *phone, uint16_t block);
void rig_ack_to(struct rig *rig, struct rig_phone *phone, uint16_t port, uint16_t block);
/* The normal firmware's DISCOVER. */
void rig_firmware(struct rig *rig, struct rig_phone *phone);
/* What is in front of a phone's next datagram to the group, to be changed at will. */
struct craft_udp rig_header(const struct rig *rig, struct rig_phone *phone, uint16_t source_port,
                            uint16_t destination_port);
/* A UDP datagram of anybody. */
void rig_udp(struct rig *rig, const struct craft_udp *header, const uint8_t *payload,
             size_t length);
/* From power-up with a lease of ours to the point where the phone has asked for the file. */
void rig_up_to_request(struct rig *rig, struct rig_phone *phone);

/* Returns: the first frame sent at or after `from` of that kind (and operation: RECM operation,
 * DHCP type, TFTP opcode, ARP operation; -1 = any); NULL if there is none. *ret_next is where to go
 * on. */
const struct rig_sent *rig_find(const struct rig *rig, size_t from, enum frame_kind kind,
                                int operation, size_t *ret_next);
unsigned rig_count(const struct rig *rig, size_t from, enum frame_kind kind, int operation);
/* RECM messages to this destination MAC address, from the frame `from` on. */
unsigned rig_count_to(const struct rig *rig, size_t from, struct mac_address to);
bool rig_said(const struct rig *rig, const char *part);
enum session_state rig_state(const struct rig *rig, const struct rig_phone *phone);
struct session_status rig_status(const struct rig *rig, const struct rig_phone *phone);

#endif
