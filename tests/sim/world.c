/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated world and what is checked in it: see world.h. */
#include "tests/sim/world.h"

#include "base/random.h"
#include "image/image.h"
#include "phone/fault.h"
#include "phone/other_host.h"
#include "phone/phone_peer.h"
#include "port/recorder.h"
#include "run/plug.h"
#include "run/run.h"
#include "tests/sim/checking_port.h"
#include "tests/sim/hostile.h"
#include "tests/support/report_check.h"
#include "tests/support/station_copy.h"

#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_WRITTEN_SECTOR 5
#define POWER_CYCLE_AFTER_NS (15 * NS_PER_S) /* the user reads the advice */
#define POWER_OFF_NS         (3 * NS_PER_S)

struct world;

/* A simulated phone with a hand at its power plug. */
struct world_phone {
    struct phone_peer base; /* the first member: a struct peer */
    struct plug plug;
    struct world *world;
    const struct phone_plan *plan;
    struct phone *phone;
    bool powered;
    instant_ns power_ns; /* the next change of power */
    unsigned outages_done;
    unsigned flashed;
};

struct world {
    const struct plan *plan;
    struct checks checks;
    struct segment *segment;
    struct peer_operations powered_phone;
    struct world_phone phones[PLAN_PHONES_MAXIMUM];
    struct other_host *host; /* NULL: there is none */
    struct plug host_plug;
    struct hostile *hostile; /* NULL: there is none */
    struct plug hostile_plug;
    struct copy copy; /* of this program; its station is NULL: there is none */
    struct random storm;
    struct station *station;
    bool verbose, interrupted;
    instant_ns first_listening_ns, last_firmware_ns;
    bool asks_to_choose; /* several answer, and none was named */
};

/* ---- Phones ---- */

/* Every sector that the phone may write has to hold what the image says, by its own digests. */
static void check_flash(struct world_phone *self, instant_ns now_ns)
{
    const struct station_config *config = &self->world->plan->station;
    struct image image;
    uint8_t digest[16];
    self->flashed = phone_flash_count(self->phone);
    bool same = image_check(config->image, config->image_length, &image);
    for (unsigned i = 0; i < image.sector_count && same; i++) {
        const struct image_sector *sector = &image.sectors[i];
        if (sector->number < FIRST_WRITTEN_SECTOR)
            continue; /* boot and recovery loader are never written */
        const uint8_t *flash = phone_flash_sector(self->phone, sector->number);
        MD5_CTX md5;
        MD5Init(&md5);
        if (flash)
            MD5Update(&md5, flash, sector->unpacked_length);
        MD5Final(digest, &md5);
        same = flash && memcmp(digest, sector->digest, sizeof digest) == 0;
    }
    if (!same)
        checks_fail(&self->world->checks, now_ns, "phone %s has flashed something else",
                    self->plan->config.serial);
}

static void note_moment(struct world_phone *self, instant_ns now_ns)
{
    struct world *world = self->world;
    enum phone_state state = phone_state(self->phone);
    if (state == PHONE_LISTENING && world->first_listening_ns == 0)
        world->first_listening_ns = now_ns;
    if (state == PHONE_NORMAL_FIRMWARE)
        world->last_firmware_ns = now_ns;
}

static void watch_phone(void *context, struct peer *peer, const struct peer_event *event,
                        instant_ns now_ns)
{
    struct world_phone *self = context;
    (void)peer;
    if (event)
        note_moment(self, now_ns);
    if (event && self->world->verbose)
        printf("%12.6f  %s  %s\n", (double)event->time_ns / (double)NS_PER_S,
               self->plan->config.serial, event->text);
    if (event)
        return;
    const char *damage = phone_damage(self->phone);
    if (damage)
        checks_fail(&self->world->checks, now_ns, "a phone was damaged: %s", damage);
    if (phone_flash_count(self->phone) != self->flashed)
        check_flash(self, now_ns);
}

static instant_ns powered_deadline(const struct peer *peer)
{
    const struct world_phone *self = (const struct world_phone *)peer;
    return instant_earlier(self->power_ns, phone_deadline(self->phone));
}

/* A half-written phone is a trouble of its own, and a recovered one none any more: no outage then.
 */
static bool is_past_the_transfer(const struct world_phone *self)
{
    enum phone_state state = phone_state(self->phone);
    return state == PHONE_CHECKING || state == PHONE_FLASHING || state == PHONE_NORMAL_FIRMWARE;
}

