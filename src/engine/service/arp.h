/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARP for the phones this run has ordered (docs: protocol, rules for the PC side, 4): answers for
 * our own address, helps a phone past a gateway that does not answer. It claims nobody's address
 * towards anybody but that phone, and sends nothing unasked.
 */
#ifndef ENGINE_SERVICE_ARP_H
#define ENGINE_SERVICE_ARP_H

#include "engine/core.h"
#include "wire/arp.h"

struct gateway_help {
    uint32_t gateway_ip; /* the address the phone asks for; 0 = not asked yet */
    unsigned asked;      /* in this attempt */
    unsigned failed;     /* attempts in which the help came too late for this gateway's phone */
};

/* "who-has phone" from 0.0.0.0 to the phone alone: it claims nothing, and ends a wait for a gateway
 * (docs: protocol, ARP). */
void arp_probe(struct core *core, const struct mac_address *mac, uint32_t ip);
/* "Who-has" for our own address, or (URL service) for one we claim: answered to the asker alone. */
void arp_answer_for(struct core *core, const struct arp_packet *request);
/* A phone we ordered asks for its gateway: the first request is left to the gateway, the second
 * brings the nudge, the third the stand-in reply; each attempt that
 * failed for it brings them one request sooner (a slow network). Returns: what was done, for the
 * log; NULL = nothing. */
const char *arp_help(struct core *core, struct gateway_help *help,
                     const struct arp_packet *request);

#endif
