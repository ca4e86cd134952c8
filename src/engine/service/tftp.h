/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending side of one TFTP transfer in strict lockstep (docs: protocol, rules for the PC side,
 * 6 to 8 and 10): block n+1 only after the first ACK n, never a block older than one already sent,
 * duplicate ACKs ignored. It refuses to answer anybody: whom to serve is the session's decision.
 */
#ifndef ENGINE_SERVICE_TFTP_H
#define ENGINE_SERVICE_TFTP_H

#include "engine/core.h"

struct tftp_transfer {
    struct mac_address mac; /* the phone */
    uint32_t ip;
    uint16_t port;
    bool running;
    uint16_t block;            /* the newest that was sent, from 1; 0 = none yet */
    uint16_t block_count;      /* the last block's number; it is shorter than 512 bytes */
    bool repeated;             /* this block went out twice: its ACK measures nothing */
    bool hurried;              /* the one immediate repeat of this block was used */
    unsigned repeats;          /* of this block, without an answer */
    duration_ns turnaround_ns; /* smoothed, DATA to ACK; 0 = not measured */
    duration_ns repeat_ns;     /* the next repeat after so long */
    instant_ns sent_ns;        /* this block, first time */
    instant_ns last_sent_ns;   /* this block, last time */
    instant_ns heard_ns;       /* the phone's last RRQ or ACK */
    struct timer timer;        /* the owner sets the function and calls tftp_timer from it */
    unsigned retransmissions;  /* in this run */
};

enum tftp_result {
    TFTP_NOTHING,  /* ignored, or repeated */
    TFTP_ADVANCED, /* a block was acknowledged, the next one is out */
    TFTP_COMPLETE, /* the last block was acknowledged */
    TFTP_PRESUMED, /* the last block's ACK is missing: treat it as delivered and watch */
    TFTP_STALLED,  /* too long without a sign of the phone */
};

/* Sends block 1 to `port` of the phone; the port is learnt from its RRQ. */
void tftp_start(struct core *core, struct tftp_transfer *transfer, const struct mac_address *mac,
                uint32_t ip, uint16_t port, instant_ns now_ns);
enum tftp_result tftp_ack(struct core *core, struct tftp_transfer *transfer, uint16_t block,
                          instant_ns now_ns);
/* The phone repeats its RRQ, so block 1 did not arrive: sends it again while it is the newest. */
void tftp_asked_again(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns);
/* When there is time: builds the block that follows the one sent last, so that it is ready. */
void tftp_build_ahead(struct core *core);
enum tftp_result tftp_timer(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns);
/* After TFTP_PRESUMED: the phone still waits for the last block. */
void tftp_resume(struct core *core, struct tftp_transfer *transfer, instant_ns now_ns);
void tftp_stop(struct core *core, struct tftp_transfer *transfer);
uint64_t tftp_bytes_acknowledged(const struct core *core, const struct tftp_transfer *transfer);

#endif
