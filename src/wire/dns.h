/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS (RFC 1035): recognising the loader's A queries and answering them. */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "base/bytes.h"
#include "wire/reason.h"

#include <stdbool.h>
#include <stdint.h>

#define DNS_SERVER_PORT 53
#define DNS_PHONE_PORT  44821 /* the recovery loader's own port */
#define DNS_NAME_SIZE   256

struct dns_message {
    uint16_t identification;
    bool is_response;
    bool recursion_desired;
    uint8_t response_code;
    uint16_t question_count, answer_count;
    char name[DNS_NAME_SIZE]; /* first question, dotted, without trailing dot; not escaped */
    uint16_t query_type, query_class;
    bool has_address; /* an A record among the answers */
    uint32_t address;
};

enum wire_reason dns_parse(const uint8_t *bytes, size_t length, struct dns_message *ret);
void dns_write_query(struct writer *writer, uint16_t identification, const char *name);
/* Answers the query in `query_bytes` (a whole DNS payload) with one A record. */
void dns_write_answer(struct writer *writer, const uint8_t *query_bytes, size_t query_length,
                      uint32_t address, uint32_t time_to_live_s);

#endif
