/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shelf of phones in virtual time, with the timing and the receive buffers of the hardware:
 *   shelf PHONES switch|snooping|hub PARALLEL IMAGE-BYTES [SPREAD-S [SEED]]
 * prints seconds of the run, seconds of all transfers together (each from its order to its last
 * ACK), seconds of one flash, blocks sent again, phones recovered, seconds from the first order to
 * the last phone's firmware, and what was broken. PARALLEL 0: auto. SPREAD-S: the phones are
 * switched on within so many seconds (0: all in the same one).
 *   shelf reply SEEDS
 * prints for so many seeds, one phone each, the milliseconds from its first listening moment to its
 * REPLY.
 */
#include "tests/sim/world.h"
#include "tests/support/synthetic_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLASH_NS (90 * NS_PER_S)

static enum segment_kind kind_of(const char *name)
{
    if (strcmp(name, "snooping") == 0)
        return SEGMENT_SNOOPING_SWITCH;
    return strcmp(name, "hub") == 0 ? SEGMENT_HUB : SEGMENT_SWITCH;
}

static struct plan plan;
static struct world_result result;

static void usage(void)
{
    fputs("usage: shelf PHONES switch|snooping|hub PARALLEL IMAGE-BYTES [SPREAD-S [SEED]]\n"
          "       shelf reply SEEDS\n",
          stderr);
    exit(2);
}

/* One phone on a switch, with an address of this program: it answers as soon as it is asked. */
static int measure_replies(unsigned seeds)
{
    size_t length;
    uint8_t *image = synthetic_image(2000, 1, &length);
    if (!image)
        return 2;
    for (unsigned seed = 1; seed <= seeds; seed++) {
        struct random random = random_from_seed(seed);
        plan_simple(image, length, &plan);
        plan.seed = seed;
        plan_phones(&random, 1, &plan);
        world_run(&plan, NULL, false, &result);
        if (result.violation[0] || !result.first_listening_ns || !result.first_reply_ns)
            return 1;
        printf("%.1f\n",
               (double)(result.first_reply_ns - result.first_listening_ns) / (double)NS_PER_MS);
    }
    free(image);
    return 0;
}

int main(int argc, char **argv)
{
    size_t length;
    if (argc == 3 && strcmp(argv[1], "reply") == 0)
        return measure_replies((unsigned)atoi(argv[2]));
    if (argc < 5)
        usage();
    unsigned phones = (unsigned)atoi(argv[1]), spread_s = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
    unsigned seed = argc > 6 ? (unsigned)atoi(argv[6]) : phones;
    uint8_t *image = synthetic_image((size_t)atol(argv[4]), 1, &length);
    if (!image || phones == 0 || phones > PLAN_PHONES_MAXIMUM)
        usage();
    plan_simple(image, length, &plan);
    plan.seed = seed;
    plan.kind = kind_of(argv[2]);
    struct random random = random_from_seed(seed);
    plan_phones(&random, phones, &plan);
    for (unsigned i = 0; i < phones; i++) {
        plan.phones[i].config.is_static = false;
        plan.phones[i].config.flash_ns = FLASH_NS;
        plan.phones[i].power_on_ns = PLAN_START_NS + plan_ms(&random, 0, 1000 + spread_s * 1000);
    }
    plan.station.selection.all = true;
    plan.station.dhcp = DHCP_POLICY_ALWAYS;
    plan.station.parallel_transfers = (unsigned)atoi(argv[3]);
    plan.user_power_cycles = true;
    world_run(&plan, NULL, false, &result);
    printf("%.1f %.1f %.1f %u %u %.1f %s\n",
           (double)(result.end_ns - PLAN_START_NS) / (double)NS_PER_S,
           (double)result.order_to_last_ack_ns / (double)NS_PER_S,
           (double)FLASH_NS / (double)NS_PER_S, result.retransmissions, result.recovered,
           (double)(result.last_firmware_ns - result.first_order_ns) / (double)NS_PER_S,
           result.violation[0] ? result.violation : "-");
    free(image);
    return result.violation[0] || result.recovered != phones;
}
