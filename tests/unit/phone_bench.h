/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bench for the simulated phone: a phone, a clock, and a PC made of small calls, each of which
 * puts one frame on the cable. What the phone sends is kept in order until it is asked for.
 */
#ifndef TESTS_PHONE_BENCH_H
#define TESTS_PHONE_BENCH_H

#include "phone/phone.h"
#include "wire/craft.h"
#include "wire/frame.h"

#define BENCH_FRAMES 4096

#define BENCH_PC_IP      UINT32_C(0xc0a84d01) /* 192.168.77.1: server, router, name server */
#define BENCH_PHONE_IP   UINT32_C(0xc0a84d14) /* 192.168.77.20: what the bench leases */
#define BENCH_FOREIGN_IP UINT32_C(0xc0a84dfe) /* 192.168.77.254 */
#define BENCH_MASK       UINT32_C(0xffffff00)

struct bench_frame {
    instant_ns time_ns;
    size_t length;
    uint8_t bytes[PHONE_FRAME_SIZE];
};

struct bench {
    struct phone *phone;
    struct craft *craft;
    struct mac_address phone_mac, pc_mac;
    instant_ns now_ns;
    struct bench_frame *frames; /* sent by the phone */
    unsigned frame_count, frames_read;
    uint16_t identification;
    struct frame last; /* dissected by the latest bench_expect */
};

struct bench *bench_new(const struct phone_config *config); /* and power on */
void bench_free(struct bench *bench);
/* Lets time pass; the phone's frames are collected. */
void bench_run_until(struct bench *bench, instant_ns time_ns);
void bench_run_for(struct bench *bench, duration_ns duration);
/* Puts a whole frame on the cable now. */
void bench_put(struct bench *bench, const uint8_t *bytes, size_t length);

/* The next frame of the phone, waiting up to `patience_ns` for it. Returns: false: none came. */
bool bench_next(struct bench *bench, duration_ns patience_ns);
/* Nothing is left to be read and nothing comes for `duration_ns`. */
bool bench_is_silent(struct bench *bench, duration_ns duration_ns);

/* Frames of the PC. A zeroed `header` is filled with the usual addresses by bench_header. */
struct craft_udp bench_header(const struct bench *bench, uint32_t destination_ip,
                              uint16_t source_port, uint16_t destination_port);
void bench_udp(struct bench *bench, const struct craft_udp *header, const uint8_t *payload,
               size_t length);
void bench_arp(struct bench *bench, uint16_t operation, uint32_t sender_ip, uint32_t target_ip);
void bench_request(struct bench *bench, const char *serial);
void bench_upgrade(struct bench *bench, const char *serial, const char *file_name);
/* Answers to the DISCOVER or REQUEST in bench->last; options with value 0 are left out. */
struct bench_lease {
    uint8_t type;
    uint32_t transaction_id;
    uint32_t your_ip, server_ip, server_identifier, mask, router, dns_server;
};
struct bench_lease bench_lease(const struct bench *bench, uint8_t type);
void bench_dhcp(struct bench *bench, const struct bench_lease *lease);
void bench_data(struct bench *bench, uint16_t port, uint16_t block, const uint8_t *data,
                size_t length);

/* Whole passages; each returns false where the phone did not do as it should. */
bool bench_get_address(struct bench *bench);
bool bench_order(struct bench *bench, const char *file_name); /* up to the RRQ in bench->last */
bool bench_transfer(struct bench *bench, const uint8_t *image, size_t length);
/* Runs until a state is reached, at most for `patience_ns`. */
bool bench_reach(struct bench *bench, enum phone_state state, duration_ns patience_ns);
/* True if one of the phone's lines so far contains `text`; lines are read and forgotten. */
bool bench_console_says(struct bench *bench, const char *text);

/* Where tests begin: powered on; with an address; in the wait for its gateway, with the first
 * request for that in bench->last. */
struct bench *bench_powered(void);
struct bench *bench_listening(void);
struct bench *bench_resolving(void);
/* The PC's REQUEST as bytes, to be damaged. Returns: its length. */
size_t bench_request_frame(struct bench *bench, uint8_t frame[CRAFT_FRAME_SIZE]);
/* The next frame within a second is a REPLY: to what was put; to a REQUEST now. */
bool bench_is_answered(struct bench *bench);
bool bench_replies(struct bench *bench);
/* The next frame, in bench->last, has to be that; the test fails otherwise. */
void bench_expect_dhcp(struct bench *bench, uint8_t type, duration_ns patience_ns);
void bench_expect_tftp(struct bench *bench, uint16_t opcode, duration_ns patience_ns);
void bench_expect_request_after_offer(struct bench *bench); /* DISCOVER, our OFFER, REQUEST */

/* A file below top_srcdir, to be freed; fails the test if it cannot be read. */
uint8_t *bench_read_file(const char *name, size_t *ret_length);

#endif
