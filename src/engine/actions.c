/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done about a phone (docs: protocol, rules for the PC side). When, says the table in
 * states.c. Actions do what has to be done and call session_enter, which alone changes the state.
 */
#include "engine/actions.h"

#include "engine/cause.h"
#include "engine/limits.h"

#include <stdio.h>

static void set_deadline(struct session *session, instant_ns due_ns)
{
    timer_set(&session->core->timers, &session->timer, due_ns);
}

static void say(struct session *session, instant_ns now_ns, const char *text)
{
    char phone[160];
    journal_message(&session->core->journal, now_ns, &session->mac, "%s: %s",
                    session_describe(session, phone, sizeof phone), text);
}

/* Tells the user to power-cycle this phone, and which ones he must not switch off with it. */
static void ask_for_power_cycle(struct session *session, instant_ns now_ns, const char *text)
{
    struct core *core = session->core;
    char phone[160], writers[200];
    struct station_event *event =
        journal_add(&core->journal, now_ns, STATION_EVENT_MESSAGE, &session->mac);
    event->asks_power_cycle = true;
    event->writing = core->writing;
    snprintf(event->text, sizeof event->text, "%s: %s",
             session_describe(session, phone, sizeof phone), text);
    if (core->writing && now_ns != core->writers_said_ns)
        journal_message(&core->journal, now_ns, NULL,
                        "Do not switch these off, they are writing their flash: %s.",
                        session_list_writers(core, writers, sizeof writers));
    core->writers_said_ns = now_ns;
}

void action_nothing(struct session *session, instant_ns now_ns)
{
    (void)session;
    (void)now_ns;
}

/*
 * It was sent the whole image, and has not answered often enough since to be sure that it listens:
 * what seems to say so can be late, or somebody else's.
 */
static bool may_be_writing(const struct session *session, instant_ns now_ns)
{
    instant_ns sent_ns = session->image_out_ns > session->elsewhere_ns ? session->image_out_ns
                                                                       : session->elsewhere_ns;
    return sent_ns && now_ns < sent_ns + session->core->config.flash_wait_ns &&
           !session->surely_listens;
}

/* `final`: nothing starts it again. Who may be writing is not given up: its answers decide. */
static void fail(struct session *session, instant_ns now_ns, bool final, const char *why)
{
    session_attempt_ends(session, why);
    if (may_be_writing(session, now_ns)) {
        if (final)
            snprintf(session->given_up, sizeof session->given_up, "%s", why);
        session->power_cycle_asked = false;
        session_enter(session, SESSION_RETRY, now_ns,
                      "it seems to have failed, but may be writing its image; it is asked on");
        set_deadline(session, now_ns + RETRY_HINT_NS);
        return;
    }
    session->final = final;
    say(session, now_ns, why);
    session_enter(session, SESSION_FAILED, now_ns, "failed");
}

void action_start_addressing(struct session *session, instant_ns now_ns)
{
    session->lease = LOADER_LEASE_LIVES;
    session->alive = session->lease_seen = session->power_cycle_asked = session->presumed = false;
    session_enter(session, SESSION_ADDRESSING, now_ns, "its DHCP client asks for an address");
    set_deadline(session, now_ns + DHCP_PATIENCE_NS);
}

void action_go_on_addressing(struct session *session, instant_ns now_ns)
{
    session->power_cycle_asked = false;
    set_deadline(session,
                 now_ns + (session_has_foreign_lease(session) ? LEASE_GUESS_NS : DHCP_PATIENCE_NS));
}

void action_restart(struct session *session, instant_ns now_ns)
{
    session_attempt_ends(session, "the phone restarted in recovery mode");
    say(session, now_ns, "the phone has restarted in recovery mode; beginning anew");
    action_start_addressing(session, now_ns);
}

void action_be_addressed(struct session *session, instant_ns now_ns)
{
    session_enter(session, SESSION_ADDRESSED, now_ns, "has an address");
    instant_ns deaf_ns = session->lease_ns + DEAF_LEASE_NS;
    bool knows = session_has_foreign_lease(session) && deaf_ns > now_ns;
    set_deadline(session, knows ? deaf_ns : now_ns + DEAF_PATIENCE_NS);
}

/* It fetches something of its own accord: it has an address, and does not listen meanwhile. */
void action_be_patient(struct session *session, instant_ns now_ns)
{
    set_deadline(session, now_ns + DEAF_PATIENCE_NS);
}

