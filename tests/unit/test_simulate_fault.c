/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The faults around a simulated phone, by name: what each does to its cable, and what the other
 * hosts do on the segment. (The phone's own faults: test_phone_faults.)
 */
#include "cmd/simulate_fault.h"
#include "cmd/simulate_options.h"
#include "phone/phone_peer.h"
#include "run/plug.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define S      NS_PER_S
#define MS     NS_PER_MS
#define FRAMES 8000 /* one a millisecond */

static struct simulate_setup with(const char *text)
{
    struct simulate_setup setup = {.phone = phone_config_default()};
    char expected[SIMULATE_EXPECTED_SIZE];
    assert_true(simulate_fault_by_name(text, &setup, expected));
    return setup;
}

static void every_fault_of_the_list_changes_something(void **state)
{
    (void)state;
    const struct simulate_setup nothing = {.phone = phone_config_default()};
    struct simulate_fault fault, before;
    size_t count = 0;
    for (; simulate_fault_at(count, &fault); count++) {
        const struct simulate_setup setup = with(fault.name);
        assert_memory_not_equal(&setup, &nothing, sizeof setup);
        assert_true(strlen(fault.help) > 10);
        for (size_t i = 0; i < count && simulate_fault_at(i, &before); i++)
            assert_string_not_equal(before.name, fault.name);
    }
    assert_int_equal(count, 36);
}

static void a_wrong_name_or_value_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "los",
                                        "loss=",    "loss=0",
                                        "loss=-1",  "loss=101",
                                        "loss=5x",  "loss=nan",
                                        "twin=2",   "delay=1e9",
                                        "=5",       "loss-in=",
                                        "lossless", "foreign-tftp-server=0.5",
                                        "Loss",     "loss-up=3"};
    struct simulate_setup setup = {.phone = phone_config_default()}, before = setup;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char expected[SIMULATE_EXPECTED_SIZE] = "";
        assert_false(simulate_fault_by_name(wrong[i], &setup, expected));
        assert_true(strlen(expected) > 10);
        assert_memory_equal(&setup, &before, sizeof setup);
    }
}

static void a_value_out_of_range_is_told_the_range(void **state)
{
    (void)state;
    static const char *const stories[][2] = {
        {"loss=200", "loss=PERCENT with a number above 0 to 100"},
        {"delay=1e9", "delay=MS with a number above 0 to 60000"},
        {"twin=2", "twin, which takes no value"},
        {"power-loss-at-block=no", "power-loss-at-block=N with a number above 0"},
        {"lossless", "one that --fault help lists"},
    };
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct simulate_setup setup = {.phone = phone_config_default()};
        char expected[SIMULATE_EXPECTED_SIZE];
        assert_false(simulate_fault_by_name(stories[i][0], &setup, expected));
        assert_string_equal(expected, stories[i][1]);
    }
}

/* ---- Faults of the cable: frames from and to a device behind it ---- */

struct device {
    unsigned frames, damaged, disordered;
    unsigned last; /* number in the newest frame */
    instant_ns last_ns;
    duration_ns longest_gap_ns;
};

static void note_frame(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct device *device = context;
    unsigned number = (unsigned)bytes[20] << 8 | bytes[21];
    assert_int_equal(length, 60);
    device->frames++;
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += bytes[i];
    if (sum != 14 * 0xffu || bytes[20] + bytes[22] != 0xff || bytes[21] + bytes[23] != 0xff) {
        device->damaged++;
        return;
    }
    device->disordered += number < device->last;
    device->last = number;
    if (now_ns - device->last_ns > device->longest_gap_ns)
        device->longest_gap_ns = now_ns - device->last_ns;
    device->last_ns = now_ns;
}

