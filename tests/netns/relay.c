/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay: a bad cable for tests. Copies Ethernet frames between two interfaces and on the way loses,
 * duplicates, delays or reorders them, or makes one side a trunk port, by a seed. The test
 * machines' kernels have neither netem nor 802.1Q devices.
 *
 * It never looks behind the Ethernet header, never creates frames, and copies only what came in, so
 * that two relays or a relay and a bridge cannot feed each other.
 */
#include "base/instant.h"
#include "base/random.h"

#include <errno.h>
#include <getopt.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIDE_A, SIDE_B, SIDES };
enum { FRAME_MAXIMUM = 2048, MAC_PAIR_LENGTH = 12, TAG_LENGTH = 4 };
enum { DATA_MINIMUM = 512 }; /* no other frame of a recovery but DATA and DHCP is this long */
#define NO_TRUNK 0

struct impairment {
    double loss_percent;
    double duplicate_percent;
    duration_ns delay_ns;
    duration_ns jitter_ns; /* added to the delay: 0 to this, evenly */
    bool reorder;          /* jitter may let a frame overtake another */
    unsigned late_copy;    /* of this DATA-sized frame to side B, 0 = of none */
    unsigned trunk_id;     /* 802.1Q on side A, untagged on side B; NO_TRUNK = neither */
};

struct pending {
    struct pending *next;
    instant_ns due_ns;
    int side; /* where it leaves */
    size_t length;
    uint8_t bytes[FRAME_MAXIMUM];
};

struct relay {
    struct impairment impairment;
    struct random random;
    pcap_t *port[SIDES];
    struct pending *queue; /* by due time, first in first out among equals */
    instant_ns last_due_ns[SIDES];
    struct pending *late_copy; /* waits for the next DATA-sized frame to go first */
    unsigned data_count;       /* DATA-sized frames to side B so far */
    unsigned long copied, lost, duplicated, filtered;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static instant_ns now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static bool happens(struct relay *relay, double percent)
{
    return random_unit(&relay->random) * 100 < percent;
}

static struct pending *pending_new(int side, const uint8_t *bytes, size_t length)
{
    struct pending *pending = malloc(sizeof(*pending));
    if (!pending)
        abort();
    *pending = (struct pending){.side = side, .length = length};
    memcpy(pending->bytes, bytes, length);
    return pending;
}

/* Takes the frame over and puts it in the queue. */
static void enqueue(struct relay *relay, struct pending *pending)
{
    const struct impairment *impairment = &relay->impairment;
    instant_ns *last_due_ns = &relay->last_due_ns[pending->side];
    pending->due_ns = now() + impairment->delay_ns +
                      (duration_ns)(random_unit(&relay->random) * (double)impairment->jitter_ns);
    if (!impairment->reorder && pending->due_ns < *last_due_ns)
        pending->due_ns = *last_due_ns;
    *last_due_ns = pending->due_ns;

    struct pending **place = &relay->queue;
    while (*place && (*place)->due_ns <= pending->due_ns)
        place = &(*place)->next;
    pending->next = *place;
    *place = pending;
}

/*
 * One block, once, arrives again behind its successor: what a network that reorders does to a
 * lockstep transfer, at a place that does not depend on timing.
 */
static void copy_late(struct relay *relay, int side, const uint8_t *bytes, size_t length)
{
    if (side != SIDE_B || length < DATA_MINIMUM)
        return;
    if (relay->late_copy) {
        enqueue(relay, relay->late_copy);
        relay->late_copy = NULL;
    }
    if (++relay->data_count == relay->impairment.late_copy)
        relay->late_copy = pending_new(side, bytes, length);
}

/*
 * The trunk: a frame from A must carry the tag and loses it, a frame from B gets it. `bytes` has
 * room for a tag more. Returns: false if the frame does not pass.
 */
static bool translate_tag(unsigned trunk_id, int from, uint8_t *bytes, size_t *length)
{
    if (trunk_id == NO_TRUNK)
        return true;
    uint8_t *type = bytes + MAC_PAIR_LENGTH;
    if (from == SIDE_B) {
        memmove(type + TAG_LENGTH, type, *length - MAC_PAIR_LENGTH);
        type[0] = 0x81;
        type[1] = 0x00;
        type[2] = (uint8_t)(trunk_id >> 8);
        type[3] = (uint8_t)trunk_id;
        *length += TAG_LENGTH;
        return true;
    }
    if (*length < MAC_PAIR_LENGTH + TAG_LENGTH + 2 || type[0] != 0x81 || type[1] != 0x00)
        return false;
    if ((((unsigned)type[2] << 8 | type[3]) & 0xfff) != trunk_id)
        return false;
    memmove(type, type + TAG_LENGTH, *length - MAC_PAIR_LENGTH - TAG_LENGTH);
    *length -= TAG_LENGTH;
    return true;
}

static void receive(struct relay *relay, int from)
{
    struct pcap_pkthdr *header;
    const uint8_t *data;
    while (!stop && pcap_next_ex(relay->port[from], &header, &data) == 1) {
        uint8_t bytes[FRAME_MAXIMUM];
        size_t length = header->caplen;
        if (length < MAC_PAIR_LENGTH + 2 || length > sizeof(bytes) - TAG_LENGTH)
            continue;
        memcpy(bytes, data, length);
        if (!translate_tag(relay->impairment.trunk_id, from, bytes, &length)) {
            relay->filtered++;
            continue;
        }
        if (happens(relay, relay->impairment.loss_percent)) {
            relay->lost++;
            continue;
        }
        int side = SIDES - 1 - from;
        enqueue(relay, pending_new(side, bytes, length));
        copy_late(relay, side, bytes, length);
        if (happens(relay, relay->impairment.duplicate_percent)) {
            enqueue(relay, pending_new(side, bytes, length));
            relay->duplicated++;
        }
    }
}

static void send_due(struct relay *relay)
{
    while (relay->queue && relay->queue->due_ns <= now()) {
        struct pending *pending = relay->queue;
        relay->queue = pending->next;
        /* A cable without carrier swallows frames: no error. */
        if (pcap_inject(relay->port[pending->side], pending->bytes, pending->length) > 0)
            relay->copied++;
        free(pending);
    }
}

/* Until a signal, which comes through only while waiting. */
static void relay_frames(struct relay *relay, const sigset_t *while_waiting)
{
    while (!stop) {
        struct pollfd files[SIDES];
        for (int side = 0; side < SIDES; side++)
            files[side] =
                (struct pollfd){.fd = pcap_get_selectable_fd(relay->port[side]), .events = POLLIN};
        struct timespec wait = {0};
        if (relay->queue) {
            duration_ns left_ns = relay->queue->due_ns - now();
            if (left_ns > 0)
                wait = (struct timespec){.tv_sec = (time_t)(left_ns / NS_PER_S),
                                         .tv_nsec = (long)(left_ns % NS_PER_S)};
        }
        ppoll(files, SIDES, relay->queue ? &wait : NULL, while_waiting);
        for (int side = 0; side < SIDES; side++)
            receive(relay, side);
        send_due(relay);
    }
}

static pcap_t *open_port(const char *interface)
{
    char text[PCAP_ERRBUF_SIZE];
    pcap_t *port = pcap_create(interface, text);
    if (!port) {
        fprintf(stderr, "relay: %s: %s\n", interface, text);
        return NULL;
    }
    pcap_set_snaplen(port, FRAME_MAXIMUM);
    pcap_set_promisc(port, 1);
    pcap_set_immediate_mode(port, 1);
    if (pcap_activate(port) < 0 || pcap_setdirection(port, PCAP_D_IN) < 0 ||
        pcap_setnonblock(port, 1, text) < 0) {
        fprintf(stderr, "relay: %s: %s\n", interface, pcap_geterr(port));
        pcap_close(port);
        return NULL;
    }
    return port;
}

static const char usage[] =
    "Usage: relay [OPTION]... INTERFACE_A INTERFACE_B\n"
    "  --seed N             of all chances (1)\n"
    "  --loss PERCENT       frames that vanish\n"
    "  --duplicate PERCENT  frames that arrive twice\n"
    "  --delay MS           of every frame\n"
    "  --jitter MS          0 to this in addition\n"
    "  --reorder            frames may overtake each other\n"
    "  --late-copy N        the Nth long frame to B arrives again, once, behind the next one\n"
    "  --trunk-a ID         side A is tagged with this VLAN, side B is not\n";

/* Returns: false for anything but a number of 0 to `maximum`. */
static bool parse_number(const char *text, double maximum, double *ret)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0 && value <= maximum))
        return false;
    *ret = value;
    return true;
}

