/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace fit for the public, over every recorded trace: nothing of the original is findable in the
 * bytes of the copy, every frame keeps its form, and the verdict stays.
 */
#include "base/bytes.h"
#include "judge/verdict.h"
#include "loader/loader.h"
#include "observe/observer.h"
#include "redact/redact.h"
#include "tests/support/trace_frames.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED UINT64_C(0x5ea1)

/* ---- a trace and its copy ---- */

struct copies {
    struct trace_frames original;
    struct trace_frames copy;
    uint8_t *bytes; /* of all frames of the copy, one after the other */
    size_t length;
};

static void *checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void make_copy(struct copies *copies)
{
    const struct trace_frames *original = &copies->original;
    struct redactor *redactor = redactor_new(SEED);
    size_t room = 0;
    for (size_t i = 0; i < original->count; i++) {
        redactor_learn(redactor, &original->frames[i]);
        room += original->frames[i].captured;
    }
    copies->length = 0;
    copies->bytes = checked(malloc(room + 1));
    copies->copy.count = original->count;
    copies->copy.frames = checked(calloc(original->count, sizeof(struct frame)));
    for (size_t i = 0; i < original->count; i++) {
        uint8_t *bytes = copies->bytes + copies->length;
        size_t captured = redactor_frame(redactor, &original->frames[i], bytes);
        frame_dissect(bytes, captured, original->frames[i].length, &copies->copy.frames[i]);
        copies->copy.frames[i].time_ns = original->frames[i].time_ns;
        copies->copy.frames[i].number = original->frames[i].number;
        copies->length += captured;
    }
    redactor_free(redactor);
}

static void copies_load(const char *name, struct copies *ret)
{
    trace_frames_load(name, &ret->original);
    make_copy(ret);
}

static void copies_free(struct copies *copies)
{
    free(copies->copy.frames);
    free(copies->bytes);
    trace_frames_free(&copies->original);
}

static void for_every_trace(void (*check)(const char *name, const struct copies *copies))
{
    char **names = trace_names();
    for (size_t i = 0; names[i]; i++) {
        struct copies copies;
        copies_load(names[i], &copies);
        check(names[i], &copies);
        copies_free(&copies);
    }
    trace_names_free(names);
}

/* ---- nothing is findable ---- */

static void refute_findable(const char *trace, const struct copies *copies, const char *what,
                            const void *needle, size_t length)
{
    const uint8_t *found = memmem(copies->bytes, copies->length, needle, length);
    if (found)
        fail_msg("%s: the copy still holds %s at byte %zu of its frames", trace, what,
                 (size_t)(found - copies->bytes));
}

static void refute_text(const char *trace, const struct copies *copies, const char *text)
{
    char other[64];
    refute_findable(trace, copies, text, text, strlen(text));
    snprintf(other, sizeof other, "%s", text);
    for (char *c = other; *c; c++)
        *c = (char)(isupper((unsigned char)*c) ? tolower((unsigned char)*c)
                                               : toupper((unsigned char)*c));
    refute_findable(trace, copies, other, other, strlen(other));
}

static void refute_mac(const char *trace, const struct copies *copies,
                       const struct mac_address *mac)
{
    char text[32];
    if (mac_is_group(mac) || mac_equal(mac, &mac_zero))
        return;
    struct mac_text colons = mac_format(mac);
    refute_findable(trace, copies, colons.text, mac->octet, sizeof mac->octet);
    refute_text(trace, copies, colons.text);
    snprintf(text, sizeof text, "%02x%02x%02x%02x%02x%02x", mac->octet[0], mac->octet[1],
             mac->octet[2], mac->octet[3], mac->octet[4], mac->octet[5]);
    refute_text(trace, copies, text);
}

static void refute_ip(const char *trace, const struct copies *copies, uint32_t ip)
{
    uint8_t bytes[4];
    if (ip >> 24 == 0 || ip >> 24 == 127 || ip >= UINT32_C(0xe0000000))
        return;
    struct ipv4_text text = ipv4_format(ip);
    bytes_store_be32(bytes, ip);
    refute_findable(trace, copies, text.text, bytes, sizeof bytes);
    refute_text(trace, copies, text.text);
}

static void refute_serial(const char *trace, const struct copies *copies, const char *serial)
{
    if (strlen(serial) > 3 && strcmp(serial, RECM_WILDCARD_SERIAL) != 0)
        refute_text(trace, copies, serial);
}