/* One frame a millisecond in each direction. ret[0]: what came to the device, ret[1]: from it. */
static void try_cable(const struct simulate_setup *setup, struct device ret[2])
{
    static const struct segment_device noting = {.deliver = note_frame};
    const struct segment_config config = {
        .seed = 5, .end_ns = INSTANT_NEVER, .kind = SEGMENT_HUB, .is_immediate = true};
    struct segment *segment = segment_new(&config);
    memset(ret, 0, 2 * sizeof *ret);
    struct segment_endpoint *device = segment_attach(segment, &setup->cable, &noting, &ret[0]);
    struct segment_endpoint *uplink = segment_attach(segment, NULL, &noting, &ret[1]);
    uint8_t frame[60] = {0};
    memset(frame, 0xff, 12);
    for (unsigned i = 0; i < FRAMES; i++) {
        while (segment_step(segment, (instant_ns)i * MS))
            ;
        frame[20] = (uint8_t)(i >> 8);
        frame[21] = (uint8_t)i;
        frame[22] = frame[20] ^ 0xff;
        frame[23] = frame[21] ^ 0xff;
        segment_send(device, frame, sizeof frame);
        segment_send(uplink, frame, sizeof frame);
    }
    while (segment_step(segment, FRAMES * MS + S))
        ;
    segment_free(segment);
}

static void a_perfect_cable_does_nothing_and_takes_no_time(void **state)
{
    (void)state;
    const struct simulate_setup setup = {.phone = phone_config_default()};
    struct device device[2];
    try_cable(&setup, device);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(device[i].frames, FRAMES);
        assert_int_equal(device[i].damaged + device[i].disordered, 0);
        assert_int_equal(device[i].last_ns, (FRAMES - 1) * MS);
    }
}

static void assert_wire_fault(const char *fault, unsigned direction, const struct device *device)
{
    unsigned frames = device[direction].frames;
    if (strncmp(fault, "loss", 4) == 0)
        assert_in_range(frames, FRAMES * 75 / 100, FRAMES * 85 / 100);
    else if (strncmp(fault, "duplicate", 9) == 0)
        assert_in_range(frames, FRAMES * 115 / 100, FRAMES * 125 / 100);
    else
        assert_int_equal(frames, FRAMES);
    bool reorders = strncmp(fault, "reorder", 7) == 0;
    bool corrupts = strncmp(fault, "corrupt", 7) == 0;
    assert_in_range(device[direction].disordered, reorders ? FRAMES / 10 : 0,
                    reorders ? FRAMES / 2 : 0);
    assert_in_range(device[direction].damaged, corrupts ? FRAMES * 15 / 100 : 0,
                    corrupts ? FRAMES * 25 / 100 : 0);
    if (strncmp(fault, "delay", 5) == 0)
        assert_int_equal(device[direction].last_ns, (FRAMES - 1) * MS + 20 * MS);
}

static void wire_faults_act_on_the_direction_they_name(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        bool in, out;
    } rows[] = {
        {"loss=20", true, true},          {"loss-in=20", true, false},
        {"loss-out=20", false, true},     {"duplicate=20", true, true},
        {"duplicate-in=20", true, false}, {"duplicate-out=20", false, true},
        {"reorder=20", true, true},       {"reorder-in=20", true, false},
        {"reorder-out=20", false, true},  {"corrupt=20", true, true},
        {"corrupt-in=20", true, false},   {"corrupt-out=20", false, true},
        {"delay=20", true, true},         {"delay-in=20", true, false},
        {"delay-out=20", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct simulate_setup setup = with(rows[i].fault);
        struct device device[2];
        try_cable(&setup, device);
        assert_wire_fault(rows[i].in ? rows[i].fault : "none", 0, device);
        assert_wire_fault(rows[i].out ? rows[i].fault : "none", 1, device);
    }
}