/* An image was sent to it at `sent_ns` (0: none): while it may be writing, its deadline waits. */
static bool waits_since(struct session *session, instant_ns sent_ns, instant_ns now_ns,
                        const char *words)
{
    instant_ns written_ns = sent_ns + session->core->config.flash_wait_ns;
    if (!sent_ns || now_ns >= written_ns)
        return false;
    say(session, now_ns, words);
    set_deadline(session, written_ns);
    if (written_ns > session->core->waits_until_ns)
        session->core->waits_until_ns = written_ns;
    return true;
}

/*
 * It was sent the whole image and was heard as a loader since, once perhaps and by a frame that was
 * late or somebody else's; or another program serves it. While it may be writing its silence means
 * nothing, and no word is said of a power cycle. Returns: true if it is waited for.
 */
static bool waits_for_writing(struct session *session, instant_ns now_ns)
{
    return waits_since(session, session->elsewhere_ns, now_ns,
                       "it does not answer; it may be writing what the other program has sent it. "
                       "Do not unplug it") ||
           waits_since(session, session->image_out_ns, now_ns,
                       "it does not answer; it may be writing its image. Do not unplug it");
}

/* The DHCP stage went quiet: with a foreign server that means a lease (unseen on a switch). */
void action_addressing_ended(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    if (core->standing == STANDING_BACK) {
        set_deadline(session, now_ns + DHCP_PATIENCE_NS); /* the other program's business */
        return;
    }
    if (session->power_cycle_asked) {
        if (core->config.mode == STATION_RECOVER)
            fail(session, now_ns, false,
                 "it got no address, has stopped listening and was not power-cycled");
        return;
    }
    if (session_has_foreign_lease(session)) {
        action_be_addressed(session, now_ns);
        return;
    }
    if (waits_for_writing(session, now_ns))
        return;
    session->power_cycle_asked = true;
    bool ready = core->config.dhcp != DHCP_POLICY_NEVER;
    set_deadline(session, now_ns + (ready ? POWER_CYCLE_PATIENCE_NS : DEAF_PATIENCE_NS));
    if (core->config.dhcp == DHCP_POLICY_NEVER || core->config.mode == STATION_WATCH)
        ask_for_power_cycle(
            session, now_ns,
            "it asked for an address, got none, and has stopped listening, although SOS stays on "
            "its display. Power-cycle it with a DHCP server on the segment.");
    else if (!session->dhcp.offered && !dhcp_server_may_offer(&session->dhcp, now_ns))
        ask_for_power_cycle(
            session, now_ns,
            "it asked for an address, the other DHCP server on this segment gave it none, and it "
            "has stopped listening. Remove that server or use --dhcp auto, then power-cycle "
            "the phone.");
    else
        ask_for_power_cycle(
            session, now_ns,
            "it did not take the address offered and has stopped listening. Power-cycle it now: "
            "this program is ready to give it an address.");
    /* It listened before: if that DISCOVER was a late or a forged one, it still does. */
    if (session->answered && core->config.mode == STATION_RECOVER && ready) {
        session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers again");
        set_deadline(session, now_ns + POWER_CYCLE_PATIENCE_NS);
    }
}

/* ---- A lease of no use ---- */

static const char *lack_words(const struct session *session)
{
    if (session->lease == LOADER_LEASE_ASKS_FOR_NO_FILE)
        return "a router: the phone cannot fetch a file with it";
    if (!session->lease_seen)
        return "a subnet mask or a router: it has stopped the phone, although SOS stays on its "
               "display";
    return session->lease_has_mask
               ? "a router: it has stopped the phone, although SOS stays on its display"
               : "a subnet mask: it has stopped the phone, although SOS stays on its display";
}

/* What is wrong with it, and whose it is. */
static void describe_lease(const struct session *session, size_t size, char ret[static size])
{
    char whose[40] = "its lease";
    if (session_has_foreign_lease(session))
        snprintf(whose, sizeof whose, "the lease of %s", ipv4_format(session->lease_server).text);
    snprintf(ret, size, "%s %slacks %s", whose, session->lease_seen ? "" : "probably ",
             lack_words(session));
}

static const char *power_cycle_advice(const struct session *session)
{
    if (session->core->config.mode == STATION_WATCH)
        return "Power-cycle it with another DHCP server on the segment, or with none.";
    return dhcp_server_competes(session->dhcp.server)
               ? "Power-cycle the phone now: this time this program gives it an address first."
               : "Power-cycle it with another DHCP server on the segment, or start again with "
                 "--dhcp auto.";
}

