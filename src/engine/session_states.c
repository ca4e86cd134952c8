/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine of one phone (docs: protocol, rules for the PC side). Read the table at the end
 * first: a row per state, a column per event, a handler in each cell. Handlers do what has to be
 * done and call enter(), which alone changes the state. An empty cell is recorded and changes
 * nothing.
 */
#include "engine/limits.h"
#include "engine/session.h"

#include <stdio.h>
#include <utlist.h>

typedef void handler(struct session *session, instant_ns now_ns);

/* ---- The one door for changes of state ---- */

static bool is_writing(const struct session *session)
{
    return session->state == SESSION_DELIVERED && !session->watched;
}

static void set_deadline(struct session *session, instant_ns due_ns)
{
    timer_set(&session->core->timers, &session->timer, due_ns);
}

static void stop_transfer(struct session *session)
{
    tftp_stop(session->core, &session->transfer);
    http_stop(session->core, &session->http);
}

static void enter(struct session *session, enum session_state state, instant_ns now_ns,
                  const char *why)
{
    struct core *core = session->core;
    enum session_state old = session->state;
    timer_stop(&core->timers, &session->timer);
    if (old == SESSION_WAITING)
        DL_DELETE2(core->waiting, session, previous, next);
    if (state == SESSION_WAITING)
        DL_APPEND2(core->waiting, session, previous, next);
    if (old == SESSION_TRANSFER && state != SESSION_TRANSFER)
        stop_transfer(session);
    core->active +=
        (unsigned)session_state_is_active(state) - (unsigned)session_state_is_active(old);
    core->writing -= is_writing(session);
    core->progress_ns = now_ns;
    core->changed = true;
    session->state = state;
    core->writing += is_writing(session);
    session->state_since_ns = now_ns;
    char phone[160];
    struct station_event *event =
        journal_add(&core->journal, now_ns, STATION_EVENT_STATE, &session->mac);
    event->old_state = old;
    event->new_state = state;
    snprintf(event->text, sizeof event->text, "%s: %s",
             session_describe(session, phone, sizeof phone), why);
}

static void say(struct session *session, instant_ns now_ns, const char *text)
{
    char phone[160];
    journal_message(&session->core->journal, now_ns, &session->mac, "%s: %s",
                    session_describe(session, phone, sizeof phone), text);
}

/* ---- Handlers ---- */

static void nothing(struct session *session, instant_ns now_ns)
{
    (void)session;
    (void)now_ns;
}

static void fail(struct session *session, instant_ns now_ns, bool final, const char *why)
{
    session->final = final;
    say(session, now_ns, why);
    enter(session, SESSION_FAILED, now_ns, "failed");
}

static void start_addressing(struct session *session, instant_ns now_ns)
{
    session->ip = 0;
    session->lease_server = 0;
    session->lease_dead = session->warned = session->presumed = false;
    enter(session, SESSION_ADDRESSING, now_ns, "its DHCP client asks for an address");
    set_deadline(session, now_ns + DHCP_PATIENCE_NS);
}

static void go_on_addressing(struct session *session, instant_ns now_ns)
{
    session->warned = false;
    session->core->progress_ns = now_ns;
    bool elsewhere =
        session->lease_server != 0 && session->lease_server != session->core->config.address;
    set_deadline(session, now_ns + (elsewhere ? LEASE_GUESS_NS : DHCP_PATIENCE_NS));
}

static void restart(struct session *session, instant_ns now_ns)
{
    say(session, now_ns, "the phone has restarted in recovery mode; beginning anew");
    start_addressing(session, now_ns);
}

static void be_addressed(struct session *session, instant_ns now_ns)
{
    enter(session, SESSION_ADDRESSED, now_ns, "has an address");
    set_deadline(session,
                 now_ns + (session->lease_dead ? DEAD_LEASE_PATIENCE_NS : DEAF_PATIENCE_NS));
}

/* It fetches something of its own accord: it has an address, and does not listen meanwhile. */
static void be_patient(struct session *session, instant_ns now_ns)
{
    session->core->progress_ns = now_ns;
    set_deadline(session, now_ns + DEAF_PATIENCE_NS);
}

