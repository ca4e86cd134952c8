/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The station's life: configuration, sessions by MAC address, time, carrier, and the way in and out
 * (engine/station.h). What frames mean is in intake.c, what phones do in session_states.c.
 */
#include "engine/station.h"

#include "base/random.h"
#include "engine/limits.h"
#include "engine/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct station_config station_config_default(void)
{
    return (struct station_config){
        .mode = STATION_RECOVER,
        .address = UINT32_C(0xc6120001), /* 198.18.0.1: benchmark range, RFC 2544 */
        .prefix_length = 16,
        .vlan = CRAFT_NO_VLAN,
        .tftp_port = TFTP_SERVER_PORT,
        .dhcp = DHCP_POLICY_AUTO,
        .gateway = GATEWAY_POLICY_AUTO,
        .probe_interval_ns = PROBE_INTERVAL_NS,
        .flash_wait_ns = FLASH_WAIT_NS,
        .parallel_transfers = 1,
        .attempts_maximum = ATTEMPTS_MAXIMUM,
    };
}

/* ---- Configuration ---- */

static bool check_config(const struct station_config *config, struct error *ret_error)
{
    uint32_t mask = ipv4_mask(config->prefix_length);
    uint32_t host = config->address & ~mask;
    if (config->address == 0 || (config->prefix_length < 31 && (host == 0 || host == ~mask)))
        return error_set(ret_error, ERROR_USAGE, "%s/%u is not an address of a host in its network",
                         ipv4_format(config->address).text, config->prefix_length);
    if (mac_is_group(&config->source_mac) || mac_equal(&config->source_mac, &mac_zero))
        return error_set(ret_error, ERROR_USAGE, "%s is not the MAC address of a host",
                         mac_format(&config->source_mac).text);
    if (config->vlan != CRAFT_NO_VLAN && (config->vlan < 0 || config->vlan > 4094))
        return error_set(ret_error, ERROR_USAGE, "%d is not a VLAN number from 0 to 4094",
                         config->vlan);
    if (config->file_name && !recm_file_name_is_sendable(config->file_name))
        return error_set(ret_error, ERROR_USAGE,
                         "the file name must have 1 to %d printable ASCII characters",
                         RECM_FILE_NAME_MAXIMUM);
    for (size_t i = 0; i < config->selection.serial_count; i++) {
        if (!recm_serial_is_sendable(config->selection.serials[i]))
            return error_set(ret_error, ERROR_USAGE,
                             "a serial number has 1 to 19 printable ASCII characters");
    }
    if (config->mode == STATION_RECOVER &&
        (!config->image || !config->image_length || config->image_length > IMAGE_LENGTH_MAXIMUM))
        return error_set(ret_error, ERROR_INPUT,
                         "the image must have 1 to %u bytes, more destroys the phone's memory",
                         IMAGE_LENGTH_MAXIMUM);
    if (config->probe_interval_ns <= 0 || !config->parallel_transfers || !config->attempts_maximum)
        return error_set(ret_error, ERROR_USAGE,
                         "probe interval, parallel transfers and attempts must not be zero");
    return true;
}

/* Rule 3: a random part per run, so that only requests for this run's file are served. */
static void name_file(struct core *core, struct random *random)
{
    if (core->config.file_name)
        snprintf(core->file_name, sizeof core->file_name, "%s", core->config.file_name);
    else
        snprintf(core->file_name, sizeof core->file_name, "spa-sos-%016llx.bin",
                 (unsigned long long)random_u64(random));
}

struct station *station_new(const struct station_config *config, struct error *ret_error)
{
    if (!check_config(config, ret_error))
        return NULL;
    struct station *station = calloc(1, sizeof *station);
    if (!station) {
        error_set(ret_error, ERROR_ENVIRONMENT, "not enough memory");
        return NULL;
    }
    struct core *core = &station->core;
    core->config = *config;
    struct random random = random_from_seed(config->seed);
    name_file(core, &random);
    core->transfer_port =
        (uint16_t)(TRANSFER_PORT_FIRST + random_below(&random, 65536 - TRANSFER_PORT_FIRST));
    if (config->transfer_port)
        core->transfer_port = config->transfer_port;
    uint16_t first_identification = (uint16_t)random_below(&random, 65536);
    station->observer = observer_new();
    if (config->flash_wait_ns > 0)
        observer_set_flash_limit(station->observer, config->flash_wait_ns);
    if (!outbox_init(&core->outbox, &core->config, first_identification, ret_error)) {
        station_free(station);
        return NULL;
    }
    core->outbox.silent = config->mode == STATION_WATCH;
    choice_start(station);
    return station;
}

void station_free(struct station *station)
{
    if (!station)
        return;
    HASH_CLEAR(hh, station->by_mac);
    for (size_t i = 0; i < station->session_count; i++)
        session_free(station->sessions[i]);
    free(station->sessions);
    observer_free(station->observer);
    timers_free(&station->core.timers);
    journal_free(&station->core.journal);
    outbox_free(&station->core.outbox);
    free(station);
}

/* ---- Sessions ---- */

struct session *station_find(const struct station *station, const struct mac_address *mac)
{
    struct session *session;
    HASH_FIND(hh, station->by_mac, mac, sizeof *mac, session);
    return session;
}

