/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the traces of pcaps/ for verdicts that no recorded trace shows: simulated phones on a hub
 * with a scripted PC, and hand-made frames for what is not a phone.
 *
 * usage: make_traces DIRECTORY   (writes NAME.pcap for each; the same files every time)
 *
 * A trace is made once and kept: it is a regression test from then on. This program stays so that
 * one can see how it was made, and make the next one.
 */
#include "base/bytes.h"
#include "image/image.h"
#include "loader/loader.h"
#include "phone/phone_peer.h"
#include "port/recording.h"
#include "port/segment.h"
#include "run/plug.h"
#include "tests/golden/trace_edit.h"
#include "tests/support/synthetic_image.h"
#include "wire/craft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <md5.h>
#include <zlib.h>

#define START_NS    (INT64_C(1795400000) * NS_PER_S) /* 22 November 2026 */
#define PC_IP       UINT32_C(0xc0a84d01)             /* 192.168.77.1 */
#define LEASE_IP    UINT32_C(0xc0a84d14)             /* 192.168.77.20 */
#define MASK        UINT32_C(0xffffff00)
#define TFTP_PORT   6900
#define PHONES      2
#define AT(seconds) (START_NS + (instant_ns)((seconds)*1e9))

static const struct mac_address pc_mac = {{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
static const struct mac_address switch_mac = {{0x00, 0x1b, 0xd4, 0x3f, 0x80, 0x04}};
static const struct mac_address other_mac = {{0x8c, 0x16, 0x45, 0x22, 0x33, 0x44}};

/* The segment, the PC on it, and everything that passed. */
struct scene {
    struct segment *segment;
    struct segment_endpoint *pc;
    struct phone_peer phones[PHONES];
    struct plug plugs[PHONES];
    unsigned phone_count;
    struct craft *craft;
    struct edit trace;
    uint16_t ip_identification;
    /* what the PC does by itself */
    bool gives_leases, answers_arp, serves_file, sees_acks;
    unsigned last_block; /* acknowledged at last; 0 = not yet */
    const uint8_t *file;
    size_t file_length;
    instant_ns port_opens_ns; /* before it the switch loses what the phone sends */
};

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* ---- what the PC sends ---- */

static void send_udp(struct scene *scene, const struct mac_address *to, uint32_t to_ip,
                     uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                     size_t length)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    struct craft_udp header = {
        .source_mac = pc_mac,
        .destination_mac = *to,
        .source_ip = PC_IP,
        .destination_ip = to_ip,
        .source_port = source_port,
        .destination_port = destination_port,
        .ip_identification = scene->ip_identification++,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    segment_send(scene->pc, bytes, craft_udp(scene->craft, &header, payload, length, bytes));
}

static void send_arp(struct scene *scene, const struct mac_address *source,
                     const struct mac_address *to, const struct arp_packet *packet)
{
    uint8_t bytes[CRAFT_FRAME_SIZE];
    segment_send(scene->pc, bytes,
                 craft_arp(scene->craft, source, to, CRAFT_NO_VLAN, packet, bytes));
}

static void who_has(struct scene *scene, uint32_t ip)
{
    struct arp_packet packet = {ARP_REQUEST_OPERATION, pc_mac, PC_IP, mac_zero, ip};
    send_arp(scene, &pc_mac, &mac_broadcast, &packet);
}

static void request(struct scene *scene, const struct mac_address *to, uint32_t to_ip)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    send_udp(scene, to, to_ip, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof(payload));
}

static void request_group(struct scene *scene)
{
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    request(scene, &group, RECM_GROUP_IP);
}

static void order(struct scene *scene, const char *serial)
{
    uint8_t payload[RECM_PC_LENGTH];
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    recm_build_upgrade(serial, TFTP_SERVER_PORT, "spa50x-30x-7-5-2b.bin", payload);
    send_udp(scene, &group, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload, sizeof(payload));
}

/* Spanning tree of a port that does not forward yet (802.1w: discarding, then learning). */
static void send_bpdu(struct scene *scene, bool learning)
{
    uint8_t bytes[60] = {0x01, 0x80, 0xc2, 0, 0, 0};
    memcpy(bytes + 6, switch_mac.octet, 6);
    static const uint8_t bpdu[] = {0x00, 0x27, 0x42, 0x42, 0x03, 0, 0, 2, 2};
    memcpy(bytes + 12, bpdu, sizeof(bpdu));
    bytes[21] = learning ? 0x1c : 0x0c; /* designated, learning */
    segment_send(scene->pc, bytes, sizeof(bytes));
}

/* What a switch says of itself in CDP: no phone. */
static void send_cdp(struct scene *scene)
{
    static const uint8_t header[] = {0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc};
    static const char body[] = "\x00\x30\xaa\xaa\x03\x00\x00\x0c\x20\x00\x02\xb4\x00\x00"
                               "\x00\x01\x00\x0csw-2-og1\x00\x06\x00\x18"
                               "cisco WS-C2960-24TT";
    uint8_t bytes[66] = {0};
    memcpy(bytes, header, sizeof(header));
    memcpy(bytes + 6, switch_mac.octet, 6);
    memcpy(bytes + 12, body, sizeof(body));
    segment_send(scene->pc, bytes, sizeof(bytes));
}

/* ---- what the PC answers ---- */

static uint32_t lease_of(const struct mac_address *mac)
{
    return LEASE_IP + (mac->octet[5] & 1U);
}

static void answer_dhcp(struct scene *scene, const struct dhcp_message *question)
{
    uint8_t payload[DHCP_REPLY_LENGTH];
    struct writer writer = writer_over(payload, sizeof(payload));
    struct dhcp_message answer = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = question->transaction_id,
        .your_ip = lease_of(&question->client_mac),
        .server_ip = PC_IP,
        .client_mac = question->client_mac,
    };

    dhcp_write_fixed(&writer, &answer);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE,
                         question->type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, PC_IP);
    dhcp_write_option_ip(&writer, DHCP_OPTION_LEASE_TIME, 3600);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, MASK);
    dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, PC_IP);
    dhcp_write_end(&writer, sizeof(payload));
    send_udp(scene, &question->client_mac, answer.your_ip, DHCP_SERVER_PORT, DHCP_CLIENT_PORT,
             payload, sizeof(payload));
}

