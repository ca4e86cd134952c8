/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes on top of the one trouble of a world: see plan_draw_more. */
#include "tests/sim/plan.h"

#include <stdio.h>
#include <string.h>

#define MORE_MAXIMUM 3

static bool add_weather(struct random *random, struct plan *plan)
{
    plan_weather(random, 0.02, plan);
    return true;
}

static bool add_storm(struct random *random, struct plan *plan)
{
    plan->storm_loss = 0.2 + random_unit(random) * 0.4;
    plan->storm_end_ns = PLAN_START_NS + plan_ms(random, 5000, 45000);
    return true;
}

static bool add_flapping(struct random *random, struct plan *plan)
{
    plan->flap_end_ns = PLAN_START_NS + plan_ms(random, 5000, 90000);
    return true;
}

static bool add_power_cuts(struct random *random, struct plan *plan)
{
    plan_power_cuts(random, &plan->phones[random_below(random, plan->phone_count)]);
    return true;
}

static bool add_snooping(struct random *random, struct plan *plan)
{
    (void)random;
    if (plan->station.group_only)
        return false;
    plan->kind = SEGMENT_SNOOPING_SWITCH;
    return true;
}

static bool has_company(const struct plan *plan)
{
    return plan->copy_start_ns || plan->utility || plan->rival || plan->tftp;
}

/* Either of the two may recover a phone, and this one reports it. */
static bool add_copy(struct random *random, struct plan *plan)
{
    if (has_company(plan) || plan->station.vlan != CRAFT_NO_VLAN)
        return false;
    plan->copy_start_ns = PLAN_START_NS + plan_ms(random, 1, 60000);
    plan->copy_mac = random_below(random, 2) ? 0x02 : 0x70;
    return true;
}

static bool add_utility(struct random *random, struct plan *plan)
{
    if (has_company(plan) || plan->server || plan->phone_count != 1)
        return false;
    plan->utility = true;
    plan->utility_dies_at = random_below(random, 2) ? 1 + random_below(random, 4) : 0;
    return true;
}

static bool add_server(struct random *random, struct plan *plan)
{
    static const enum foreign_server servers[] = {SERVER_GOOD, SERVER_DEAD_GATEWAY,
                                                  SERVER_NO_ROUTER, SERVER_NO_MASK, SERVER_REFUSES};
    if (plan->server || plan->utility)
        return false;
    /* Who yields for good can only beside a server that serves. */
    size_t count = plan->station.dhcp == DHCP_POLICY_YIELD ? 2 : sizeof servers / sizeof *servers;
    plan->server = servers[random_below(random, (uint32_t)count)];
    plan->server_delay_ns = plan_ms(random, 40, 200);
    return true;
}

static bool add_selection_by_mac(struct random *random, struct plan *plan)
{
    (void)random;
    if (plan->phone_count != 1 || plan->station.selection.name_count)
        return false;
    plan->name = (struct phone_name){.mac = plan->phones[0].config.mac};
    plan->station.selection.names = &plan->name;
    plan->station.selection.name_count = 1;
    return true;
}

/* Its phone has a URL from its last upgrade, and tries that before it listens. */
static bool add_urls(struct random *random, struct plan *plan)
{
    static const char *const urls[] = {"tftp://198.18.77.1/spa504g.bin",
                                       "tftp://203.0.113.9/a/spa504g.bin",
                                       "http://198.18.77.1/spa504g.bin"};
    if (plan->server || has_company(plan))
        return false;
    plan->station.answer_urls = true;
    snprintf(plan->phones[0].config.last_url, sizeof plan->phones[0].config.last_url, "%s",
             urls[random_below(random, sizeof urls / sizeof *urls)]);
    return true;
}

static bool add_policies(struct random *random, struct plan *plan)
{
    static const enum gateway_policy gateways[] = {GATEWAY_POLICY_AUTO, GATEWAY_POLICY_NUDGE,
                                                   GATEWAY_POLICY_STAND_IN};
    /* Who yields to whatever looks like a server is kept back by whoever pretends to be one. */
    bool has_liar = plan->hostile_end_ns != 0;
    bool may_yield = plan->server == SERVER_NONE || plan->server == SERVER_GOOD ||
                     plan->server == SERVER_DEAD_GATEWAY;
    plan->station.dhcp =
        may_yield && random_below(random, 2) && !has_liar ? DHCP_POLICY_YIELD : DHCP_POLICY_ALWAYS;
    plan->station.gateway = gateways[random_below(random, sizeof gateways / sizeof *gateways)];
    return true;
}