void action_lease_is_unfit(struct session *session, instant_ns now_ns)
{
    char lease[160], text[300];
    session->victim = true;
    if (session_has_foreign_lease(session))
        dhcp_server_is_unfit(session->dhcp.server, session->lease_server, now_ns);
    describe_lease(session, sizeof lease, lease);
    snprintf(text, sizeof text, "%s. %s", lease, power_cycle_advice(session));
    ask_for_power_cycle(session, now_ns, text);
    if (session->core->config.mode == STATION_WATCH)
        return; /* it waits for nothing */
    session_enter(session, SESSION_UNFIT_LEASE, now_ns, "needs a power cycle");
    set_deadline(session, now_ns + POWER_CYCLE_AGAIN_NS);
}

void action_remind_of_power_cycle(struct session *session, instant_ns now_ns)
{
    ask_for_power_cycle(session, now_ns, power_cycle_advice(session));
    set_deadline(session, now_ns + POWER_CYCLE_AGAIN_NS);
}

/* Whatever keeps it from answering, it is not the lease. */
void action_is_alive(struct session *session, instant_ns now_ns)
{
    (void)now_ns;
    session->alive = true;
}

/* It was guessed to be deaf, and is not. */
void action_is_not_deaf(struct session *session, instant_ns now_ns)
{
    session->alive = true;
    if (session->lease == LOADER_LEASE_STOPS && !session->lease_seen)
        action_be_addressed(session, now_ns);
}

/* It has restarted unheard, or was not deaf; one that only cannot fetch a file answers anyway. */
void action_answers_after_all(struct session *session, instant_ns now_ns)
{
    if (session->restarted || session->lease == LOADER_LEASE_STOPS)
        action_be_found(session, now_ns);
}

/*
 * While others are served, or another program is at work, it is not asked: its silence means
 * nothing yet. Returns: true if it is asked on.
 */
static bool was_not_asked(struct session *session, instant_ns now_ns)
{
    if (session->questions >= DEAF_QUESTIONS)
        return false;
    unsigned missing = DEAF_QUESTIONS - session->questions;
    set_deadline(session, now_ns + (duration_ns)missing * PROBE_INTERVAL_NS);
    return true;
}

/* Neither REPLY nor ARP since it asked another server for its lease. */
static void suspect_lease(struct session *session, instant_ns now_ns)
{
    session->lease = LOADER_LEASE_STOPS;
    action_lease_is_unfit(session, now_ns);
}

void action_answers_nothing(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    bool foreign = session_has_foreign_lease(session);
    instant_ns patience_ns = session->state_since_ns + DEAF_PATIENCE_NS;
    if (core->config.mode == STATION_WATCH || waits_for_writing(session, now_ns) ||
        was_not_asked(session, now_ns))
        return;
    if (foreign && !session->alive)
        suspect_lease(session, now_ns);
    else if (foreign && now_ns < patience_ns)
        set_deadline(session, patience_ns);
    else if (core->config.mode == STATION_RECOVER)
        fail(session, now_ns, false,
             session->alive ? "it has got an address and speaks ARP, but answers no request"
                            : "it has got an address but answers nothing");
}

void action_be_found(struct session *session, instant_ns now_ns)
{
    session->final = false;
    session_enter(session, SESSION_FOUND, now_ns, "answers in recovery mode");
}

static bool attempts_are_used_up(const struct session *session)
{
    return session->attempts >= session->core->config.attempts_maximum;
}

static bool may_order(const struct core *core)
{
    return core->standing == STANDING_FREE;
}

/* One answer can have been damaged, or be somebody else's: it is asked again before that counts. */
static void doubt_serial(struct session *session, instant_ns now_ns)
{
    if (++session->unusable_serials >= UNUSABLE_SERIALS_FINAL) {
        fail(session, now_ns, true, "it states no usable serial number, so it cannot be ordered");
        return;
    }
    session_enter(session, SESSION_RETRY, now_ns,
                  "states no usable serial number; it is asked once more");
    set_deadline(session, now_ns + RETRY_HINT_NS);
}

/* What was said of it already is true after all: it has answered, or is silent. */
static void give_up(struct session *session, instant_ns now_ns)
{
    char why[sizeof session->given_up];
    snprintf(why, sizeof why, "%s", session->given_up);
    fail(session, now_ns, true, why);
}