static instant_ns next_outage(const struct world_phone *self)
{
    if (self->outages_done == self->plan->outage_count)
        return INSTANT_NEVER;
    return self->plan->outages[self->outages_done].off_ns;
}

static void change_power(struct world_phone *self, instant_ns now_ns)
{
    if (!self->powered) {
        phone_power_on(self->phone, now_ns);
        self->powered = true;
        self->power_ns = next_outage(self);
        return;
    }
    bool planned = next_outage(self) <= now_ns;
    instant_ns on_ns = planned ? self->plan->outages[self->outages_done++].on_ns
                               : now_ns + POWER_OFF_NS; /* the user's own power-cycle */
    if (is_past_the_transfer(self)) {
        self->power_ns = next_outage(self);
        return;
    }
    phone_power_off(self->phone, now_ns);
    self->powered = false;
    self->power_ns = on_ns;
}

static void powered_tick(struct peer *peer, instant_ns now_ns)
{
    struct world_phone *self = (struct world_phone *)peer;
    if (now_ns >= self->power_ns)
        change_power(self, now_ns);
    phone_peer_operations.tick(peer, now_ns);
}

static bool storm_drops(void *context, const uint8_t *bytes, size_t length, instant_ns now_ns)
{
    struct world *world = context;
    (void)bytes;
    (void)length;
    return now_ns < world->plan->storm_end_ns &&
           random_unit(&world->storm) < world->plan->storm_loss;
}

static bool add_phone(struct world *world, unsigned index)
{
    struct world_phone *self = &world->phones[index];
    struct error error;
    self->world = world;
    self->plan = &world->plan->phones[index];
    self->phone = phone_new(&self->plan->config, &error);
    self->power_ns = self->plan->power_on_ns;
    if (!self->phone) {
        checks_fail(&world->checks, PLAN_START_NS, "no phone: %s", error.text);
        return false;
    }
    struct segment_cable cable = world->plan->phone_cable;
    if (world->plan->storm_loss > 0) {
        cable.to_switch.drop = cable.from_switch.drop = storm_drops;
        cable.to_switch.drop_context = cable.from_switch.drop_context = world;
    }
    world->powered_phone = phone_peer_operations;
    world->powered_phone.deadline = powered_deadline;
    world->powered_phone.tick = powered_tick;
    phone_peer_init(&self->base, self->phone);
    self->base.peer.operations = &world->powered_phone;
    plug_in(&self->plug, world->segment, &cable, &self->base.peer);
    self->plug.observer = watch_phone;
    self->plug.context = self;
    return true;
}

/* ---- The user ---- */

/* Reads the program's advice and power-cycles what has gone deaf. */
static void help_deaf_phones(struct world *world, instant_ns now_ns)
{
    for (unsigned i = 0; i < world->plan->phone_count; i++) {
        struct world_phone *self = &world->phones[i];
        enum phone_state state = phone_state(self->phone);
        bool deaf = state == PHONE_SERIAL_PROMPT || state == PHONE_CRASHED;
        struct session_status status;
        bool told = station_session_of(world->station, &self->plan->config.mac, &status) &&
                    status.state == SESSION_UNFIT_LEASE;
        if ((!deaf && !told) || !self->powered || self->power_ns != INSTANT_NEVER)
            continue;
        self->power_ns = now_ns + POWER_CYCLE_AFTER_NS;
        segment_touch(self->plug.endpoint);
    }
}

static void watch(void *context, const struct station *station, const struct station_event *event,
                  instant_ns now_ns)
{
    struct world *world = context;
    if (event && world->verbose && event->text[0])
        printf("%12.6f  station  %s\n", (double)event->time_ns / (double)NS_PER_S, event->text);
    world->asks_to_choose |= event && (strstr(event->text, "choose one by its serial number") ||
                                       strstr(event->text, "Name the right one by --phone-mac"));
    if (world->copy.station && !world->copy.is_started && now_ns >= world->plan->copy_start_ns)
        plug_start(&world->copy.plug);
    if (!event && world->plan->user_power_cycles)
        help_deaf_phones(world, now_ns);
    if (world->plan->interrupt_ns && now_ns >= world->plan->interrupt_ns && !world->interrupted) {
        world->interrupted = true;
        station_stop(world->station, now_ns);
    }
    (void)station;
}

/* ---- The outcome ---- */

static bool phone_is_wanted(const struct plan *plan, const struct phone_plan *phone)
{
    return plan->station.selection.name_count == 0 ||
           phone_name_is(&plan->name, phone->config.serial, &phone->config.mac);
}

