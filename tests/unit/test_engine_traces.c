/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine driven by real input: the phone's side of recorded recoveries, under the clock of the
 * trace, has to lead a session through the states that the story of the trace tells. What the PC of
 * the trace sent is left out; the engine has to do that part itself.
 */
#include "engine/station.h"
#include "tests/support/trace_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define IMAGE_LENGTH 20000 /* of all these traces */
#define STATES_SIZE  32

struct story {
    const char *trace; /* without .pcap */
    enum station_mode mode;
    enum dhcp_policy dhcp;
    enum gateway_policy gateway;
    duration_ns afterwards_ns;              /* time that passes after the last frame */
    enum session_state states[STATES_SIZE]; /* ended by SESSION_NEW */
};

static const struct story stories[] = {
    {"delivered",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_DELIVERED}},
    {"delivered-static",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED, SESSION_ECHOED, SESSION_GATEWAY,
      SESSION_TRANSFER, SESSION_DELIVERED}},
    {"recovered",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_DELIVERED, SESSION_RECOVERED}},
    {"gateway-dead",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_NEVER,
     16 * NS_PER_S,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_RETRY}},
    {"no-dhcp",
     STATION_RECOVER,
     DHCP_POLICY_NEVER,
     GATEWAY_POLICY_AUTO,
     80 * NS_PER_S,
     {SESSION_ADDRESSING, SESSION_FAILED}},
    {"image-rejected",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_DELIVERED, SESSION_RETRY,
      SESSION_WAITING, SESSION_ORDERED}},
    {"still-in-recovery",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_DELIVERED, SESSION_ADDRESSING,
      SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED}},
    {"tftp-refused",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     25 * NS_PER_S,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_RETRY}},
    {"rebooted-in-transfer",
     STATION_RECOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED,
      SESSION_ECHOED, SESSION_GATEWAY, SESSION_TRANSFER, SESSION_ADDRESSING, SESSION_ADDRESSED,
      SESSION_FOUND, SESSION_WAITING, SESSION_ORDERED}},
    {"found",
     STATION_DISCOVER,
     DHCP_POLICY_ALWAYS,
     GATEWAY_POLICY_AUTO,
     0,
     {SESSION_ADDRESSING, SESSION_ADDRESSED, SESSION_FOUND}},
};

/* Who is who in a trace. */
struct label {
    json_t *document;
    struct mac_address phone, pc;
    struct phone_name name;
};

static void load_label(const char *trace, struct label *ret)
{
    char path[512];
    const char *phone, *pc;
    snprintf(path, sizeof path, "%s/pcaps/%s.json", getenv("top_srcdir"), trace);
    ret->document = json_load_file(path, 0, NULL);
    assert_int_equal(json_unpack(ret->document, "{s:{s:s,s:s},s:{s:s}}", "phone", "mac", &phone,
                                 "serial", &ret->name.serial, "pc", "mac", &pc),
                     0);
    assert_true(mac_parse(phone, &ret->phone));
    assert_true(mac_parse(pc, &ret->pc));
}

static struct station *new_station(const struct story *story, const struct label *label)
{
    static const uint8_t image[IMAGE_LENGTH];
    struct station_config config = station_config_default();
    config.mode = story->mode;
    config.source_mac = label->pc;
    config.address = UINT32_C(0xc0a84d01);
    config.prefix_length = 24;
    config.selection.names = &label->name;
    config.selection.name_count = 1;
    config.image = image;
    config.image_length = sizeof image;
    config.file_name = "spa50x-30x-7-6-2f.bin";
    config.transfer_port = 6900;
    config.dhcp = story->dhcp;
    config.gateway = story->gateway;
    struct error error;
    struct station *station = station_new(&config, &error);
    assert_non_null(station);
    return station;
}

struct path {
    enum session_state states[STATES_SIZE];
    size_t count;
};

static void drain(struct station *station, struct path *path)
{
    struct station_output output;
    struct station_event event;
    while (station_next_output(station, &output))
        ;
    while (station_next_event(station, &event)) {
        if (event.kind == STATION_EVENT_STATE && path->count < STATES_SIZE)
            path->states[path->count++] = event.new_state;
    }
}

static void pass_time(struct station *station, instant_ns until_ns, struct path *path)
{
    instant_ns due_ns;
    while ((due_ns = station_deadline(station)) < until_ns) {
        station_tick(station, due_ns);
        drain(station, path);
    }
}

static void play(const struct story *story, struct path *ret)
{
    char name[64];
    struct label label;
    struct trace_frames trace;
    snprintf(name, sizeof name, "%s.pcap", story->trace);
    load_label(story->trace, &label);
    trace_frames_load(name, &trace);
    struct station *station = new_station(story, &label);
    instant_ns now_ns = trace.frames[0].time_ns;
    station_start(station, now_ns);
    for (size_t i = 0; i < trace.count; i++) {
        now_ns = trace.frames[i].time_ns;
        pass_time(station, now_ns, ret);
        if (mac_equal(&trace.frames[i].ethernet.source, &label.phone))
            station_frame(station, &trace.frames[i], now_ns);
        drain(station, ret);
    }
    pass_time(station, now_ns + story->afterwards_ns, ret);
    station_free(station);
    trace_frames_free(&trace);
    json_decref(label.document);
}

static void recorded_phones_lead_through_the_states_of_their_story(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct path path = {0};
        play(&stories[i], &path);
        for (size_t n = 0; n < STATES_SIZE; n++) {
            enum session_state expected = stories[i].states[n];
            if (n == path.count && expected == SESSION_NEW)
                break;
            if (n < path.count && path.states[n] == expected)
                continue;
            fail_msg("%s: state %zu is \"%s\", expected \"%s\"", stories[i].trace, n + 1,
                     n < path.count ? session_state_name(path.states[n]) : "none",
                     session_state_name(expected));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_phones_lead_through_the_states_of_their_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