static void refute_dhcp(const char *trace, const struct copies *copies,
                        const struct dhcp_message *dhcp)
{
    char name[64];
    refute_mac(trace, copies, &dhcp->client_mac);
    refute_ip(trace, copies, dhcp->your_ip);
    refute_ip(trace, copies, dhcp->server_ip);
    refute_ip(trace, copies, dhcp->router);
    refute_ip(trace, copies, dhcp->server_identifier);
    if (!dhcp->host_name.bytes || dhcp->host_name.length >= sizeof name)
        return;
    memcpy(name, dhcp->host_name.bytes, dhcp->host_name.length);
    name[dhcp->host_name.length] = '\0';
    if (strcmp(name, DHCP_LOADER_HOST_NAME) != 0)
        refute_text(trace, copies, name);
}

static void check_nothing_is_findable(const char *name, const struct copies *copies)
{
    for (size_t i = 0; i < copies->original.count; i++) {
        const struct frame *frame = &copies->original.frames[i];
        refute_mac(name, copies, &frame->ethernet.source);
        refute_mac(name, copies, &frame->ethernet.destination);
        if (frame->has_ipv4) {
            refute_ip(name, copies, frame->ipv4.source);
            refute_ip(name, copies, frame->ipv4.destination);
        }
        if (frame->kind == FRAME_ARP) {
            refute_ip(name, copies, frame->arp.sender_ip);
            refute_ip(name, copies, frame->arp.target_ip);
        } else if (frame->kind == FRAME_RECM) {
            refute_serial(name, copies, frame->recm.serial);
            refute_ip(name, copies, frame->recm.ip);
        } else if (frame->kind == FRAME_DHCP) {
            refute_dhcp(name, copies, &frame->dhcp);
        }
    }
}

static void nothing_of_the_original_is_findable_in_the_copy(void **state)
{
    (void)state;
    for_every_trace(check_nothing_is_findable);
}

/* ---- every frame keeps its form ---- */

static bool is_data(const struct frame *frame)
{
    return frame->kind == FRAME_TFTP && frame->tftp.opcode == TFTP_DATA;
}

static void check_form(const char *name, const struct copies *copies)
{
    for (size_t i = 0; i < copies->original.count; i++) {
        const struct frame *from = &copies->original.frames[i], *to = &copies->copy.frames[i];
        const char *wrong = NULL;
        if (from->length != to->length || from->kind != to->kind)
            wrong = "length or kind";
        else if (!is_data(from) && from->captured != to->captured)
            wrong = "captured length";
        else if (!is_data(from) && from->reason != to->reason)
            wrong = wire_reason_name(to->reason);
        else if (loader_drop(from) != loader_drop(to))
            wrong = "what the loader makes of it";
        else if (from->has_ipv4 && from->ipv4.checksum_good != to->ipv4.checksum_good)
            wrong = "IPv4 checksum";
        else if (!is_data(from) && from->has_udp &&
                 from->udp.checksum_state != to->udp.checksum_state)
            wrong = "UDP checksum";
        else if (memcmp(from->ethernet.source.octet, to->ethernet.source.octet, 3) != 0)
            wrong = "vendor of the sender";
        else if (from->kind == FRAME_DHCP &&
                 loader_is_dhcp(&from->dhcp) != loader_is_dhcp(&to->dhcp))
            wrong = "transaction id of the loader";
        else if (from->kind == FRAME_DHCP &&
                 dhcp_is_normal_firmware(&from->dhcp) != dhcp_is_normal_firmware(&to->dhcp))
            wrong = "vendor class";
        else if (from->kind == FRAME_RECM &&
                 recm_serial_form(from->recm.serial) != recm_serial_form(to->recm.serial))
            wrong = "form of the serial number";
        else if ((from->kind == FRAME_CDP || from->kind == FRAME_LLDP) &&
                 (from->neighbour.kind != to->neighbour.kind ||
                  from->neighbour.voice_vlan != to->neighbour.voice_vlan))
            wrong = "neighbour announcement";
        if (wrong)
            fail_msg("%s: frame %zu of the copy has another %s", name, i + 1, wrong);
    }
}

static void every_frame_keeps_its_form(void **state)
{
    (void)state;
    for_every_trace(check_form);
}