/* The DHCP stage went quiet: with a foreign server that means a lease (unseen on a switch). */
static void addressing_ended(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    if (session->warned) {
        if (core->config.mode == STATION_RECOVER)
            fail(session, now_ns, false,
                 "it got no address, has stopped listening and was not power-cycled");
        return;
    }
    if (session->lease_server != 0 && session->lease_server != core->config.address) {
        be_addressed(session, now_ns);
        return;
    }
    session->warned = true;
    bool ready = core->config.dhcp != DHCP_POLICY_NEVER;
    set_deadline(session, now_ns + (ready ? POWER_CYCLE_PATIENCE_NS : DEAF_PATIENCE_NS));
    if (core->config.dhcp == DHCP_POLICY_NEVER || core->config.mode == STATION_WATCH)
        say(session, now_ns,
            "it asked for an address, got none, and has stopped listening, although SOS stays on "
            "its display. Power-cycle it with a DHCP server on the segment.");
    else if (core->foreign_dhcp_seen && !session->dhcp.offered)
        say(session, now_ns,
            "it asked for an address, the other DHCP server on this segment gave it none, and it "
            "has stopped listening. Remove that server or use --dhcp always, then power-cycle "
            "the phone.");
    else
        say(session, now_ns,
            "it did not take the address offered and has stopped listening. Power-cycle it now: "
            "this program is ready to give it an address.");
}

static void answers_nothing(struct session *session, instant_ns now_ns)
{
    if (session->core->config.mode != STATION_RECOVER)
        return;
    bool elsewhere =
        session->lease_server != 0 && session->lease_server != session->core->config.address;
    if (session->lease_dead)
        fail(session, now_ns, false, "its lease has stopped it, and it was not power-cycled");
    else if (!elsewhere)
        fail(session, now_ns, false, "it has got an address but answers nothing");
    else
        fail(
            session, now_ns, false,
            "another server gave it an address, but it answers nothing: probably the lease lacks a "
            "router or a mask, and the phone is deaf until it is power-cycled");
}

static void be_found(struct session *session, instant_ns now_ns)
{
    session->final = false;
    enter(session, SESSION_FOUND, now_ns, "answers in recovery mode");
}

static bool attempts_are_used_up(const struct session *session)
{
    return session->attempts >= session->core->config.attempts_maximum;
}

static bool may_order(const struct core *core)
{
    return !core->rival_seen || core->config.force;
}

static void yield_to_rival(struct session *session, instant_ns now_ns)
{
    fail(session, now_ns, true,
         "nothing is ordered, because another program recovers phones on this segment (--force "
         "orders all the same)");
}

static void wait_for_turn(struct session *session, instant_ns now_ns)
{
    struct core *core = session->core;
    if (!may_order(core))
        yield_to_rival(session, now_ns);
    else if (attempts_are_used_up(session))
        fail(session, now_ns, true, "all attempts failed");
    else if (!recm_serial_is_sendable(session->serial))
        fail(session, now_ns, true, "it states no usable serial number, so it cannot be ordered");
    else
        enter(session, SESSION_WAITING, now_ns, "chosen");
}

/* Rule 3: by its serial; by its own MAC and the group's in turn, as a switch may hide either. */
static void send_order(struct session *session, instant_ns now_ns)
{
    struct core *core = session->core;
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(session->serial, core->config.tftp_port, core->file_name, payload);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    bool to_group = core->config.group_only || session->orders % 2 == 1;
    outbox_udp(&core->outbox, to_group ? &group : &session->mac, RECM_GROUP_IP, RECM_PC_PORT,
               RECM_PHONE_PORT, payload, sizeof payload);
    session->orders++;
    session->ordered = true;
    set_deadline(session, now_ns + ECHO_WAIT_NS);
}

