/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invariants of the station's conduct, checked on every frame it sends or receives: nothing
 * that could harm a phone, strict lockstep, nobody served but who was ordered, leases to loaders
 * only, not one frame after the end. Written from the protocol, not from the engine.
 */
#ifndef SIM_CHECKS_H
#define SIM_CHECKS_H

#include "engine/station.h"

#define CHECKED_PHONES 4096 /* and those that a hostile host invents */

#define CHECKED_SERIALS  4
#define CHECKED_SEGMENTS 2

struct checked_phone {
    struct mac_address mac;
    bool loader_asked; /* a loader DISCOVER or REQUEST was received from it */
    bool ordered;      /* an UPGRADE for its serial was sent */
    char serials[CHECKED_SERIALS][RECM_TEXT_SIZE + 1]; /* stated lately, a ring */
    unsigned serial_count;
    bool asked_by_itself; /* an RRQ to a host of its own URL, and this run answers those */
    bool connects;        /* it sent TCP segments: the newest one says the rest */
    uint32_t tcp_ip, tcp_host_ip, tcp_acknowledged[CHECKED_SEGMENTS]; /* a ring */
    unsigned tcp_count;
    bool request_open; /* an RRQ came that no DATA 1 has answered yet */
    uint16_t request_ip_id;
    bool is_doubtful; /* its newest ACK does not follow that */
    unsigned block;   /* newest DATA sent in this download */
    unsigned acknowledged;
    uint16_t transfer_port; /* where our DATA comes from; ACKs to another are not for us */
};

struct checks {
    const struct station_config *config;
    struct checked_phone phones[CHECKED_PHONES];
    unsigned phone_count;
    bool may_be_forged;                        /* what is received: a hostile host is there */
    bool ended;                                /* the run is over: nothing may be sent */
    instant_ns request_ns;                     /* the last REQUEST */
    instant_ns first_order_ns, first_reply_ns; /* 0 = none */
    uint64_t sent;
    unsigned orders, answers; /* UPGRADEs; DATA and TCP segments and DNS answers */
    char violation[256];      /* the first one; "" = none */
};

void checks_sent(struct checks *checks, const uint8_t *bytes, size_t length, instant_ns now_ns);
void checks_received(struct checks *checks, const uint8_t *bytes, size_t length, instant_ns now_ns);
void checks_fail(struct checks *checks, instant_ns now_ns, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