static void send_block(struct scene *scene, const struct frame *to, uint16_t block)
{
    uint8_t payload[4 + TFTP_BLOCK_LENGTH];
    struct writer writer = writer_over(payload, sizeof(payload));
    size_t offset = (size_t)(block - 1) * TFTP_BLOCK_LENGTH;
    size_t length = scene->file_length - offset;

    if (offset > scene->file_length)
        return;
    if (length > TFTP_BLOCK_LENGTH)
        length = TFTP_BLOCK_LENGTH;
    tftp_write_data(&writer, block, scene->file + offset, length);
    send_udp(scene, &to->ethernet.source, to->ipv4.source, TFTP_PORT, TFTP_PHONE_PORT, payload,
             writer.length);
}

static void answer_frame(struct scene *scene, const struct frame *frame)
{
    if (frame->kind == FRAME_DHCP && frame->dhcp.operation == DHCP_BOOTREQUEST &&
        scene->gives_leases)
        answer_dhcp(scene, &frame->dhcp);
    if (frame->kind == FRAME_ARP && frame->arp.operation == ARP_REQUEST_OPERATION &&
        frame->arp.target_ip == PC_IP && scene->answers_arp) {
        struct arp_packet packet = {ARP_REPLY_OPERATION, pc_mac, PC_IP, frame->arp.sender_mac,
                                    frame->arp.sender_ip};
        send_arp(scene, &pc_mac, &frame->arp.sender_mac, &packet);
    }
    if (frame->kind != FRAME_TFTP || !scene->serves_file)
        return;
    if (frame->tftp.opcode == TFTP_ACK &&
        frame->tftp.block == scene->file_length / TFTP_BLOCK_LENGTH + 1)
        scene->last_block = frame->tftp.block;
    if (frame->tftp.opcode == TFTP_RRQ)
        send_block(scene, frame, 1);
    else if (frame->tftp.opcode == TFTP_ACK && scene->sees_acks)
        send_block(scene, frame, (uint16_t)(frame->tftp.block + 1));
}