static void order(struct session *session, instant_ns now_ns)
{
    if (!may_order(session->core)) {
        yield_to_rival(session, now_ns);
        return;
    }
    session->attempts++;
    session->by_url = session->by_http = false;
    session->orders = 0;
    session->gateway = (struct gateway_help){0};
    session->transfer_start_ns = session->transfer_end_ns = 0;
    enter(session, SESSION_ORDERED, now_ns, "told to fetch the image");
    send_order(session, now_ns);
}

static void attempt_failed(struct session *session, instant_ns now_ns, const char *why)
{
    char text[200];
    unsigned maximum = session->core->config.attempts_maximum;
    snprintf(text, sizeof text, "attempt %u of %u failed: %s", session->attempts, maximum, why);
    if (attempts_are_used_up(session)) {
        fail(session, now_ns, true, text);
        return;
    }
    say(session, now_ns, text);
    session->warned = false;
    enter(session, SESSION_RETRY, now_ns, "waiting until it answers again");
    set_deadline(session, now_ns + RETRY_HINT_NS);
}

static void order_again(struct session *session, instant_ns now_ns)
{
    if (!may_order(session->core))
        yield_to_rival(session, now_ns);
    else if (session->orders >= ORDERS_MAXIMUM)
        attempt_failed(session, now_ns, "the phone did not confirm the order");
    else
        send_order(session, now_ns);
}

static void be_echoed(struct session *session, instant_ns now_ns)
{
    enter(session, SESSION_ECHOED, now_ns, "has confirmed the order");
    set_deadline(session, now_ns + FILE_WAIT_NS);
}

static void look_for_gateway(struct session *session, instant_ns now_ns)
{
    enter(session, SESSION_GATEWAY, now_ns, "looks for its gateway");
    set_deadline(session, now_ns + FILE_WAIT_NS);
}

static void knows_no_gateway(struct session *session, instant_ns now_ns)
{
    attempt_failed(session, now_ns,
                   "it confirmed the order but never asked for a gateway or the file: its lease "
                   "names no router");
}

static void gateway_is_dead(struct session *session, instant_ns now_ns)
{
    char text[128];
    snprintf(text, sizeof text,
             "nobody answered for its gateway %s, so it never asked for the file",
             ipv4_format(session->gateway.gateway_ip).text);
    attempt_failed(session, now_ns, text);
}

static void serve_by_tftp(struct session *session, instant_ns now_ns)
{
    stop_transfer(session);
    session->transfer_start_ns = now_ns;
    session->transfer_end_ns = 0;
    session->transfer_ip_id = session->ip_id;
    session->presumed = false;
    enter(session, SESSION_TRANSFER, now_ns,
          session->by_url ? "asks for a file of its own accord" : "asks for the file");
    tftp_start(session->core, &session->transfer, &session->mac, session->transfer.ip,
               session->transfer.port, now_ns);
}

static void serve(struct session *session, instant_ns now_ns)
{
    session->by_url = session->by_http = false;
    serve_by_tftp(session, now_ns);
}

/* Its own attempt, by TFTP or by HTTP: served like an order's. */
static void serve_url(struct session *session, instant_ns now_ns)
{
    session->attempts += session->state != SESSION_TRANSFER;
    session->by_url = true;
    session->by_http = session->http.stage == HTTP_WAITING;
    if (!session->by_http) {
        serve_by_tftp(session, now_ns);
        return;
    }
    tftp_stop(session->core, &session->transfer);
    session->transfer_start_ns = now_ns;
    session->transfer_end_ns = 0;
    session->presumed = false;
    enter(session, SESSION_TRANSFER, now_ns, "asks for a file of its own accord, over HTTP");
    http_answer(session->core, &session->http, now_ns);
}

static void serve_again(struct session *session, instant_ns now_ns)
{
    say(session, now_ns, "it has begun the download anew; starting at block 1");
    serve(session, now_ns);
}

