/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shelf of phones in virtual time, with the timing and the receive buffers of the hardware:
 *   shelf PHONES switch|snooping|hub PARALLEL IMAGE-BYTES [SPREAD-S]
 * prints seconds of the run, seconds of all transfers together (each from its order to its last
 * ACK), seconds of one flash, blocks sent again, and phones recovered. SPREAD-S: the phones are
 * switched on within so many seconds (0: all in the same one).
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

int main(int argc, char **argv)
{
    static struct plan plan;
    struct world_result result;
    size_t length;
    if (argc < 5) {
        fputs("usage: shelf PHONES switch|snooping|hub PARALLEL IMAGE-BYTES [SPREAD-S]\n", stderr);
        return 2;
    }
    unsigned phones = (unsigned)atoi(argv[1]), spread_s = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
    uint8_t *image = synthetic_image((size_t)atol(argv[4]), 1, &length);
    if (!image || phones == 0 || phones > PLAN_PHONES_MAXIMUM)
        return 2;
    plan_simple(image, length, &plan);
    plan.seed = phones;
    plan.kind = kind_of(argv[2]);
    struct random random = random_from_seed(phones);
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
    world_run(&plan, NULL, getenv("SHELF_VERBOSE") != NULL, &result);
    printf("%.1f %.1f %.1f %u %u %s\n", (double)(result.end_ns - PLAN_START_NS) / (double)NS_PER_S,
           (double)result.order_to_last_ack_ns / (double)NS_PER_S,
           (double)FLASH_NS / (double)NS_PER_S, result.retransmissions, result.recovered,
           result.violation[0] ? result.violation : "-");
    free(image);
    return result.violation[0] || result.recovered != phones;
}
