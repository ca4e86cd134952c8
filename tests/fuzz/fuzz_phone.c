/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as what a simulated phone hears, and as the trace that a recorded one was made of: each
 * says plain text, sends frames that fit, not without end, and time goes on. The input is a script
 * as for fuzz_station (its first two fields choose the phone); the recorded phone learns the first
 * half of the frames and hears the second. Built with libFuzzer (--enable-fuzzers); seeds:
 * tests/unit/test_station_mutations DIRECTORY writes them.
 */
#include "phone/phone.h"
#include "phone/recorded.h"
#include "tests/fuzz/frame_script.h"
#include "tests/fuzz/plain_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_NS        (1000 * NS_PER_S)
#define FRAMES_MAXIMUM  2000
#define AT_ONCE_MAXIMUM 200 /* frames that one frame or moment may cause */
#define STEPS_MAXIMUM   20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *sentence)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", sentence);
    abort();
}

/* ---- the simulated phone ---- */

static struct phone *make_phone(uint8_t choice, const struct mac_address *mac)
{
    struct phone_config config = phone_config_default();
    struct error error;
    config.mac = *mac;
    config.timing = choice & 1 ? PHONE_TIMING_NOMINAL : PHONE_TIMING_HARDWARE;
    config.is_static = (choice & 2) != 0;
    config.static_ip = 0xc0a84d14;
    config.static_mask = 0xffffff00;
    config.static_gateway = choice & 4 ? 0xc0a84d01 : 0;
    config.console_locked = (choice & 8) != 0;
    config.faults.liar = (choice & 16) != 0;
    if (choice & 32)
        strcpy(config.recovery_url, "http://192.168.77.1/recovery.bin");
    config.faults.stays_in_recovery = (choice & 64) != 0;
    config.faults.reboot_loop = (choice & 128) != 0;
    config.boot_ns = NS_PER_S;
    config.flash_ns = NS_PER_S;
    struct phone *phone = phone_new(&config, &error);
    must(phone != NULL, "no phone");
    return phone;
}

static void drain(struct phone *phone)
{
    struct phone_output output;
    struct phone_event event;
    unsigned count = 0;
    while (phone_next_output(phone, &output)) {
        must(output.length >= 14 && output.length <= PHONE_FRAME_SIZE, "a frame of no good length");
        must(++count <= AT_ONCE_MAXIMUM, "one frame or moment causes a flood");
    }
    while (phone_next_event(phone, &event))
        must(is_plain_text(event.text), "a line of the console is no plain text");
    const char *damage = phone_damage(phone);
    must(!damage || is_plain_text(damage), "its damage is no plain text");
}

/* Returns: the end. */
static instant_ns wait_phone(struct phone *phone, instant_ns now_ns, instant_ns end_ns)
{
    for (unsigned steps = 0; phone_deadline(phone) <= end_ns && steps < STEPS_MAXIMUM; steps++) {
        instant_ns due_ns = phone_deadline(phone);
        now_ns = due_ns > now_ns ? due_ns : now_ns;
        phone_tick(phone, now_ns);
        drain(phone);
        must(steps + 1 < STEPS_MAXIMUM, "time stands still for the phone");
    }
    return end_ns;
}

static void play_phone(struct reader reader, uint8_t choice)
{
    struct mac_address mac = script_phone(&reader);
    struct phone *phone = make_phone(choice, &mac);
    struct script_frame frame;
    instant_ns now_ns = START_NS;
    phone_power_on(phone, now_ns);
    for (unsigned i = 0; i < FRAMES_MAXIMUM && script_next(&reader, &frame); i++) {
        now_ns = wait_phone(phone, now_ns, now_ns + frame.wait_ns);
        phone_frame(phone, frame.bytes, frame.length, now_ns);
        drain(phone);
    }
    wait_phone(phone, now_ns, now_ns + 60 * NS_PER_S);
    phone_free(phone);
}

/* ---- the recorded phone ---- */

static void drain_recorded(struct recorded_phone *phone)
{
    struct phone_output output;
    unsigned count = 0;
    while (recorded_phone_next_output(phone, &output)) {
        must(output.length >= 14 && output.length <= PHONE_FRAME_SIZE,
             "a recorded phone's frame of no good length");
        must(++count <= FRAMES_MAXIMUM, "a recorded phone's flood");
    }
}

static instant_ns wait_recorded(struct recorded_phone *phone, instant_ns now_ns, instant_ns end_ns)
{
    for (unsigned steps = 0; recorded_phone_deadline(phone) <= end_ns; steps++) {
        instant_ns due_ns = recorded_phone_deadline(phone);
        now_ns = due_ns > now_ns ? due_ns : now_ns;
        recorded_phone_tick(phone, now_ns);
        drain_recorded(phone);
        must(steps < STEPS_MAXIMUM, "time stands still for the recorded phone");
    }
    return end_ns;
}

static void play_recorded(struct reader reader)
{
    static struct script_frame frames[FRAMES_MAXIMUM];
    struct mac_address mac = script_phone(&reader);
    struct error error;
    struct recorded_phone *phone = recorded_phone_new(&mac, 1, &error);
    size_t count = 0;
    must(phone != NULL, "no recorded phone");
    while (count < FRAMES_MAXIMUM && script_next(&reader, &frames[count]))
        count++;
    instant_ns now_ns = START_NS;
    for (size_t i = 0; i < count; i++) {
        struct frame frame;
        bool is_learned = i < (count + 1) / 2;
        if (i == (count + 1) / 2)
            recorded_phone_start(phone, now_ns);
        now_ns = is_learned ? now_ns + frames[i].wait_ns
                            : wait_recorded(phone, now_ns, now_ns + frames[i].wait_ns);
        frame_dissect(frames[i].bytes, frames[i].length, frames[i].length, &frame);
        frame.number = i + 1;
        frame.time_ns = now_ns;
        if (is_learned) {
            recorded_phone_learn(phone, &frame);
        } else {
            recorded_phone_frame(phone, &frame, now_ns);
            drain_recorded(phone);
        }
    }
    recorded_phone_free(phone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader reader = reader_over(data, size);
    uint8_t choice = reader_u8(&reader);
    reader_view(&reader, reader_u8(&reader) % 65);
    if (reader.failed)
        return 0;
    play_phone(reader, choice);
    play_recorded(reader);
    return 0;
}