/* ---- an image with as many sectors as a real one, and next to nothing in them ---- */

static void add_sector(uint8_t *image, unsigned index, unsigned number, size_t *length)
{
    uint8_t *entry = image + IMAGE_HEADER_LENGTH + (size_t)index * IMAGE_ENTRY_LENGTH;
    uint8_t *contents = need(malloc(IMAGE_SECTOR_LENGTH));
    uLongf room = 1024;
    MD5_CTX md5;

    memset(contents, (int)number, IMAGE_SECTOR_LENGTH);
    if (compress2(image + *length, &room, contents, IMAGE_SECTOR_LENGTH, 9) != Z_OK)
        abort();
    bytes_store_be16(entry, (uint16_t)number);
    bytes_store_be32(entry + 4, (uint32_t)room);
    bytes_store_be32(entry + 8, (uint32_t)*length);
    MD5Init(&md5);
    MD5Update(&md5, contents, IMAGE_SECTOR_LENGTH);
    MD5Final(entry + 12, &md5);
    *length += room;
    free(contents);
}

static uint8_t *make_hollow_image(size_t *ret_length)
{
    enum { SECTORS = 75, FIRST = 57 }; /* 0, 1, 3, 4 and 57 to 127, as 7.5.2b */
    static const unsigned boot[] = {0, 1, 3, 4};
    uint8_t *image = need(calloc(1, 256 * 1024));
    size_t length = IMAGE_HEADER_LENGTH + SECTORS * IMAGE_ENTRY_LENGTH;

    memcpy(image, "SkOsMo5 fIrMwArE", 16);
    bytes_store_be32(image + 0x50, IMAGE_HEADER_LENGTH);
    bytes_store_be32(image + 0x54, IMAGE_ENTRY_LENGTH);
    memcpy(image + 0x5c, "7.5.2b", 6);
    bytes_store_be32(image + 0x7c, SECTORS);
    for (unsigned i = 0; i < SECTORS; i++)
        add_sector(image, i, i < 4 ? boot[i] : FIRST + i - 4, &length);
    bytes_store_be32(image + 0x58, (uint32_t)length);
    synthetic_image_seal(image);
    *ret_length = length;
    return image;
}

/* ---- the stage ---- */

static void record(struct scene *scene, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    edit_add(&scene->trace, now_ns, bytes, length, length);
}

static void pc_hears(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct scene *scene = context;
    struct frame frame;

    (void)now_ns;
    frame_dissect(bytes, length, length, &frame);
    answer_frame(scene, &frame);
}

static void tap_hears(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    record(context, bytes, length, now_ns);
}

static bool port_is_blocked(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    const struct scene *scene = context;
    (void)bytes;
    (void)length;
    return now_ns < scene->port_opens_ns;
}

static void open_scene(struct scene *ret)
{
    static const struct segment_device pc = {.deliver = pc_hears};
    static const struct segment_device tap = {.deliver = tap_hears};
    struct segment_config config = {
        .kind = SEGMENT_HUB, .seed = 1, .start_ns = START_NS, .end_ns = INSTANT_NEVER};
    struct error error;

    *ret = (struct scene){.craft = need(craft_new(&error)), .ip_identification = 700};
    ret->segment = segment_new(&config);
    ret->pc = segment_attach(ret->segment, NULL, &pc, ret);
    segment_attach(ret->segment, NULL, &tap, ret);
}

static void add_phone(struct scene *scene, uint8_t last_octet, const char *serial)
{
    struct phone_config config = phone_config_default();
    struct segment_cable cable = {.to_switch = {.drop = port_is_blocked, .drop_context = scene}};
    struct error error;

    config.mac = (struct mac_address){{0x00, 0x24, 0x14, 0xa1, 0xc0, last_octet}};
    snprintf(config.serial, sizeof(config.serial), "%s", serial);
    config.seed = last_octet;
    struct phone_peer *phone = &scene->phones[scene->phone_count];
    phone_peer_init(phone, phone_new(&config, &error));
    if (!phone->phone) {
        fprintf(stderr, "make_traces: %s\n", error.text);
        exit(EXIT_FAILURE);
    }
    plug_in(&scene->plugs[scene->phone_count++], scene->segment, &cable, &phone->peer);
}

