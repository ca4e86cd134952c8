/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded frames beside today's: see replay_compare.h. */
#include "cmd/replay_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_AHEAD   16 /* frames that may be missing on one side before the order is given up */
#define SUMMARY_SIZE 200
#define FIELD_SIZE   80

struct replay_frames {
    struct captured_frame *items; /* each with bytes of its own */
    size_t count, capacity;
};

struct replay_frames *replay_frames_new(void)
{
    struct replay_frames *frames = calloc(1, sizeof *frames);
    if (!frames)
        abort();
    return frames;
}

void replay_frames_free(struct replay_frames *frames)
{
    if (!frames)
        return;
    for (size_t i = 0; i < frames->count; i++)
        free((void *)frames->items[i].bytes);
    free(frames->items);
    free(frames);
}

/* The host of a recorded run has a voice of its own (IPv6, mDNS, ...) that nobody compares. */
static bool is_of_the_engine(const struct frame *frame)
{
    switch (frame->kind) {
    case FRAME_RECM:
    case FRAME_DHCP:
    case FRAME_TFTP:
    case FRAME_ARP:
    case FRAME_DNS:
    case FRAME_TCP:
        return true;
    case FRAME_IGMP:
        return frame->igmp.type == IGMP_V2_REPORT && frame->igmp.group == RECM_GROUP_IP;
    default:
        return false;
    }
}

void replay_frames_add(struct replay_frames *frames, const struct frame *frame)
{
    if (!is_of_the_engine(frame))
        return;
    if (frames->count == frames->capacity) {
        frames->capacity = frames->capacity ? 2 * frames->capacity : 64;
        frames->items = reallocarray(frames->items, frames->capacity, sizeof *frames->items);
        if (!frames->items)
            abort();
    }
    uint8_t *bytes = malloc(frame->captured);
    if (!bytes)
        abort();
    memcpy(bytes, frame->bytes, frame->captured);
    frames->items[frames->count++] = (struct captured_frame){
        .time_ns = frame->time_ns,
        .number = frame->number,
        .captured = frame->captured,
        .length = frame->length,
        .bytes = bytes,
    };
}

size_t replay_frames_count(const struct replay_frames *frames)
{
    return frames->count;
}

/* Are both the same step of the conversation? */
static bool same_step(const struct frame *a, const struct frame *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FRAME_RECM:
        return a->recm.operation == b->recm.operation;
    case FRAME_DHCP:
        return a->dhcp.type == b->dhcp.type;
    case FRAME_TFTP:
        return a->tftp.opcode == b->tftp.opcode && a->tftp.block == b->tftp.block;
    case FRAME_ARP:
        return a->arp.operation == b->arp.operation;
    default:
        return true;
    }
}

/* One line per field that differs. */
struct comparison {
    struct text *ret;
    size_t differences;
    const struct frame *recorded;
    instant_ns start_ns;
};

static void differ(struct comparison *comparison, const char *field, const char *recorded,
                   const char *now)
{
    comparison->differences++;
    text_add(comparison->ret, "frame %" PRIu64 ": %s: recorded %s, now %s\n",
             comparison->recorded->number, field, recorded, now);
}

static void compare_number(struct comparison *comparison, const char *field, uint64_t recorded,
                           uint64_t now)
{
    char a[FIELD_SIZE], b[FIELD_SIZE];
    if (recorded == now)
        return;
    snprintf(a, sizeof a, "%" PRIu64, recorded);
    snprintf(b, sizeof b, "%" PRIu64, now);
    differ(comparison, field, a, b);
}

static void compare_ip(struct comparison *comparison, const char *field, uint32_t recorded,
                       uint32_t now)
{
    if (recorded != now)
        differ(comparison, field, ipv4_format(recorded).text, ipv4_format(now).text);
}

static void compare_mac(struct comparison *comparison, const char *field,
                        const struct mac_address *recorded, const struct mac_address *now)
{
    if (!mac_equal(recorded, now))
        differ(comparison, field, mac_format(recorded).text, mac_format(now).text);
}

static void compare_text(struct comparison *comparison, const char *field, const char *recorded,
                         const char *now)
{
    char a[FIELD_SIZE], b[FIELD_SIZE];
    if (strcmp(recorded, now) != 0)
        differ(comparison, field, text_escape(recorded, strlen(recorded), a, sizeof a),
               text_escape(now, strlen(now), b, sizeof b));
}

static void compare_recm(struct comparison *comparison, const struct recm_message *a,
                         const struct recm_message *b)
{
    compare_text(comparison, "serial", a->serial, b->serial);
    compare_number(comparison, "message length", a->length, b->length);
    if (a->operation != RECM_UPGRADE)
        return;
    compare_number(comparison, "TFTP port", a->tftp_port, b->tftp_port);
    compare_text(comparison, "file name", a->file_name, b->file_name);
}

