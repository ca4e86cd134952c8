/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What so many known phones cost a station: tests/bench/sessions [PHONES]... prints a line for each
 * count (default: 1 and 1000): the count, and nanoseconds of processor time for a frame (an answer
 * of any of them, in an order that no cache foresees, the observer's share included), for a tick
 * (the next deadline, all of them waiting to be asked), and for the lines at the bottom of a
 * terminal.
 */
#include "base/random.h"
#include "cmd/progress/status_area.h"
#include "engine/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAMES         200000u
#define TICKS          20000u
#define SCREENS        2000u
#define PHONES_MAXIMUM 4000u
#define FIRST_IP       UINT32_C(0xc6130001) /* 198.19.0.1 */

static uint8_t (*replies)[CRAFT_FRAME_SIZE];
static size_t *lengths;

static struct mac_address mac_of(unsigned number)
{
    return (struct mac_address){{0x00, 0x24, 0x14, 0xd0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void make_reply(struct craft *craft, unsigned number)
{
    struct recm_message message = {.mac = mac_of(number), .ip = FIRST_IP + number};
    uint8_t payload[RECM_PHONE_LENGTH];
    snprintf(message.serial, sizeof message.serial, "CBT%08u", number);
    strcpy(message.product, "SPA504G");
    strcpy(message.software, "7.4.4rec");
    strcpy(message.hardware, "1.0.2");
    recm_build_reply(&message, payload);
    struct craft_udp header = {
        .source_mac = message.mac,
        .destination_mac = mac_of_group(RECM_GROUP_IP),
        .source_ip = message.ip,
        .destination_ip = RECM_GROUP_IP,
        .source_port = RECM_PHONE_PORT,
        .destination_port = RECM_PC_PORT,
        .time_to_live = 60,
        .vlan = CRAFT_NO_VLAN,
    };
    lengths[number] = craft_udp(craft, &header, payload, sizeof payload, replies[number]);
}

/* The next of its series: an answer with the same IP id again would be a copy. */
static void renew(uint8_t *reply)
{
    bytes_store_be16(reply + 18, (uint16_t)(bytes_load_be16(reply + 18) + 1));
    bytes_store_be16(reply + 24, 0);
    bytes_store_be16(reply + 24, ipv4_checksum_finish(ipv4_checksum_add(0, reply + 14, 20)));
}

static void drain(struct station *station)
{
    struct station_output output;
    struct station_event event;
    while (station_next_output(station, &output))
        continue;
    while (station_next_event(station, &event))
        continue;
}

static void feed(struct station *station, unsigned number, uint64_t count, instant_ns now_ns)
{
    struct frame frame;
    renew(replies[number]);
    frame_dissect(replies[number], lengths[number], lengths[number], &frame);
    frame.number = count;
    frame.time_ns = now_ns;
    station_frame(station, &frame, now_ns);
    drain(station);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct station *station_with(unsigned phones, instant_ns *now_ns, uint64_t *count)
{
    struct error error;
    struct station_config config = station_config_default();
    config.mode = STATION_DISCOVER;
    config.timeout_ns = 0;
    config.quiet_ns = 0;
    config.source_mac = (struct mac_address){{2, 0, 0, 0, 0, 1}};
    struct station *station = station_new(&config, &error);
    if (!station) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    station_start(station, *now_ns);
    for (unsigned i = 0; i < phones; i++)
        feed(station, i, ++*count, *now_ns += NS_PER_US);
    return station;
}

static void measure(unsigned phones)
{
    struct random random = random_from_seed(phones);
    instant_ns now_ns = NS_PER_S;
    uint64_t count = 0;
    struct station *station = station_with(phones, &now_ns, &count);
    double start = seconds_now();
    for (unsigned i = 0; i < FRAMES; i++)
        feed(station, random_below(&random, phones), ++count, now_ns += NS_PER_US);
    double frames = seconds_now() - start;
    start = seconds_now();
    for (unsigned i = 0; i < TICKS; i++) {
        now_ns = station_deadline(station);
        station_tick(station, now_ns);
        drain(station);
    }
    double ticks = seconds_now() - start;
    start = seconds_now();
    for (unsigned i = 0; i < SCREENS; i++) {
        struct status_area area;
        status_area_of(station, now_ns, now_ns, 600 * NS_PER_S, 80, 24, &area);
        status_area_free(&area);
    }
    double screens = seconds_now() - start;
    printf("%u %.0f %.0f %.0f\n", phones, frames * 1e9 / FRAMES, ticks * 1e9 / TICKS,
           screens * 1e9 / SCREENS);
    station_free(station);
}

int main(int argc, char **argv)
{
    struct error error;
    struct craft *craft = craft_new(&error);
    replies = calloc(PHONES_MAXIMUM, sizeof *replies);
    lengths = calloc(PHONES_MAXIMUM, sizeof *lengths);
    if (!craft || !replies || !lengths)
        return 1;
    for (unsigned i = 0; i < PHONES_MAXIMUM; i++)
        make_reply(craft, i);
    for (int i = 1; i < (argc > 1 ? argc : 3); i++) {
        unsigned phones = argc > 1 ? (unsigned)atoi(argv[i]) : i == 1 ? 1 : 1000;
        if (phones < 1 || phones > PHONES_MAXIMUM) {
            fprintf(stderr, "usage: sessions [PHONES]..., each from 1 to %u\n", PHONES_MAXIMUM);
            return 2;
        }
        measure(phones);
    }
    craft_free(craft);
    free(replies);
    free(lengths);
    return 0;
}