static bool add_parallel(struct random *random, struct plan *plan)
{
    if (plan->phone_count == 1 || plan->copy_start_ns)
        return false;
    plan->station.parallel_transfers =
        random_below(random, 2) ? PARALLEL_AUTO : 2 + random_below(random, 7);
    return true;
}

/* A bench is never done by itself: its timeout ends it. */
static bool add_keep_going(struct random *random, struct plan *plan)
{
    (void)random;
    if (has_company(plan) || plan->station.selection.name_count)
        return false;
    plan->station.keep_going = true;
    return true;
}

static bool add_group_only(struct random *random, struct plan *plan)
{
    (void)random;
    if (plan->kind == SEGMENT_SNOOPING_SWITCH)
        return false;
    plan->station.group_only = true;
    return true;
}

/* The PC is on a trunk port, the phones in one of its VLANs. */
static bool add_vlan(struct random *random, struct plan *plan)
{
    if (has_company(plan))
        return false;
    plan->station.vlan = (int)(1 + random_below(random, 4094));
    return true;
}

static bool add_shelf(struct random *random, struct plan *plan)
{
    if (plan->trouble != TROUBLE_MANY || random_below(random, 4))
        return false;
    plan_phones(random, 51 + random_below(random, PLAN_PHONES_MAXIMUM - 50), plan);
    return true;
}

typedef bool add(struct random *random, struct plan *plan);

static const struct {
    const char *name;
    add *add;
} things[] = {
    {"weather", add_weather},
    {"storm", add_storm},
    {"flapping", add_flapping},
    {"power cuts", add_power_cuts},
    {"snooping", add_snooping},
    {"copy", add_copy},
    {"utility", add_utility},
    {"server", add_server},
    {"by MAC", add_selection_by_mac},
    {"urls", add_urls},
    {"policies", add_policies},
    {"parallel", add_parallel},
    {"keep going", add_keep_going},
    {"group only", add_group_only},
    {"shelf", add_shelf},
    {"vlan", add_vlan},
};

static void note(struct plan *plan, const char *name)
{
    size_t length = strlen(plan->more);
    snprintf(plan->more + length, sizeof plan->more - length, "%s%s", length ? ", " : "", name);
}

static void add_things(struct random *random, struct plan *plan)
{
    unsigned count = 1 + random_below(random, MORE_MAXIMUM);
    uint32_t added = 0;
    for (unsigned tries = 0; count > 0 && tries < 20; tries++) {
        size_t index = random_below(random, sizeof things / sizeof *things);
        if ((added >> index & 1) || !things[index].add(random, plan))
            continue;
        added |= UINT32_C(1) << index;
        note(plan, things[index].name);
        count--;
    }
    /* Two troubles can make a phone deaf where one cannot. */
    plan->user_power_cycles = true;
}

static void only_look(struct random *random, struct plan *plan)
{
    bool watches = random_below(random, 2);
    plan->station.mode = watches ? STATION_WATCH : STATION_DISCOVER;
    plan->outcome = OUTCOME_ANY;
    plan->hostile_end_ns = 0;
    plan->interrupt_ns = PLAN_START_NS + plan_ms(random, 60000, 300000);
    note(plan, watches ? "watch" : "discover");
}

void plan_draw_more(struct plan *plan, const uint8_t *whole, size_t whole_length)
{
    /* Not from the world's own numbers: those stay. */
    struct random random = random_from_seed(plan->seed ^ UINT64_C(0x6d6f7265));
    if (random_below(&random, 40) == 0) {
        only_look(&random, plan);
        return;
    }
    if (plan->outcome != OUTCOME_RECOVERED || random_below(&random, 4))
        return;
    add_things(&random, plan);
    if (random_below(&random, 50) == 0 && plan->phone_count < 10) {
        plan->station.image = whole;
        plan->station.image_length = whole_length;
        /* A thousand blocks over a network that reorders them reach no phone in order. */
        plan_weather(&random, 0, plan);
        note(plan, "whole image");
    }
}