void action_wait_for_turn(struct session *session, instant_ns now_ns)
{
    if (session->given_up[0])
        give_up(session, now_ns);
    else if (attempts_are_used_up(session))
        fail(session, now_ns, true, "all attempts failed");
    else if (!recm_serial_is_sendable(session->serial))
        doubt_serial(session, now_ns);
    else
        session_enter(session, SESSION_WAITING, now_ns, "chosen");
}

/*
 * Rule 3: by its serial, to its own MAC; to the group's when that stayed unanswered and no loader
 * is in its DHCP stage (the order would reach all, and spoil one of that serial).
 */
static void send_order(struct session *session, instant_ns now_ns)
{
    struct core *core = session->core;
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_upgrade(session->serial, core->config.tftp_port, core->file_name, payload);
    struct mac_address group = mac_of_group(RECM_GROUP_IP);
    bool may_go_to_all = !session_any_in_dhcp_stage(core, now_ns);
    bool to_group = core->config.group_only || (session->orders % 2 == 1 && may_go_to_all);
    set_deadline(session, now_ns + ECHO_WAIT_NS);
    if (to_group && !may_go_to_all)
        return; /* it would cost a loader its address: at the next deadline */
    outbox_udp(&core->outbox, to_group ? &group : &session->mac, RECM_GROUP_IP, RECM_PC_PORT,
               RECM_PHONE_PORT, payload, sizeof payload);
    session->orders++;
    session->ordered = true;
}

void action_order(struct session *session, instant_ns now_ns)
{
    session->attempts++;
    session_attempt_begins(session, now_ns);
    session->by_url = session->by_http = false;
    session->orders = 0;
    session->gateway = (struct gateway_help){0};
    session->transfer_start_ns = session->transfer_end_ns = 0;
    session_enter(session, SESSION_ORDERED, now_ns, "told to fetch the image");
    send_order(session, now_ns);
}

/* `details` says it with what is known of this attempt; NULL: the words of the cause. */
static void attempt_failed(struct session *session, instant_ns now_ns, enum attempt_cause cause,
                           const char *details)
{
    char text[200];
    unsigned maximum = session->core->config.attempts_maximum;
    const char *why = details ? details : cause_words(cause);
    session_attempt_ends(session, why);
    snprintf(text, sizeof text, "attempt %u of %u failed: %s", session->attempts, maximum, why);
    /* A late copy of its echo makes no second attempt of this one. */
    bool counts = session->failed_attempt != session->attempts;
    session->failed_attempt = session->attempts;
    session->failures[cause] += counts;
    if (attempts_are_used_up(session) ||
        (counts && cause_is_final(cause, session->failures[cause]))) {
        fail(session, now_ns, true, text);
        return;
    }
    say(session, now_ns, text);
    session->power_cycle_asked = session->other_server_said = false;
    session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers again");
    set_deadline(session, now_ns + RETRY_HINT_NS);
}

void action_order_again(struct session *session, instant_ns now_ns)
{
    if (!may_order(session->core)) {
        session->attempts--; /* nothing came of it */
        session_attempt_ends(session, "another program had the phone");
        session_enter(session, SESSION_WAITING, now_ns, "in another program's hands");
    } else if (session->orders >= ORDERS_MAXIMUM)
        attempt_failed(session, now_ns, CAUSE_NOT_CONFIRMED, NULL);
    else
        send_order(session, now_ns);
}

/* Another program had it and has fallen silent: it may be told when it answers. */
void action_wait_for_answer(struct session *session, instant_ns now_ns)
{
    session->power_cycle_asked = false;
    session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers");
    set_deadline(session, now_ns + RETRY_HINT_NS);
}

void action_be_echoed(struct session *session, instant_ns now_ns)
{
    session->core->echoed = true;
    session_enter(session, SESSION_ECHOED, now_ns, "has confirmed the order");
    set_deadline(session,
                 now_ns + (session_has_foreign_lease(session) ? NO_GATEWAY_NS : FILE_WAIT_NS));
}

void action_look_for_gateway(struct session *session, instant_ns now_ns)
{
    session->has_router = true;
    session_enter(session, SESSION_GATEWAY, now_ns, "looks for its gateway");
    set_deadline(session, now_ns + FILE_WAIT_NS);
}

void action_knows_no_gateway(struct session *session, instant_ns now_ns)
{
    if (session_has_foreign_lease(session)) {
        session->lease = LOADER_LEASE_ASKS_FOR_NO_FILE;
        action_lease_is_unfit(session, now_ns);
        return;
    }
    attempt_failed(session, now_ns, session->has_router ? CAUSE_NO_FILE_ASKED : CAUSE_NO_ROUTER,
                   NULL);
}

