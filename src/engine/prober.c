/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks for phones: one REQUEST at a time, to the group's MAC, to broadcast and to the phone's own
 * MAC in turn, so that a snooping switch cannot hide it (docs: protocol, rules for the PC side, 2).
 * While a transfer runs nobody hears a REQUEST but the phone it is for.
 */
#include "engine/prober.h"

#include "engine/limits.h"
#include "engine/parallel.h"

enum destination { TO_GROUP, TO_BROADCAST, TO_PHONE, DESTINATIONS };

static void send_request(struct prober *prober, const char *serial, struct mac_address to,
                         instant_ns now_ns)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(serial, payload);
    outbox_udp(&prober->core->outbox, &to, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload,
               sizeof payload);
    prober->last_ns = now_ns;
    prober->last_to_group = mac_is_group(&to) && !mac_equal(&to, &mac_broadcast);
    if (prober->core->first_request_ns == 0)
        prober->core->first_request_ns = now_ns;
    if (to.octet[0] & 1)
        prober->last_to_all_ns = now_ns;
}

static struct mac_address address_of(const struct prober *prober, enum destination destination,
                                     const struct session *session)
{
    if (prober->core->config.group_only || destination == TO_GROUP)
        return mac_of_group(RECM_GROUP_IP);
    return destination == TO_PHONE && session ? session->mac : mac_broadcast;
}

static struct session *next_due(struct prober *prober)
{
    const struct core *core = prober->core;
    /* Do those that wait hear this program, where they do not hear the other one? */
    size_t place = ledger_next_due(&core->ledger, prober->next_session, core->asks_beside);
    if (place >= SESSIONS_MAXIMUM)
        return NULL;
    prober->next_session = place + 1;
    return prober->roster->sessions[place];
}

/* Returns: false if it was asked by ARP whether it lives. */
static bool ask_phone(struct prober *prober, struct session *session, enum destination destination,
                      instant_ns now_ns)
{
    const char *serial = session->serial;
    bool silent = session->state == SESSION_ADDRESSED || session->state == SESSION_RETRY ||
                  session->state == SESSION_UNFIT_LEASE;
    bool in_doubt = session_has_foreign_lease(session) && !session->alive;
    unsigned every = in_doubt ? PROBE_ARP_OFTEN : PROBE_ARP_EVERY;
    session->questions += silent;
    if (silent && session->ip && session->questions % every == 0) {
        arp_probe(prober->core, &session->mac, session->ip);
        return false;
    }
    /* What it answered can have been damaged on its way: nobody has that serial number then. */
    bool in_vain = silent && session->questions % ASKED_IN_VAIN == 0 && session->questions > 0;
    if (!session->answered || !recm_serial_is_sendable(serial) || in_vain) {
        serial = in_vain ? NULL : choice_search_serial(prober->choice, prober->search_count);
        /* A wildcard for this phone is nobody else's business; but a switch can be wrong about
         * where it is, as long as it is silent. */
        if (!in_vain || session->questions / ASKED_IN_VAIN % 2 == 1)
            destination = TO_PHONE;
    }
    if (session_has_image(session)) {
        session->probes++;
        session_ask_after(session, session->probe_wait_ns * 2, now_ns);
    }
    send_request(prober, serial ? serial : RECM_WILDCARD_SERIAL,
                 address_of(prober, destination, session), now_ns);
    return true;
}

static void search(struct prober *prober, enum destination destination, instant_ns now_ns)
{
    const char *serial = choice_search_serial(prober->choice, prober->search_count++);
    send_request(prober, serial ? serial : RECM_WILDCARD_SERIAL,
                 address_of(prober, destination, NULL), now_ns);
}

/* A switch can be wrong about where a silent phone is: no destination for all questions. */
static enum destination next_destination(const struct session *session, enum destination turn)
{
    if (session_has_image(session)) { /* presumed, it is asked three times, else five */
        unsigned by_broadcast = session->presumed ? 1 : 3;
        return session->probes % (by_broadcast + 1) == by_broadcast ? TO_BROADCAST : TO_PHONE;
    }
    return (TO_PHONE + turn) % DESTINATIONS;
}

static void ask(struct prober *prober, instant_ns now_ns)
{
    if (prober->core->standing == STANDING_BACK && !prober->core->asks_beside &&
        prober->core->config.mode == STATION_RECOVER)
        return;
    struct session *urgent = roster_find(prober->roster, &prober->urgent);
    prober->urgent = mac_zero;
    struct session *due = next_due(prober);
    if (prober->core->active) {
        if (due && due->answered)
            ask_phone(prober, due, TO_PHONE, now_ns);
        return;
    }
    bool searches = choice_searches(prober->choice);
    if (urgent && session_is_due(urgent)) {
        ask_phone(prober, urgent, TO_PHONE, now_ns);
        return;
    }
    bool held =
        now_ns < prober->dhcp->quiet_until_ns || session_any_in_dhcp_stage(prober->core, now_ns);
    if (held && now_ns < prober->last_to_all_ns + PROBE_HELD_NS) {
        if (due && !prober->core->config.group_only)
            ask_phone(prober, due, TO_PHONE, now_ns);
        return;
    }
    const struct session *by_group = parallel_asks(prober->core, now_ns);
    if (by_group) {
        send_request(prober, by_group->serial, mac_of_group(RECM_GROUP_IP), now_ns);
        return;
    }
    enum destination destination = prober->turn % DESTINATIONS;
    bool takes_turn = true;
    if (due && (!searches || destination == TO_PHONE))
        takes_turn = ask_phone(prober, due,
                               searches ? TO_PHONE : next_destination(due, destination), now_ns);
    else if (searches)
        search(prober, destination == TO_PHONE ? TO_GROUP : destination, now_ns);
    prober->turn += takes_turn; /* else the same one of the three would fall out each time */
}

static void probe_came_due(void *owner, instant_ns now_ns)
{
    struct prober *prober = owner;
    ask(prober, now_ns);
    timer_set(&prober->core->timers, &prober->timer,
              now_ns + prober->core->config.probe_interval_ns);
}

void prober_start(struct prober *prober, instant_ns now_ns)
{
    prober->timer = timer_for(probe_came_due, prober);
    prober->last_to_all_ns = now_ns;
    timer_set(&prober->core->timers, &prober->timer, now_ns);
}

void prober_hurry(struct prober *prober, struct session *session, instant_ns now_ns)
{
    if (!timer_runs(&prober->timer))
        return;
    instant_ns due_ns = now_ns + PROBE_AFTER_LEASE_NS;
    if (due_ns < prober->last_ns + PROBE_SPACING_NS)
        due_ns = prober->last_ns + PROBE_SPACING_NS;
    prober->urgent = session->mac;
    timer_set(&prober->core->timers, &prober->timer, due_ns);
}
