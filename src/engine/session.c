/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's life, the one door for changes of its state, and what can be asked of it.
 */
#include "engine/session.h"

#include "engine/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#define WRITERS_NAMED 8 /* in a message */

char *session_list_writers(const struct core *core, char *ret, size_t size)
{
    size_t length = 0;
    unsigned named = 0;
    *ret = '\0';
    for (const struct session *session = core->writers; session && named < WRITERS_NAMED;
         session = session->next_writer) {
        char name[SESSION_NAME_SIZE];
        length += (size_t)snprintf(ret + length, size - length, "%s%s", named++ ? ", " : "",
                                   session_name(session, sizeof name, name));
        if (length >= size)
            return ret;
    }
    if (core->writing > named)
        snprintf(ret + length, size - length, " and %u more", core->writing - named);
    return ret;
}

/* ---- The one door for changes of state ---- */

static void update_writers(struct session *session)
{
    struct core *core = session->core;
    bool is_writer = session->state == SESSION_DELIVERED;
    if (is_writer == session->is_writer)
        return;
    session->is_writer = is_writer;
    if (is_writer) {
        DL_APPEND2(core->writers, session, previous_writer, next_writer);
        core->writing++;
    } else {
        DL_DELETE2(core->writers, session, previous_writer, next_writer);
        core->writing--;
    }
}

static void leave_dhcp_stage(struct session *session)
{
    session->core->in_dhcp_stage -= session->in_dhcp_stage;
    session->in_dhcp_stage = false;
}

/* How far a phone has come: the states stand in this order, those of a failed attempt are none. */
static unsigned rank(enum session_state state)
{
    return state <= SESSION_UNCONFIRMED || state == SESSION_RECOVERED ? state : SESSION_NEW;
}

/* `bytes` of the image, in its transfer. */
static void reach(struct session *session, uint64_t bytes, instant_ns now_ns)
{
    uint64_t reached = (uint64_t)rank(session->state) << 32 | bytes;
    if (reached > session->furthest) {
        session->furthest = reached;
        session->vain = 0;
    }
    if (reached > session->reached && session->vain <= ROUNDS_IN_VAIN)
        session->core->progress_ns = now_ns;
    if (reached > session->reached)
        session->reached = reached;
}

void session_goes_forward(struct session *session, instant_ns now_ns)
{
    reach(session, session->state == SESSION_TRANSFER ? session_bytes_acknowledged(session) : 0,
          now_ns);
}

static bool session_occupies_turn(const struct session *session)
{
    return session_is_active(session) && !session->gave_way;
}

void session_give_way(struct session *session, instant_ns heard_ns, instant_ns now_ns)
{
    struct core *core = session->core;
    char phone[160];
    if (session->state != SESSION_TRANSFER || session->gave_way ||
        now_ns - heard_ns < TURN_SILENCE_NS)
        return;
    session->gave_way = true;
    core->active--;
    core->changed = true;
    journal_message(
        &core->journal, now_ns, &session->mac,
        "%s has been silent for %lld s in its transfer: it goes on if it answers; others get "
        "their turn meanwhile",
        session_describe(session, phone, sizeof phone), (long long)(TURN_SILENCE_NS / NS_PER_S));
}

void session_enter(struct session *session, enum session_state state, instant_ns now_ns,
                   const char *why)
{
    struct core *core = session->core;
    enum session_state old = session->state;
    timer_stop(&core->timers, &session->timer);
    if (old == SESSION_WAITING)
        DL_DELETE2(core->waiting, session, previous, next);
    /* Of two that claim one serial number the one whose loader was heard comes first. */
    if (state == SESSION_WAITING && session->doubtful && session->stage_ns)
        DL_PREPEND2(core->waiting, session, previous, next);
    else if (state == SESSION_WAITING)
        DL_APPEND2(core->waiting, session, previous, next);
    if (old == SESSION_TRANSFER && state != SESSION_TRANSFER) {
        tftp_stop(core, &session->transfer);
        http_stop(core, &session->http);
    }
    if (state != SESSION_ADDRESSING && state != SESSION_ADDRESSED)
        leave_dhcp_stage(session);
    core->active +=
        (unsigned)session_state_is_active(state) - (unsigned)session_occupies_turn(session);
    session->gave_way = false;
    core->changed = true;
    session->state = state;
    ledger_update(&core->ledger, session);
    if (rank(state) < rank(old)) {
        session->reached = 0;
        session->vain++;
    }
    reach(session, 0, now_ns); /* what was acknowledged in an earlier transfer does not count */
    update_writers(session);
    session->state_since_ns = now_ns;
    char phone[160];
    struct station_event *event =
        journal_add(&core->journal, now_ns, STATION_EVENT_STATE, &session->mac);
    event->old_state = old;
    event->new_state = state;
    snprintf(event->text, sizeof event->text, "%s: %s",
             session_describe(session, phone, sizeof phone), why);
}

void session_in_dhcp_stage(struct session *session, bool first, bool is_acknowledged,
                           instant_ns now_ns)
{
    struct core *core = session->core;
    if (first) {
        session->stage_ns = now_ns;
        session->refused = false;
        ledger_update(&core->ledger, session);
    }
    if (session->refused) {
        leave_dhcp_stage(session);
        return;
    }
    core->in_dhcp_stage += !session->in_dhcp_stage;
    session->in_dhcp_stage = true;
    instant_ns end_ns =
        instant_earlier(now_ns + (is_acknowledged ? DHCP_STAGE_DOUBT_NS : DHCP_STAGE_QUIET_NS),
                        session->stage_ns + DHCP_STAGE_LONGEST_NS);
    if (end_ns > core->stage_end_ns)
        core->stage_end_ns = end_ns;
}

