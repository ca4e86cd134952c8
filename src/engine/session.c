/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's life and what can be asked of it; its state machine is in session_states.c.
 */
#include "engine/session.h"

#include "base/text.h"
#include "engine/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[SESSION_STATE_COUNT] = {
    [SESSION_NEW] = "new",
    [SESSION_ADDRESSING] = "asking for an address",
    [SESSION_ADDRESSED] = "has an address",
    [SESSION_FOUND] = "found",
    [SESSION_WAITING] = "waiting for its turn",
    [SESSION_ORDERED] = "ordered",
    [SESSION_ECHOED] = "order confirmed",
    [SESSION_GATEWAY] = "looking for its gateway",
    [SESSION_TRANSFER] = "transfer",
    [SESSION_DELIVERED] = "delivered",
    [SESSION_RETRY] = "to be tried again",
    [SESSION_RECOVERED] = "recovered",
    [SESSION_FAILED] = "failed",
};

static const char *const event_names[SESSION_EVENT_COUNT] = {
    [EVENT_DISCOVER] = "DHCP DISCOVER of the loader",
    [EVENT_DHCP_REQUEST] = "DHCP REQUEST of the loader",
    [EVENT_LEASED] = "lease",
    [EVENT_REPLY_EARLY] = "REPLY without an address",
    [EVENT_REPLY] = "REPLY",
    [EVENT_CHOSEN] = "choice",
    [EVENT_TURN] = "turn",
    [EVENT_ECHO] = "echo of the order",
    [EVENT_GATEWAY_ASKED] = "ARP request for the gateway",
    [EVENT_FILE_ASKED] = "request for the file",
    [EVENT_URL_TRIED] = "attempt at a URL of its own",
    [EVENT_URL_ASKED] = "request for a file of its own accord",
    [EVENT_LAST_ACK] = "last ACK",
    [EVENT_BLOCK_MISSING] = "request for the last block",
    [EVENT_STALLED] = "end of patience in the transfer",
    [EVENT_REFUSED] = "refusal by another server",
    [EVENT_FIRMWARE] = "frame of the normal firmware",
    [EVENT_DEADLINE] = "deadline",
};

const char *session_state_name(enum session_state state)
{
    return state_names[state];
}

const char *session_event_name(enum session_event event)
{
    return event_names[event];
}

bool session_state_is_active(enum session_state state)
{
    return state >= SESSION_ORDERED && state <= SESSION_TRANSFER;
}

bool session_is_active(const struct session *session)
{
    return session_state_is_active(session->state);
}

bool session_is_over(const struct session *session)
{
    return session->state == SESSION_RECOVERED || session->state == SESSION_FAILED ||
           (session->state == SESSION_DELIVERED && session->watched);
}

char *session_describe(const struct session *session, char *ret, size_t size)
{
    char serial[RECM_TEXT_SIZE * 4 + 1], product[RECM_TEXT_SIZE * 4 + 1];
    if (!session->answered) {
        snprintf(ret, size, "phone %s", mac_format(&session->mac).text);
        return ret;
    }
    text_escape(session->serial, strlen(session->serial), serial, sizeof serial);
    text_escape(session->product, strlen(session->product), product, sizeof product);
    snprintf(ret, size, "%s %s (%s)", product, serial, mac_format(&session->mac).text);
    return ret;
}

/* ---- Life ---- */

static void deadline_came(void *owner, instant_ns now_ns)
{
    session_handle(owner, EVENT_DEADLINE, now_ns);
}

static void offer_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    dhcp_server_offer(session->core, &session->dhcp, now_ns);
}

static void repeat_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    switch (tftp_timer(session->core, &session->transfer, now_ns)) {
    case TFTP_PRESUMED:
        session->presumed = true;
        session_handle(session, EVENT_LAST_ACK, now_ns);
        break;
    case TFTP_STALLED:
        session_handle(session, EVENT_STALLED, now_ns);
        break;
    case TFTP_NOTHING:
    case TFTP_ADVANCED:
    case TFTP_COMPLETE:
        break;
    }
}

static void http_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    session_http_result(session, http_timer(session->core, &session->http, now_ns), now_ns);
}

void session_http_result(struct session *session, enum http_result result, instant_ns now_ns)
{
    switch (result) {
    case HTTP_ASKED:
        session_handle(session, EVENT_URL_ASKED, now_ns);
        break;
    case HTTP_ADVANCED:
        session->core->progress_ns = now_ns;
        journal_add(&session->core->journal, now_ns, STATION_EVENT_PROGRESS, &session->mac);
        break;
    case HTTP_PRESUMED:
    case HTTP_COMPLETE:
        session->presumed = result == HTTP_PRESUMED;
        session_handle(session, EVENT_LAST_ACK, now_ns);
        break;
    case HTTP_BROKEN:
        session_handle(session, EVENT_STALLED, now_ns);
        break;
    case HTTP_NOTHING:
        break;
    }
}

struct session *session_new(struct core *core, const struct mac_address *mac, size_t index,
                            instant_ns now_ns)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    session->mac = session->dhcp.mac = *mac;
    session->index = index;
    session->core = core;
    session->state_since_ns = now_ns;
    session->timer = timer_for(deadline_came, session);
    session->dhcp.timer = timer_for(offer_came_due, session);
    session->transfer.timer = timer_for(repeat_came_due, session);
    session->http.timer = timer_for(http_came_due, session);
    return session;
}

void session_free(struct session *session)
{
    free(session);
}

uint64_t session_bytes_acknowledged(const struct session *session)
{
    return session->by_http ? http_bytes_acknowledged(&session->http)
                            : tftp_bytes_acknowledged(session->core, &session->transfer);
}

enum heard session_heard(struct session *session, uint16_t ip_id, instant_ns now_ns)
{
    uint16_t ahead = (uint16_t)(ip_id - session->ip_id);
    bool continues = !session->ip_id_known || (ahead >= 1 && ahead <= IP_ID_WINDOW);
    session->restarted = !continues;
    if (!continues && now_ns - session->heard_ns < RESTART_SHORTEST_NS)
        return HEARD_STALE;
    session->questions = 0;
    session->ip_id = ip_id;
    session->ip_id_known = true;
    session->heard_ns = now_ns;
    return continues ? HEARD_NEXT : HEARD_RESTARTED;
}

void session_pause(struct session *session, duration_ns by_ns)
{
    session->transfer.heard_ns += by_ns;
    session->transfer.last_sent_ns += by_ns;
    session->http.heard_ns += by_ns;
    session->transfer.repeated = session->http.repeated = true; /* an ACK would measure the pause */
    if (session->probe_ns != INSTANT_NEVER)
        session->probe_ns += by_ns;
}