static void a_flapping_link_is_silent_for_three_seconds_in_both_directions(void **state)
{
    (void)state;
    const struct simulate_setup setup = with("link-flaps=0.1");
    struct device device[2];
    try_cable(&setup, device);
    for (unsigned i = 0; i < 2; i++) {
        assert_in_range(device[i].longest_gap_ns, 3 * S, 3 * S + MS);
        assert_in_range(device[i].frames, 3000, 5000);
        assert_int_equal(device[i].damaged + device[i].disordered, 0);
    }
    const struct simulate_setup calm = with("link-flaps=10000");
    try_cable(&calm, device);
    assert_int_equal(device[0].frames, FRAMES);
    assert_int_equal(device[1].frames, FRAMES);
}

/* ---- Other hosts, beside a phone ---- */

#define HEARD_MAXIMUM 200

struct heard {
    struct segment_endpoint *endpoint;
    unsigned count;
    size_t length[HEARD_MAXIMUM];
    uint8_t bytes[HEARD_MAXIMUM][PHONE_FRAME_SIZE];
};

static void hear(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct heard *heard = context;
    (void)now_ns;
    if (heard->count == HEARD_MAXIMUM || length > PHONE_FRAME_SIZE)
        return;
    memcpy(heard->bytes[heard->count], bytes, length);
    heard->length[heard->count++] = length;
}

struct scene {
    struct segment *segment;
    struct phone_peer phone;
    struct plug phone_plug, host_plug;
    struct other_host *host;
    struct heard heard;
    struct craft *craft;
};

static const struct mac_address pc_mac = {{0x02, 0, 0, 0, 0, 0x99}};

static struct scene *scene_new(const char *fault, const char *more)
{
    static const struct segment_device listener = {.deliver = hear};
    static struct scene scene;
    struct simulate_setup setup = with(fault);
    struct error error;
    char expected[SIMULATE_EXPECTED_SIZE];
    assert_true(!more || simulate_fault_by_name(more, &setup, expected));
    setup.phone.timing = PHONE_TIMING_NOMINAL;
    setup.phone.boot_ns = S;
    const struct segment_config config = {.kind = SEGMENT_HUB, .end_ns = INSTANT_NEVER};
    memset(&scene, 0, sizeof scene);
    scene.craft = craft_new(&error);
    scene.segment = segment_new(&config);
    scene.heard.endpoint = segment_attach(scene.segment, NULL, &listener, &scene.heard);
    phone_peer_init(&scene.phone, phone_new(&setup.phone, &error));
    assert_non_null(scene.phone.phone);
    plug_in(&scene.phone_plug, scene.segment, &setup.cable, &scene.phone.peer);
    assert_true(other_host_is_wanted(&setup.host));
    scene.host = other_host_new(&setup.host, segment_now(scene.segment), &error);
    assert_non_null(scene.host);
    plug_in(&scene.host_plug, scene.segment, NULL, other_host_peer(scene.host));
    plug_start(&scene.phone_plug);
    return &scene;
}

static void scene_run(struct scene *scene, duration_ns duration)
{
    instant_ns until_ns = segment_now(scene->segment) + duration;
    while (segment_step(scene->segment, until_ns))
        ;
}

static void scene_free(struct scene *scene)
{
    segment_free(scene->segment);
    phone_free(scene->phone.phone);
    other_host_free(scene->host);
    craft_free(scene->craft);
}

static void send_to_group(struct scene *scene, const uint8_t *payload, size_t length)
{
    const struct craft_udp header = {
        .source_mac = pc_mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = UINT32_C(0xc6120001),
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PC_PORT,
        .destination_port = RECM_PHONE_PORT,
        .time_to_live = 64,
        .vlan = CRAFT_NO_VLAN,
    };
    uint8_t bytes[CRAFT_FRAME_SIZE];
    size_t frame_length = craft_udp(scene->craft, &header, payload, length, bytes);
    segment_send(scene->heard.endpoint, bytes, frame_length);
}

static void order_upgrade(struct scene *scene)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(RECM_WILDCARD_SERIAL, TFTP_SERVER_PORT, "x.bin", payload);
    send_to_group(scene, payload, sizeof payload);
}

