/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated wire: who gets which frame, what faults do, the order of time, and determinism. */
#include "base/bytes.h"
#include "phone/phone.h"
#include "phone/phone_peer.h"
#include "port/segment.h"
#include "run/plug.h"
#include "wire/craft.h"
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAME_LENGTH 60
#define DEVICES      4

/* A device that remembers what it got. */
struct listener {
    struct segment_endpoint *endpoint;
    unsigned frames;
    unsigned out_of_order;
    uint32_t last_number;
    instant_ns last_ns;
    unsigned carrier_changes;
    instant_ns wake_ns; /* its deadline */
    unsigned ticks;
    uint64_t digest; /* of everything, to compare runs */
};

static void listener_deliver(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct listener *listener = context;
    uint32_t number = bytes_load_be32(bytes + 14);
    if (listener->frames > 0 && number < listener->last_number)
        listener->out_of_order++;
    assert_true(now_ns >= listener->last_ns);
    listener->frames++;
    listener->last_number = number;
    listener->last_ns = now_ns;
    for (size_t i = 0; i < length; i++)
        listener->digest = (listener->digest ^ bytes[i]) * UINT64_C(0x100000001b3);
    listener->digest = (listener->digest ^ (uint64_t)now_ns) * UINT64_C(0x100000001b3);
}

static instant_ns listener_deadline(void *context)
{
    return ((struct listener *)context)->wake_ns;
}

static void listener_tick(void *context, instant_ns now_ns)
{
    struct listener *listener = context;
    assert_int_equal(now_ns, listener->wake_ns);
    listener->ticks++;
    listener->wake_ns = INSTANT_NEVER;
}

static void listener_carrier(void *context, bool up, instant_ns now_ns)
{
    struct listener *listener = context;
    (void)up;
    (void)now_ns;
    listener->carrier_changes++;
}

static const struct segment_device listener_device = {listener_deliver, listener_deadline,
                                                      listener_tick, listener_carrier};

static struct segment *new_segment(enum segment_kind kind, uint64_t seed)
{
    return segment_new(
        &(struct segment_config){.kind = kind, .seed = seed, .end_ns = INSTANT_NEVER});
}

static void attach(struct listener *listener, struct segment *segment,
                   const struct segment_cable *cable)
{
    *listener = (struct listener){.wake_ns = INSTANT_NEVER};
    listener->endpoint = segment_attach(segment, cable, &listener_device, listener);
}

static void send_numbered(struct listener *from, uint8_t source, uint8_t destination,
                          uint32_t number)
{
    uint8_t frame[FRAME_LENGTH] = {2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source, 0x88, 0xb5};
    if (destination == 0xff)
        memset(frame, 0xff, 6);
    bytes_store_be32(frame + 14, number);
    segment_send(from->endpoint, frame, sizeof frame);
}

static void run(struct segment *segment)
{
    while (segment_step(segment, INSTANT_NEVER))
        continue;
}

static void a_switch_learns_and_a_hub_does_not(void **state)
{
    (void)state;
    for (unsigned is_hub = 0; is_hub < 2; is_hub++) {
        struct segment *segment = new_segment(is_hub ? SEGMENT_HUB : SEGMENT_SWITCH, 1);
        struct listener devices[DEVICES];
        struct segment_cable mirror = {.is_mirror = true};
        for (unsigned i = 0; i < DEVICES; i++)
            attach(&devices[i], segment, i == 3 ? &mirror : NULL);
        send_numbered(&devices[0], 0, 1, 1); /* nobody knows where 1 is */
        run(segment);
        assert_int_equal(devices[0].frames, 0);
        assert_int_equal(devices[1].frames, 1);
        assert_int_equal(devices[2].frames, 1);
        send_numbered(&devices[1], 1, 0, 2); /* 0 was seen */
        run(segment);
        assert_int_equal(devices[0].frames, 1);
        assert_int_equal(devices[2].frames, is_hub ? 2 : 1);
        send_numbered(&devices[2], 2, 0xff, 3);
        run(segment);
        assert_int_equal(devices[0].frames, 2);
        assert_int_equal(devices[1].frames, 2);
        assert_int_equal(devices[3].frames, 3); /* the mirror sees everything */
        segment_free(segment);
    }
}

