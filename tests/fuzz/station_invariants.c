/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what a run hears: see station_invariants.h. */
#include "tests/fuzz/station_invariants.h"

#include "base/bytes.h"
#include "engine/station.h"
#include "report/report.h"
#include "tests/fuzz/frame_script.h"
#include "tests/fuzz/plain_text.h"
#include "wire/frame.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define START_NS        (1000 * NS_PER_S)
#define FRAMES_MAXIMUM  4000
#define SPEAKERS        8192 /* a power of 2, more than frames */
#define AT_ONCE_MAXIMUM 64   /* answers to one frame, or what becomes due in one moment */
#define PER_SECOND      40   /* sent of its own accord, on the average, beside AT_ONCE_MAXIMUM */

struct run {
    struct station *station;
    struct station_config config;
    uint8_t image[1300];
    char name[STATION_NAME_MAXIMUM + 1];
    struct phone_name wanted;
    struct mac_address speakers[SPEAKERS]; /* hash table of who was heard; zero: free */
    instant_ns now_ns;
    uint64_t inputs, outputs;
    bool is_over; /* before this call */
    const char *broken;
};

static void note(struct run *run, bool holds, const char *sentence)
{
    if (!holds && !run->broken)
        run->broken = sentence;
}

/* Returns: the place of `mac`, or the free one where it belongs. */
static struct mac_address *speaker(struct run *run, const struct mac_address *mac)
{
    size_t place = bytes_load_be32(mac->octet + 2) * UINT32_C(2654435761) % SPEAKERS;
    while (!mac_equal(&run->speakers[place], &mac_zero) && !mac_equal(&run->speakers[place], mac))
        place = (place + 1) % SPEAKERS;
    return &run->speakers[place];
}

static void configure(struct run *run, uint8_t choice, const char *name, size_t name_length)
{
    static const enum dhcp_policy policies[] = {DHCP_POLICY_AUTO, DHCP_POLICY_YIELD,
                                                DHCP_POLICY_ALWAYS, DHCP_POLICY_NEVER};
    run->config = station_config_default();
    run->config.mode = choice % 4 == 0   ? STATION_DISCOVER
                       : choice % 4 == 1 ? STATION_WATCH
                                         : STATION_RECOVER;
    run->config.source_mac = (struct mac_address){{0x02, 0, 0, 0, 0, 0x01}};
    run->config.dhcp = policies[choice >> 2 & 3];
    run->config.selection.all = (choice & 0x10) != 0;
    run->config.answer_urls = (choice & 0x20) != 0;
    run->config.keep_going = (choice & 0x40) != 0;
    run->config.is_live = true;
    run->config.seed = 1;
    for (size_t i = 0; i < sizeof run->image; i++)
        run->image[i] = (uint8_t)i;
    run->config.image = run->config.mode == STATION_RECOVER ? run->image : NULL;
    run->config.image_length = run->config.image ? sizeof run->image : 0;
    memcpy(run->name, name, name_length);
    if (name_length > 0 && is_plain_text(run->name) && strlen(run->name) == name_length)
        run->config.file_name = run->name;
    run->wanted = (struct phone_name){.serial = "CBT141100HR"};
    if (choice & 0x80) {
        run->config.selection.names = &run->wanted;
        run->config.selection.name_count = 1;
    }
}

static void check_output(struct run *run, const struct station_output *output)
{
    struct frame frame;
    frame_dissect(output->bytes, output->length, output->length, &frame);
    const struct mac_address *to = &frame.ethernet.destination;
    /* A file goes to the port that asked for it, whatever that is. */
    note(run, frame.reason == WIRE_OK || frame.reason == WIRE_UDP_PORT_UNKNOWN,
         "it sends what is no good frame");
    note(run, mac_equal(&frame.ethernet.source, &run->config.source_mac),
         "it sends in somebody else's name");
    note(run, run->config.mode != STATION_WATCH, "it sends although it only watches");
    note(run, !run->is_over, "it sends after its end");
    note(run, mac_is_group(to) || !mac_equal(speaker(run, to), &mac_zero),
         "it sends to one who was never heard");
    note(run, !mac_is_group(to) || frame.kind != FRAME_DHCP, "it offers addresses to all");
    if (frame.kind == FRAME_TFTP && frame.tftp.opcode == TFTP_DATA)
        note(run, !mac_is_group(to) && frame.tftp.block >= 1 && frame.tftp.block <= 3,
             "it sends a block that the image has not, or to all");
    note(run,
         frame.kind != FRAME_RECM || run->config.mode == STATION_RECOVER ||
             frame.recm.operation == RECM_REQUEST,
         "it orders although it only looks");
}

