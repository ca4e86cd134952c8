/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The station wires its parts together and lends them time, carrier, and the way in and out
 * (engine/station.h). What frames mean is in intake.c, what phones do in states.c.
 */
#include "engine/station.h"

#include "base/random.h"
#include "engine/choice.h"
#include "engine/hints.h"
#include "engine/intake.h"
#include "engine/limits.h"
#include "engine/service/tftp.h"
#include "engine/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct station {
    struct core core;
    struct dhcp_server dhcp;
    struct roster roster;
    struct choice choice;
    struct prober prober;
    struct membership membership;
    struct rival rival;
    struct hints hints;
    struct intake intake;
    struct observer *observer;
    struct watched watched; /* of STATION_WATCH; the others have the roster */
    instant_ns now_ns;      /* of the last call: time never runs back */
    instant_ns pause_ns;    /* since when the carrier is down */
    bool carrier_down, started, over;
    instant_ns start_ns;
    struct frame taken; /* and not yet observed */
    bool has_taken;
    uint64_t frames_in;
};

/* Rule 3: a random part per run, so that only requests for this run's file are served. */
static void name_file(struct core *core, struct random *random)
{
    if (core->config.file_name)
        snprintf(core->file_name, sizeof core->file_name, "%s", core->config.file_name);
    else
        snprintf(core->file_name, sizeof core->file_name, "spa-sos-%016llx.bin",
                 (unsigned long long)random_u64(random));
}

static void wire_parts(struct station *station)
{
    struct core *core = &station->core;
    station->dhcp.core = core;
    station->roster = (struct roster){.core = core, .dhcp = &station->dhcp};
    choice_init(&station->choice, core, &station->roster);
    station->prober = (struct prober){
        .core = core,
        .dhcp = &station->dhcp,
        .roster = &station->roster,
        .choice = &station->choice,
    };
    station->membership.core = core;
    rival_init(&station->rival, core, &station->membership);
    station->hints = (struct hints){
        .core = core,
        .dhcp = &station->dhcp,
        .choice = &station->choice,
    };
    station->intake = (struct intake){
        .core = core,
        .dhcp = &station->dhcp,
        .choice = &station->choice,
        .prober = &station->prober,
        .membership = &station->membership,
        .rival = &station->rival,
    };
}

