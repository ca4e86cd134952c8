/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of phones: who is known, when each was seen last, under which address, and when it has
 * restarted. Of too many phones the one seen longest ago gives way, and one that did no more than
 * ask for an address before one that was found, and that before one that somebody serves.
 */
#include "observe/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

/* Windows closer together than this belong to one attempt. */
#define ATTEMPT_GAP_NS (3 * NS_PER_S)

/* ---- whose facts may have changed ---- */

/* Whoever looks a phone up may change what is known of it. */
static struct phone_facts *touch(struct observer *observer, struct phone_facts *phone)
{
    if (phone && !phone->is_touched) {
        phone->is_touched = true;
        DL_APPEND2(observer->touched, phone, touched_before, touched_after);
    }
    return phone;
}

static void forget_touch(struct observer *observer, struct phone_facts *phone)
{
    if (phone->is_touched)
        DL_DELETE2(observer->touched, phone, touched_before, touched_after);
    phone->is_touched = false;
}

const struct phone_facts *observer_next_touched(struct observer *observer)
{
    struct phone_facts *phone = observer->touched;
    if (phone)
        forget_touch(observer, phone);
    return phone;
}

void phone_close_attempt(struct observer *observer, struct attempt *attempt)
{
    if (!attempt->rebuild)
        return;
    size_t length;
    transfer_image_bytes(attempt->rebuild, &length);
    observer->rebuild_bytes -= length;
    if (attempt->complete) {
        attempt->result = transfer_image_complete(attempt->rebuild);
        attempt->refusal = transfer_image_refusal(attempt->rebuild);
        snprintf(attempt->reason, sizeof(attempt->reason), "%s",
                 transfer_image_reason(attempt->rebuild));
    }
    transfer_image_free(attempt->rebuild);
    attempt->rebuild = NULL;
}

/* ---- the table ---- */

struct phone_facts *phone_find(struct observer *observer, const struct mac_address *mac)
{
    struct phone_facts *phone;
    HASH_FIND(by_mac, observer->facts.phones, mac, sizeof(*mac), phone);
    return touch(observer, phone);
}

struct phone_facts *phone_find_ip(struct observer *observer, uint32_t ip)
{
    struct phone_facts *phone = NULL;
    if (ip != 0)
        HASH_FIND(by_ip, observer->phones_by_ip, &ip, sizeof(ip), phone);
    return touch(observer, phone);
}

const struct phone_facts *phone_newest(const struct observer *observer)
{
    const struct phone_facts *newest = NULL;
    for (unsigned rank = PHONE_RANK_COUNT; rank-- > PHONE_IDLE;) {
        if (newest && rank == PHONE_IDLE)
            break; /* one that only asks says nothing beside others */
        /* A list's head points back to its tail. */
        const struct phone_facts *oldest = observer->oldest[rank];
        if (oldest && (!newest || oldest->older->seen_number > newest->seen_number))
            newest = oldest->older;
    }
    return newest;
}

static void list_remove(struct observer *observer, struct phone_facts *phone)
{
    DL_DELETE2(observer->oldest[phone->rank], phone, older, newer);
}

static void list_append(struct observer *observer, struct phone_facts *phone)
{
    DL_APPEND2(observer->oldest[phone->rank], phone, older, newer);
}

static void forget_ip(struct observer *observer, struct phone_facts *phone)
{
    if (phone->has_ip_index)
        HASH_DELETE(by_ip, observer->phones_by_ip, phone);
    phone->has_ip_index = false;
}

/* Returns: the index that has become free. */
static unsigned phone_make_room(struct observer *observer)
{
    struct segment_facts *segment = &observer->facts.segment;
    unsigned rank = PHONE_IDLE;
    while (!observer->oldest[rank])
        rank++; /* the table is full: one of the lists is not empty */
    struct phone_facts *oldest = observer->oldest[rank];
    list_remove(observer, oldest);
    forget_touch(observer, oldest);
    forget_ip(observer, oldest);
    HASH_DELETE(by_mac, observer->facts.phones, oldest);
    phone_close_attempt(observer, &oldest->attempt);
    unsigned index = oldest->index;
    for (size_t i = 0; i < REQUESTS_KEPT; i++)
        phone_set_remove(&segment->newest[i].answered_by, index);
    for (size_t i = 0; i < SERIALS_MAXIMUM; i++)
        phone_set_remove(&segment->serials[i].echoed_by, index);
    free(oldest);
    observer->facts.phone_count--;
    observer->facts.phones_dropped++;
    return index;
}

void phone_started(struct observer *observer, struct phone_facts *phone, const struct frame *frame)
{
    vlan_path vlan = observe_vlan(frame);

    if (phone->starts++ == 0 || vlan == phone->start_vlan) {
        phone->vlan_changes = 0;
        phone->vlan_starts = (struct marks){0};
    } else {
        phone->vlan_changes++;
    }
    phone->start_vlan = vlan;
    marks_add(&phone->vlan_starts, observer, frame);
}

static void begin_boot(struct observer *observer, struct phone_facts *phone,
                       const struct frame *frame)
{
    phone->boot = (struct boot){.begin_ns = observer->now_ns, .begin_number = frame->number};
    phone->boot_number++;
}

struct phone_facts *phone_get(struct observer *observer, const struct mac_address *mac,
                              const struct frame *frame)
{
    struct phone_facts *phone = phone_find(observer, mac);
    if (phone)
        return phone;
    unsigned index = observer->facts.phone_count < PHONES_MAXIMUM
                         ? (unsigned)observer->facts.phone_count
                         : phone_make_room(observer);
    phone = calloc(1, sizeof(*phone));
    if (!phone)
        abort();
    phone->mac = *mac;
    known_note_mac(observer, mac);
    phone->index = index;
    phone->vlan = observe_vlan(frame);
    phone->seen_ns = observer->now_ns;
    begin_boot(observer, phone, frame);
    HASH_ADD(by_mac, observer->facts.phones, mac, sizeof(phone->mac), phone);
    list_append(observer, phone);
    observer->facts.phone_count++;
    return touch(observer, phone);
}