void action_gateway_is_dead(struct session *session, instant_ns now_ns)
{
    char text[128];
    snprintf(text, sizeof text,
             "nobody answered for its gateway %s, so it never asked for the file",
             ipv4_format(session->gateway.gateway_ip).text);
    bool may_be_helped = session->core->config.gateway != GATEWAY_POLICY_NEVER;
    attempt_failed(session, now_ns,
                   may_be_helped ? CAUSE_GATEWAY_DEAD : CAUSE_GATEWAY_DEAD_UNHELPED, text);
}

static void serve_by_tftp(struct session *session, instant_ns now_ns)
{
    tftp_stop(session->core, &session->transfer);
    http_stop(session->core, &session->http);
    session->transfer_start_ns = now_ns;
    session->transfer_end_ns = 0;
    session->transfer_ip_id = session->ip_id;
    session->elsewhere_blocks = session->elsewhere_block = 0;
    session->presumed = false;
    session_enter(session, SESSION_TRANSFER, now_ns,
                  session->by_url ? "asks for a file of its own accord" : "asks for the file");
    tftp_start(session->core, &session->transfer, &session->mac, session->transfer.ip,
               session->transfer.port, now_ns);
}

void action_serve(struct session *session, instant_ns now_ns)
{
    session->by_url = session->by_http = false;
    serve_by_tftp(session, now_ns);
}

/* Its own attempt, by TFTP or by HTTP: served like an order's. */
void action_serve_url(struct session *session, instant_ns now_ns)
{
    if (session->state != SESSION_TRANSFER) {
        session->attempts++;
        session_attempt_begins(session, now_ns);
    }
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
    session_enter(session, SESSION_TRANSFER, now_ns,
                  "asks for a file of its own accord, over HTTP");
    http_answer(session->core, &session->http, now_ns);
}

void action_serve_again(struct session *session, instant_ns now_ns)
{
    say(session, now_ns, "it has begun the download anew; starting at block 1");
    action_serve(session, now_ns);
}

void action_be_delivered(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    session->delivered = true;
    session->transfer_end_ns = now_ns;
    if (session->by_http)
        session_image_is_out(session, now_ns);
    session->watched = core->config.flash_wait_ns == 0;
    /* A phone whose last ACK was lost may still be in its TFTP wait, where it answers too. */
    session->probe_wait_ns = session->presumed ? TRANSFER_ROUND_NS : REFUSAL_PROBE_FIRST_NS;
    session->probe_ns = now_ns + session->probe_wait_ns;
    session_enter(session, SESSION_DELIVERED, now_ns,
                  session->presumed
                      ? "has probably got the whole image (its last ACK is missing)"
                      : "has got the whole image; it checks and writes it. Do not unplug it");
    set_deadline(session, now_ns + core->config.flash_wait_ns);
}

/* It fell silent with all but the last block acknowledged. */
void action_presume_delivered(struct session *session, instant_ns now_ns)
{
    session->presumed = true;
    action_be_delivered(session, now_ns);
}

/* The ACK that was missed has come after all. */
void action_delivery_is_certain(struct session *session, instant_ns now_ns)
{
    (void)now_ns;
    session->presumed = false;
}

void action_deliver_again(struct session *session, instant_ns now_ns)
{
    session->presumed = false;
    session_enter(session, SESSION_TRANSFER, now_ns, "still waits for the last block");
    tftp_resume(session->core, &session->transfer, now_ns);
}

void action_stalled(struct session *session, instant_ns now_ns)
{
    char text[128];
    uint64_t bytes = session_bytes_acknowledged(session);
    uint64_t total = session->core->config.image_length;
    snprintf(text, sizeof text, "the transfer broke off at %u %%; nothing was written",
             (unsigned)(total ? bytes * 100 / total : 0));
    attempt_failed(session, now_ns, CAUSE_BROKE_OFF, text);
}

void action_refused(struct session *session, instant_ns now_ns)
{
    attempt_failed(session, now_ns, CAUSE_OTHER_SERVER,
                   session->elsewhere_blocks
                       ? "another TFTP server answered the phone's request for the file, and the "
                         "phone takes its blocks"
                       : NULL);
}

