/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files of redact.h only: the copy of one frame in the making, which starts as zeros,
 * and the messages inside it.
 */
#ifndef REDACT_REDACT_PAYLOAD_H
#define REDACT_REDACT_PAYLOAD_H

#include "redact/pseudonym.h"
#include "wire/frame.h"

/* A part of the frame: `to` is the same place in the copy; both have `length` bytes. */
struct redaction {
    struct pseudonyms *pseudonyms;
    const struct frame *frame;
    const uint8_t *from;
    uint8_t *to;
    size_t length;
};

/* Are these bytes in the part? */
bool redact_is_inside(const struct redaction *part, size_t offset, size_t length);
/* Each does nothing where `offset` and `length` reach beyond the part. */
void redact_keep(const struct redaction *part, size_t offset, size_t length);
void redact_mac(const struct redaction *part, size_t offset);
void redact_ip(const struct redaction *part, size_t offset);
/* Text up to the first NUL; what follows is left out. Cut where the part ends. */
void redact_text(const struct redaction *part, size_t offset, size_t length);
/* The bytes from `offset` on as a part of their own. */
struct redaction redact_rest(const struct redaction *part, size_t offset);

/* The messages; each is given its whole payload. */
void redact_recm(const struct redaction *part);
void redact_dhcp(const struct redaction *part);
void redact_tftp(const struct redaction *part);
void redact_dns(const struct redaction *part);
void redact_igmp(const struct redaction *part);
void redact_icmp(const struct redaction *part);
void redact_tcp(const struct redaction *part);
void redact_stp(const struct redaction *part);
void redact_cdp(const struct redaction *part);
void redact_lldp(const struct redaction *part);

#endif
