/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes to traces in memory. */
#include "tests/golden/trace_edit.h"

#include "base/bytes.h"
#include "base/random.h"
#include "loader/loader.h"
#include "tests/support/trace_frames.h"
#include "wire/craft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void edit_add(struct edit *edit, instant_ns time_ns, const uint8_t *bytes, size_t captured,
              size_t length)
{
    if (edit->count == edit->capacity) {
        edit->capacity = edit->capacity ? 2 * edit->capacity : 128;
        edit->frames = need(realloc(edit->frames, edit->capacity * sizeof(*edit->frames)));
    }
    struct edit_frame *frame = &edit->frames[edit->count++];
    *frame = (struct edit_frame){
        .time_ns = time_ns,
        .bytes = need(malloc(captured ? captured : 1)),
        .captured = captured,
        .length = length,
    };
    if (captured)
        memcpy(frame->bytes, bytes, captured);
}

void edit_load(struct edit *ret, const char *name)
{
    struct trace_frames trace;

    *ret = (struct edit){0};
    trace_frames_load(name, &trace);
    for (size_t i = 0; i < trace.count; i++)
        edit_add(ret, trace.frames[i].time_ns, trace.frames[i].bytes, trace.frames[i].captured,
                 trace.frames[i].length);
    trace_frames_free(&trace);
}

void edit_copy(struct edit *ret, const struct edit *from)
{
    *ret = (struct edit){0};
    for (size_t i = 0; i < from->count; i++)
        edit_add(ret, from->frames[i].time_ns, from->frames[i].bytes, from->frames[i].captured,
                 from->frames[i].length);
}

void edit_free(struct edit *edit)
{
    for (size_t i = 0; i < edit->count; i++)
        free(edit->frames[i].bytes);
    free(edit->frames);
    *edit = (struct edit){0};
}

void edit_sort(struct edit *edit)
{
    for (size_t i = 1; i < edit->count; i++) {
        struct edit_frame frame = edit->frames[i];
        size_t place = i;
        for (; place > 0 && edit->frames[place - 1].time_ns > frame.time_ns; place--)
            edit->frames[place] = edit->frames[place - 1];
        edit->frames[place] = frame;
    }
}

static void dissect(const struct edit_frame *from, size_t place, struct frame *ret)
{
    frame_dissect(from->bytes, from->captured, from->length, ret);
    ret->time_ns = from->time_ns;
    ret->number = place + 1;
}

struct range {
    size_t first, end;
};

static bool in_range(const struct frame *frame, const void *context)
{
    const struct range *range = context;
    return frame->number > range->first && frame->number <= range->end;
}

void edit_cut(struct edit *edit, size_t first, size_t end)
{
    struct range range = {first, end};
    edit_filter(edit, in_range, &range);
}

void edit_shift(struct edit *edit, duration_ns by_ns)
{
    for (size_t i = 0; i < edit->count; i++)
        edit->frames[i].time_ns += by_ns;
}

void edit_filter(struct edit *edit, edit_keep *keep, const void *context)
{
    size_t kept = 0;

    for (size_t i = 0; i < edit->count; i++) {
        struct frame frame;
        dissect(&edit->frames[i], i, &frame);
        if (keep(&frame, context))
            edit->frames[kept++] = edit->frames[i];
        else
            free(edit->frames[i].bytes);
    }
    edit->count = kept;
}

void edit_snap(struct edit *edit, size_t bytes)
{
    for (size_t i = 0; i < edit->count; i++)
        if (edit->frames[i].captured > bytes)
            edit->frames[i].captured = bytes;
}

void edit_double(struct edit *edit)
{
    size_t count = edit->count;

    for (size_t i = 0; i < count; i++)
        edit_add(edit, edit->frames[i].time_ns + 3 * NS_PER_US, edit->frames[i].bytes,
                 edit->frames[i].captured, edit->frames[i].length);
    edit_sort(edit);
}

/* ---- other names ---- */

static void replace(struct edit_frame *frame, const void *old, const void *new, size_t length)
{
    for (size_t i = 0; length && i + length <= frame->captured; i++)
        if (memcmp(frame->bytes + i, old, length) == 0)
            memcpy(frame->bytes + i, new, length);
}

static void mac_as_text(const struct mac_address *mac, char ret[13])
{
    snprintf(ret, 13, "%02X%02X%02X%02X%02X%02X", mac->octet[0], mac->octet[1], mac->octet[2],
             mac->octet[3], mac->octet[4], mac->octet[5]);
}

static void seal_udp(struct edit_frame *frame, const struct frame *view)
{
    uint8_t *ip = frame->bytes + view->ethernet.header_length;
    uint8_t *udp = ip + view->ipv4.header_length;
    size_t length = view->udp.length;

    if (view->udp.checksum_state != UDP_CHECKSUM_GOOD ||
        udp + length > frame->bytes + frame->captured)
        return;
    bytes_store_be16(udp + 6, 0);
    uint32_t sum = ipv4_checksum_pseudo_header(view->ipv4.source, view->ipv4.destination,
                                               IPV4_PROTOCOL_UDP, length);
    bytes_store_be16(udp + 6, ipv4_checksum_finish(ipv4_checksum_add(sum, udp, length)));
}