struct station *station_new(const struct station_config *config, struct error *ret_error)
{
    if (!station_config_check(config, ret_error))
        return NULL;
    struct station *station = calloc(1, sizeof *station);
    if (!station) {
        error_set(ret_error, ERROR_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    struct core *core = &station->core;
    core->config = *config;
    ledger_init(&core->ledger, &core->config.selection);
    struct random random = random_from_seed(config->seed);
    name_file(core, &random);
    core->transfer_port =
        (uint16_t)(TRANSFER_PORT_FIRST + random_below(&random, 65536 - TRANSFER_PORT_FIRST));
    if (config->transfer_port)
        core->transfer_port = config->transfer_port;
    uint16_t first_identification = (uint16_t)random_below(&random, 65536);
    station->observer = observer_new();
    if (config->is_live) {
        observer_set_ending(station->observer, ENDING_NOT_YET);
        observer_set_own_mac(station->observer, &config->source_mac);
    }
    if (config->flash_wait_ns > 0)
        observer_set_flash_limit(station->observer, config->flash_wait_ns);
    if (!outbox_init(&core->outbox, &core->config, first_identification, ret_error)) {
        station_free(station);
        return NULL;
    }
    core->outbox.silent = config->mode == STATION_WATCH;
    wire_parts(station);
    return station;
}

void station_free(struct station *station)
{
    if (!station)
        return;
    roster_free(&station->roster);
    observer_free(station->observer);
    ledger_free(&station->core.ledger);
    timers_free(&station->core.timers);
    journal_free(&station->core.journal);
    outbox_free(&station->core.outbox);
    free(station);
}

/* ---- Time ---- */

/* Time never runs back: what is earlier than the last call happens now. */
static instant_ns advance(struct station *station, instant_ns now_ns)
{
    if (now_ns > station->now_ns || !station->started)
        station->now_ns = now_ns;
    return station->now_ns;
}

static instant_ns timeout_deadline(const struct station *station)
{
    const struct core *core = &station->core;
    if (core->config.timeout_ns <= 0 || core->writing)
        return INSTANT_NEVER; /* while somebody writes flash, silence is no lack of progress */
    instant_ns since_ns =
        core->waits_until_ns > core->progress_ns ? core->waits_until_ns : core->progress_ns;
    return since_ns + core->config.timeout_ns;
}

/*
 * The verdict of a run is that of its frames, so that its trace gets the same one: the observer is
 * not told how long the silence after the last frame was. (Who only listens has no frames of his
 * own to measure silence with: see station_tick.)
 */
static void end_run(struct station *station, enum observer_ending ending)
{
    if (station->core.config.is_live)
        observer_set_ending(station->observer, ending);
    if (station->carrier_down) /* no frame can show how long */
        observer_end(station->observer, station->now_ns);
    station->over = true;
    station->core.outbox.silent = true;
}

/* After each call: what the frame or the time has made possible. */
static void settle_accounts(struct station *station, instant_ns now_ns)
{
    struct core *core = &station->core;
    while (core->changed && !station->over) {
        core->changed = false;
        choice_dispatch(&station->choice, now_ns);
        if (choice_run_is_over(&station->choice))
            end_run(station, ENDING_DONE);
    }
}

/* Watching: what the observer sees is what there is to tell. */
static void tell_observation(void *context, const struct observation *observation)
{
    struct station *station = context;
    enum station_event_kind kind = STATION_EVENT_MESSAGE;
    switch (observation->kind) {
    case OBSERVED_ACK:
        kind = STATION_EVENT_PROGRESS;
        break;
    case OBSERVED_DATA:
    case OBSERVED_ARP:
    case OBSERVED_NETWORK:
        kind = STATION_EVENT_DETAIL;
        break;
    default:
        if (observation->repeated)
            kind = STATION_EVENT_DETAIL;
        break;
    }
    struct station_event *event = journal_add(&station->core.journal, observation->time_ns, kind,
                                              observation->has_phone ? &observation->phone : NULL);
    snprintf(event->text, sizeof event->text, "%s", observation->text);
}

void station_start(struct station *station, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    station->started = true;
    station->start_ns = now_ns;
    station->core.progress_ns = now_ns;
    if (station->core.config.mode == STATION_WATCH) {
        observer_set_sink(station->observer, tell_observation, station);
        return;
    }
    membership_start(&station->membership, now_ns);
    prober_start(&station->prober, now_ns);
    hints_start(&station->hints, now_ns);
    station_tick(station, now_ns);
}

void station_tick(struct station *station, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    if (station->over)
        return;
    if (station->core.config.mode == STATION_WATCH)
        observer_end(station->observer, now_ns); /* who only listens learns from silence too */
    if (!station->carrier_down)
        timers_fire(&station->core.timers, now_ns);
    settle_accounts(station, now_ns);
    if (!station->over && now_ns >= timeout_deadline(station))
        end_run(station, ENDING_TIMED_OUT);
}

instant_ns station_deadline(const struct station *station)
{
    if (station->over)
        return INSTANT_NEVER;
    instant_ns next_ns = station->carrier_down ? INSTANT_NEVER : timers_next(&station->core.timers);
    return instant_earlier(next_ns, timeout_deadline(station));
}

static void say_link(struct station *station, enum link_state state, instant_ns now_ns)
{
    const char *interface = station->core.config.interface;
    if (state == LINK_UP)
        journal_message(&station->core.journal, now_ns, NULL, "The cable carries a link again.");
    else if (state == LINK_NONE)
        journal_message(&station->core.journal, now_ns, NULL,
                        "The cable carries no link: waiting until it is back.");
    else if (interface)
        journal_message(&station->core.journal, now_ns, NULL,
                        "%s was switched off: waiting until it is switched on (sudo ip link set %s "
                        "up).",
                        interface, interface);
    else
        journal_message(&station->core.journal, now_ns, NULL,
                        "The interface was switched off: waiting until it is switched on.");
}

void station_link(struct station *station, enum link_state state, instant_ns now_ns)
{
    bool up = state == LINK_UP;
    now_ns = advance(station, now_ns);
    observer_link(station->observer, state, now_ns);
    if (up == !station->carrier_down || station->over)
        return;
    struct core *core = &station->core;
    station->carrier_down = !up;
    say_link(station, state, now_ns);
    if (!up) {
        station->pause_ns = now_ns;
        outbox_clear(&core->outbox);
        return;
    }
    timers_shift(&core->timers, now_ns - station->pause_ns);
    roster_pause(&station->roster, now_ns - station->pause_ns);
    if (core->config.mode != STATION_WATCH)
        membership_report(&station->membership, now_ns);
}

duration_ns station_without_link(const struct station *station, instant_ns now_ns)
{
    return station->carrier_down ? now_ns - station->pause_ns : 0;
}

static void stop_because(struct station *station, enum observer_ending why, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    station->core.stopped = true;
    outbox_clear(&station->core.outbox);
    if (!station->over)
        end_run(station, why);
}

void station_stop(struct station *station, instant_ns now_ns)
{
    stop_because(station, ENDING_INTERRUPTED, now_ns);
}

void station_fail(struct station *station, instant_ns now_ns)
{
    stop_because(station, ENDING_FAILED, now_ns);
}

/* ---- Frames in, frames and events out ---- */

static void tell_frame(struct station *station, const struct frame *frame, instant_ns now_ns)
{
    struct station_event *event =
        journal_add(&station->core.journal, now_ns, STATION_EVENT_FRAME, &frame->ethernet.source);
    int length = snprintf(event->text, sizeof event->text,
                          "frame %llu: ", (unsigned long long)frame->number);
    frame_summary(frame, event->text + length, sizeof event->text - (size_t)length);
}

void station_frame(struct station *station, const struct frame *frame, instant_ns now_ns)
{
    station_take(station, frame, now_ns);
    station_settle(station);
}

void station_settle(struct station *station)
{
    if (!station->has_taken)
        return;
    station->has_taken = false;
    observer_frame(station->observer, &station->taken);
    if (station->core.config.mode == STATION_WATCH)
        watched_follow(&station->watched, station->observer);
    tftp_build_ahead(&station->core);
    dhcp_server_prepare(&station->dhcp);
}

void station_take(struct station *station, const struct frame *frame, instant_ns now_ns)
{
    station_settle(station);
    station->taken = *frame;
    station->has_taken = true;
    now_ns = advance(station, now_ns);
    if (station->core.config.frame_events)
        tell_frame(station, frame, now_ns);
    if (mac_equal(&frame->ethernet.source, &station->core.config.source_mac))
        return; /* our own: evidence, never input */
    station->frames_in++;
    station->hints.other_frames = true;
    if (station->over)
        return;
    intake_frame(&station->intake, frame, now_ns);
    settle_accounts(station, now_ns);
}

bool station_next_output(struct station *station, struct station_output *ret)
{
    return outbox_next(&station->core.outbox, ret);
}

bool station_next_event(struct station *station, struct station_event *ret)
{
    return journal_next(&station->core.journal, ret);
}

bool station_done(const struct station *station)
{
    return station->over;
}

/* ---- What is known ---- */

size_t station_session_count(const struct station *station)
{
    if (station->core.config.mode == STATION_WATCH)
        return observer_facts(station->observer)->phone_count;
    return station->roster.count;
}

static const struct session_set *sessions_in(const struct station *station,
                                             enum session_state state)
{
    if (station->core.config.mode == STATION_WATCH)
        return &station->watched.in_state[state];
    return &station->core.ledger.in_state[state];
}

size_t station_count_in(const struct station *station, enum session_state state)
{
    return sessions_in(station, state)->count;
}

bool station_next_in(const struct station *station, enum session_state state, size_t from,
                     size_t *ret_index)
{
    *ret_index = session_set_next(sessions_in(station, state), NULL, from);
    return *ret_index < SESSIONS_MAXIMUM;
}

static void describe(const struct station *station, const struct session *session,
                     struct session_status *ret)
{
    *ret = (struct session_status){
        .mac = session->mac,
        .answered = session->answered,
        .ip = session->ip,
        .selected = choice_wants(&station->choice, session),
        .state = session->state,
        .attempts = session->attempts,
        .bytes_acknowledged = session_bytes_acknowledged(session),
        .bytes_total = station->core.config.image_length,
        .retransmissions = session->transfer.retransmissions + session->http.retransmissions,
        .state_since_ns = session->state_since_ns,
        .transfer_start_ns = session->transfer_start_ns,
        .transfer_end_ns = session->transfer_end_ns,
    };
    memcpy(ret->serial, session->serial, sizeof ret->serial);
    memcpy(ret->product, session->product, sizeof ret->product);
    memcpy(ret->software, session->software, sizeof ret->software);
    memcpy(ret->hardware, session->hardware, sizeof ret->hardware);
}

void station_session(const struct station *station, size_t index, struct session_status *ret)
{
    if (station->core.config.mode == STATION_WATCH)
        watched_phone(&station->watched, index, ret);
    else
        describe(station, station->roster.sessions[index], ret);
}

bool station_attempt(const struct station *station, size_t index, unsigned number,
                     duration_ns *ret_since_start_ns, const char **ret_outcome)
{
    if (station->core.config.mode == STATION_WATCH || index >= station->roster.count)
        return false;
    const struct session *session = station->roster.sessions[index];
    if (number >= session->record_count)
        return false;
    *ret_since_start_ns = session->records[number].begin_ns - station->start_ns;
    *ret_outcome = session->records[number].outcome;
    return true;
}

bool station_session_named(const struct station *station, const struct phone_name *name,
                           struct session_status *ret)
{
    if (station->core.config.mode == STATION_WATCH)
        return false;
    const struct session *session = name->serial
                                        ? ledger_with_serial(&station->core.ledger, name->serial)
                                        : roster_find(&station->roster, &name->mac);
    if (session)
        describe(station, session, ret);
    return session != NULL;
}

bool station_session_of(const struct station *station, const struct mac_address *mac,
                        struct session_status *ret)
{
    if (station->core.config.mode == STATION_WATCH)
        return watched_phone_of(observer_facts(station->observer), mac, ret);
    const struct session *session = roster_find(&station->roster, mac);
    if (session)
        describe(station, session, ret);
    return session != NULL;
}

void station_counters(const struct station *station, struct station_counters *ret)
{
    const struct core *core = &station->core;
    *ret = (struct station_counters){
        .frames_in = station->frames_in,
        .frames_out = core->outbox.frames_out,
        .retransmissions = core->retransmissions,
        .turnaround_count = core->turnaround.count,
        .turnaround_median_ns = statistics_quantile(&core->turnaround, 0.5),
        .turnaround_p99_ns = statistics_quantile(&core->turnaround, 0.99),
        .turnaround_max_ns = core->turnaround.maximum_ns,
    };
    memcpy(ret->drops, station->intake.drops, sizeof ret->drops);
}

const char *station_file_name(const struct station *station)
{
    return station->core.file_name;
}

static enum run_purpose purpose_of(const struct station_config *config)
{
    if (!config->is_live || config->mode == STATION_WATCH)
        return PURPOSE_EXPLAIN;
    if (config->mode == STATION_DISCOVER)
        return PURPOSE_FIND;
    return config->flash_wait_ns == 0 ? PURPOSE_DELIVER : PURPOSE_RECOVER;
}

void station_diagnose(const struct station *station, struct diagnosis *ret)
{
    const struct station_config *config = &station->core.config;
    struct run_scope scope = {.purpose = purpose_of(config)};
    if (config->is_live) {
        scope.takes_all = config->selection.all || config->keep_going;
        scope.names = config->selection.names;
        scope.name_count = config->selection.name_count;
        scope.interface = config->interface;
        scope.image = config->image_name;
    }
    diagnosis_make_for(observer_facts(station->observer), &scope, ret);
}