static bool parse_options(int argc, char **argv, struct relay *relay)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},
        {"loss", required_argument, NULL, 'l'},
        {"duplicate", required_argument, NULL, 'd'},
        {"delay", required_argument, NULL, 'D'},
        {"jitter", required_argument, NULL, 'j'},
        {"reorder", no_argument, NULL, 'r'},
        {"late-copy", required_argument, NULL, 'c'},
        {"trunk-a", required_argument, NULL, 't'},
        {0},
    };
    double seed = 1;
    int letter;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        double number = 0;
        if (optarg && !parse_number(optarg, letter == 't' ? 4094 : 1e9, &number))
            return false;
        switch (letter) {
        case 's':
            seed = number;
            break;
        case 'l':
            relay->impairment.loss_percent = number;
            break;
        case 'd':
            relay->impairment.duplicate_percent = number;
            break;
        case 'D':
            relay->impairment.delay_ns = (duration_ns)(number * (double)NS_PER_MS);
            break;
        case 'j':
            relay->impairment.jitter_ns = (duration_ns)(number * (double)NS_PER_MS);
            break;
        case 'r':
            relay->impairment.reorder = true;
            break;
        case 'c':
            relay->impairment.late_copy = (unsigned)number;
            break;
        case 't':
            relay->impairment.trunk_id = (unsigned)number;
            break;
        default:
            return false;
        }
    }
    relay->random = random_from_seed((uint64_t)seed);
    return optind + SIDES == argc;
}

int main(int argc, char **argv)
{
    struct relay relay = {0};
    if (!parse_options(argc, argv, &relay)) {
        fputs(usage, stderr);
        return 2;
    }
    sigset_t ends, unblocked;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, &unblocked);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    for (int side = 0; side < SIDES; side++) {
        relay.port[side] = open_port(argv[optind + side]);
        if (!relay.port[side])
            return 1;
    }
    puts("ready");
    fflush(stdout);
    relay_frames(&relay, &unblocked);
    printf("copied %lu lost %lu duplicated %lu filtered %lu\n", relay.copied, relay.lost,
           relay.duplicated, relay.filtered);
    while (relay.queue) {
        struct pending *next = relay.queue->next;
        free(relay.queue);
        relay.queue = next;
    }
    free(relay.late_copy);
    for (int side = 0; side < SIDES; side++)
        pcap_close(relay.port[side]);
    return 0;
}