static void be_delivered(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    session->delivered = true;
    session->transfer_end_ns = now_ns;
    session->watched = core->config.flash_wait_ns == 0;
    /* A phone whose last ACK was lost may still be in its TFTP wait, where it answers too. */
    session->probe_wait_ns = session->presumed ? TRANSFER_ROUND_NS : REFUSAL_PROBE_FIRST_NS;
    session->probe_ns = now_ns + session->probe_wait_ns;
    enter(session, SESSION_DELIVERED, now_ns,
          session->presumed ? "has probably got the whole image (its last ACK is missing)"
                            : "has got the whole image; it checks and writes it. Do not unplug it");
    set_deadline(session, now_ns + core->config.flash_wait_ns);
}

static void deliver_again(struct session *session, instant_ns now_ns)
{
    session->presumed = false;
    enter(session, SESSION_TRANSFER, now_ns, "still waits for the last block");
    tftp_resume(session->core, &session->transfer, now_ns);
}

static void stalled(struct session *session, instant_ns now_ns)
{
    char text[128];
    uint64_t bytes = session_bytes_acknowledged(session);
    uint64_t total = session->core->config.image_length;
    snprintf(text, sizeof text, "the transfer broke off at %u %%; nothing was written",
             (unsigned)(total ? bytes * 100 / total : 0));
    attempt_failed(session, now_ns, text);
}

static void refused(struct session *session, instant_ns now_ns)
{
    attempt_failed(session, now_ns, "another TFTP server refused the phone's request");
}

/* It listens again at once: the image was refused (or, in a new IP id series, did not start). */
static void answers_after_delivery(struct session *session, instant_ns now_ns)
{
    if (session->restarted) {
        fail(session, now_ns, true,
             "the image was written, but the boot loader did not start it: still in recovery mode");
        return;
    }
    attempt_failed(session, now_ns, "the phone refused the image; nothing was written");
    if (session->state == SESSION_RETRY)
        wait_for_turn(session, now_ns);
}

static void asks_after_delivery(struct session *session, instant_ns now_ns)
{
    if (now_ns - session->transfer_end_ns < FLASH_SHORTEST_NS)
        restart(session, now_ns);
    else
        fail(session, now_ns, true,
             "the image was written, but the boot loader did not start it: still in recovery mode");
}

static void asks_url_after_delivery(struct session *session, instant_ns now_ns)
{
    if (!session->presumed)
        attempt_failed(session, now_ns, "the phone refused the image; nothing was written");
    if (session->state != SESSION_FAILED)
        serve_url(session, now_ns);
}

static void watched_enough(struct session *session, instant_ns now_ns)
{
    session->core->writing -= is_writing(session);
    session->watched = true;
    session->core->changed = true;
    if (session->core->config.flash_wait_ns)
        say(session, now_ns, "its normal firmware was not seen in the time given by --flash-wait");
}

static void retry_is_late(struct session *session, instant_ns now_ns)
{
    if (session->warned) {
        fail(session, now_ns, false, "it answers nothing any more");
        return;
    }
    session->warned = true;
    say(session, now_ns, "it does not answer any more. Power-cycle it now; it is tried again.");
    set_deadline(session, now_ns + RETRY_PATIENCE_NS);
}

static void runs_firmware(struct session *session, instant_ns now_ns)
{
    if (session->delivered) {
        enter(session, SESSION_RECOVERED, now_ns, "recovered: its normal firmware runs");
        return;
    }
    if (session->core->config.mode == STATION_RECOVER)
        fail(session, now_ns, false, "it runs its normal firmware; it needs no recovery");
}

static void fail_anew(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        start_addressing(session, now_ns);
}

static void tries_url_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        be_addressed(session, now_ns);
}

static void found_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        be_found(session, now_ns);
}

static void recovered_after_failure(struct session *session, instant_ns now_ns)
{
    if (session->delivered)
        runs_firmware(session, now_ns);
}

/* ---- States x events ---- */

