/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trace equality: the simulated phone, configured as the recorded one and given the frames that
 * were recorded from everybody else, must answer with the frames that the loader's own code
 * answered.
 *
 * Frames are compared field by field; garbage and padding are left out. An input frame is given at
 * the same distance from the phone's frame before it as in the trace, so that the jitter of one
 * answer does not spoil the rest; each answer must come within a tolerance of its recorded distance
 * from the frame before.
 */
#include "phone_bench.h"

#include "phone/fault.h"
#include "wire/tftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <jansson.h>
#include <pcap/pcap.h>

#define TRACE_FRAMES 256
#define BOOT_NS      NS_PER_S
#define START_NS     (10 * NS_PER_S) /* of the trace's first frame on the bench's clock */

/* How much later than recorded an answer may come, and how much earlier: the recording host often
 * was late itself. */
#define TOLERANCE_NS      (20 * NS_PER_MS)
#define EARLIER_NS        (70 * NS_PER_MS)
#define TOLERANCE_HTTP_NS (110 * NS_PER_MS) /* its polling has a coarse grain */
#define TOLERANCE_PERCENT 2                 /* of the distance from the phone's frame before */

struct trace_frame {
    instant_ns time_ns; /* since the first frame */
    size_t length;
    uint8_t bytes[PHONE_FRAME_SIZE];
};

struct trace {
    unsigned count;
    struct trace_frame frames[TRACE_FRAMES];
};

/* What a trace needs beyond its label, or why the simulated phone cannot be compared with it. */
struct play {
    const char *name;
    const char *left_out; /* the reason */
    const char *last_url;
    const char *fault;
    const char *second_phone; /* MAC, serial and product of another phone in the same trace */
    bool is_static;
    bool group_is_filtered; /* a switch kept group frames from the phone */
    bool ends_by_hand;      /* from the normal firmware's DISCOVER on, whose number is random */
};

static const struct play plays[] = {
    {.name = "busy-with-url", .last_url = "tftp://192.168.77.111/spa504g.bin"},
    {.name = "busy-with-url-http", .last_url = "http://192.168.77.111/spa504g.bin"},
    {.name = "capture-too-short", .left_out = "a slice: the phone's start is not in it"},
    {.name = "data-not-reaching"},
    {.name = "delivered"},
    {.name = "delivered-static", .is_static = true},
    {.name = "dhcp-ack-lost"},
    {.name = "dhcp-late"},
    {.name = "dhcp-offer-unusable"},
    {.name = "dhcp-refused"},
    {.name = "firmware-running", .left_out = "no loader in it; all frames made by hand"},
    {.name = "flashing"},
    {.name = "found"},
    {.name = "gateway-dead"},
    {.name = "image-corrupt-on-wire"},
    {.name = "image-rejected"},
    {.name = "lease-without-mask"},
    {.name = "lease-without-router"},
    {.name = "nested-upgrade"},
    {.name = "no-dhcp"},
    {.name = "no-gateway"},
    {.name = "no-phone-seen", .left_out = "no phone in it"},
    {.name = "phone-deaf", .fault = "frozen-after-reply"},
    {.name = "rebooted-in-transfer", .fault = "power-loss-at-block=21"},
    {.name = "recovered", .ends_by_hand = true},
    {.name = "reply-filtered"},
    {.name = "request-for-file-unanswered"},
    {.name = "request-malformed"},
    {.name = "request-not-sent"},
    {.name = "serial-mismatch"},
    {.name = "several-phones"},
    {.name = "several-phones", .second_phone = "00:24:14:a1:b3:ec CBT14191DC1 SPA508G"},
    {.name = "snooping", .group_is_filtered = true},
    {.name = "still-in-recovery", .fault = "stays-in-recovery"},
    {.name = "tagged-port"},
    {.name = "different-vlans", .left_out = "tagged"},
    {.name = "different-vlans-answered", .left_out = "tagged"},
    {.name = "tftp-refused"},
    {.name = "transfer-stalled"},
    {.name = "two-dhcp-servers"},
    {.name = "two-tftp-servers"},
    {.name = "upgrade-ignored"},
    {.name = "wrong-block"},
    {.name = "wrong-family"},
};

/* ---- Reading ---- */

static const char *trace_path(const char *name, const char *suffix, char *ret, size_t size)
{
    const char *top = getenv("top_srcdir");
    snprintf(ret, size, "%s/pcaps/%s%s", top ? top : ".", name, suffix);
    return ret;
}

