/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames on their way out: built with the station's own addresses and tag, and queued until they
 * are fetched. Nothing leaves that could harm a phone: no IP option towards it, no frame over 1496
 * bytes, RECM payloads of exactly 160 bytes (docs: protocol, what the phone accepts).
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include "base/error.h"
#include "engine/config.h"
#include "engine/output.h"
#include "wire/arp.h"

struct outbox {
    struct craft *craft;
    const struct station_config *config;
    uint16_t ip_identification; /* of the next IPv4 packet */
    uint64_t frames_out;
    bool silent; /* stopped, or only watching: everything is dropped */

    struct station_output *outputs; /* owned ring */
    size_t first, count, capacity;
};

bool outbox_init(struct outbox *outbox, const struct station_config *config,
                 uint16_t first_identification, struct error *ret_error);
void outbox_free(struct outbox *outbox);
/* From our MAC and address to the given ones. */
void outbox_udp(struct outbox *outbox, const struct mac_address *to_mac, uint32_t to_ip,
                uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length);
/* Builds such a frame ahead of its time; outbox_built queues it when that has come. */
void outbox_build_udp(struct outbox *outbox, const struct mac_address *to_mac, uint32_t to_ip,
                      uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length,
                      struct station_output *ret);
void outbox_built(struct outbox *outbox, const struct station_output *built);
/* The same in the name of another address (URL service). */
void outbox_udp_as(struct outbox *outbox, uint32_t from_ip, const struct mac_address *to_mac,
                   uint32_t to_ip, uint16_t from_port, uint16_t to_port, const uint8_t *payload,
                   size_t length);
void outbox_arp(struct outbox *outbox, const struct mac_address *to,
                const struct arp_packet *packet);
void outbox_igmp_report(struct outbox *outbox, uint32_t group_ip);
/* In the name of another address (URL service). Fills in our MAC, IP id, TTL and tag. */
void outbox_tcp(struct outbox *outbox, struct craft_tcp *header, const uint8_t *payload,
                size_t length);
bool outbox_next(struct outbox *outbox, struct station_output *ret);
void outbox_clear(struct outbox *outbox);

#endif
