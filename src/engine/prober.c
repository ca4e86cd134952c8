/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks for phones: one REQUEST at a time, to the group's MAC, to broadcast and to the phone's own
 * MAC in turn, so that a snooping switch cannot hide it (docs: protocol, rules for the PC side, 2).
 * While a transfer runs nobody hears a REQUEST but the phone it is for.
 */
#include "engine/limits.h"
#include "engine/parts.h"

enum destination { TO_GROUP, TO_BROADCAST, TO_PHONE, DESTINATIONS };

static void send_request(struct station *station, const char *serial, struct mac_address to,
                         instant_ns now_ns)
{
    uint8_t payload[RECM_PC_LENGTH];
    recm_build_request(serial, payload);
    outbox_udp(&station->core.outbox, &to, RECM_GROUP_IP, RECM_PC_PORT, RECM_PHONE_PORT, payload,
               sizeof payload);
    station->prober.last_ns = now_ns;
}

static struct mac_address address_of(const struct station *station, enum destination destination,
                                     const struct session *session)
{
    if (station->core.config.group_only || destination == TO_GROUP)
        return mac_of_group(RECM_GROUP_IP);
    return destination == TO_PHONE && session ? session->mac : mac_broadcast;
}

/* The phone should be asked by itself: it has an address but has not answered, or not again yet. */
static bool is_due(const struct session *session, instant_ns now_ns)
{
    switch (session->state) {
    case SESSION_ADDRESSED:
        return true;
    case SESSION_RETRY:
        return session->answered;
    case SESSION_DELIVERED:
        return session->answered && session->probe_ns <= now_ns;
    default:
        return false;
    }
}

static struct session *next_due(struct station *station, instant_ns now_ns)
{
    for (size_t i = 0; i < station->session_count; i++) {
        size_t place = (station->prober.next_session + i) % station->session_count;
        if (is_due(station->sessions[place], now_ns)) {
            station->prober.next_session = place + 1;
            return station->sessions[place];
        }
    }
    return NULL;
}

static void ask_phone(struct station *station, struct session *session,
                      enum destination destination, instant_ns now_ns)
{
    const char *serial = session->serial;
    bool silent = session->state == SESSION_ADDRESSED || session->state == SESSION_RETRY;
    if (silent && session->ip && ++session->questions % PROBE_ARP_EVERY == 0) {
        arp_probe(&station->core, &session->mac, session->ip);
        return;
    }
    if (!session->answered || !recm_serial_is_sendable(serial)) {
        serial = choice_search_serial(station, station->prober.search_count);
        destination = TO_PHONE; /* a wildcard for this phone is nobody else's business */
    }
    if (session->state == SESSION_DELIVERED) {
        destination = TO_PHONE;
        session->probe_wait_ns *= 2;
        session->probe_ns = session->probe_wait_ns > REFUSAL_PROBE_LAST_NS
                                ? INSTANT_NEVER
                                : now_ns + session->probe_wait_ns;
    }
    send_request(station, serial ? serial : RECM_WILDCARD_SERIAL,
                 address_of(station, destination, session), now_ns);
}

static void search(struct station *station, enum destination destination, instant_ns now_ns)
{
    const char *serial = choice_search_serial(station, station->prober.search_count++);
    send_request(station, serial ? serial : RECM_WILDCARD_SERIAL,
                 address_of(station, destination, NULL), now_ns);
}

static void ask(struct station *station, instant_ns now_ns)
{
    struct prober *prober = &station->prober;
    struct session *urgent = prober->urgent;
    prober->urgent = NULL;
    struct session *due = next_due(station, now_ns);
    if (station->core.active) {
        if (due && due->answered)
            ask_phone(station, due, TO_PHONE, now_ns);
        return;
    }
    bool searches = choice_searches(station);
    if (urgent && is_due(urgent, now_ns)) {
        ask_phone(station, urgent, TO_PHONE, now_ns);
        return;
    }
    if (now_ns < station->core.dhcp_quiet_until_ns && now_ns < prober->last_ns + PROBE_HELD_NS)
        return;
    enum destination destination = prober->turn++ % DESTINATIONS;
    if (due && (!searches || destination == TO_PHONE))
        ask_phone(station, due, searches ? TO_PHONE : (TO_PHONE + destination) % DESTINATIONS,
                  now_ns);
    else if (searches)
        search(station, destination == TO_PHONE ? TO_GROUP : destination, now_ns);
}

static void probe_came_due(void *owner, instant_ns now_ns)
{
    struct station *station = owner;
    ask(station, now_ns);
    timer_set(&station->core.timers, &station->prober.timer,
              now_ns + station->core.config.probe_interval_ns);
}

void prober_start(struct station *station, instant_ns now_ns)
{
    station->prober.timer = timer_for(probe_came_due, station);
    timer_set(&station->core.timers, &station->prober.timer, now_ns);
}

void prober_hurry(struct station *station, struct session *session, instant_ns now_ns)
{
    struct prober *prober = &station->prober;
    if (!timer_runs(&prober->timer))
        return;
    instant_ns due_ns = now_ns + PROBE_AFTER_LEASE_NS;
    if (due_ns < prober->last_ns + PROBE_SPACING_NS)
        due_ns = prober->last_ns + PROBE_SPACING_NS;
    prober->urgent = session;
    timer_set(&station->core.timers, &prober->timer, due_ns);
}