static struct trace *read_trace(const char *name)
{
    char path[4096], message[PCAP_ERRBUF_SIZE];
    trace_path(name, ".pcap", path, sizeof path);
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!pcap)
        fail_msg("%s", message);
    struct trace *trace = calloc(1, sizeof *trace);
    assert_non_null(trace);
    struct pcap_pkthdr *header;
    const unsigned char *bytes;
    instant_ns first_ns = 0;
    while (pcap_next_ex(pcap, &header, &bytes) == 1) {
        assert_true(trace->count < TRACE_FRAMES && header->caplen == header->len &&
                    header->len <= PHONE_FRAME_SIZE);
        struct trace_frame *frame = &trace->frames[trace->count];
        instant_ns time_ns = header->ts.tv_sec * NS_PER_S + header->ts.tv_usec;
        if (trace->count++ == 0)
            first_ns = time_ns;
        frame->time_ns = time_ns - first_ns;
        frame->length = header->len;
        memcpy(frame->bytes, bytes, header->len);
    }
    pcap_close(pcap);
    return trace;
}

static void copy_text(char *ret, size_t size, const char *text)
{
    assert_true(text && strlen(text) < size);
    memcpy(ret, text, strlen(text) + 1);
}

static void configure_from_label(const char *name, struct phone_config *config)
{
    char path[4096];
    json_error_t error;
    json_t *label = json_load_file(trace_path(name, ".json", path, sizeof path), 0, &error);
    json_t *phone = json_object_get(label, "phone");
    assert_non_null(phone);
    assert_true(mac_parse(json_string_value(json_object_get(phone, "mac")), &config->mac));
    copy_text(config->serial, sizeof config->serial,
              json_string_value(json_object_get(phone, "serial")));
    copy_text(config->product, sizeof config->product,
              json_string_value(json_object_get(phone, "product")));
    assert_true(ipv4_parse(json_string_value(json_object_get(phone, "ip")), &config->static_ip));
    json_decref(label);
}

static bool is_from(const struct trace_frame *frame, const struct mac_address *mac)
{
    return memcmp(frame->bytes + 6, mac->octet, 6) == 0;
}

/* ---- Comparing ---- */

static void same_text(const uint8_t *a, const uint8_t *b, size_t offset, size_t size)
{
    assert_int_equal(strnlen((const char *)a + offset, size),
                     strnlen((const char *)b + offset, size));
    assert_memory_equal(a + offset, b + offset, strnlen((const char *)a + offset, size));
}

/* REPLY and echo without their garbage (docs: protocol, recovery messages). */
static void same_recm(const struct frame *is, const struct frame *wanted)
{
    const uint8_t *a = is->payload, *b = wanted->payload;
    assert_int_equal(is->payload_length, RECM_PHONE_LENGTH);
    assert_int_equal(a[0], b[0]);
    assert_memory_equal(a + 4, b + 4, 24);
    if (a[0] == RECM_UPGRADE) {
        assert_memory_equal(a + 1, b + 1, 3);
        assert_memory_equal(a + 28, b + 28, 4);
        same_text(a, b, 32, 68);
        return;
    }
    assert_memory_equal(a + 28, b + 28, 26);
    same_text(a, b, 54, 20);
    same_text(a, b, 74, 20);
    assert_memory_equal(a + 94, b + 94, 6);
}

static void same_frame(const struct frame *is, const struct frame *wanted)
{
    const size_t to_arp_end = 42, to_padding = 60;
    assert_string_equal(frame_kind_name(is->kind), frame_kind_name(wanted->kind));
    assert_int_equal(is->length, wanted->length);
    assert_memory_equal(is->bytes, wanted->bytes, 14);
    if (wanted->kind == FRAME_ARP) {
        bool is_request = wanted->arp.operation == ARP_REQUEST_OPERATION;
        assert_memory_equal(is->bytes, wanted->bytes, is_request ? to_padding : to_arp_end);
        return;
    }
    assert_true(is->has_ipv4 && wanted->has_ipv4);
    assert_int_equal(is->ipv4.identification, wanted->ipv4.identification);
    assert_memory_equal(is->bytes + 14, wanted->bytes + 14, 20);
    if (wanted->kind == FRAME_TCP) {
        assert_memory_equal(is->bytes + 34, wanted->bytes + 34, wanted->ipv4.total_length - 20u);
        return;
    }
    assert_true(is->has_udp && wanted->has_udp);
    assert_int_equal(is->udp.checksum_state, UDP_CHECKSUM_GOOD);
    assert_memory_equal(is->bytes + 34, wanted->bytes + 34, 6);
    if (wanted->kind == FRAME_RECM) {
        same_recm(is, wanted);
        return;
    }
    assert_int_equal(is->payload_length, wanted->payload_length);
    assert_memory_equal(is->payload, wanted->payload, wanted->payload_length);
}