static void compare_dhcp(struct comparison *comparison, const struct dhcp_message *a,
                         const struct dhcp_message *b)
{
    compare_number(comparison, "transaction id", a->transaction_id, b->transaction_id);
    compare_ip(comparison, "offered address", a->your_ip, b->your_ip);
    compare_ip(comparison, "siaddr", a->server_ip, b->server_ip);
    compare_ip(comparison, "subnet mask", a->subnet_mask, b->subnet_mask);
    compare_ip(comparison, "router", a->router, b->router);
    compare_ip(comparison, "server identifier", a->server_identifier, b->server_identifier);
    compare_number(comparison, "lease time", a->lease_time_s, b->lease_time_s);
}

static void compare_tftp(struct comparison *comparison, const struct tftp_packet *a,
                         const struct tftp_packet *b)
{
    compare_number(comparison, "block length", a->wire_length, b->wire_length);
    if (a->data_length == b->data_length && a->data_length > 0 &&
        memcmp(a->data, b->data, a->data_length) != 0)
        differ(comparison, "block contents", "other bytes", "those of the image");
    if (a->opcode == TFTP_ERROR)
        compare_number(comparison, "error code", a->error_code, b->error_code);
}

static void compare_arp(struct comparison *comparison, const struct arp_packet *a,
                        const struct arp_packet *b)
{
    compare_mac(comparison, "ARP sender MAC", &a->sender_mac, &b->sender_mac);
    compare_ip(comparison, "ARP sender IP", a->sender_ip, b->sender_ip);
    compare_ip(comparison, "ARP target IP", a->target_ip, b->target_ip);
}

static void compare_fields(struct comparison *comparison, const struct frame *a,
                           const struct frame *b)
{
    comparison->recorded = a;
    compare_mac(comparison, "destination MAC", &a->ethernet.destination, &b->ethernet.destination);
    compare_number(comparison, "VLAN tags", a->ethernet.tag_count, b->ethernet.tag_count);
    if (a->has_ipv4 && b->has_ipv4) {
        compare_ip(comparison, "source IP", a->ipv4.source, b->ipv4.source);
        compare_ip(comparison, "destination IP", a->ipv4.destination, b->ipv4.destination);
    }
    if (a->has_udp && b->has_udp) {
        compare_number(comparison, "source port", a->udp.source_port, b->udp.source_port);
        compare_number(comparison, "destination port", a->udp.destination_port,
                       b->udp.destination_port);
    }
    if (a->kind == FRAME_RECM)
        compare_recm(comparison, &a->recm, &b->recm);
    else if (a->kind == FRAME_DHCP)
        compare_dhcp(comparison, &a->dhcp, &b->dhcp);
    else if (a->kind == FRAME_TFTP)
        compare_tftp(comparison, &a->tftp, &b->tftp);
    else if (a->kind == FRAME_ARP)
        compare_arp(comparison, &a->arp, &b->arp);
}

static void report_missing(struct comparison *comparison, const struct frame *frame)
{
    char summary[SUMMARY_SIZE];
    comparison->differences++;
    text_add(comparison->ret, "frame %" PRIu64 ": recorded %s; now nothing\n", frame->number,
             frame_summary(frame, summary, sizeof summary));
}

static void report_extra(struct comparison *comparison, const struct frame *frame)
{
    char summary[SUMMARY_SIZE];
    comparison->differences++;
    text_add(comparison->ret, "at %.3f s: recorded nothing; now %s\n",
             (double)(frame->time_ns - comparison->start_ns) / (double)NS_PER_S,
             frame_summary(frame, summary, sizeof summary));
}

/* How many frames of `frames` from `from` on come before the step of `wanted`; LOOK_AHEAD: none. */
static size_t distance(const struct replay_frames *frames, size_t from, const struct frame *wanted)
{
    for (size_t i = 0; i < LOOK_AHEAD && from + i < frames->count; i++) {
        struct frame frame;
        frame_dissect_captured(&frames->items[from + i], &frame);
        if (same_step(&frame, wanted))
            return i;
    }
    return LOOK_AHEAD;
}

size_t replay_compare(const struct replay_frames *recorded, const struct replay_frames *now,
                      struct text *ret)
{
    struct comparison comparison = {.ret = ret};
    size_t i = 0, j = 0;
    if (recorded->count > 0)
        comparison.start_ns = recorded->items[0].time_ns;
    while (i < recorded->count || j < now->count) {
        struct frame a, b;
        if (i < recorded->count)
            frame_dissect_captured(&recorded->items[i], &a);
        if (j < now->count)
            frame_dissect_captured(&now->items[j], &b);
        if (i == recorded->count) {
            report_extra(&comparison, &b);
            j++;
        } else if (j == now->count) {
            report_missing(&comparison, &a);
            i++;
        } else if (same_step(&a, &b)) {
            compare_fields(&comparison, &a, &b);
            i++;
            j++;
        } else if (distance(now, j, &a) <= distance(recorded, i, &b)) {
            report_extra(&comparison, &b);
            j++;
        } else {
            report_missing(&comparison, &a);
            i++;
        }
    }
    return comparison.differences;
}
