/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a frame costs a station that knows so many phones: tests/bench/sessions [PHONES]... prints
 * "PHONES nanoseconds-per-frame" for each count (default: 1 and 1000). Every phone answers in turn,
 * in an order that no cache foresees; the observer's share is part of the cost.
 */
#include "base/random.h"
#include "engine/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAMES         200000u
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

static void feed(struct station *station, unsigned number, uint64_t count, instant_ns now_ns)
{
    struct frame frame;
    struct station_output output;
    struct station_event event;
    frame_dissect(replies[number], lengths[number], lengths[number], &frame);
    frame.number = count;
    frame.time_ns = now_ns;
    station_frame(station, &frame, now_ns);
    while (station_next_output(station, &output))
        continue;
    while (station_next_event(station, &event))
        continue;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Returns: nanoseconds of processor time per frame with `phones` known. */
static double measure(unsigned phones)
{
    struct error error;
    struct station_config config = station_config_default();
    struct random random = random_from_seed(phones);
    config.mode = STATION_DISCOVER;
    config.timeout_ns = 0;
    config.source_mac = (struct mac_address){{2, 0, 0, 0, 0, 1}};
    struct station *station = station_new(&config, &error);
    if (!station) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    instant_ns now_ns = NS_PER_S;
    uint64_t count = 0;
    station_start(station, now_ns);
    for (unsigned i = 0; i < phones; i++)
        feed(station, i, ++count, now_ns += NS_PER_US);
    double start = seconds_now();
    for (unsigned i = 0; i < FRAMES; i++)
        feed(station, random_below(&random, phones), ++count, now_ns += NS_PER_US);
    double taken = seconds_now() - start;
    station_free(station);
    return taken * 1e9 / FRAMES;
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
        printf("%u %.0f\n", phones, measure(phones));
    }
    craft_free(craft);
    free(replies);
    free(lengths);
    return 0;
}