/* What has become due or was caused is taken, as a port would. */
static void drain(struct run *run)
{
    struct station_output output;
    struct station_event event;
    unsigned count = 0;
    while (station_next_output(run->station, &output)) {
        check_output(run, &output);
        count++;
    }
    note(run, count <= AT_ONCE_MAXIMUM, "one frame or moment causes a flood");
    run->outputs += count;
    while (station_next_event(run->station, &event))
        note(run, is_plain_text(event.text), "a message is no plain text");
    run->is_over = station_done(run->station);
}

static void wait_until(struct run *run, instant_ns end_ns)
{
    for (unsigned steps = 0; steps < 100000; steps++) {
        instant_ns next_ns = station_deadline(run->station);
        if (next_ns > end_ns)
            break;
        note(run, next_ns > run->now_ns || steps < 1000, "time stands still");
        if (next_ns > run->now_ns)
            run->now_ns = next_ns;
        station_tick(run->station, run->now_ns);
        drain(run);
        if (run->broken)
            return;
    }
    run->now_ns = end_ns;
}

static void hear(struct run *run, const struct script_frame *heard)
{
    struct frame frame;
    size_t length = heard->length;
    frame_dissect(heard->bytes, length, length, &frame);
    frame.time_ns = run->now_ns;
    frame.number = ++run->inputs;
    if (length >= 14)
        *speaker(run, &frame.ethernet.source) = frame.ethernet.source;
    if (frame.kind == FRAME_ARP) /* an ARP frame names who wants the answer */
        *speaker(run, &frame.arp.sender_mac) = frame.arp.sender_mac;
    if (frame.kind == FRAME_DHCP)
        *speaker(run, &frame.dhcp.client_mac) = frame.dhcp.client_mac;
    station_frame(run->station, &frame, run->now_ns);
    drain(run);
}

static void check_report(struct run *run)
{
    struct diagnosis diagnosis;
    struct report_facts facts = {.command = "recover", .trace = "fuzzed"};
    struct text text = TEXT_EMPTY, printed = TEXT_EMPTY;
    station_diagnose(run->station, &diagnosis);
    const struct report_source source = {.diagnosis = &diagnosis, .facts = &facts};
    report_add(REPORT_TEXT, &source, &text);
    note(run, is_plain_text(text_chars(&text)), "the report is no plain text");
    json_t *document = report_json(&source);
    report_json_print(document, &printed);
    json_t *again = json_loads(text_chars(&printed), 0, NULL);
    note(run, again && json_equal(document, again), "the JSON does not read back");
    json_decref(again);
    json_decref(document);
    text_free(&text);
    text_free(&printed);
    diagnosis_free(&diagnosis);
}

const char *station_broken_invariant(const uint8_t *data, size_t size)
{
    struct run *run = calloc(1, sizeof *run);
    struct reader reader = reader_over(data, size);
    struct error error;
    if (!run)
        abort();
    uint8_t choice = reader_u8(&reader);
    size_t name_length = reader_u8(&reader) % (STATION_NAME_MAXIMUM + 1);
    const uint8_t *name = reader_view(&reader, name_length);
    if (reader.failed) {
        free(run);
        return NULL;
    }
    configure(run, choice, (const char *)name, name_length);
    run->station = station_new(&run->config, &error);
    if (!run->station) {
        free(run);
        return NULL;
    }
    run->now_ns = START_NS;
    station_start(run->station, run->now_ns);
    drain(run);
    while (!run->broken && run->inputs < FRAMES_MAXIMUM) {
        struct script_frame heard;
        if (!script_next(&reader, &heard))
            break;
        wait_until(run, run->now_ns + heard.wait_ns);
        if (!run->broken)
            hear(run, &heard);
    }
    if (!run->broken)
        wait_until(run, run->now_ns + 30 * NS_PER_S);
    uint64_t seconds = (uint64_t)((run->now_ns - START_NS) / NS_PER_S);
    note(run, run->outputs <= AT_ONCE_MAXIMUM + PER_SECOND * seconds + 8 * run->inputs,
         "more is sent than all that was heard can have caused");
    station_stop(run->station, run->now_ns);
    run->is_over = true;
    drain(run);
    check_report(run);
    const char *broken = run->broken;
    station_free(run->station);
    free(run);
    return broken;
}