/* Returns: true if one of the frames heard is of this kind and fits; it is in ret. */
static bool was_heard(const struct scene *scene, enum frame_kind kind, unsigned number,
                      struct frame *ret)
{
    for (unsigned i = 0; i < scene->heard.count; i++) {
        const struct heard *heard = &scene->heard;
        frame_dissect(heard->bytes[i], heard->length[i], heard->length[i], ret);
        if (ret->kind != kind)
            continue;
        if ((kind == FRAME_DHCP && ret->dhcp.type == number) ||
            (kind == FRAME_TFTP && ret->tftp.opcode == number) ||
            (kind == FRAME_RECM && ret->recm.operation == number) ||
            (kind == FRAME_ARP && ret->arp.operation == number))
            return true;
    }
    return false;
}

static void a_second_dhcp_server_gives_a_lease_that_works(void **state)
{
    (void)state;
    struct scene *scene = scene_new("second-dhcp-server", NULL);
    struct frame frame;
    scene_run(scene, 10 * S);
    assert_true(was_heard(scene, FRAME_DHCP, DHCP_ACK, &frame));
    assert_int_equal(frame.dhcp.server_identifier, OTHER_HOST_IP);
    assert_memory_equal(&frame.ethernet.source, other_host_mac(scene->host), 6);
    order_upgrade(scene);
    scene_run(scene, 5 * S);
    assert_true(was_heard(scene, FRAME_ARP, ARP_REPLY_OPERATION, &frame));
    assert_int_equal(frame.arp.sender_ip, OTHER_HOST_ROUTER);
    assert_true(was_heard(scene, FRAME_TFTP, TFTP_RRQ, &frame));
    scene_free(scene);
}

static void a_dead_gateway_answers_nobody(void **state)
{
    (void)state;
    struct scene *scene = scene_new("dead-gateway", NULL);
    struct frame frame;
    scene_run(scene, 10 * S);
    assert_int_equal(phone_state(scene->phone.phone), PHONE_LISTENING);
    order_upgrade(scene);
    scene_run(scene, 20 * S);
    assert_true(was_heard(scene, FRAME_ARP, ARP_REQUEST_OPERATION, &frame));
    assert_false(was_heard(scene, FRAME_ARP, ARP_REPLY_OPERATION, &frame));
    assert_false(was_heard(scene, FRAME_TFTP, TFTP_RRQ, &frame));
    scene_free(scene);
}

static void a_lease_without_router_or_mask_makes_the_phone_deaf(void **state)
{
    (void)state;
    static const char *const faults[] = {"lease-without-router", "lease-without-mask"};
    for (unsigned i = 0; i < 2; i++) {
        struct scene *scene = scene_new(faults[i], NULL);
        struct frame frame;
        scene_run(scene, 10 * S);
        assert_true(was_heard(scene, FRAME_DHCP, DHCP_ACK, &frame));
        assert_int_equal(frame.dhcp.has_subnet_mask, i == 0);
        assert_int_equal(phone_state(scene->phone.phone), PHONE_SERIAL_PROMPT);
        scene_free(scene);
    }
}

/* The phone needs an address too. */
static struct scene *scene_with_tftp(const char *fault)
{
    struct scene *scene = scene_new("second-dhcp-server", fault);
    scene_run(scene, 10 * S);
    order_upgrade(scene);
    scene_run(scene, 20 * S);
    return scene;
}

static void a_foreign_tftp_server_refuses_every_file(void **state)
{
    (void)state;
    struct scene *scene = scene_with_tftp("foreign-tftp-server");
    struct frame frame;
    assert_true(was_heard(scene, FRAME_TFTP, TFTP_ERROR, &frame));
    assert_int_equal(frame.tftp.error_code, 1);
    assert_int_equal(phone_state(scene->phone.phone), PHONE_LISTENING);
    scene_free(scene);
}

