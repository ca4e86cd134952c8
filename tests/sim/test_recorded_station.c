/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The station against each phone that was ever recorded: the phone's side of every trace of pcaps/
 * is played to it on a simulated segment in virtual time. What becomes of the phone follows from
 * what it did when it was recorded, and stands in the table below.
 */
#include "engine/station.h"
#include "loader/loader.h"
#include "phone/recorded_peer.h"
#include "run/plug.h"
#include "run/run.h"
#include "tests/support/synthetic_image.h"
#include "tests/support/trace_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_BYTES 20000
#define RUN_NS      (1800 * NS_PER_S) /* longer than any run may take */
#define TIMEOUT_NS  (120 * NS_PER_S)

struct image {
    uint8_t *bytes;
    size_t length;
};

/* How far the phone of a trace can be brought: what it never did when recorded it never does. */
enum reach {
    REACH_SILENT,    /* it does not answer what this program asks: its recording says nothing */
    REACH_HEARD,     /* it is seen, and goes no further */
    REACH_REFUSES,   /* it takes all blocks and then refuses them */
    REACH_DELIVERED, /* it takes the image; its restart was not recorded */
    REACH_RECOVERED,
};

static const struct {
    const char *trace;
    enum reach reach;
} further[] = {
    {"delivered-static.pcap", REACH_DELIVERED},
    {"delivered.pcap", REACH_DELIVERED},
    {"flashing.pcap", REACH_DELIVERED},
    {"image-corrupt-on-wire.pcap", REACH_REFUSES},
    {"image-rejected.pcap", REACH_REFUSES},
    {"not-one-segment.pcap", REACH_SILENT}, /* its router speaks for it */
    {"recovered-past-dead-gateway.pcap", REACH_RECOVERED},
    {"recovered.pcap", REACH_RECOVERED},
    {"spa-sos-nudged.pcap", REACH_RECOVERED},
    {"spa-sos-recovered.pcap", REACH_RECOVERED},
    {"wrong-block.pcap", REACH_REFUSES},
    {"wrong-family.pcap", REACH_REFUSES},
};

struct outcome {
    bool ended;
    enum session_state state; /* of the phone that was played; SESSION_STATE_COUNT: never heard */
    unsigned attempts;
    enum verdict_id verdict;
};

static bool shows_a_loader(const struct frame *frame)
{
    switch (frame->kind) {
    case FRAME_DHCP:
        return loader_is_dhcp(&frame->dhcp);
    case FRAME_RECM:
        return frame->recm.from_phone;
    case FRAME_TFTP:
        return frame->udp.source_port == TFTP_PHONE_PORT && frame->tftp.opcode != TFTP_DATA;
    default:
        return false;
    }
}

/* Returns: false if there is no loader in the trace. */
static bool first_loader(const struct trace_frames *trace, struct mac_address *ret)
{
    for (size_t i = 0; i < trace->count; i++)
        if (shows_a_loader(&trace->frames[i])) {
            *ret = trace->frames[i].ethernet.source;
            return true;
        }
    return false;
}

static struct recorded_phone *learn(const struct trace_frames *trace, const struct mac_address *mac)
{
    struct error error;
    struct recorded_phone *phone = recorded_phone_new(mac, 1, &error);
    assert_non_null(phone);
    for (size_t i = 0; i < trace->count; i++)
        recorded_phone_learn(phone, &trace->frames[i]);
    return phone;
}

static struct station *new_station(const struct image *image)
{
    struct station_config config = station_config_default();
    struct error error;
    config.mode = STATION_RECOVER;
    config.source_mac = (struct mac_address){{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
    config.image = image->bytes;
    config.image_length = image->length;
    config.timeout_ns = TIMEOUT_NS;
    config.seed = 1;
    struct station *station = station_new(&config, &error);
    assert_non_null(station);
    return station;
}

static void judge(const struct station *station, const struct mac_address *mac, struct outcome *ret)
{
    struct session_status status;
    struct diagnosis diagnosis;
    ret->state = SESSION_STATE_COUNT;
    ret->attempts = 0;
    if (station_session_of(station, mac, &status)) {
        ret->state = status.state;
        ret->attempts = status.attempts;
    }
    station_diagnose(station, &diagnosis);
    ret->verdict = diagnosis.leading.id;
    diagnosis_free(&diagnosis);
}

static void play(struct recorded_phone *phone, const struct mac_address *mac,
                 const struct image *image, struct outcome *ret)
{
    struct segment_config config = {.kind = SEGMENT_SWITCH, .seed = 1, .end_ns = RUN_NS};
    struct segment *segment = segment_new(&config);
    struct port *port = segment_port(segment, NULL);
    struct station *station = new_station(image);
    struct recorded_peer peer;
    struct plug plug = {0};
    struct error error;
    assert_non_null(port);
    recorded_peer_init(&peer, phone);
    plug_in(&plug, segment, NULL, &peer.peer);
    plug_start(&plug);
    enum run_end end = run_station(port, station, NULL, NULL, &error);
    if (end == RUN_FAILED)
        fail_msg("%s", error.text);
    ret->ended = end == RUN_DONE;
    judge(station, mac, ret);
    station_free(station);
    port->operations->close(port);
    segment_free(segment);
}

static enum reach reach_of(const char *name)
{
    for (size_t i = 0; i < sizeof further / sizeof further[0]; i++)
        if (strcmp(further[i].trace, name) == 0)
            return further[i].reach;
    return REACH_HEARD;
}

static void check(const char *name, const struct outcome *outcome)
{
    enum reach reach = reach_of(name);
    bool recovered = outcome->state == SESSION_RECOVERED;
    bool delivered = outcome->state == SESSION_DELIVERED || outcome->state == SESSION_UNCONFIRMED;
    printf("# %s: %s, %u attempts, %s\n", name,
           outcome->state == SESSION_STATE_COUNT ? "not heard" : session_state_name(outcome->state),
           outcome->attempts, verdict_name(outcome->verdict));
    assert_true(outcome->ended);
    assert_int_equal(outcome->state == SESSION_STATE_COUNT, reach == REACH_SILENT);
    assert_int_equal(recovered, reach == REACH_RECOVERED);
    assert_int_equal(delivered, reach == REACH_DELIVERED);
    assert_int_equal(outcome->verdict == VERDICT_RECOVERED, recovered);
    assert_int_equal(outcome->verdict == VERDICT_IMAGE_REJECTED, reach == REACH_REFUSES);
    if (recovered || delivered)
        assert_int_equal(outcome->attempts, 1);
}

/* Each end of a script is met, however often the phone is asked: the run ends by itself. */
static void every_recorded_phone_comes_as_far_as_it_came(void **state)
{
    struct image image;
    char **names = trace_names();
    unsigned played = 0, known = 0;
    (void)state;
    image.bytes = synthetic_image(IMAGE_BYTES, 1, &image.length);
    assert_non_null(image.bytes);
    for (char **name = names; *name; name++) {
        struct trace_frames trace;
        struct mac_address mac;
        trace_frames_load(*name, &trace);
        if (first_loader(&trace, &mac)) {
            struct recorded_phone *phone = learn(&trace, &mac);
            struct outcome outcome;
            play(phone, &mac, &image, &outcome);
            check(*name, &outcome);
            recorded_phone_free(phone);
            played++;
        }
        known += reach_of(*name) != REACH_HEARD;
        trace_frames_free(&trace);
    }
    assert_true(played >= 47); /* four traces have no loader in them */
    assert_int_equal(known, sizeof further / sizeof further[0]);
    trace_names_free(names);
    free(image.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_phone_comes_as_far_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