static void let_pass(struct scene *scene, double until_s)
{
    while (segment_step(scene->segment, AT(until_s)))
        ;
}

static void write_trace(const struct edit *trace, const char *directory, const char *name)
{
    char path[512];
    struct error error;

    snprintf(path, sizeof(path), "%s/%s.pcap", directory, name);
    struct recording *recording = recording_create(path, true, &error);
    if (!recording) {
        fprintf(stderr, "make_traces: %s\n", error.text);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < trace->count; i++) {
        struct captured_frame frame = {.time_ns = trace->frames[i].time_ns,
                                       .number = i + 1,
                                       .bytes = trace->frames[i].bytes,
                                       .captured = trace->frames[i].captured,
                                       .length = trace->frames[i].length};
        recording_frame(recording, &frame);
    }
    recording_close(recording);
}

static void close_scene(struct scene *scene, const char *directory, const char *name)
{
    edit_sort(&scene->trace);
    write_trace(&scene->trace, directory, name);
    edit_free(&scene->trace);
    for (unsigned i = 0; i < scene->phone_count; i++)
        phone_free(scene->phones[i].phone);
    segment_free(scene->segment);
    craft_free(scene->craft);
}

/* ---- the stories ---- */

/* The switch port opens between the phone's two DISCOVERs; behind it no server answers in time. */
static void port_blocked(const char *directory)
{
    struct scene scene;

    open_scene(&scene);
    add_phone(&scene, 0x10, "CBT14200AB1");
    scene.port_opens_ns = AT(10);
    plug_start(&scene.plugs[0]);
    for (int second = 0; second < 40; second += 2) {
        let_pass(&scene, second);
        send_bpdu(&scene, second >= 6);
        if (second >= 18)
            request_group(&scene);
        if (second >= 20 && second % 6 == 0)
            who_has(&scene, LEASE_IP);
    }
    let_pass(&scene, 40);
    close_scene(&scene, directory, "port-blocked");
}

/* Another host has the phone's address; requests by IP address go to it. */
static void duplicate_address(const char *directory)
{
    struct scene scene;
    struct arp_packet claim = {ARP_REPLY_OPERATION, other_mac, LEASE_IP, pc_mac, PC_IP};
    struct arp_packet announce = {ARP_REQUEST_OPERATION, other_mac, LEASE_IP, mac_zero, LEASE_IP};

    open_scene(&scene);
    add_phone(&scene, 0x12, "CBT14200AB3");
    scene.gives_leases = scene.answers_arp = true;
    plug_start(&scene.plugs[0]);
    let_pass(&scene, 9);
    send_arp(&scene, &other_mac, &mac_broadcast, &announce);
    for (int second = 10; second < 40; second += 3) {
        let_pass(&scene, second);
        who_has(&scene, LEASE_IP);
        let_pass(&scene, second + 0.01);
        send_arp(&scene, &other_mac, &pc_mac, &claim);
        let_pass(&scene, second + 0.02);
        request(&scene, &other_mac, LEASE_IP);
    }
    let_pass(&scene, 40);
    close_scene(&scene, directory, "duplicate-address");
}

/* Two phones, one order for everybody, and a TFTP server that never sees the multicast ACKs. */
static void wildcard_upgrade(const char *directory)
{
    struct scene scene;
    size_t length;
    uint8_t *image = need(synthetic_image(20000, 3, &length));

    open_scene(&scene);
    add_phone(&scene, 0x14, "CBT14200AB5");
    add_phone(&scene, 0x15, "CBT14200AB6");
    scene.gives_leases = scene.answers_arp = scene.serves_file = true;
    scene.file = image;
    scene.file_length = length;
    plug_start(&scene.plugs[0]);
    let_pass(&scene, 0.4);
    plug_start(&scene.plugs[1]);
    let_pass(&scene, 9);
    request_group(&scene);
    let_pass(&scene, 11);
    order(&scene, RECM_WILDCARD_SERIAL);
    let_pass(&scene, 60);
    close_scene(&scene, directory, "wildcard-upgrade");
    free(image);
}

