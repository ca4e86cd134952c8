/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a simulated world is like, drawn from one seed: phones, switch, weather on the cables, other
 * hosts, the user, the station's options; and what has to come of it.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "base/random.h"
#include "engine/station.h"
#include "phone/other_host.h"
#include "phone/phone.h"
#include "port/segment.h"

#define PLAN_PHONES_MAXIMUM   250
#define PLAN_OUTAGES_MAXIMUM  3
#define PLAN_VERDICTS_MAXIMUM 8
#define PLAN_MORE_SIZE        100

/* The one thing that is wrong in a world; small faults of the cables come on top. */
enum trouble {
    TROUBLE_NONE,
    TROUBLE_WEATHER,              /* loss, duplicates, reordering, jitter, for good but bearable */
    TROUBLE_STORM,                /* half of all frames lost, for a while */
    TROUBLE_FLAPPING,             /* the PC's link comes and goes, for a while */
    TROUBLE_POWER_CUTS,           /* the phone loses power at any moment, and gets it back */
    TROUBLE_NO_PHONE,             /* nothing is connected */
    TROUBLE_NO_DHCP,              /* nobody gives addresses */
    TROUBLE_NO_ROUTER,            /* a foreign lease without router */
    TROUBLE_NO_MASK,              /* a foreign lease without mask */
    TROUBLE_DEAD_GATEWAY,         /* a foreign lease whose router answers nothing */
    TROUBLE_DEAD_GATEWAY_NO_HELP, /* the same with --gateway never */
    TROUBLE_WRONG_SERIAL,
    TROUBLE_SEVERAL,        /* several phones, none chosen */
    TROUBLE_ONE_OF_SEVERAL, /* several phones, one chosen by serial */
    TROUBLE_MANY,           /* up to 50 phones, all of them */
    TROUBLE_SNOOPING,       /* a switch that hides the phone from the group */
    TROUBLE_RIVAL,          /* another program asks for phones */
    TROUBLE_FOREIGN_TFTP,   /* another server refuses every request for a file */
    TROUBLE_INTERRUPTED,    /* the user ends the run */
    TROUBLE_FAULTY_PHONE,   /* a fault of cmd/simulate_fault.h */
    TROUBLE_COUNT
};

struct outage {
    instant_ns off_ns, on_ns;
};

struct phone_plan {
    struct phone_config config;
    instant_ns power_on_ns;
    struct outage outages[PLAN_OUTAGES_MAXIMUM];
    unsigned outage_count;
};

/* What has to come of it. */
enum outcome {
    OUTCOME_RECOVERED, /* every phone the run was for has the image and runs it */
    OUTCOME_FAILED,    /* the run ends by itself, and the verdict names the trouble */
    OUTCOME_ANY,       /* only the invariants count */
};

struct plan {
    uint64_t seed;
    enum trouble trouble;
    const char *fault; /* TROUBLE_FAULTY_PHONE: its name */
    enum segment_kind kind;
    struct segment_cable pc_cable, phone_cable;
    double storm_loss; /* on the phones' cables, until storm_end_ns */
    instant_ns storm_end_ns;
    instant_ns flap_end_ns;
    struct phone_plan phones[PLAN_PHONES_MAXIMUM];
    unsigned phone_count;
    enum foreign_server server;
    enum foreign_tftp tftp;
    bool rival;
    bool utility;             /* another program that serves the image itself, ... */
    unsigned utility_dies_at; /* ... and ends at this block; 0 = finishes */
    instant_ns copy_start_ns; /* a second copy of this program starts; 0 = none */
    uint8_t copy_mac;         /* the last octet of its MAC address */
    char
        more[PLAN_MORE_SIZE]; /* "weather, copy": what was added to the one trouble; "" = nothing */
    instant_ns hostile_end_ns; /* a host that means no good, until then; 0 = none */
    bool user_power_cycles;    /* the user power-cycles a phone that has gone deaf */
    instant_ns interrupt_ns;   /* 0 = never */
    struct station_config station;
    duration_ns server_delay_ns; /* the longest that its DHCP server takes */
    struct phone_name name;      /* what station.selection.names points at */
    char serial_text[RECM_TEXT_SIZE + 1];

    enum outcome outcome;
    enum verdict_id verdicts[PLAN_VERDICTS_MAXIMUM]; /* any of them is right */
    unsigned verdict_count;
};

#define PLAN_START_NS (1000 * NS_PER_S)
#define PLAN_END_NS   (PLAN_START_NS + 7200 * NS_PER_S)

/* The same seed gives the same plan. The image is the caller's. */
void plan_draw(uint64_t seed, const uint8_t *image, size_t image_length, struct plan *ret);
/*
 * A quarter of the worlds that can end well get one to three things more, drawn from the same seed:
 * troubles that pass, other programs, options of the station, many phones, or `whole`, an image of
 * usual size. Whatever it is, each phone is recovered in the end. One world in forty only listens,
 * or looks for phones.
 */
void plan_draw_more(struct plan *plan, const uint8_t *whole, size_t whole_length);
/* One phone on a perfect cable, nothing else. */
void plan_simple(const uint8_t *image, size_t image_length, struct plan *ret);
/* A phone without help past a dead gateway, and yet expected to be recovered. */
void plan_hopeless(const uint8_t *image, size_t image_length, struct plan *ret);
const char *trouble_name(enum trouble trouble);

/* ---- Parts of a world, for plan.c and plan_more.c ---- */

duration_ns plan_ms(struct random *random, uint32_t from, uint32_t below);
void plan_weather(struct random *random, double worst, struct plan *ret);
void plan_power_cuts(struct random *random, struct phone_plan *phone);
/* So many phones, all drawn anew. */
void plan_phones(struct random *random, unsigned count, struct plan *ret);

#endif