void edit_rename(struct edit *edit, const struct mac_address *mac,
                 const struct mac_address *new_mac, const char *serial, const char *new_serial)
{
    char text[13], new_text[13];
    uint32_t offset = loader_transaction_id(new_mac, 0) - loader_transaction_id(mac, 0);

    mac_as_text(mac, text);
    mac_as_text(new_mac, new_text);
    for (size_t i = 0; i < edit->count; i++) {
        struct edit_frame *frame = &edit->frames[i];
        struct frame view;
        dissect(frame, i, &view);
        bool is_its_dhcp = view.kind == FRAME_DHCP && mac_equal(&view.dhcp.client_mac, mac) &&
                           !dhcp_is_normal_firmware(&view.dhcp);
        if (is_its_dhcp)
            bytes_store_be32(frame->bytes + (view.payload - view.bytes) + 4,
                             view.dhcp.transaction_id + offset);
        replace(frame, mac->octet, new_mac->octet, sizeof(mac->octet));
        replace(frame, text, new_text, 12);
        replace(frame, serial, new_serial, strlen(serial));
        if (view.has_udp)
            seal_udp(frame, &view);
    }
}

/* ---- an office ---- */

struct office {
    struct edit *edit;
    struct craft *craft;
    struct random random;
    instant_ns now_ns;
};

static struct mac_address host_mac(unsigned host)
{
    return (struct mac_address){{0x8c, 0x16, 0x45, 0x10, 0x00, (uint8_t)host}};
}

static uint32_t host_ip(unsigned host)
{
    return UINT32_C(0xc0a84d00) + 150 + host;
}

static void office_udp(struct office *office, unsigned from, struct mac_address to, uint32_t to_ip,
                       uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                       size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct craft_udp header = {
        .source_mac = host_mac(from),
        .destination_mac = to,
        .source_ip = host_ip(from),
        .destination_ip = to_ip,
        .source_port = source_port,
        .destination_port = destination_port,
        .ip_identification = (uint16_t)random_u64(&office->random),
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    size_t size = craft_udp(office->craft, &header, payload, length, bytes);
    edit_add(office->edit, office->now_ns, bytes, size, size);
}

static void office_arp(struct office *office, unsigned from, unsigned to)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct mac_address mac = host_mac(from), target = host_mac(to);
    struct arp_packet arp = {ARP_REQUEST_OPERATION, mac, host_ip(from), mac_zero, host_ip(to)};
    size_t size = craft_arp(office->craft, &mac, &mac_broadcast, CRAFT_NO_VLAN, &arp, bytes);

    edit_add(office->edit, office->now_ns, bytes, size, size);
    arp = (struct arp_packet){ARP_REPLY_OPERATION, target, host_ip(to), mac, host_ip(from)};
    size = craft_arp(office->craft, &target, &mac, CRAFT_NO_VLAN, &arp, bytes);
    edit_add(office->edit, office->now_ns + NS_PER_MS, bytes, size, size);
}

static void office_dhcp(struct office *office, unsigned from)
{
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof(payload));
    struct dhcp_message message = {
        .operation = DHCP_BOOTREQUEST,
        .transaction_id = (uint32_t)random_u64(&office->random),
        .client_mac = host_mac(from),
    };

    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_DISCOVER);
    dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, "MSFT 5.0", 8);
    dhcp_write_end(&writer, sizeof(payload));
    office_udp(office, from, mac_broadcast, UINT32_MAX, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, payload,
               sizeof(payload));
}

/* A switch fetches its configuration: a TFTP client and server that are none of our business. */
static void office_tftp(struct office *office, unsigned from, unsigned to)
{
    uint8_t payload[516];
    struct writer writer = writer_over(payload, sizeof(payload));

    tftp_write_rrq(&writer, "switch-confg");
    office_udp(office, from, host_mac(to), host_ip(to), 50212, TFTP_SERVER_PORT, payload,
               writer.length);
    writer = writer_over(payload, sizeof(payload));
    tftp_write_data(&writer, 1, (const uint8_t *)"hostname sw1\n", 13);
    office->now_ns += NS_PER_MS;
    office_udp(office, to, host_mac(from), host_ip(from), TFTP_SERVER_PORT, 50212, payload,
               writer.length);
}

void edit_add_office(struct edit *edit, instant_ns from_ns, instant_ns to_ns, uint64_t seed)
{
    struct error error;
    struct office office = {edit, need(craft_new(&error)), random_from_seed(seed), from_ns};
    static const uint8_t query[33] = {0, 0, 0, 0, 0, 1};

    while (office.now_ns < to_ns) {
        unsigned from = random_below(&office.random, 8), to = (from + 1) % 8;
        switch (random_below(&office.random, 6)) {
        case 0:
            office_dhcp(&office, from);
            break;
        case 1:
            office_udp(&office, from, mac_of_group(UINT32_C(0xe00000fb)), UINT32_C(0xe00000fb),
                       5353, 5353, query, sizeof(query));
            break;
        case 2:
            office_udp(&office, from, mac_of_group(UINT32_C(0xeffffffa)), UINT32_C(0xeffffffa),
                       49001, 1900, query, sizeof(query));
            break;
        case 3:
            office_udp(&office, from, host_mac(to), host_ip(to), 44821, DNS_SERVER_PORT, query,
                       sizeof(query));
            break;
        case 4:
            office_tftp(&office, from, to);
            break;
        default:
            office_arp(&office, from, to);
            break;
        }
        office.now_ns += (duration_ns)random_below(&office.random, 400) * NS_PER_MS;
    }
    craft_free(office.craft);
    edit_sort(edit);
}

void edit_diagnose(const struct edit *edit, struct diagnosis *ret)
{
    struct observer *observer = observer_new();

    for (size_t i = 0; i < edit->count; i++) {
        struct frame frame;
        dissect(&edit->frames[i], i, &frame);
        observer_frame(observer, &frame);
    }
    diagnosis_make(observer_facts(observer), ret);
    observer_free(observer);
}