/* ---- Playing ---- */

struct player {
    const struct play *play;
    const struct trace *trace;
    struct bench *bench;
    instant_ns shift_ns;    /* bench's clock minus the trace's */
    instant_ns last_own_ns; /* trace time of the phone's last frame */
    bool by_hand;           /* the normal firmware's frames have begun */
};

static duration_ns tolerance(const struct player *player, instant_ns time_ns)
{
    bool http = player->play->last_url && player->play->last_url[0] == 'h';
    duration_ns base_ns = http ? TOLERANCE_HTTP_NS : TOLERANCE_NS;
    return base_ns + (time_ns - player->last_own_ns) / 100 * TOLERANCE_PERCENT;
}

static void expect_own(struct player *player, unsigned index)
{
    struct bench *bench = player->bench;
    const struct trace_frame *recorded = &player->trace->frames[index];
    struct frame wanted;
    char text[256];
    frame_dissect(recorded->bytes, recorded->length, recorded->length, &wanted);
    frame_summary(&wanted, text, sizeof text);
    instant_ns expected_ns = recorded->time_ns + player->shift_ns;
    duration_ns allowed_ns = tolerance(player, recorded->time_ns);
    duration_ns patience_ns = expected_ns + allowed_ns - bench->now_ns;
    if (wanted.kind == FRAME_DHCP && dhcp_is_normal_firmware(&wanted.dhcp))
        player->by_hand = player->play->ends_by_hand;
    if (player->by_hand)
        patience_ns = 60 * NS_PER_S;
    if (!bench_next(bench, patience_ns > 0 ? patience_ns : 0))
        fail_msg("frame %u did not come: %s", index + 1, text);
    if (player->by_hand) {
        assert_int_equal(bench->last.kind, wanted.kind);
    } else {
        same_frame(&bench->last, &wanted);
        if (bench->last.time_ns < expected_ns - allowed_ns - EARLIER_NS)
            fail_msg("frame %u came %.4f s too early: %s", index + 1,
                     (double)(expected_ns - bench->last.time_ns) / 1e9, text);
    }
    player->shift_ns = bench->last.time_ns - recorded->time_ns;
    player->last_own_ns = recorded->time_ns;
}

static void give_foreign(struct player *player, unsigned index)
{
    struct bench *bench = player->bench;
    const struct trace_frame *recorded = &player->trace->frames[index];
    instant_ns time_ns = recorded->time_ns + player->shift_ns;
    if (time_ns > bench->now_ns)
        bench_run_until(bench, time_ns);
    bool is_ip_group = recorded->bytes[0] == 0x01 && recorded->bytes[2] == 0x5e;
    if (!(player->play->group_is_filtered && is_ip_group))
        bench_put(bench, recorded->bytes, recorded->length);
}

/* Power and flash take as long as in the trace: from the frame before the second start to it. */
static void configure_restart(const struct trace *trace, struct phone_config *config)
{
    instant_ns last_ns = 0;
    for (unsigned i = 0, own = 0; i < trace->count; i++) {
        const struct trace_frame *frame = &trace->frames[i];
        if (!is_from(frame, &config->mac))
            continue;
        bool is_discover = frame->length == 590 && bytes_load_be16(frame->bytes + 18) == 0;
        if (is_discover && own > 0) {
            duration_ns gap_ns = frame->time_ns - last_ns;
            config->faults.power_off_ns = gap_ns - BOOT_NS;
            config->flash_ns = gap_ns - BOOT_NS - 2 * NS_PER_S - 140 * NS_PER_MS;
        }
        last_ns = frame->time_ns;
        own++;
    }
}

static struct phone_config configure(const struct play *play, const struct trace *trace)
{
    struct phone_config config = phone_config_default();
    configure_from_label(play->name, &config);
    config.boot_ns = BOOT_NS;
    config.is_static = play->is_static;
    config.static_mask = BENCH_MASK;
    config.static_gateway = BENCH_PC_IP;
    if (play->last_url)
        copy_text(config.last_url, sizeof config.last_url, play->last_url);
    if (play->second_phone) {
        char mac[MAC_TEXT_SIZE];
        assert_int_equal(
            sscanf(play->second_phone, "%17s %20s %20s", mac, config.serial, config.product), 3);
        assert_true(mac_parse(mac, &config.mac));
    }
    if (play->fault)
        assert_true(phone_fault_by_name(play->fault, &config));
    configure_restart(trace, &config);
    return config;
}