static void check_data_is_cut(const char *name, const struct copies *copies)
{
    for (size_t i = 0; i < copies->original.count; i++) {
        const struct frame *from = &copies->original.frames[i], *to = &copies->copy.frames[i];
        if (!is_data(from))
            continue;
        if (to->tftp.data_length != 0 || to->tftp.block != from->tftp.block)
            fail_msg("%s: frame %zu of the copy holds %zu bytes of the file", name, i + 1,
                     to->tftp.data_length);
    }
}

static void the_contents_of_files_are_left_out(void **state)
{
    (void)state;
    for_every_trace(check_data_is_cut);
}

/* Addresses that differ by less are in one subnet: a /24, but a /16 in this program's own leases.
 */
static uint32_t subnet_size(uint32_t ip)
{
    return ip >> 17 == UINT32_C(0xc612) >> 1 ? 65536 : 256;
}

static void check_relations(const char *name, const struct copies *copies)
{
    const struct trace_frames *from = &copies->original, *to = &copies->copy;
    for (size_t i = 1; i < from->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct frame *a = &from->frames[i], *b = &from->frames[j];
            const struct frame *x = &to->frames[i], *y = &to->frames[j];
            if (mac_equal(&a->ethernet.source, &b->ethernet.destination) !=
                mac_equal(&x->ethernet.source, &y->ethernet.destination))
                fail_msg("%s: frames %zu and %zu are no longer related by MAC", name, i + 1, j + 1);
            if (!a->has_ipv4 || !b->has_ipv4)
                continue;
            uint32_t difference = a->ipv4.source ^ b->ipv4.destination;
            uint32_t copied = x->ipv4.source ^ y->ipv4.destination;
            uint32_t size = subnet_size(a->ipv4.source);
            if ((difference == 0) != (copied == 0) || (difference < size) != (copied < size))
                fail_msg("%s: frames %zu and %zu are no longer related by IP", name, i + 1, j + 1);
        }
    }
}

static void equal_addresses_and_subnets_stay_equal(void **state)
{
    (void)state;
    for_every_trace(check_relations);
}

/* ---- the verdict stays ---- */

static void judge(const struct trace_frames *trace, struct diagnosis *ret)
{
    struct observer *observer = observer_new();
    for (size_t i = 0; i < trace->count; i++)
        observer_frame(observer, &trace->frames[i]);
    diagnosis_make(observer_facts(observer), ret);
    observer_free(observer);
}

/* Without the bytes of the file only what the phone made of it can be told. */
static bool may_weaken(enum verdict_id id)
{
    return id == VERDICT_IMAGE_CORRUPT_ON_WIRE || id == VERDICT_WRONG_FAMILY ||
           id == VERDICT_POWER_LOST_WHILE_WRITING; /* how long writing takes the header says */
}

/* The length in the image's header, which goes with the bytes, shows how much was left to come. */
static bool is_as_sure(const struct verdict *before, const struct verdict *after)
{
    if (before->id == VERDICT_REBOOTED_IN_TRANSFER)
        return after->confidence <= before->confidence;
    return after->confidence == before->confidence;
}

static void check_verdict(const char *name, const struct copies *copies)
{
    struct diagnosis before, after;
    judge(&copies->original, &before);
    judge(&copies->copy, &after);
    if (may_weaken(before.leading.id)) {
        if (after.status != 1)
            fail_msg("%s: %s became %s", name, verdict_name(before.leading.id),
                     verdict_name(after.leading.id));
    } else if (before.leading.id != after.leading.id ||
               !is_as_sure(&before.leading, &after.leading)) {
        fail_msg("%s: %s (%s) became %s (%s)", name, verdict_name(before.leading.id),
                 confidence_name(before.leading.confidence), verdict_name(after.leading.id),
                 confidence_name(after.leading.confidence));
    }
    diagnosis_free(&before);
    diagnosis_free(&after);
}

static void the_verdict_on_the_copy_is_that_on_the_original(void **state)
{
    (void)state;
    for_every_trace(check_verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_original_is_findable_in_the_copy),
        cmocka_unit_test(every_frame_keeps_its_form),
        cmocka_unit_test(the_contents_of_files_are_left_out),
        cmocka_unit_test(equal_addresses_and_subnets_stay_equal),
        cmocka_unit_test(the_verdict_on_the_copy_is_that_on_the_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