/* The file arrives whole; long before writing it can be done the plug is pulled. */
static void power_lost(const char *directory)
{
    struct scene scene;
    size_t length;
    uint8_t *image = make_hollow_image(&length);

    open_scene(&scene);
    add_phone(&scene, 0x16, "CBT14200AB7");
    scene.gives_leases = scene.answers_arp = scene.serves_file = scene.sees_acks = true;
    scene.file = image;
    scene.file_length = length;
    plug_start(&scene.plugs[0]);
    let_pass(&scene, 9);
    request_group(&scene);
    let_pass(&scene, 11);
    order(&scene, "CBT14200AB7");
    while (scene.last_block == 0 && segment_step(scene.segment, AT(60)))
        ;
    double lost_s = (double)(segment_now(scene.segment) - START_NS) / 1e9 + 20;
    let_pass(&scene, lost_s);
    phone_power_off(scene.phones[0].phone, segment_now(scene.segment));
    plug_touch(&scene.plugs[0]);
    let_pass(&scene, lost_s + 0.4);
    plug_start(&scene.plugs[0]);
    let_pass(&scene, lost_s + 9);
    request_group(&scene);
    let_pass(&scene, lost_s + 11);
    close_scene(&scene, directory, "power-lost-while-writing");
    free(image);
}

/* ---- hand-made: DHCP of others ---- */

struct dhcp_frame {
    struct mac_address source, destination;
    uint32_t source_ip, destination_ip;
    uint16_t source_port, destination_port;
    uint16_t ip_identification;
    uint8_t time_to_live;
    struct dhcp_message message;
    const char *vendor_class;
};

static void add_dhcp(struct scene *scene, double at_s, const struct dhcp_frame *from)
{
    uint8_t payload[DHCP_LOADER_LENGTH], bytes[CRAFT_FRAME_SIZE];
    struct writer writer = writer_over(payload, sizeof(payload));
    struct craft_udp header = {
        .source_mac = from->source,
        .destination_mac = from->destination,
        .source_ip = from->source_ip,
        .destination_ip = from->destination_ip,
        .source_port = from->source_port,
        .destination_port = from->destination_port,
        .ip_identification = from->ip_identification,
        .time_to_live = from->time_to_live,
        .vlan = CRAFT_NO_VLAN,
    };
    const struct dhcp_message *message = &from->message;

    dhcp_write_fixed(&writer, message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, message->type);
    if (from->vendor_class)
        dhcp_write_option(&writer, DHCP_OPTION_VENDOR_CLASS, from->vendor_class,
                          (uint8_t)strlen(from->vendor_class));
    if (message->type == DHCP_REQUEST)
        dhcp_write_option_ip(&writer, DHCP_OPTION_REQUESTED_IP, LEASE_IP);
    if (message->type != DHCP_DISCOVER)
        dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, PC_IP);
    if (message->operation == DHCP_BOOTREPLY) {
        dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, MASK);
        dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, PC_IP);
    }
    dhcp_write_end(&writer, sizeof(payload));
    size_t size = craft_udp(scene->craft, &header, payload, sizeof(payload), bytes);
    edit_add(&scene->trace, AT(at_s), bytes, size, size);
}