static void frames_take_their_time_and_wait_for_each_other(void **state)
{
    (void)state;
    struct segment *segment = new_segment(SEGMENT_SWITCH, 1);
    struct listener devices[2];
    const struct segment_cable cable = {.to_switch = {.delay_ns = 1000}};
    attach(&devices[0], segment, &cable);
    attach(&devices[1], segment, NULL);
    send_numbered(&devices[0], 0, 0xff, 1);
    send_numbered(&devices[0], 0, 0xff, 2);
    run(segment);
    assert_int_equal(devices[1].frames, 2);
    /* Two frames up one after the other, the second one down: 100 Mbit/s are 80 ns a byte. */
    assert_int_equal(devices[1].last_ns, 3 * FRAME_LENGTH * 80 + 1000);
    segment_free(segment);
}

static void faults_happen_as_often_as_they_should(void **state)
{
    (void)state;
    struct segment *segment = new_segment(SEGMENT_SWITCH, 7);
    struct listener devices[2];
    const struct segment_cable cable = {.to_switch = {.loss = 0.1,
                                                      .duplication = 0.05,
                                                      .corruption = 0.02,
                                                      .reordering = 0.03,
                                                      .reorder_ns = 2 * NS_PER_MS}};
    attach(&devices[0], segment, &cable);
    attach(&devices[1], segment, NULL);
    for (uint32_t i = 0; i < 10000; i++) {
        send_numbered(&devices[0], 0, 0xff, i);
        while (segment_step(segment, segment_now(segment) + 100 * NS_PER_US))
            continue;
    }
    run(segment);
    struct segment_counters counters;
    segment_counters(segment, &counters);
    assert_int_equal(counters.sent, 10000);
    assert_in_range(counters.lost, 900, 1100);
    assert_in_range(counters.duplicated, 380, 530);
    assert_in_range(counters.corrupted, 130, 240);
    assert_in_range(counters.reordered, 200, 340);
    assert_int_equal(devices[1].frames, 10000 - counters.lost + counters.duplicated);
    assert_true(devices[1].out_of_order > 100);
    segment_free(segment);
}

static void jitter_keeps_the_order_unless_told_otherwise(void **state)
{
    (void)state;
    for (unsigned reorders = 0; reorders < 2; reorders++) {
        struct segment *segment = new_segment(SEGMENT_SWITCH, 3);
        struct listener devices[2];
        const struct segment_cable cable = {
            .to_switch = {.jitter_ns = 5 * NS_PER_MS, .jitter_reorders = reorders}};
        attach(&devices[0], segment, &cable);
        attach(&devices[1], segment, NULL);
        for (uint32_t i = 0; i < 200; i++)
            send_numbered(&devices[0], 0, 0xff, i);
        run(segment);
        assert_int_equal(devices[1].frames, 200);
        if (reorders)
            assert_true(devices[1].out_of_order > 20);
        else
            assert_int_equal(devices[1].out_of_order, 0);
        segment_free(segment);
    }
}

static bool drop_third(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    (void)context;
    (void)length;
    (void)now_ns;
    return bytes_load_be32(bytes + 14) == 3;
}

static void a_test_can_lose_one_certain_frame(void **state)
{
    (void)state;
    struct segment *segment = new_segment(SEGMENT_SWITCH, 1);
    struct listener devices[2];
    const struct segment_cable cable = {.from_switch = {.drop = drop_third}};
    attach(&devices[0], segment, NULL);
    attach(&devices[1], segment, &cable);
    for (uint32_t i = 1; i <= 4; i++)
        send_numbered(&devices[0], 0, 0xff, i);
    run(segment);
    assert_int_equal(devices[1].frames, 3);
    assert_int_equal(devices[1].last_number, 4);
    segment_free(segment);
}

static void without_a_link_nothing_passes(void **state)
{
    (void)state;
    struct segment *segment = new_segment(SEGMENT_SWITCH, 1);
    struct listener devices[2];
    attach(&devices[0], segment, NULL);
    attach(&devices[1], segment, NULL);
    segment_set_link(devices[1].endpoint, false, 10 * NS_PER_MS);
    segment_set_link(devices[1].endpoint, true, 20 * NS_PER_MS);
    for (uint32_t i = 0; i < 30; i++) {
        send_numbered(&devices[0], 0, 0xff, i);
        while (segment_step(segment, (i + 1) * NS_PER_MS))
            continue;
        assert_int_equal(segment_now(segment), (i + 1) * NS_PER_MS);
    }
    assert_int_equal(devices[1].frames, 20);
    assert_int_equal(devices[1].carrier_changes, 2);
    segment_free(segment);
}