static void answers_as_the_loader_did(void **state)
{
    const struct play *play = *state;
    struct trace *trace = read_trace(play->name);
    struct phone_config config = configure(play, trace);
    struct player player = {.play = play, .trace = trace, .shift_ns = START_NS};
    player.bench = bench_new(&config);
    struct bench *bench = player.bench;
    phone_power_off(bench->phone, 0);
    unsigned first = 0;
    while (first + 1 < trace->count && !is_from(&trace->frames[first], &config.mac))
        first++;
    instant_ns boot_ns = START_NS - BOOT_NS + (play->is_static ? 0 : trace->frames[first].time_ns);
    unsigned own = 0;
    bool powered = false;
    for (unsigned i = 0; i < trace->count; i++) {
        bool is_own = is_from(&trace->frames[i], &config.mac);
        if (!powered && trace->frames[i].time_ns + player.shift_ns > boot_ns) {
            bench_run_until(bench, boot_ns);
            phone_power_on(bench->phone, boot_ns);
            powered = true;
        }
        if (is_own)
            expect_own(&player, i);
        else
            give_foreign(&player, i);
        own += is_own;
        if (player.by_hand)
            break;
    }
    if (!bench_is_silent(bench, 100 * NS_PER_MS))
        fail_msg("one frame more than the loader sent, of kind %s",
                 frame_kind_name(bench->last.kind));
    assert_true(own > 0);
    bench_free(bench);
    free(trace);
}

/* Only what is made by hand may be left out. */
static void is_left_out_because_it_is_made_by_hand(void **state)
{
    const struct play *play = *state;
    char path[4096];
    json_error_t error;
    json_t *label = json_load_file(trace_path(play->name, ".json", path, sizeof path), 0, &error);
    print_message("# %s is not compared: %s\n", play->name, play->left_out);
    assert_true(json_is_true(json_object_get(label, "partly_synthetic")));
    json_decref(label);
}

/* Its label says so; there the phone was this simulation itself, or none. */
static bool is_made_by_a_program(const char *trace)
{
    char path[4096];
    json_error_t error;
    snprintf(path, sizeof path, "%.*s.json", (int)(strlen(trace) - strlen(".pcap")), trace);
    json_t *label = json_load_file(path, 0, &error);
    bool is_made = json_object_get(label, "made_by") != NULL;
    json_decref(label);
    return is_made;
}

static void every_recorded_trace_has_its_row(void **state)
{
    (void)state;
    char pattern[4096];
    glob_t found;
    assert_int_equal(glob(trace_path("*", ".pcap", pattern, sizeof pattern), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        size_t length = strlen(name) - strlen(".pcap"), k = 0;
        /* Recordings of this program's own runs show the simulated phone, not the loader. */
        if (strncmp(name, "spa-sos-", strlen("spa-sos-")) == 0 ||
            is_made_by_a_program(found.gl_pathv[i]))
            continue;
        while (k < sizeof plays / sizeof plays[0] &&
               (strlen(plays[k].name) != length || memcmp(plays[k].name, name, length) != 0))
            k++;
        if (k == sizeof plays / sizeof plays[0])
            fail_msg("%s has no row in the table of this test", name);
    }
    globfree(&found);
}

int main(void)
{
    enum { PLAYS = sizeof plays / sizeof plays[0] };
    static char names[PLAYS][96];
    static struct CMUnitTest tests[PLAYS + 1] = {
        cmocka_unit_test(every_recorded_trace_has_its_row)};
    for (unsigned i = 0; i < PLAYS; i++) {
        const struct play *play = &plays[i];
        struct CMUnitTest *test = &tests[i + 1];
        snprintf(names[i], sizeof names[i], "%s%s_%s", play->name,
                 play->second_phone ? "_second_phone" : "",
                 play->left_out ? "is_left_out_because_it_is_made_by_hand"
                                : "is_answered_as_the_loader_did");
        test->name = names[i];
        test->test_func =
            play->left_out ? is_left_out_because_it_is_made_by_hand : answers_as_the_loader_did;
        /* cmocka's initial state is not const; the tests do not write to it. */
        test->initial_state = (void *)(uintptr_t)play;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