static void add(struct station *station, struct session *session)
{
    if (station->session_count == station->session_capacity) {
        size_t capacity = station->session_capacity ? station->session_capacity * 2 : 16;
        struct session **sessions = realloc(station->sessions, capacity * sizeof(void *));
        if (!sessions)
            abort();
        station->sessions = sessions;
        station->session_capacity = capacity;
    }
    station->sessions[station->session_count++] = session;
    HASH_ADD(hh, station->by_mac, mac, sizeof session->mac, session);
}

struct session *station_find_or_add(struct station *station, const struct mac_address *mac,
                                    instant_ns now_ns)
{
    struct session *session = station_find(station, mac);
    if (session)
        return session;
    struct core *core = &station->core;
    if (station->session_count >= SESSIONS_MAXIMUM) {
        if (!station->flood_said)
            journal_message(&core->journal, now_ns, NULL,
                            "More than %d phones on one segment: no more are followed.",
                            SESSIONS_MAXIMUM);
        station->flood_said = true;
        return NULL;
    }
    session = session_new(core, mac, station->session_count, now_ns);
    add(station, session);
    choice_appeared(station, now_ns);
    return session;
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
    return core->progress_ns + core->config.timeout_ns;
}

/*
 * The verdict of a run is that of its frames, so that its trace gets the same one: the observer is
 * not told how long the silence after the last frame was. (Who only listens has no frames of his
 * own to measure silence with: see station_tick.)
 */
static void end_run(struct station *station)
{
    station->over = true;
    station->core.outbox.silent = true;
}

/* After each call: what the frame or the time has made possible. */
static void settle_accounts(struct station *station, instant_ns now_ns)
{
    struct core *core = &station->core;
    while (core->changed && !station->over) {
        core->changed = false;
        choice_dispatch(station, now_ns);
        if (choice_run_is_over(station))
            end_run(station);
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
    station->core.progress_ns = now_ns;
    if (station->core.config.mode == STATION_WATCH) {
        observer_set_sink(station->observer, tell_observation, station);
        return;
    }
    membership_start(station, now_ns);
    prober_start(station, now_ns);
    hints_start(station, now_ns);
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
        end_run(station);
}

instant_ns station_deadline(const struct station *station)
{
    if (station->over)
        return INSTANT_NEVER;
    instant_ns next_ns = station->carrier_down ? INSTANT_NEVER : timers_next(&station->core.timers);
    return instant_earlier(next_ns, timeout_deadline(station));
}

void station_carrier(struct station *station, bool up, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    observer_carrier(station->observer, up, now_ns);
    if (up == !station->carrier_down || station->over)
        return;
    struct core *core = &station->core;
    station->carrier_down = !up;
    if (!up) {
        station->pause_ns = now_ns;
        outbox_clear(&core->outbox);
        journal_message(&core->journal, now_ns, NULL,
                        "The cable carries no link: waiting until it is back.");
        return;
    }
    timers_shift(&core->timers, now_ns - station->pause_ns);
    for (size_t i = 0; i < station->session_count; i++)
        session_pause(station->sessions[i], now_ns - station->pause_ns);
    journal_message(&core->journal, now_ns, NULL, "The cable carries a link again.");
    if (core->config.mode != STATION_WATCH)
        membership_report(station, now_ns);
}

duration_ns station_without_link(const struct station *station, instant_ns now_ns)
{
    return station->carrier_down ? now_ns - station->pause_ns : 0;
}

void station_stop(struct station *station, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    station->stopped = true;
    outbox_clear(&station->core.outbox);
    if (!station->over)
        end_run(station);
}

/* ---- Frames in, frames and events out ---- */

static void tell_frame(struct station *station, const struct frame *frame, instant_ns now_ns)
{
    struct station_event *event =
        journal_add(&station->core.journal, now_ns, STATION_EVENT_FRAME, &frame->ethernet.source);
    frame_summary(frame, event->text, sizeof event->text);
}

void station_frame(struct station *station, const struct frame *frame, instant_ns now_ns)
{
    now_ns = advance(station, now_ns);
    observer_frame(station->observer, frame);
    if (station->core.config.frame_events)
        tell_frame(station, frame, now_ns);
    if (mac_equal(&frame->ethernet.source, &station->core.config.source_mac))
        return; /* our own: evidence, never input */
    station->frames_in++;
    station->other_frames = true;
    if (station->over)
        return;
    intake_frame(station, frame, now_ns);
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
    return station->session_count;
}

static void describe(const struct station *station, const struct session *session,
                     struct session_status *ret)
{
    *ret = (struct session_status){
        .mac = session->mac,
        .answered = session->answered,
        .ip = session->ip,
        .selected = choice_wants(station, session),
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
    describe(station, station->sessions[index], ret);
}

bool station_session_of(const struct station *station, const struct mac_address *mac,
                        struct session_status *ret)
{
    const struct session *session = station_find(station, mac);
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
    memcpy(ret->drops, station->drops, sizeof ret->drops);
}

const char *station_file_name(const struct station *station)
{
    return station->core.file_name;
}

void station_diagnose(const struct station *station, struct diagnosis *ret)
{
    diagnosis_make(observer_facts(station->observer), ret);
}