static uint64_t run_with_seed(uint64_t seed)
{
    struct segment *segment = new_segment(SEGMENT_SWITCH, seed);
    struct listener devices[DEVICES];
    const struct segment_faults bad = {.loss = 0.1,
                                       .duplication = 0.1,
                                       .corruption = 0.1,
                                       .reordering = 0.1,
                                       .reorder_ns = NS_PER_MS,
                                       .jitter_ns = NS_PER_MS};
    const struct segment_cable cable = {.to_switch = bad,
                                        .from_switch = bad,
                                        .flap_interval_ns = 50 * NS_PER_MS,
                                        .flap_length_ns = 5 * NS_PER_MS};
    for (unsigned i = 0; i < DEVICES; i++)
        attach(&devices[i], segment, &cable);
    for (uint32_t i = 0; i < 2000; i++) {
        send_numbered(&devices[i % DEVICES], (uint8_t)(i % DEVICES), (uint8_t)(i % 3), i);
        while (segment_step(segment, i * 100 * NS_PER_US))
            continue;
    }
    uint64_t digest = 0;
    for (unsigned i = 0; i < DEVICES; i++)
        digest = digest * 31 + devices[i].digest;
    segment_free(segment);
    return digest;
}

static void the_same_seed_is_the_same_run(void **state)
{
    (void)state;
    assert_int_equal(run_with_seed(1), run_with_seed(1));
    assert_int_not_equal(run_with_seed(1), run_with_seed(2));
}

static void timers_come_in_order_and_after_frames_of_the_same_time(void **state)
{
    (void)state;
    struct segment *segment = new_segment(SEGMENT_SWITCH, 1);
    struct listener devices[2];
    attach(&devices[0], segment, NULL);
    attach(&devices[1], segment, NULL);
    devices[1].wake_ns = 2 * FRAME_LENGTH * 80; /* when the frame arrives */
    segment_touch(devices[1].endpoint);
    send_numbered(&devices[0], 0, 0xff, 1);
    assert_true(segment_step(segment, INSTANT_NEVER));
    assert_true(segment_step(segment, INSTANT_NEVER));
    assert_int_equal(devices[1].frames, 1);
    assert_int_equal(devices[1].ticks, 0);
    assert_true(segment_step(segment, INSTANT_NEVER));
    assert_int_equal(devices[1].ticks, 1);
    devices[1].wake_ns = segment_now(segment) + 1000;
    segment_touch(devices[1].endpoint);
    devices[1].wake_ns = INSTANT_NEVER; /* changed its mind */
    segment_touch(devices[1].endpoint);
    run(segment);
    assert_int_equal(devices[1].ticks, 1);
    segment_free(segment);
}

static void a_port_sees_its_own_frames_deadlines_and_the_end(void **state)
{
    (void)state;
    struct segment *segment =
        segment_new(&(struct segment_config){.start_ns = 5 * NS_PER_S, .end_ns = 10 * NS_PER_S});
    struct listener device;
    attach(&device, segment, NULL);
    struct port *port = segment_port(segment, NULL);
    const struct port_operations *operations = port->operations;
    struct captured_frame frame;
    struct error error;
    uint8_t bytes[FRAME_LENGTH];
    memset(bytes, 0xff, sizeof bytes);
    bytes[6] = 2;
    assert_int_equal(operations->now(port), 5 * NS_PER_S);
    assert_true(operations->send(port, bytes, sizeof bytes, &error));
    assert_int_equal(operations->next(port, 6 * NS_PER_S, &frame, &error), PORT_FRAME);
    assert_int_equal(frame.number, 1);
    assert_int_equal(frame.time_ns, 5 * NS_PER_S);
    assert_memory_equal(frame.bytes, bytes, sizeof bytes);
    assert_int_equal(operations->next(port, 6 * NS_PER_S, &frame, &error), PORT_DEADLINE);
    assert_int_equal(device.frames, 1);
    assert_int_equal(operations->now(port), 6 * NS_PER_S);
    segment_set_link(segment_port_endpoint(port), false, 7 * NS_PER_S);
    assert_int_equal(operations->next(port, 8 * NS_PER_S, &frame, &error), PORT_CARRIER_DOWN);
    assert_int_equal(operations->now(port), 7 * NS_PER_S);
    assert_true(operations->send(port, bytes, sizeof bytes, &error)); /* lost, and not echoed */
    assert_int_equal(operations->next(port, 10 * NS_PER_S, &frame, &error), PORT_DEADLINE);
    assert_int_equal(operations->next(port, INSTANT_NEVER, &frame, &error), PORT_END);
    assert_int_equal(operations->now(port), 10 * NS_PER_S);
    assert_int_equal(device.frames, 1);
    operations->close(port);
    segment_free(segment);
}