bool session_any_in_dhcp_stage(const struct core *core, instant_ns now_ns)
{
    return core->in_dhcp_stage > 0 && now_ns < core->stage_end_ns;
}

/* What it answered before says nothing any more. */
static void may_write_from_now(struct session *session)
{
    session->answers_in_row = 0;
    session->surely_listens = false;
}

void session_image_is_out(struct session *session, instant_ns now_ns)
{
    session->image_out_ns = now_ns;
    may_write_from_now(session);
}

void session_is_served_elsewhere(struct session *session, instant_ns now_ns)
{
    session->elsewhere_ns = now_ns;
    may_write_from_now(session);
}

void session_answers(struct session *session, instant_ns asked_ns, instant_ns now_ns)
{
    duration_ns gap_ns = now_ns - session->answered_ns;
    /* Copies of one answer come together, and late ones unasked. */
    if (gap_ns >= ANSWERS_SPACED_NS && now_ns - asked_ns <= ANSWER_LATEST_NS) {
        session->answers_in_row = gap_ns <= ANSWERS_GAP_NS ? session->answers_in_row + 1 : 1;
        session->surely_listens |= session->answers_in_row >= ANSWERS_CERTAIN;
        session->answered_ns = now_ns;
    }
    session->answered = true;
    session->replies++;
    ledger_update(&session->core->ledger, session);
}

void session_attempt_begins(struct session *session, instant_ns now_ns)
{
    session_attempt_ends(session, "given up for another attempt");
    if (!session->records)
        session->records = calloc(ATTEMPTS_RECORDED, sizeof *session->records);
    if (!session->records)
        abort();
    if (session->record_count < ATTEMPTS_RECORDED)
        session->record_count++;
    session->records[session->record_count - 1] = (struct attempt_record){.begin_ns = now_ns};
}

void session_attempt_ends(struct session *session, const char *outcome)
{
    if (session->record_count == 0)
        return;
    struct attempt_record *record = &session->records[session->record_count - 1];
    if (record->is_over)
        return;
    record->is_over = true;
    snprintf(record->outcome, sizeof record->outcome, "%s", outcome);
}

void session_power_cycle_asked(struct session *session, bool is_asked)
{
    if (session->power_cycle_asked == is_asked)
        return;
    session->power_cycle_asked = is_asked;
    ledger_update(&session->core->ledger, session);
}

static void set_probe_is_due(struct session *session, bool is_due)
{
    if (session->probe_is_due == is_due)
        return;
    session->probe_is_due = is_due;
    ledger_update(&session->core->ledger, session);
}

static void probe_came_due(void *owner, instant_ns now_ns)
{
    (void)now_ns;
    set_probe_is_due(owner, true);
}

void session_ask_after(struct session *session, duration_ns wait_ns, instant_ns now_ns)
{
    session->probe_wait_ns = wait_ns;
    set_probe_is_due(session, false);
    if (wait_ns <= REFUSAL_PROBE_LAST_NS)
        timer_set(&session->core->timers, &session->probe_timer, now_ns + wait_ns);
}

/* ---- Life ---- */

struct session *session_new(struct core *core, struct dhcp_server *dhcp,
                            const struct mac_address *mac, size_t index, instant_ns now_ns)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    session->mac = session->dhcp.mac = *mac;
    session->index = index;
    session->core = core;
    session->state_since_ns = now_ns;
    session->dhcp.server = dhcp;
    session->probe_timer = timer_for(probe_came_due, session);
    ledger_update(&core->ledger, session);
    return session;
}

void session_free(struct session *session)
{
    struct core *core = session->core;
    ledger_remove(&core->ledger, session);
    tftp_stop(core, &session->transfer);
    http_stop(core, &session->http);
    timer_stop(&core->timers, &session->timer);
    timer_stop(&core->timers, &session->dhcp.timer);
    timer_stop(&core->timers, &session->probe_timer);
    if (session->state == SESSION_WAITING)
        DL_DELETE2(core->waiting, session, previous, next);
    if (session->is_writer)
        DL_DELETE2(core->writers, session, previous_writer, next_writer);
    leave_dhcp_stage(session);
    dhcp_client_release(&session->dhcp);
    if (session->dhcp.server->to_prepare == &session->dhcp)
        session->dhcp.server->to_prepare = NULL;
    free(session->dhcp.ready);
    free(session->records);
    free(session);
}

uint64_t session_bytes_acknowledged(const struct session *session)
{
    return session->by_http ? http_bytes_acknowledged(&session->http)
                            : tftp_bytes_acknowledged(session->core, &session->transfer);
}

enum heard session_heard(struct session *session, uint16_t ip_id, instant_ns now_ns)
{
    enum loader_series series =
        session->ip_id_known ? loader_series(session->ip_id, ip_id, now_ns - session->heard_ns)
                             : LOADER_SERIES_GOES_ON;
    session->restarted = series != LOADER_SERIES_GOES_ON;
    if (series == LOADER_SERIES_COPY)
        return HEARD_STALE;
    session->questions = 0;
    session->ip_id = ip_id;
    session->ip_id_known = true;
    session->heard_ns = now_ns;
    return session->restarted ? HEARD_RESTARTED : HEARD_NEXT;
}

void session_pause(struct session *session, duration_ns by_ns)
{
    session->transfer.heard_ns += by_ns;
    session->transfer.last_sent_ns += by_ns;
    session->http.heard_ns += by_ns;
    session->transfer.repeated = session->http.repeated = true; /* an ACK would measure the pause */
}