static handler *const table[SESSION_STATE_COUNT][SESSION_EVENT_COUNT] = {
    [SESSION_NEW] =
        {
            [EVENT_DISCOVER] = start_addressing,
            [EVENT_DHCP_REQUEST] = start_addressing,
            [EVENT_REPLY_EARLY] = start_addressing,
            [EVENT_REPLY] = be_found,
            [EVENT_URL_TRIED] = be_addressed,
            [EVENT_URL_ASKED] = serve_url,
        },
    [SESSION_ADDRESSING] =
        {
            [EVENT_DISCOVER] = go_on_addressing,
            [EVENT_DHCP_REQUEST] = go_on_addressing,
            [EVENT_LEASED] = be_addressed,
            [EVENT_REPLY_EARLY] = nothing,
            [EVENT_REPLY] = be_found,
            [EVENT_URL_TRIED] = be_addressed,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = addressing_ended,
        },
    [SESSION_ADDRESSED] =
        {
            [EVENT_DISCOVER] = start_addressing,
            [EVENT_DHCP_REQUEST] = nothing, /* the ACK was lost; it is sent again */
            [EVENT_LEASED] = be_addressed,
            [EVENT_REPLY_EARLY] = nothing,
            [EVENT_REPLY] = be_found,
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = be_patient,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = answers_nothing,
        },
    [SESSION_FOUND] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing,
            [EVENT_CHOSEN] = wait_for_turn,
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
        },
    [SESSION_WAITING] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing,
            [EVENT_TURN] = order,
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
        },
    [SESSION_ORDERED] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing, /* to a REQUEST sent before the order */
            [EVENT_ECHO] = be_echoed,
            [EVENT_GATEWAY_ASKED] = look_for_gateway, /* the echo was lost */
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = order_again,
        },
    [SESSION_ECHOED] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing,
            [EVENT_ECHO] = nothing,
            [EVENT_GATEWAY_ASKED] = look_for_gateway,
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_REFUSED] = refused,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = knows_no_gateway,
        },
    [SESSION_GATEWAY] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing,
            [EVENT_ECHO] = nothing,
            [EVENT_GATEWAY_ASKED] = nothing, /* arp_help counts them */
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_REFUSED] = refused,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = gateway_is_dead,
        },
    [SESSION_TRANSFER] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = nothing,
            [EVENT_ECHO] = nothing,          /* of an order that was repeated: a nested download */
            [EVENT_GATEWAY_ASKED] = nothing, /* so is this */
            [EVENT_FILE_ASKED] = serve_again,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_LAST_ACK] = be_delivered,
            [EVENT_STALLED] = stalled,
            [EVENT_REFUSED] = refused,
            [EVENT_FIRMWARE] = runs_firmware,
        },
    [SESSION_DELIVERED] =
        {
            [EVENT_DISCOVER] = asks_after_delivery,
            [EVENT_REPLY] = answers_after_delivery,
            [EVENT_FILE_ASKED] = serve_again,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = asks_url_after_delivery,
            [EVENT_LAST_ACK] = nothing,
            [EVENT_BLOCK_MISSING] = deliver_again,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = watched_enough,
        },
    [SESSION_RETRY] =
        {
            [EVENT_DISCOVER] = restart,
            [EVENT_REPLY] = wait_for_turn,
            [EVENT_ECHO] = be_echoed, /* late, but it has begun */
            [EVENT_FILE_ASKED] = serve,
            [EVENT_URL_TRIED] = nothing,
            [EVENT_URL_ASKED] = serve_url,
            [EVENT_FIRMWARE] = runs_firmware,
            [EVENT_DEADLINE] = retry_is_late,
        },
    [SESSION_RECOVERED] =
        {
            [EVENT_DISCOVER] = nothing,
            [EVENT_FIRMWARE] = nothing,
        },
    [SESSION_FAILED] =
        {
            [EVENT_DISCOVER] = fail_anew,
            [EVENT_REPLY] = found_after_failure,
            [EVENT_URL_TRIED] = tries_url_after_failure,
            [EVENT_FIRMWARE] = recovered_after_failure,
        },
};

void session_handle(struct session *session, enum session_event event, instant_ns now_ns)
{
    handler *handle = table[session->state][event];
    if (handle)
        handle(session, now_ns);
    else
        journal_detail(&session->core->journal, now_ns, &session->mac,
                       "not expected in state \"%s\": %s", session_state_name(session->state),
                       session_event_name(event));
}