/* Sends a REQUEST for the wildcard serial in a frame to `destination`. */
static void send_request(struct port *port, struct craft *craft,
                         const struct mac_address *destination)
{
    uint8_t payload[RECM_PC_LENGTH], bytes[CRAFT_FRAME_SIZE];
    struct error error;
    recm_build_request(RECM_WILDCARD_SERIAL, payload);
    const struct craft_udp header = {.source_mac = {{2, 0, 0, 0, 0, 0x77}},
                                     .destination_mac = *destination,
                                     .source_ip = 0xc6120001,
                                     .destination_ip = RECM_GROUP_IP,
                                     .source_port = RECM_PC_PORT,
                                     .destination_port = RECM_PHONE_PORT,
                                     .time_to_live = 64,
                                     .vlan = CRAFT_NO_VLAN};
    size_t length = craft_udp(craft, &header, payload, sizeof payload, bytes);
    assert_true(length > 0);
    assert_true(port->operations->send(port, bytes, length, &error));
}

/* Returns: whether a REPLY comes within 5 s; counts well-formed IGMP queries on the way. */
static bool reply_comes(struct port *port, unsigned *queries)
{
    instant_ns deadline_ns = port->operations->now(port) + 5 * NS_PER_S;
    struct captured_frame received;
    struct error error;
    struct frame frame;
    bool seen = false;
    while (port->operations->next(port, deadline_ns, &received, &error) == PORT_FRAME) {
        frame_dissect_captured(&received, &frame);
        if (frame.kind == FRAME_IGMP && frame.reason == WIRE_OK && frame.igmp.type == IGMP_QUERY)
            ++*queries;
        if (frame.kind == FRAME_RECM && frame.recm.operation == RECM_REPLY)
            seen = true;
    }
    return seen;
}

static void snooping_hides_a_phone_until_the_tool_knows_better(void **state)
{
    (void)state;
    struct error error = {0};
    struct segment *segment =
        segment_new(&(struct segment_config){.kind = SEGMENT_SNOOPING_SWITCH,
                                             .end_ns = INSTANT_NEVER,
                                             .query_interval_ns = 10 * NS_PER_S});
    struct phone_peer phone;
    struct plug plug;
    struct phone_config config = phone_config_default();
    config.is_static = true;
    config.static_ip = 0xc0a84d14;
    config.static_mask = 0xffffff00;
    config.static_gateway = 0xc0a84d01;
    phone_peer_init(&phone, phone_new(&config, &error));
    assert_non_null(phone.phone);
    plug_in(&plug, segment, NULL, &phone.peer);
    struct port *port = segment_port(segment, NULL);
    struct craft *craft = craft_new(&error);
    plug_start(&plug);
    unsigned queries = 0;
    for (unsigned i = 0; i < 3; i++) /* it boots */
        assert_false(reply_comes(port, &queries));
    assert_int_equal(phone_state(phone.phone), PHONE_LISTENING);

    const struct mac_address group = mac_of_group(RECM_GROUP_IP);
    const struct mac_address own = {{2, 0, 0, 0, 0, 0x77}};
    send_request(port, craft, &group);
    assert_false(reply_comes(port, &queries)); /* the REQUEST is kept from the phone */
    send_request(port, craft, &mac_broadcast);
    assert_false(reply_comes(port, &queries)); /* the REPLY is kept from us */

    uint8_t report[CRAFT_FRAME_SIZE];
    size_t length =
        craft_igmp_report(craft, &own, CRAFT_NO_VLAN, 0xc6120001, RECM_GROUP_IP, report);
    assert_true(port->operations->send(port, report, length, &error));
    send_request(port, craft, &mac_broadcast);
    assert_true(reply_comes(port, &queries));
    assert_true(queries >= 2);
    struct segment_counters counters;
    segment_counters(segment, &counters);
    assert_true(counters.withheld >= 2);

    craft_free(craft);
    port->operations->close(port);
    phone_free(phone.phone);
    segment_free(segment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_switch_learns_and_a_hub_does_not),
        cmocka_unit_test(frames_take_their_time_and_wait_for_each_other),
        cmocka_unit_test(faults_happen_as_often_as_they_should),
        cmocka_unit_test(jitter_keeps_the_order_unless_told_otherwise),
        cmocka_unit_test(a_test_can_lose_one_certain_frame),
        cmocka_unit_test(without_a_link_nothing_passes),
        cmocka_unit_test(the_same_seed_is_the_same_run),
        cmocka_unit_test(timers_come_in_order_and_after_frames_of_the_same_time),
        cmocka_unit_test(a_port_sees_its_own_frames_deadlines_and_the_end),
        cmocka_unit_test(snooping_hides_a_phone_until_the_tool_knows_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
