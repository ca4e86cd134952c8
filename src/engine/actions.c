/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done about a phone (docs: protocol, rules for the PC side), from its answer to the end of
 * its transfer. When, says the table in states.c. Actions do what has to be done and call
 * session_enter, which alone changes the state.
 */
#include "engine/actions.h"

#include "engine/actions_common.h"
#include "engine/limits.h"

#include <stdio.h>

void action_nothing(struct session *session, instant_ns now_ns)
{
    (void)session;
    (void)now_ns;
}

void action_be_found(struct session *session, instant_ns now_ns)
{
    session->final = false;
    session_enter(session, SESSION_FOUND, now_ns, "answers in recovery mode");
}

static bool may_order(const struct core *core)
{
    return core->standing == STANDING_FREE;
}

/* One answer can have been damaged, or be somebody else's: it is asked again before that counts. */
static void doubt_serial(struct session *session, instant_ns now_ns)
{
    if (++session->unusable_serials >= UNUSABLE_SERIALS_FINAL) {
        actions_fail(session, now_ns, true,
                     "it states no usable serial number, so it cannot be ordered");
        return;
    }
    session_enter(session, SESSION_RETRY, now_ns,
                  "states no usable serial number; it is asked once more");
    actions_set_deadline(session, now_ns + RETRY_HINT_NS);
}

void action_wait_for_turn(struct session *session, instant_ns now_ns)
{
    if (session->given_up[0])
        actions_give_up(session, now_ns);
    else if (actions_are_used_up(session))
        actions_fail(session, now_ns, true, "all attempts failed");
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
    actions_set_deadline(session, now_ns + ECHO_WAIT_NS);
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
    session->gateway.asked = 0;
    session->transfer_start_ns = session->transfer_end_ns = 0;
    session_enter(session, SESSION_ORDERED, now_ns, "told to fetch the image");
    send_order(session, now_ns);
}

void action_order_again(struct session *session, instant_ns now_ns)
{
    if (!may_order(session->core)) {
        session->attempts--; /* nothing came of it */
        session_attempt_ends(session, "another program had the phone");
        session_enter(session, SESSION_WAITING, now_ns, "in another program's hands");
    } else if (session->orders >= ORDERS_MAXIMUM)
        actions_attempt_failed(session, now_ns, CAUSE_NOT_CONFIRMED, NULL);
    else
        send_order(session, now_ns);
}

/* Another program had it and has fallen silent: it may be told when it answers. */
void action_wait_for_answer(struct session *session, instant_ns now_ns)
{
    session_power_cycle_asked(session, false);
    session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers");
    actions_set_deadline(session, now_ns + RETRY_HINT_NS);
}

void action_be_echoed(struct session *session, instant_ns now_ns)
{
    session->core->echoed = true;
    session_enter(session, SESSION_ECHOED, now_ns, "has confirmed the order");
    actions_set_deadline(
        session, now_ns + (session_has_foreign_lease(session) ? NO_GATEWAY_NS : FILE_WAIT_NS));
}

void action_look_for_gateway(struct session *session, instant_ns now_ns)
{
    session->has_router = true;
    session_enter(session, SESSION_GATEWAY, now_ns, "looks for its gateway");
    actions_set_deadline(session, now_ns + FILE_WAIT_NS);
}

void action_gateway_is_dead(struct session *session, instant_ns now_ns)
{
    char text[128];
    snprintf(text, sizeof text,
             "nobody answered for its gateway %s, so it never asked for the file",
             ipv4_format(session->gateway.gateway_ip).text);
    session->gateway.failed++;
    bool may_be_helped = session->core->config.gateway != GATEWAY_POLICY_NEVER;
    actions_attempt_failed(session, now_ns,
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
    actions_say(session, now_ns, "it has begun the download anew; starting at block 1");
    action_serve(session, now_ns);
}

void action_stalled(struct session *session, instant_ns now_ns)
{
    char text[128];
    uint64_t bytes = session_bytes_acknowledged(session);
    uint64_t total = session->core->config.image_length;
    snprintf(text, sizeof text, "the transfer broke off at %u %%; nothing was written",
             (unsigned)(total ? bytes * 100 / total : 0));
    actions_attempt_failed(session, now_ns, CAUSE_BROKE_OFF, text);
}

void action_refused(struct session *session, instant_ns now_ns)
{
    actions_attempt_failed(
        session, now_ns, CAUSE_OTHER_SERVER,
        session->elsewhere_blocks
            ? "another TFTP server answered the phone's request for the file, and the "
              "phone takes its blocks"
            : NULL);
}
