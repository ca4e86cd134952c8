/* SPDX-License-Identifier: BSD-2-Clause */
/* What many tests of the engine begin with: a rig at a certain point, and another host's frames. */
#ifndef TESTS_ENGINE_STORY_H
#define TESTS_ENGINE_STORY_H

#include "tests/unit/engine_rig.h"

#define RIG_FOREIGN_SERVER UINT32_C(0xc0a80101) /* 192.168.1.1, at the next address */
extern const struct mac_address rig_foreign_mac;

struct rig *rig_started(void);
/* A phone with a static address has confirmed its order. */
struct rig *rig_with_echo(struct rig_phone *phone, enum gateway_policy policy);
/* It has asked for the file, and got block 1. */
struct rig *rig_with_transfer(struct rig_phone *phone);
/* ... all of it; it writes, or is done with --flash-wait 0. */
void rig_acknowledge_all(struct rig *rig, struct rig_phone *phone);

/* The first frame sent of that kind (rig_find); there has to be one. */
const struct rig_sent *rig_first(const struct rig *rig, enum frame_kind kind, int operation);
/* The number of the newest DATA block sent; 0 = none. */
uint16_t rig_newest_block(const struct rig *rig);

/* From the other host. */
void rig_foreign_udp(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                     uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length);
void rig_foreign_udp_ttl(struct rig *rig, uint32_t to_ip, const struct mac_address *to_mac,
                         uint16_t from_port, uint16_t to_port, const uint8_t *payload,
                         size_t length, uint8_t time_to_live);
/* An OFFER, ACK or NAK for the phone's first DISCOVER. */
void rig_foreign_dhcp_reply(struct rig *rig, const struct rig_phone *phone, uint8_t type,
                            bool with_router);

#endif