/*
 * It is in recovery mode again after it got the image. Once that can have other reasons than an
 * image that its boot loader cannot start (it lost its power, or crashed before it wrote), and
 * another transfer costs minutes where giving up costs a phone: only the second time is final, and
 * only those count of which the whole image was acknowledged and that took long enough to write it.
 * Returns: false if that was it.
 */
static bool may_try_once_more(struct session *session, instant_ns now_ns)
{
    bool may_be_written =
        !session->presumed && now_ns - session->transfer_end_ns >= FLASH_SHORTEST_NS;
    session->not_started += may_be_written;
    if (session->not_started >= NOT_STARTED_FINAL) {
        fail(session, now_ns, true,
             "the image was written, but the boot loader did not start it: still in recovery mode");
        return false;
    }
    if (may_be_written)
        session_attempt_ends(session, "it got the image and was in recovery mode again");
    if (may_be_written)
        say(session, now_ns,
            "it is in recovery mode again, though the image may have been written; it is tried "
            "once more");
    return true;
}

/* It listens again at once: the image was refused (or, in a new IP id series, did not start). */
void action_answers_after_delivery(struct session *session, instant_ns now_ns)
{
    if (session->restarted) {
        if (may_try_once_more(session, now_ns)) {
            attempt_failed(session, now_ns, CAUSE_RESTARTED, NULL);
            if (session->state == SESSION_RETRY)
                action_wait_for_turn(session, now_ns);
        }
        return;
    }
    attempt_failed(session, now_ns, CAUSE_IMAGE_REFUSED, NULL);
    if (session->state == SESSION_RETRY)
        action_wait_for_turn(session, now_ns);
}

void action_asks_after_delivery(struct session *session, instant_ns now_ns)
{
    if (may_try_once_more(session, now_ns))
        action_restart(session, now_ns);
}

void action_asks_url_after_delivery(struct session *session, instant_ns now_ns)
{
    if (!session->presumed)
        attempt_failed(session, now_ns, CAUSE_IMAGE_REFUSED, NULL);
    if (session->state != SESSION_FAILED)
        action_serve_url(session, now_ns);
}

void action_watched_enough(struct session *session, instant_ns now_ns)
{
    session_watched(session);
    if (session->core->config.flash_wait_ns)
        say(session, now_ns, "its normal firmware was not seen in the time given by --flash-wait");
}

void action_retry_is_late(struct session *session, instant_ns now_ns)
{
    if (waits_for_writing(session, now_ns) || was_not_asked(session, now_ns))
        return;
    if (session->given_up[0]) {
        give_up(session, now_ns);
        return;
    }
    if (session->power_cycle_asked) {
        fail(session, now_ns, false, "it answers nothing any more");
        return;
    }
    session->power_cycle_asked = true;
    ask_for_power_cycle(session, now_ns,
                        "it does not answer any more. Power-cycle it now; it is tried again.");
    set_deadline(session, now_ns + RETRY_PATIENCE_NS);
}

/*
 * It has got the whole image and had the time to write it: every block was sent, and but for the
 * last one acknowledged, whatever was heard in its name since.
 */
static bool has_written(const struct session *session, instant_ns now_ns)
{
    return session->delivered ||
           (session->image_out_ns && now_ns - session->image_out_ns >= FLASH_SHORTEST_NS);
}

void action_runs_firmware(struct session *session, instant_ns now_ns)
{
    if (has_written(session, now_ns)) {
        session_attempt_ends(session, "recovered");
        session_enter(session, SESSION_RECOVERED, now_ns,
                      session->core->config.keep_going
                          ? "recovered: its normal firmware runs. You may unplug it now. Connect "
                            "the next phone"
                          : "recovered: its normal firmware runs. You may unplug it now");
        return;
    }
    if (session->elsewhere_ns) {
        session->core->other_is_done = true;
        session_enter(session, SESSION_RECOVERED, now_ns,
                      "recovered by the other program: its normal firmware runs");
    } else if (session->core->config.mode == STATION_RECOVER && session->state != SESSION_NEW)
        fail(session, now_ns, false, "it runs its normal firmware; it needs no recovery");
}

void action_fail_anew(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_start_addressing(session, now_ns);
}

void action_tries_url_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_be_addressed(session, now_ns);
}

void action_found_after_failure(struct session *session, instant_ns now_ns)
{
    if (!session->final)
        action_be_found(session, now_ns);
}

void action_recovered_after_failure(struct session *session, instant_ns now_ns)
{
    if (has_written(session, now_ns))
        action_runs_firmware(session, now_ns);
}