static void count_recovered(const struct world *world, struct world_result *ret)
{
    for (unsigned i = 0; i < world->plan->phone_count; i++) {
        const struct world_phone *self = &world->phones[i];
        bool wanted = phone_is_wanted(world->plan, self->plan);
        ret->wanted += wanted;
        ret->recovered += wanted && phone_flash_count(self->phone) > 0 &&
                          phone_state(self->phone) == PHONE_NORMAL_FIRMWARE;
        if (!wanted && phone_flash_count(self->phone) > 0)
            snprintf(ret->violation, sizeof ret->violation, "phone %s was flashed unasked",
                     self->plan->config.serial);
    }
}

static bool is_right(const struct plan *plan, const struct world_result *result)
{
    /* Whatever else: that a phone was recovered is said of one that was. */
    if (result->verdict == VERDICT_RECOVERED && result->recovered == 0)
        return false;
    /* What is said of a phone in whose name somebody else speaks is not held against it. */
    if (plan->hostile_end_ns)
        return true;
    bool all = result->wanted > 0 && result->recovered == result->wanted;
    /* Another program may have done it unseen. */
    bool may_be_unseen = result->verdict == VERDICT_FIRMWARE_RUNNING &&
                         (plan->utility || plan->copy_start_ns) && plan->flap_end_ns;
    if (all && plan->outcome != OUTCOME_FAILED)
        return result->verdict == VERDICT_RECOVERED || plan->outcome == OUTCOME_ANY ||
               may_be_unseen;
    if (plan->outcome == OUTCOME_ANY)
        return true;
    for (unsigned i = 0; i < plan->verdict_count; i++) {
        if (plan->verdicts[i] == result->verdict)
            return true;
    }
    return false;
}

/* What the transfers cost, whatever came of them. */
static void add_up_transfers(const struct station *station, struct world_result *ret)
{
    size_t count = station_session_count(station);
    for (size_t i = 0; i < count; i++) {
        struct session_status status;
        duration_ns begin_ns;
        const char *outcome;
        station_session(station, i, &status);
        ret->retransmissions += status.retransmissions;
        if (status.attempts && status.transfer_end_ns &&
            station_attempt(station, i, status.attempts - 1, &begin_ns, &outcome))
            ret->order_to_last_ack_ns += status.transfer_end_ns - PLAN_START_NS - begin_ns;
    }
}

static void judge(struct world *world, enum run_end end, struct world_result *ret)
{
    const struct plan *plan = world->plan;
    memcpy(ret->violation, world->checks.violation, sizeof ret->violation);
    count_recovered(world, ret);
    ret->end_ns = segment_now(world->segment);
    ret->ended = end == RUN_DONE;
    ret->orders = world->checks.orders;
    ret->answers = world->checks.answers;
    add_up_transfers(world->station, ret);
    ret->first_listening_ns = world->first_listening_ns;
    ret->last_firmware_ns = world->last_firmware_ns;
    ret->first_reply_ns = world->checks.first_reply_ns;
    ret->first_order_ns = world->checks.first_order_ns;
    struct diagnosis diagnosis;
    station_diagnose(world->station, &diagnosis);
    ret->verdict = diagnosis.leading.id;
    char why[sizeof ret->violation];
    bool agrees = report_agrees(&diagnosis, sizeof why, why);
    diagnosis_free(&diagnosis);
    ret->verdict_right = is_right(plan, ret);
    if (ret->violation[0])
        return;
    if (!agrees)
        snprintf(ret->violation, sizeof ret->violation, "the report: %.230s", why);
    else if (!ret->ended)
        snprintf(ret->violation, sizeof ret->violation, "the run did not end");
    else if (plan->hostile_end_ns &&
             (world->asks_to_choose || ret->verdict == VERDICT_SEVERAL_PHONES))
        return; /* which of two that answer is meant is for the user to say */
    else if (plan->outcome == OUTCOME_RECOVERED && ret->recovered != ret->wanted)
        snprintf(ret->violation, sizeof ret->violation, "%u of %u phones were recovered",
                 ret->recovered, ret->wanted);
    else if (plan->outcome == OUTCOME_FAILED && ret->recovered)
        snprintf(ret->violation, sizeof ret->violation, "a phone was recovered against all odds");
}

/* Somebody else's bench: the same phones, the same options, another host. */
static void plug_copy_in(struct world *world)
{
    struct station_config config = world->plan->station;
    config.source_mac.octet[5] = world->plan->copy_mac;
    config.seed++;
    copy_plug_in(&world->copy, &config, world->segment);
}

