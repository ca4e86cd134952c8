/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames on their way out: built with the station's own addresses and tag, and queued until they
 * are fetched. Nothing leaves that could harm a phone: no IP option towards it, no frame over 1496
 * bytes, RECM payloads of exactly 160 bytes (docs: protocol, what the phone accepts).
 */
#ifndef ENGINE_TRANSMIT_H
#define ENGINE_TRANSMIT_H

#include "engine/station.h"

struct transmit {
    struct craft *craft;
    const struct station_config *config;
    uint16_t ip_identification; /* of the next IPv4 packet */
    uint64_t frames_out;
    bool silent; /* stopped, or only watching: everything is dropped */

    struct station_output *outputs; /* owned ring */
    size_t first, count, capacity;
};

bool transmit_init(struct transmit *transmit, const struct station_config *config,
                   uint16_t first_identification, struct error *ret_error);
void transmit_free(struct transmit *transmit);
/* From our MAC and address to the given ones. */
void transmit_udp(struct transmit *transmit, const struct mac_address *to_mac, uint32_t to_ip,
                  uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length);
void transmit_arp(struct transmit *transmit, const struct mac_address *to,
                  const struct arp_packet *packet);
void transmit_igmp_report(struct transmit *transmit, uint32_t group_ip);
/* From an address that is not ours to claim elsewhere (URL service): TCP segments. */
void transmit_tcp(struct transmit *transmit, struct craft_tcp *header, const uint8_t *payload,
                  size_t length);
bool transmit_next(struct transmit *transmit, struct station_output *ret);
void transmit_clear(struct transmit *transmit);

#endif