static void a_foreign_tftp_server_refuses_as_often_as_told(void **state)
{
    (void)state;
    struct scene *scene = scene_with_tftp("foreign-tftp-server=1");
    struct frame frame;
    assert_true(was_heard(scene, FRAME_TFTP, TFTP_ERROR, &frame));
    scene->heard.count = 0;
    order_upgrade(scene);
    scene_run(scene, 20 * S);
    assert_true(was_heard(scene, FRAME_TFTP, TFTP_RRQ, &frame));
    assert_false(was_heard(scene, FRAME_TFTP, TFTP_ERROR, &frame));
    scene_free(scene);
}

static void a_foreign_tftp_server_sends_another_file_to_its_end(void **state)
{
    (void)state;
    struct scene *scene = scene_with_tftp("foreign-tftp-data");
    struct frame frame;
    size_t length;
    assert_true(was_heard(scene, FRAME_TFTP, TFTP_DATA, &frame));
    const uint8_t *file = phone_download(scene->phone.phone, &length);
    assert_int_equal(length, 700);
    assert_int_equal(file[0], '?');
    assert_int_equal(file[699], '?');
    assert_int_equal(phone_flash_count(scene->phone.phone), 0);
    scene_free(scene);
}

static void a_rival_program_asks_every_two_seconds(void **state)
{
    (void)state;
    struct scene *scene = scene_new("rival-program", NULL);
    struct frame frame;
    unsigned requests = 0;
    scene_run(scene, 21 * S);
    for (unsigned i = 0; i < scene->heard.count; i++) {
        const struct heard *heard = &scene->heard;
        frame_dissect(heard->bytes[i], heard->length[i], heard->length[i], &frame);
        requests += frame.kind == FRAME_RECM && frame.recm.operation == RECM_REQUEST;
    }
    assert_in_range(requests, 10, 11);
    scene_free(scene);
}

static void a_twin_has_the_first_phones_mac_and_a_serial_of_its_own(void **state)
{
    (void)state;
    struct simulate_options options = {.setup = with("twin"), .count = 3, .has_mac = true};
    options.setup.phone.mac = (struct mac_address){{0x02, 0x53, 0, 0, 0, 0xfe}};
    struct phone_config first, third, twin;
    struct error error;
    assert_true(simulate_options_complete(&options, &error));
    assert_int_equal(simulate_options_phone_count(&options), 4);
    assert_true(simulate_options_phone(&options, 0, &first, &error));
    assert_true(simulate_options_phone(&options, 2, &third, &error));
    assert_true(simulate_options_phone(&options, 3, &twin, &error));
    assert_memory_equal(&twin.mac, &first.mac, sizeof twin.mac);
    assert_memory_not_equal(&third.mac, &first.mac, sizeof twin.mac);
    assert_string_equal(first.serial, "CBT14110001");
    assert_string_equal(twin.serial, "CBT14110004");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_of_the_list_changes_something),
        cmocka_unit_test(a_wrong_name_or_value_is_refused_and_changes_nothing),
        cmocka_unit_test(a_value_out_of_range_is_told_the_range),
        cmocka_unit_test(a_perfect_cable_does_nothing_and_takes_no_time),
        cmocka_unit_test(wire_faults_act_on_the_direction_they_name),
        cmocka_unit_test(a_flapping_link_is_silent_for_three_seconds_in_both_directions),
        cmocka_unit_test(a_second_dhcp_server_gives_a_lease_that_works),
        cmocka_unit_test(a_dead_gateway_answers_nobody),
        cmocka_unit_test(a_lease_without_router_or_mask_makes_the_phone_deaf),
        cmocka_unit_test(a_foreign_tftp_server_refuses_every_file),
        cmocka_unit_test(a_foreign_tftp_server_refuses_as_often_as_told),
        cmocka_unit_test(a_foreign_tftp_server_sends_another_file_to_its_end),
        cmocka_unit_test(a_rival_program_asks_every_two_seconds),
        cmocka_unit_test(a_twin_has_the_first_phones_mac_and_a_serial_of_its_own),
    };
    return cmocka_run_group_tests_name("the faults around a simulated phone", tests, NULL, NULL);
}
