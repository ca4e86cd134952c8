/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the formats share: frames of the recorded traces, bytes written as hex text,
 * and frames built from their parts with every checksum right.
 */
#ifndef TESTS_WIRE_SUPPORT_H
#define TESTS_WIRE_SUPPORT_H

#include "wire/frame.h"

#include <stddef.h>
#include <stdint.h>

#define SUPPORT_FRAME_SIZE 2048
#define TRACE_NAME_SIZE    64

struct trace_frame {
    uint8_t *bytes;
    size_t captured;
    size_t length;
};

struct trace {
    char name[TRACE_NAME_SIZE]; /* "delivered.pcap" */
    struct trace_frame *frames; /* frame number n is frames[n - 1] */
    size_t count;
};

/* Reads pcaps/NAME below $top_srcdir; fails the test if it cannot. To be freed with trace_free. */
struct trace trace_read(const char *name);
void trace_free(struct trace *trace);
/* Calls `visit` for every trace of pcaps/. Returns: how many there are. */
size_t trace_for_each(void (*visit)(const struct trace *trace, void *context), void *context);

/* Hex digits, blanks ignored. Returns: the number of bytes; fails the test if they do not fit. */
size_t bytes_from_hex(const char *hex, uint8_t *ret, size_t size);

/*
 * A copy of exactly `length` bytes, so that the sanitizers see every byte read behind it; of length
 * 0 too. To be freed.
 */
uint8_t *exact_copy(const uint8_t *bytes, size_t length);

/* An untagged frame from 3c:97:0e:4b:21:07 to 01:00:5e:04:08:0a that carries `payload`. */
size_t ethernet_frame(uint16_t type, const uint8_t *payload, size_t length, uint8_t *ret);
/* The same around IPv4, 192.168.77.1 to 234.4.8.10, header checksum right. */
size_t ipv4_frame(uint8_t protocol, const uint8_t *payload, size_t length, uint8_t *ret);
/* The same around UDP, UDP checksum right. */
size_t udp_frame(uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                 size_t length, uint8_t *ret);
/* The same around TCP of 20 bytes without options, TCP checksum right. */
size_t tcp_frame(const uint8_t *payload, size_t length, uint8_t *ret);
/* Sets the header checksum anew after the IPv4 header of an untagged frame was changed. */
void fix_ipv4_checksum(uint8_t *frame);

/* A REQUEST of a PC; DATA 7 of a server with so many bytes of data. Return: the length. */
size_t request_frame(uint8_t *ret);
size_t data_frame(size_t data_length, uint8_t *ret);
/* Dissects a copy of the exact size, that lives until the next call; the last one goes with
 * dissect_drop_copy, a group's tear-down. */
struct frame dissect_copy(const uint8_t *bytes, size_t captured, size_t length);
int dissect_drop_copy(void **state);

#endif
