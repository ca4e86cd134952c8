/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages of the recovery and its surroundings, except DHCP: what of them a copy may hold. */
#include "redact/redact_payload.h"

#include "base/bytes.h"

#include <ctype.h>
#include <string.h>

/* docs: protocol, recovery messages. Everything between these fields is ignored or garbage. */
void redact_recm(const struct redaction *part)
{
    const struct recm_message *recm = &part->frame->recm;
    redact_keep(part, 0, 1);
    redact_keep(part, 4, 4);
    redact_text(part, 8, RECM_TEXT_SIZE);
    if (recm->operation == RECM_REPLY) {
        redact_text(part, 28, RECM_TEXT_SIZE);
        redact_mac(part, 48);
        redact_text(part, 54, RECM_TEXT_SIZE);
        redact_text(part, 74, RECM_TEXT_SIZE);
        redact_ip(part, 94);
        redact_keep(part, 98, 2);
    } else if (recm->operation == RECM_UPGRADE) {
        redact_keep(part, 28, 2);
        redact_text(part, 32, RECM_PC_LENGTH - 32);
    }
}

static bool is_number(const uint8_t *chars, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isdigit(chars[i]))
            return false;
    }
    return true;
}

/* Strings with NUL, one after the other; sizes and times in options may stay. */
static void redact_strings(const struct redaction *part, size_t offset)
{
    while (offset < part->length) {
        size_t length = strnlen((const char *)part->from + offset, part->length - offset);
        if (is_number(part->from + offset, length))
            redact_keep(part, offset, length);
        else
            redact_text(part, offset, length);
        offset += length + 1;
    }
}

void redact_tftp(const struct redaction *part)
{
    redact_keep(part, 0, 2);
    switch (part->frame->tftp.opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
    case TFTP_OACK:
        redact_strings(part, 2);
        break;
    case TFTP_ERROR:
        redact_keep(part, 2, 2);
        redact_text(part, 4, part->length);
        break;
    default: /* DATA, ACK: the block's number; what it holds is nobody's business */
        redact_keep(part, 2, 2);
        break;
    }
}

/* Returns: the offset behind the name, 0 if it is broken. */
static size_t redact_dns_name(const struct redaction *part, size_t offset)
{
    while (offset < part->length) {
        size_t label = part->from[offset];
        redact_keep(part, offset, 1);
        if (label == 0)
            return offset + 1;
        if (label >= 0xc0) { /* a pointer to an earlier name */
            redact_keep(part, offset + 1, 1);
            return offset + 2;
        }
        if (label > part->length - offset - 1)
            return 0;
        redact_text(part, offset + 1, label);
        offset += 1 + label;
    }
    return 0;
}

void redact_dns(const struct redaction *part)
{
    const size_t header = 12, question_end = 4, answer_head = 10;
    redact_keep(part, 0, header);
    if (part->length < header)
        return;
    unsigned questions = bytes_load_be16(part->from + 4), answers = bytes_load_be16(part->from + 6);
    size_t at = header;
    for (unsigned i = 0; i < questions && at > 0; i++) {
        at = redact_dns_name(part, at);
        if (at == 0)
            return;
        redact_keep(part, at, question_end);
        at += question_end;
    }
    for (unsigned i = 0; i < answers; i++) {
        at = redact_dns_name(part, at);
        if (at == 0 || at + answer_head > part->length)
            return;
        redact_keep(part, at, answer_head);
        size_t length = bytes_load_be16(part->from + at + 8);
        if (bytes_load_be16(part->from + at) == 1 && length == 4) /* an A record */
            redact_ip(part, at + answer_head);
        at += answer_head + length;
    }
}

void redact_igmp(const struct redaction *part)
{
    redact_keep(part, 0, 2);
    if (part->length < 8)
        return;
    if (part->from[0] != IGMP_V3_REPORT) {
        redact_ip(part, 4);
        redact_keep(part, 8, 4); /* of a version 3 query: flags, interval, number of sources */
        for (size_t at = 12; at + 4 <= part->length; at += 4)
            redact_ip(part, at);
        return;
    }
    redact_keep(part, 4, 4);
    for (size_t at = 8; at + 8 <= part->length;) {
        size_t sources = bytes_load_be16(part->from + at + 2), auxiliary = part->from[at + 1];
        redact_keep(part, at, 4);
        redact_ip(part, at + 4);
        for (size_t i = 0; i < sources; i++)
            redact_ip(part, at + 8 + 4 * i);
        at += 8 + 4 * (sources + auxiliary);
    }
}

/* Errors quote the packet they are about: its addresses and ports tell what was refused. */
void redact_icmp(const struct redaction *part)
{
    enum { UNREACHABLE = 3, TIME_EXCEEDED = 11 };
    redact_keep(part, 0, 2);
    if (part->length < 8 || (part->from[0] != UNREACHABLE && part->from[0] != TIME_EXCEEDED))
        return;
    redact_keep(part, 4, 4);
    struct redaction quoted = redact_rest(part, 8);
    if (quoted.length < IPV4_HEADER_LENGTH || quoted.from[0] != 0x45)
        return;
    redact_keep(&quoted, 0, 10);
    redact_ip(&quoted, 12);
    redact_ip(&quoted, 16);
    bytes_store_be16(quoted.to + 10,
                     ipv4_checksum_finish(ipv4_checksum_add(0, quoted.to, IPV4_HEADER_LENGTH)));
    redact_keep(&quoted, IPV4_HEADER_LENGTH, 6); /* ports, and a UDP length */
}

static bool starts_with(const struct redaction *part, const char *word)
{
    size_t length = strlen(word);
    return part->length >= length && memcmp(part->from, word, length) == 0;
}

static void redact_http(const struct redaction *part)
{
    if (starts_with(part, "HTTP/1."))
        redact_keep(part, 0,
                    strlen("HTTP/1.0 200") < part->length ? strlen("HTTP/1.0 200") : part->length);
    else if (starts_with(part, "GET ") || starts_with(part, "HEAD "))
        redact_text(part, 0, part->length);
}

void redact_tcp(const struct redaction *part)
{
    enum { HEADER = 20, CHECKSUM = 16, OPTION_NOP = 1, OPTION_MSS = 2, MSS_LENGTH = 4 };
    size_t header_length = part->frame->tcp.header_length;
    redact_keep(part, 0, CHECKSUM);
    if (header_length < HEADER || header_length > part->length)
        return;
    redact_keep(part, CHECKSUM + 2, 2);
    memset(part->to + HEADER, OPTION_NOP, header_length - HEADER);
    if (header_length >= HEADER + MSS_LENGTH && part->from[HEADER] == OPTION_MSS)
        redact_keep(part, HEADER, MSS_LENGTH);
    struct redaction payload = redact_rest(part, header_length);
    redact_http(&payload);
}