static void plug_all_in(struct world *world)
{
    const struct plan *plan = world->plan;
    const struct other_host_config host = {.dhcp = plan->server,
                                           .dhcp_delay_ns = plan->server_delay_ns,
                                           .seed = plan->seed,
                                           .tftp = plan->tftp,
                                           .asks_for_phones = plan->rival || plan->utility,
                                           .image = plan->utility ? plan->station.image : NULL,
                                           .image_length = plan->station.image_length,
                                           .dies_at_block = plan->utility_dies_at};
    struct error error;
    for (unsigned i = 0; i < plan->phone_count; i++) {
        if (!add_phone(world, i))
            return;
    }
    if (plan->hostile_end_ns) {
        world->hostile = hostile_new(plan->seed + 3, &plan->station.source_mac, PLAN_START_NS,
                                     plan->hostile_end_ns);
        plug_in(&world->hostile_plug, world->segment, NULL, hostile_peer(world->hostile));
    }
    if (plan->copy_start_ns)
        plug_copy_in(world);
    if (!other_host_is_wanted(&host))
        return;
    world->host = other_host_new(&host, segment_now(world->segment), &error);
    if (world->host)
        plug_in(&world->host_plug, world->segment, NULL, other_host_peer(world->host));
    else
        checks_fail(&world->checks, PLAN_START_NS, "no other host: %s", error.text);
}

static void flap(struct world *world, struct port *port)
{
    struct random random = random_from_seed(world->plan->seed + 7);
    instant_ns now_ns = PLAN_START_NS;
    while (world->plan->flap_end_ns) {
        instant_ns down_ns = now_ns + (instant_ns)random_below(&random, 20000) * NS_PER_MS;
        now_ns = down_ns + (instant_ns)random_below(&random, 5000) * NS_PER_MS + NS_PER_MS;
        if (now_ns >= world->plan->flap_end_ns)
            break;
        segment_set_link(segment_port_endpoint(port), false, down_ns);
        segment_set_link(segment_port_endpoint(port), true, now_ns);
    }
}

static void run(struct world *world, struct port *port, const char *trace_path,
                struct world_result *ret)
{
    struct error error;
    struct recording *recording = trace_path ? recording_create(trace_path, true, &error) : NULL;
    struct port *recorder = recording ? port_recorder_new(port, recording) : NULL;
    struct checking_port checking;
    struct port *checked = checking_port_init(&checking, recorder ? recorder : port, &world->checks,
                                              world->plan->station.vlan);
    world->station = station_new(&world->plan->station, &error);
    if (!world->station) {
        checks_fail(&world->checks, PLAN_START_NS, "no station: %s", error.text);
        memcpy(ret->violation, world->checks.violation, sizeof ret->violation);
    } else {
        enum run_end end = run_station(checked, world->station, watch, world, &error);
        if (end == RUN_TRACE_END || end == RUN_FAILED)
            printf("%s\n", end == RUN_FAILED ? error.text : "the world has ended");
        judge(world, end, ret);
    }
    station_free(world->station);
    station_free(world->copy.station);
    checked->operations->close(checked);
    recording_close(recording);
}

void world_run(const struct plan *plan, const char *trace_path, bool verbose,
               struct world_result *ret)
{
    struct world *world = calloc(1, sizeof *world);
    *ret = (struct world_result){0};
    if (!world)
        abort();
    world->plan = plan;
    world->verbose = verbose;
    world->checks.config = &plan->station;
    world->checks.may_be_forged = plan->hostile_end_ns != 0;
    world->storm = random_from_seed(plan->seed + 1);
    struct segment_config config = {
        .kind = plan->kind,
        .seed = plan->seed,
        .start_ns = PLAN_START_NS,
        .end_ns = PLAN_END_NS,
    };
    world->segment = segment_new(&config);
    struct port *port = segment_port(world->segment, &plan->pc_cable);
    if (!port)
        abort();
    flap(world, port);
    plug_all_in(world);
    if (world->checks.violation[0])
        memcpy(ret->violation, world->checks.violation, sizeof ret->violation);
    run(world, port, trace_path, ret);
    for (unsigned i = 0; i < plan->phone_count; i++)
        phone_free(world->phones[i].phone);
    segment_free(world->segment);
    other_host_free(world->host);
    hostile_free(world->hostile);
    free(world);
}
