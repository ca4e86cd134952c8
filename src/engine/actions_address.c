/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions from a phone's start until it answers: its address, and leases of no use (docs: protocol,
 * rules for the PC side, 1).
 */
#include "engine/actions.h"

#include "engine/actions_common.h"
#include "engine/limits.h"

#include <stdio.h>

void action_start_addressing(struct session *session, instant_ns now_ns)
{
    session->lease = LOADER_LEASE_LIVES;
    session->alive = session->lease_seen = session->presumed = false;
    session_power_cycle_asked(session, false);
    session_enter(session, SESSION_ADDRESSING, now_ns, "its DHCP client asks for an address");
    actions_set_deadline(session, now_ns + DHCP_PATIENCE_NS);
}

void action_go_on_addressing(struct session *session, instant_ns now_ns)
{
    session_power_cycle_asked(session, false);
    actions_set_deadline(
        session, now_ns + (session_has_foreign_lease(session) ? LEASE_GUESS_NS : DHCP_PATIENCE_NS));
}

void action_restart(struct session *session, instant_ns now_ns)
{
    session_attempt_ends(session, "the phone restarted in recovery mode");
    actions_say(session, now_ns, "the phone has restarted in recovery mode; beginning anew");
    action_start_addressing(session, now_ns);
}

void action_be_addressed(struct session *session, instant_ns now_ns)
{
    session_enter(session, SESSION_ADDRESSED, now_ns, "has an address");
    instant_ns deaf_ns = session->lease_ns + DEAF_LEASE_NS;
    bool knows = session_has_foreign_lease(session) && deaf_ns > now_ns;
    actions_set_deadline(session, knows ? deaf_ns : now_ns + DEAF_PATIENCE_NS);
}

/* It fetches something of its own accord: it has an address, and does not listen meanwhile. */
void action_be_patient(struct session *session, instant_ns now_ns)
{
    actions_set_deadline(session, now_ns + DEAF_PATIENCE_NS);
}

/* The DHCP stage went quiet: with a foreign server that means a lease (unseen on a switch). */
void action_addressing_ended(struct session *session, instant_ns now_ns)
{
    const struct core *core = session->core;
    if (core->standing == STANDING_BACK) {
        actions_set_deadline(session, now_ns + DHCP_PATIENCE_NS); /* the other program's business */
        return;
    }
    if (session->power_cycle_asked) {
        if (core->config.mode == STATION_RECOVER)
            actions_fail(session, now_ns, false,
                         "it got no address, has stopped listening and was not power-cycled");
        return;
    }
    if (session_has_foreign_lease(session)) {
        action_be_addressed(session, now_ns);
        return;
    }
    if (actions_waits_for_writing(session, now_ns))
        return;
    session_power_cycle_asked(session, true);
    bool ready = core->config.dhcp != DHCP_POLICY_NEVER;
    actions_set_deadline(session, now_ns + (ready ? POWER_CYCLE_PATIENCE_NS : DEAF_PATIENCE_NS));
    if (core->config.dhcp == DHCP_POLICY_NEVER || core->config.mode == STATION_WATCH)
        actions_ask_for_power_cycle(
            session, now_ns,
            "it asked for an address, got none, and has stopped listening, although SOS stays on "
            "its display. Power-cycle it with a DHCP server on the segment.");
    else if (!session->dhcp.offered && !dhcp_server_may_offer(&session->dhcp, now_ns))
        actions_ask_for_power_cycle(
            session, now_ns,
            "it asked for an address, the other DHCP server on this segment gave it none, and it "
            "has stopped listening. Remove that server or use --dhcp auto, then power-cycle "
            "the phone.");
    else
        actions_ask_for_power_cycle(
            session, now_ns,
            "it did not take the address offered and has stopped listening. Power-cycle it now: "
            "this program is ready to give it an address.");
    /* It listened before: if that DISCOVER was a late or a forged one, it still does. */
    if (session->answered && core->config.mode == STATION_RECOVER && ready) {
        session_enter(session, SESSION_RETRY, now_ns, "waiting until it answers again");
        actions_set_deadline(session, now_ns + POWER_CYCLE_PATIENCE_NS);
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
    actions_ask_for_power_cycle(session, now_ns, text);
    if (session->core->config.mode == STATION_WATCH)
        return; /* it waits for nothing */
    session_enter(session, SESSION_UNFIT_LEASE, now_ns, "needs a power cycle");
    actions_set_deadline(session, now_ns + POWER_CYCLE_AGAIN_NS);
}

void action_remind_of_power_cycle(struct session *session, instant_ns now_ns)
{
    actions_ask_for_power_cycle(session, now_ns, power_cycle_advice(session));
    actions_set_deadline(session, now_ns + POWER_CYCLE_AGAIN_NS);
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
    if (core->config.mode == STATION_WATCH || actions_waits_for_writing(session, now_ns) ||
        actions_was_not_asked(session, now_ns))
        return;
    if (foreign && !session->alive)
        suspect_lease(session, now_ns);
    else if (foreign && now_ns < patience_ns)
        actions_set_deadline(session, patience_ns);
    else if (core->config.mode == STATION_RECOVER)
        actions_fail(session, now_ns, false,
                     session->alive ? "it has got an address and speaks ARP, but answers no request"
                                    : "it has got an address but answers nothing");
}

void action_knows_no_gateway(struct session *session, instant_ns now_ns)
{
    if (session_has_foreign_lease(session)) {
        session->lease = LOADER_LEASE_ASKS_FOR_NO_FILE;
        action_lease_is_unfit(session, now_ns);
        return;
    }
    actions_attempt_failed(session, now_ns,
                           session->has_router ? CAUSE_NO_FILE_ASKED : CAUSE_NO_ROUTER, NULL);
}