void phone_spoke(struct observer *observer, struct phone_facts *phone, const struct frame *frame)
{
    phone->seen_ns = observer->now_ns;
    phone->seen_number = frame->number;
    phone->vlan = observe_vlan(frame);
    list_remove(observer, phone);
    list_append(observer, phone);
}

void phone_raise(struct observer *observer, struct phone_facts *phone, enum phone_rank rank)
{
    if (phone->rank >= rank)
        return;
    list_remove(observer, phone);
    phone->rank = rank;
    list_append(observer, phone);
}

void phone_set_ip(struct observer *observer, struct phone_facts *phone, uint32_t ip,
                  const struct frame *frame)
{
    if (ip == 0)
        return;
    struct phone_facts *holder = phone_find_ip(observer, ip);
    if (holder == phone)
        return;
    /* An address passes from phone to phone as leases end; only one that is still in use by the
     * first when a second uses it is held by two. */
    if (holder && phone->ip == ip) {
        marks_add(&phone->duplicates, observer, frame);
        phone->duplicate_mac = holder->mac;
        marks_add(&holder->duplicates, observer, frame);
        holder->duplicate_mac = phone->mac;
    }
    if (holder)
        forget_ip(observer, holder);
    forget_ip(observer, phone);
    phone->ip = ip;
    known_note_ip(observer, ip);
    phone->has_ip_index = true;
    HASH_ADD(by_ip, observer->phones_by_ip, ip, sizeof(phone->ip), phone);
}

/* ---- the series of IP ids ---- */

static enum loader_series judge_series(const struct observer *observer,
                                       const struct phone_facts *phone, uint16_t identification)
{
    if (phone->in_firmware)
        return LOADER_SERIES_RESTARTED;
    if (!phone->has_identification)
        return LOADER_SERIES_GOES_ON;
    return loader_series(phone->identification, identification,
                         observer->now_ns - phone->identification_ns);
}

static void restart(struct observer *observer, struct phone_facts *phone, const struct frame *frame)
{
    struct attempt *attempt = &phone->attempt;

    if (attempt->begun && !attempt->rebooted) {
        attempt->rebooted = true;
        attempt->reboot_number = frame->number;
        attempt->reboot_ns = observer->now_ns;
        phone_close_attempt(observer, attempt);
    }
    begin_boot(observer, phone, frame);
    observe_tell_concluded(observer, OBSERVED_REBOOT, frame, phone, "the phone has restarted");
}

bool phone_spoke_as_loader(struct observer *observer, struct phone_facts *phone,
                           const struct frame *frame)
{
    uint16_t identification = frame->ipv4.identification;
    /* Behind a router the header is the router's. */
    bool is_own_header = !(frame->kind == FRAME_DHCP && frame->dhcp.relay_ip != 0);

    if (is_own_header) {
        enum loader_series series = judge_series(observer, phone, identification);
        if (series == LOADER_SERIES_COPY)
            return false;
        if (series == LOADER_SERIES_RESTARTED)
            restart(observer, phone, frame);
        if (series == LOADER_SERIES_RESTARTED || phone->loader_frames.total == 0)
            phone_started(observer, phone, frame);
        if (identification == 0)
            phone->boot.first_frame_seen = true;
        phone->identification_before =
            phone->has_identification ? phone->identification : (uint16_t)(identification - 1);
        phone->has_identification = true;
        phone->identification = identification;
        phone->identification_ns = observer->now_ns;
        if (frame->ipv4.time_to_live < LOADER_UDP_TTL) {
            marks_add(&phone->routed, observer, frame);
            phone->time_to_live = frame->ipv4.time_to_live;
        }
    }
    phone->in_firmware = false;
    phone_spoke(observer, phone, frame);
    marks_add(&phone->loader_frames, observer, frame);
    if (phone->attempt.complete && !phone->attempt.rebooted && frame->kind != FRAME_TFTP)
        marks_add(&phone->attempt.loader_after, observer, frame);
    return true;
}

void phone_spoke_as_firmware(struct observer *observer, struct phone_facts *phone,
                             const struct frame *frame)
{
    phone_spoke(observer, phone, frame);
    phone->in_firmware = true;
    marks_add(&phone->firmware_frames, observer, frame);
    if (phone->attempt.begun) {
        marks_add(&phone->attempt.firmware_after, observer, frame);
        phone_close_attempt(observer, &phone->attempt);
    }
}

void phone_busy_with_url(struct observer *observer, struct phone_facts *phone,
                         const struct frame *frame, instant_ns until_ns)
{
    struct boot *boot = &phone->boot;
    struct url_window *newest =
        &boot->url_windows[(boot->url_attempts + URL_WINDOWS_KEPT - 1) % URL_WINDOWS_KEPT];

    if (boot->url_attempts == 0 || observer->now_ns > newest->end_ns + ATTEMPT_GAP_NS) {
        newest = &boot->url_windows[boot->url_attempts++ % URL_WINDOWS_KEPT];
        newest->begin_ns = observer->now_ns;
        /* The request for its own address, just before, began it. */
        if (boot->own_asked && observer->now_ns - boot->own_asked_ns <= ATTEMPT_GAP_NS)
            newest->begin_ns = boot->own_asked_ns;
    }
    newest->end_ns = until_ns;
    marks_add(&boot->url, observer, frame);
}
