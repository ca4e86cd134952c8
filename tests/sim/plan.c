/* SPDX-License-Identifier: BSD-2-Clause */
/* Drawing worlds from seeds: see plan.h. */
#include "tests/sim/plan.h"

#include "base/random.h"
#include "cmd/simulate_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum outcome outcome;
    enum verdict_id verdicts[PLAN_VERDICTS_MAXIMUM]; /* ended by VERDICT_RECOVERED */
} troubles[TROUBLE_COUNT] = {
    [TROUBLE_NONE] = {"none", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_WEATHER] = {"weather", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_STORM] = {"storm", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_FLAPPING] = {"flapping", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_POWER_CUTS] = {"power-cuts", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_NO_PHONE] = {"no-phone", OUTCOME_FAILED, {VERDICT_NO_PHONE_SEEN}},
    [TROUBLE_NO_DHCP] = {"no-dhcp", OUTCOME_FAILED, {VERDICT_NO_DHCP}},
    [TROUBLE_NO_ROUTER] = {"no-router",
                           OUTCOME_FAILED,
                           {VERDICT_LEASE_WITHOUT_ROUTER, VERDICT_PHONE_DEAF}},
    [TROUBLE_NO_MASK] = {"no-mask",
                         OUTCOME_FAILED,
                         {VERDICT_LEASE_WITHOUT_MASK, VERDICT_PHONE_DEAF}},
    [TROUBLE_DEAD_GATEWAY] = {"dead-gateway", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_DEAD_GATEWAY_NO_HELP] = {"dead-gateway-no-help",
                                      OUTCOME_FAILED,
                                      {VERDICT_GATEWAY_DEAD}},
    [TROUBLE_WRONG_SERIAL] = {"wrong-serial", OUTCOME_FAILED, {VERDICT_SERIAL_MISMATCH}},
    [TROUBLE_SEVERAL] = {"several", OUTCOME_FAILED, {VERDICT_SEVERAL_PHONES}},
    [TROUBLE_ONE_OF_SEVERAL] = {"one-of-several", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_MANY] = {"many", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_SNOOPING] = {"snooping", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    [TROUBLE_RIVAL] = {"rival", OUTCOME_FAILED, {VERDICT_ANOTHER_TOOL, VERDICT_SEVERAL_PHONES}},
    [TROUBLE_FOREIGN_TFTP] = {"foreign-tftp", OUTCOME_FAILED, {VERDICT_TFTP_REFUSED}},
    [TROUBLE_INTERRUPTED] = {"interrupted", OUTCOME_ANY, {VERDICT_RECOVERED}},
    [TROUBLE_FAULTY_PHONE] = {"faulty-phone", OUTCOME_ANY, {VERDICT_RECOVERED}},
};

/* Faults by the names of `simulate --fault`, and what has to come of them. */
static const struct {
    const char *name;
    enum outcome outcome;
    enum verdict_id verdicts[4];
} faults[] = {
    {"deaf-after-lease", OUTCOME_FAILED, {VERDICT_PHONE_DEAF}},
    {"final-ack-not-sent", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    {"firmware-crash-loop", OUTCOME_ANY, {VERDICT_FIRMWARE_CRASH_LOOP}},
    {"frozen-after-reply",
     OUTCOME_FAILED,
     {VERDICT_PHONE_DEAF, VERDICT_UPGRADE_IGNORED, VERDICT_DHCP_OFFER_UNUSABLE}},
    {"ignores-upgrade", OUTCOME_FAILED, {VERDICT_UPGRADE_IGNORED}},
    {"liar", OUTCOME_ANY, {VERDICT_RECOVERED}},
    {"power-loss-at-block=2", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    {"rejects-image", OUTCOME_FAILED, {VERDICT_IMAGE_REJECTED}},
    {"reboot-loop", OUTCOME_ANY, {VERDICT_RECOVERED}},
    {"slow-console", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    {"stays-in-recovery", OUTCOME_FAILED, {VERDICT_STILL_IN_RECOVERY}},
    /* These two never stop, and either can take the phone's one chance to get an address. */
    {"corrupt=1", OUTCOME_ANY, {VERDICT_RECOVERED}},
    {"link-flaps=60", OUTCOME_ANY, {VERDICT_RECOVERED}},
    {"second-dhcp-server", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
    {"foreign-tftp-data", OUTCOME_ANY, {VERDICT_RECOVERED}},
    {"delay=200", OUTCOME_RECOVERED, {VERDICT_RECOVERED}},
};

const char *trouble_name(enum trouble trouble)
{
    return troubles[trouble].name;
}

duration_ns plan_ms(struct random *random, uint32_t from, uint32_t below)
{
    return (duration_ns)(from + random_below(random, below - from)) * NS_PER_MS;
}

static void draw_phone(struct random *random, unsigned index, struct phone_plan *ret)
{
    static const char *const products[] = {"SPA501G", "SPA502G", "SPA504G", "SPA508G",
                                           "SPA509G", "SPA301",  "SPA303"};
    struct phone_config config = phone_config_default();
    config.mac = (struct mac_address){
        {0x00, 0x24, 0x14, (uint8_t)random_below(random, 256), (uint8_t)index, (uint8_t)index}};
    snprintf(config.serial, sizeof config.serial, "CBT1419%02uA%u", index % 100, index / 100);
    snprintf(config.product, sizeof config.product, "%s", products[random_below(random, 7)]);
    config.seed = random_u64(random);
    config.console_locked = random_below(random, 4) == 0;
    config.flash_ns = plan_ms(random, 30000, 180000);
    config.is_static = random_below(random, 4) == 0;
    config.static_ip = UINT32_C(0x0a141e0a) + index;
    config.static_mask = UINT32_C(0xffffff00);
    config.static_gateway = UINT32_C(0x0a141e01);
    *ret = (struct phone_plan){
        .config = config,
        .power_on_ns = PLAN_START_NS + plan_ms(random, 0, 5000),
    };
}

void plan_simple(const uint8_t *image, size_t image_length, struct plan *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->kind = SEGMENT_SWITCH;
    ret->phone_count = 1;
    ret->phones[0] = (struct phone_plan){
        .config = phone_config_default(),
        .power_on_ns = PLAN_START_NS + NS_PER_S,
    };
    ret->phones[0].config.flash_ns = 20 * NS_PER_S;
    ret->station = station_config_default();
    ret->station.is_live = true;
    ret->station.source_mac = (struct mac_address){{0x3c, 0x97, 0x0e, 0x4b, 0x21, 0x07}};
    ret->station.image = image;
    ret->station.image_length = image_length;
    ret->outcome = OUTCOME_RECOVERED;
    ret->verdicts[0] = VERDICT_RECOVERED;
    ret->verdict_count = 1;
}

void plan_hopeless(const uint8_t *image, size_t image_length, struct plan *ret)
{
    plan_simple(image, image_length, ret);
    ret->server = SERVER_DEAD_GATEWAY;
    ret->station.gateway = GATEWAY_POLICY_NEVER;
    ret->station.attempts_maximum = 1;
}

static struct segment_faults draw_weather(struct random *random, double worst)
{
    return (struct segment_faults){
        .loss = random_unit(random) * worst,
        .duplication = random_unit(random) * worst,
        .reordering = random_unit(random) * worst,
        .reorder_ns = plan_ms(random, 1, 50),
        .delay_ns = plan_ms(random, 0, 5),
        .jitter_ns = plan_ms(random, 0, 5),
    };
}

void plan_weather(struct random *random, double worst, struct plan *ret)
{
    ret->pc_cable.to_switch = draw_weather(random, worst);
    ret->pc_cable.from_switch = draw_weather(random, worst);
    ret->phone_cable.to_switch = draw_weather(random, worst);
    ret->phone_cable.from_switch = draw_weather(random, worst);
}

void plan_power_cuts(struct random *random, struct phone_plan *phone)
{
    instant_ns time_ns = phone->power_on_ns;
    phone->outage_count = 1 + random_below(random, PLAN_OUTAGES_MAXIMUM);
    for (unsigned i = 0; i < phone->outage_count; i++) {
        phone->outages[i].off_ns = time_ns + plan_ms(random, 100, 16000);
        phone->outages[i].on_ns = phone->outages[i].off_ns + plan_ms(random, 500, 4000);
        time_ns = phone->outages[i].on_ns;
    }
}

static void choose_serial(struct plan *plan, const char *serial)
{
    snprintf(plan->serial_text, sizeof plan->serial_text, "%s", serial);
    plan->name = (struct phone_name){.serial = plan->serial_text};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
}

void plan_phones(struct random *random, unsigned count, struct plan *ret)
{
    ret->phone_count = count;
    for (unsigned i = 0; i < count; i++)
        draw_phone(random, i, &ret->phones[i]);
}

static void take_foreign_lease(struct plan *ret, enum foreign_server server)
{
    ret->server = server;
    ret->phones[0].config.is_static = false;
}

/* A server whose leases are of no use: the phone stays as it is, or the user does what he is told.
 */
static void take_unfit_lease(struct random *random, struct plan *ret, enum foreign_server server)
{
    take_foreign_lease(ret, server);
    if (random_below(random, 2))
        return;
    /* As fast as this program now and then, so that it is first sooner or later. */
    ret->server_delay_ns = plan_ms(random, 40, 200);
    ret->user_power_cycles = true;
    ret->outcome = OUTCOME_RECOVERED;
    ret->verdicts[0] = VERDICT_RECOVERED;
    ret->verdict_count = 1;
}

static void draw_fault(struct random *random, struct plan *ret)
{
    size_t index = random_below(random, sizeof faults / sizeof *faults);
    ret->fault = faults[index].name;
    ret->outcome = faults[index].outcome;
    ret->verdict_count = 0;
    for (unsigned i = 0; i < 4 && (i == 0 || faults[index].verdicts[i]); i++)
        ret->verdicts[ret->verdict_count++] = faults[index].verdicts[i];
    ret->phones[0].config.is_static = false;
    struct simulate_setup setup = {.phone = ret->phones[0].config, .cable = ret->phone_cable};
    char expected[SIMULATE_EXPECTED_SIZE];
    if (!simulate_fault_by_name(ret->fault, &setup, expected))
        abort();
    ret->phones[0].config = setup.phone;
    ret->phone_cable = setup.cable;
    ret->server = setup.host.dhcp;
    ret->tftp = setup.host.tftp;
    ret->rival = setup.host.asks_for_phones;
}

/* Which phones there are, and whom the user asks for. */
static void draw_selection(struct random *random, struct plan *ret)
{
    switch (ret->trouble) {
    case TROUBLE_WRONG_SERIAL:
        choose_serial(ret, "CBT141999ZZ");
        break;
    case TROUBLE_SEVERAL:
        plan_phones(random, 2 + random_below(random, 3), ret);
        for (unsigned i = 0; i < ret->phone_count; i++)
            ret->phones[i].config.is_static = true;
        for (unsigned i = 1; i < ret->phone_count; i++)
            ret->phones[i].power_on_ns = ret->phones[0].power_on_ns;
        break;
    case TROUBLE_ONE_OF_SEVERAL:
        plan_phones(random, 2 + random_below(random, 6), ret);
        choose_serial(ret, ret->phones[1].config.serial);
        break;
    case TROUBLE_MANY:
        plan_phones(random, 2 + random_below(random, 49), ret);
        ret->station.selection.all = true;
        ret->station.parallel_transfers = 1 + random_below(random, 2);
        break;
    default:
        break;
    }
}

/* Another DHCP server, and what its lease lacks. */
static void draw_server(struct random *random, struct plan *ret)
{
    switch (ret->trouble) {
    case TROUBLE_NO_ROUTER:
        take_unfit_lease(random, ret, SERVER_NO_ROUTER);
        break;
    case TROUBLE_NO_MASK:
        take_unfit_lease(random, ret, SERVER_NO_MASK);
        break;
    case TROUBLE_DEAD_GATEWAY_NO_HELP:
        ret->station.gateway = GATEWAY_POLICY_NEVER;
        take_foreign_lease(ret, SERVER_DEAD_GATEWAY);
        break;
    case TROUBLE_DEAD_GATEWAY:
        take_foreign_lease(ret, SERVER_DEAD_GATEWAY);
        break;
    default:
        break;
    }
}

static void draw_trouble(struct random *random, struct plan *ret)
{
    struct phone_config *phone = &ret->phones[0].config;
    switch (ret->trouble) {
    case TROUBLE_WEATHER:
        plan_weather(random, 0.03, ret);
        break;
    case TROUBLE_STORM:
        ret->storm_loss = 0.2 + random_unit(random) * 0.6;
        /* Over before the station gives up a phone that has got a lease and is silent. */
        ret->storm_end_ns = PLAN_START_NS + plan_ms(random, 5000, 45000);
        break;
    case TROUBLE_FLAPPING:
        ret->flap_end_ns = PLAN_START_NS + plan_ms(random, 5000, 120000);
        break;
    case TROUBLE_POWER_CUTS:
        plan_power_cuts(random, &ret->phones[0]);
        break;
    case TROUBLE_NO_PHONE:
        ret->phone_count = 0;
        break;
    case TROUBLE_NO_DHCP:
        phone->is_static = false;
        ret->station.dhcp = DHCP_POLICY_NEVER;
        break;
    case TROUBLE_NO_ROUTER:
    case TROUBLE_NO_MASK:
    case TROUBLE_DEAD_GATEWAY_NO_HELP:
    case TROUBLE_DEAD_GATEWAY:
        draw_server(random, ret);
        break;
    case TROUBLE_WRONG_SERIAL:
    case TROUBLE_SEVERAL:
    case TROUBLE_ONE_OF_SEVERAL:
    case TROUBLE_MANY:
        draw_selection(random, ret);
        break;
    case TROUBLE_SNOOPING:
        ret->kind = SEGMENT_SNOOPING_SWITCH;
        break;
    case TROUBLE_RIVAL:
        ret->rival = true;
        break;
    case TROUBLE_FOREIGN_TFTP:
        ret->tftp = TFTP_SERVER_REFUSES;
        break;
    case TROUBLE_INTERRUPTED:
        ret->interrupt_ns = PLAN_START_NS + plan_ms(random, 0, 60000);
        break;
    case TROUBLE_FAULTY_PHONE:
        draw_fault(random, ret);
        break;
    case TROUBLE_NONE:
    case TROUBLE_COUNT:
        break;
    }
}

/*
 * A tenth of the worlds that can end well have a host that means no good, for one to three minutes;
 * whatever else is wrong. What it does is not drawn from the world's own numbers: those stay.
 */
static void draw_hostile(uint64_t seed, struct plan *ret)
{
    struct random random = random_from_seed(seed ^ UINT64_C(0x686f7374696c65));
    bool is_meant = ret->outcome == OUTCOME_RECOVERED && random_below(&random, 10) == 0;
    if (!is_meant)
        return;
    ret->hostile_end_ns = PLAN_START_NS + plan_ms(&random, 60000, 180000);
    ret->user_power_cycles = true; /* a phone can be made deaf */
}

void plan_draw(uint64_t seed, const uint8_t *image, size_t image_length, struct plan *ret)
{
    struct random random = random_from_seed(seed);
    plan_simple(image, image_length, ret);
    ret->seed = seed;
    ret->kind = random_below(&random, 3) ? SEGMENT_SWITCH : SEGMENT_HUB;
    ret->station.seed = random_u64(&random);
    ret->station.timeout_ns = 240 * NS_PER_S;
    plan_phones(&random, 1, ret);
    plan_weather(&random, 0, ret);
    ret->trouble = (enum trouble)random_below(&random, TROUBLE_COUNT);
    ret->outcome = troubles[ret->trouble].outcome;
    ret->verdict_count = 0;
    for (unsigned i = 0; i < PLAN_VERDICTS_MAXIMUM; i++) {
        if (i == 0 || troubles[ret->trouble].verdicts[i])
            ret->verdicts[ret->verdict_count++] = troubles[ret->trouble].verdicts[i];
    }
    ret->user_power_cycles = ret->outcome == OUTCOME_RECOVERED;
    if (ret->outcome == OUTCOME_RECOVERED)
        ret->station.attempts_maximum = 50;
    draw_trouble(&random, ret);
    draw_hostile(seed, ret);
}
