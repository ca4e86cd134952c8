/* SPDX-License-Identifier: BSD-2-Clause */
/* An observer and the frames of a small segment, for tests: one PC, any number of phones. */
#ifndef UNIT_DIAGNOSE_BENCH_H
#define UNIT_DIAGNOSE_BENCH_H

#include "judge/verdict.h"
#include "observe/observer.h"
#include "wire/craft.h"

#define BENCH_PC_IP    UINT32_C(0xc0a84d01)
#define BENCH_PHONE_IP UINT32_C(0xc0a84d14)

struct bench {
    struct observer *observer;
    struct craft *craft;
    instant_ns now_ns;
    uint64_t number;
    struct craft_udp next; /* of the PC's next datagrams; tests spoil it */
    uint16_t phone_identification;
    uint32_t phone_ip;   /* of the phone that speaks; BENCH_PHONE_IP at the start */
    const uint8_t *file; /* what the next downloads transfer; NULL: something that begins well */
    size_t file_length;
};

void bench_open(struct bench *ret);
void bench_close(struct bench *bench);
void bench_wait(struct bench *bench, double seconds);
void bench_frame(struct bench *bench, const uint8_t *bytes, size_t captured, size_t length);
/* A datagram with the addresses of `next`. */
void bench_udp(struct bench *bench, const uint8_t *payload, size_t length);

/* The PC asks for `serial`, to a destination MAC. */
void bench_request(struct bench *bench, const char *serial, const struct mac_address *to);
void bench_request_group(struct bench *bench);
void bench_order(struct bench *bench, const char *serial);
/* The phone with this last octet: DISCOVER to ACK; REPLY and echo; ARP answer to the PC. */
struct mac_address bench_phone(uint8_t octet);
void bench_discover(struct bench *bench, const struct mac_address *phone, unsigned n);
void bench_lease(struct bench *bench, const struct mac_address *phone);
void bench_reply(struct bench *bench, const struct mac_address *phone, const char *serial);
void bench_echo(struct bench *bench, const struct mac_address *phone, const char *serial);
void bench_arp(struct bench *bench, const struct mac_address *phone, bool answers);
/* RRQ, DATA and ACK of `count` blocks; the last one is short if `ends`: with a file the whole. */
void bench_transfer(struct bench *bench, const struct mac_address *phone, unsigned count,
                    bool ends);
void bench_firmware(struct bench *bench, const struct mac_address *phone);

/* Asserts the leading verdict. */
void bench_expect(const struct bench *bench, enum verdict_id id, enum confidence confidence);

#endif