/* The normal firmware takes a lease every 25 s: it starts, crashes, and starts again. */
static void crash_loop(const char *directory)
{
    struct scene scene;
    struct mac_address phone = {{0x00, 0x24, 0x14, 0xa1, 0xc0, 0x18}};

    open_scene(&scene);
    for (unsigned round = 0; round < 5; round++) {
        double at_s = 3 + 25 * round;
        struct dhcp_frame frame = {
            .source = phone,
            .destination = mac_broadcast,
            .destination_ip = UINT32_MAX,
            .source_port = DHCP_CLIENT_PORT,
            .destination_port = DHCP_SERVER_PORT,
            .ip_identification = 1,
            .time_to_live = 64,
            .message = {.operation = DHCP_BOOTREQUEST,
                        .type = DHCP_DISCOVER,
                        .transaction_id = 0x5a000001 + 0x1111 * round,
                        .client_mac = phone},
            .vendor_class = "Cisco SPA504G",
        };
        add_dhcp(&scene, at_s, &frame);
        frame.message.type = DHCP_REQUEST;
        frame.ip_identification = 2;
        add_dhcp(&scene, at_s + 0.5, &frame);
        frame = (struct dhcp_frame){
            .source = pc_mac,
            .destination = phone,
            .source_ip = PC_IP,
            .destination_ip = LEASE_IP,
            .source_port = DHCP_SERVER_PORT,
            .destination_port = DHCP_CLIENT_PORT,
            .ip_identification = (uint16_t)(900 + 2 * round),
            .time_to_live = 64,
            .message = {.operation = DHCP_BOOTREPLY,
                        .type = DHCP_OFFER,
                        .transaction_id = 0x5a000001 + 0x1111 * round,
                        .your_ip = LEASE_IP,
                        .server_ip = PC_IP,
                        .client_mac = phone},
        };
        add_dhcp(&scene, at_s + 0.1, &frame);
        frame.message.type = DHCP_ACK;
        frame.ip_identification++;
        add_dhcp(&scene, at_s + 0.6, &frame);
    }
    close_scene(&scene, directory, "firmware-crash-loop");
}

/* A relay agent brings the phone's DHCP over; recovery requests stay on the PC's side. */
static void not_one_segment(const char *directory)
{
    struct scene scene;
    struct mac_address phone = {{0x00, 0x24, 0x14, 0xa1, 0xc0, 0x1a}};
    const uint32_t relay_ip = UINT32_C(0x0a000501);

    open_scene(&scene);
    for (int second = 0; second < 40; second += 2) {
        let_pass(&scene, second);
        request_group(&scene);
    }
    let_pass(&scene, 40);
    for (unsigned type = DHCP_DISCOVER; type <= DHCP_REQUEST; type += 2) {
        double at_s = type == DHCP_DISCOVER ? 8.1 : 8.2;
        struct dhcp_frame frame = {
            .source = switch_mac,
            .destination = pc_mac,
            .source_ip = relay_ip,
            .destination_ip = PC_IP,
            .source_port = DHCP_SERVER_PORT,
            .destination_port = DHCP_SERVER_PORT,
            .ip_identification = (uint16_t)(4711 + type),
            .time_to_live = 255,
            .message = {.operation = DHCP_BOOTREQUEST,
                        .type = (uint8_t)type,
                        .hops = 1,
                        .transaction_id = loader_transaction_id(&phone, 1),
                        .relay_ip = relay_ip,
                        .client_mac = phone},
            .vendor_class = DHCP_LOADER_VENDOR_CLASS,
        };
        add_dhcp(&scene, at_s, &frame);
        frame.source = pc_mac;
        frame.destination = switch_mac;
        frame.source_ip = PC_IP;
        frame.destination_ip = relay_ip;
        frame.time_to_live = 64;
        frame.message.operation = DHCP_BOOTREPLY;
        frame.message.type = type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK;
        frame.message.your_ip = UINT32_C(0x0a000520);
        frame.message.server_ip = PC_IP;
        frame.vendor_class = NULL;
        add_dhcp(&scene, at_s + 0.05, &frame);
    }
    close_scene(&scene, directory, "not-one-segment");
}

/* ---- no phone at all ---- */

/* A minute and a half of an office: nothing of it is a phone's. */
static void office(const char *directory)
{
    struct scene scene;

    open_scene(&scene);
    for (int second = 0; second < 90; second += 2) {
        let_pass(&scene, second);
        send_bpdu(&scene, true);
        if (second % 30 == 0)
            send_cdp(&scene);
    }
    let_pass(&scene, 90);
    edit_add_office(&scene.trace, AT(0.3), AT(89), 5);
    close_scene(&scene, directory, "office-without-phone");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_traces DIRECTORY\n");
        return 2;
    }
    port_blocked(argv[1]);
    duplicate_address(argv[1]);
    wildcard_upgrade(argv[1]);
    power_lost(argv[1]);
    crash_loop(argv[1]);
    not_one_segment(argv[1]);
    office(argv[1]);
    return 0;
}
