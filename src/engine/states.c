/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a phone does and what is done about it (docs: protocol, rules for the PC side): a row per
 * state, a column per event, an action in each cell. An empty cell is recorded and changes nothing.
 */
#include "engine/states.h"

#include "engine/actions.h"

static const char *const event_names[SESSION_EVENT_COUNT] = {
    [EVENT_DISCOVER] = "DHCP DISCOVER of the loader",
    [EVENT_DHCP_REQUEST] = "DHCP REQUEST of the loader",
    [EVENT_LEASED] = "lease",
    [EVENT_LEASE_UNFIT] = "unfit lease",
    [EVENT_RIVAL_GONE] = "end of another program",
    [EVENT_ALIVE] = "ARP",
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
    [EVENT_LAST_ACK_LOST] = "end of patience with the last block",
    [EVENT_BLOCK_MISSING] = "request for the last block",
    [EVENT_STALLED] = "end of patience in the transfer",
    [EVENT_REFUSED] = "refusal by another server",
    [EVENT_FIRMWARE] = "frame of the normal firmware",
    [EVENT_DEADLINE] = "deadline",
};

/* ---- States x events ---- */

typedef void action(struct session *session, instant_ns now_ns);

static action *const table[SESSION_STATE_COUNT][SESSION_EVENT_COUNT] = {
    [SESSION_NEW] =
        {
            [EVENT_DISCOVER] = action_start_addressing,
            [EVENT_DHCP_REQUEST] = action_start_addressing,
            [EVENT_REPLY_EARLY] = action_start_addressing,
            [EVENT_REPLY] = action_be_found,
            [EVENT_URL_TRIED] = action_be_addressed,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
        },
    [SESSION_ADDRESSING] =
        {
            [EVENT_DISCOVER] = action_go_on_addressing,
            [EVENT_DHCP_REQUEST] = action_go_on_addressing,
            [EVENT_LEASED] = action_be_addressed,
            [EVENT_REPLY_EARLY] = action_nothing,
            [EVENT_REPLY] = action_be_found,
            [EVENT_URL_TRIED] = action_be_addressed,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_addressing_ended,
        },
    [SESSION_ADDRESSED] =
        {
            [EVENT_DISCOVER] = action_start_addressing,
            [EVENT_DHCP_REQUEST] = action_nothing, /* the ACK was lost; it is sent again */
            [EVENT_LEASED] = action_be_addressed,
            [EVENT_LEASE_UNFIT] = action_lease_is_unfit,
            [EVENT_ALIVE] = action_is_alive,
            [EVENT_REPLY_EARLY] = action_nothing,
            [EVENT_REPLY] = action_be_found,
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_be_patient,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_answers_nothing,
        },
    [SESSION_FOUND] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing,
            [EVENT_CHOSEN] = action_wait_for_turn,
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
        },
    [SESSION_WAITING] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing,
            [EVENT_TURN] = action_order,
            [EVENT_RIVAL_GONE] = action_wait_for_answer,
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
        },
    [SESSION_ORDERED] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing, /* to a REQUEST sent before the order */
            [EVENT_ECHO] = action_be_echoed,
            [EVENT_GATEWAY_ASKED] = action_look_for_gateway, /* the echo was lost */
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_order_again,
        },
    [SESSION_ECHOED] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing,
            [EVENT_ECHO] = action_nothing,
            [EVENT_GATEWAY_ASKED] = action_look_for_gateway,
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_REFUSED] = action_refused,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_knows_no_gateway,
        },
    [SESSION_GATEWAY] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing,
            [EVENT_ECHO] = action_nothing,
            [EVENT_GATEWAY_ASKED] = action_nothing, /* arp_help counts them */
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_REFUSED] = action_refused,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_gateway_is_dead,
        },
    [SESSION_TRANSFER] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_nothing,
            [EVENT_ECHO] = action_nothing, /* of an order that was repeated: a nested download */
            [EVENT_GATEWAY_ASKED] = action_nothing, /* so is this */
            [EVENT_FILE_ASKED] = action_serve_again,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_LAST_ACK] = action_be_delivered,
            [EVENT_LAST_ACK_LOST] = action_presume_delivered,
            [EVENT_STALLED] = action_stalled,
            [EVENT_REFUSED] = action_refused,
            [EVENT_FIRMWARE] = action_runs_firmware,
        },
    [SESSION_DELIVERED] =
        {
            [EVENT_DISCOVER] = action_asks_after_delivery,
            [EVENT_REPLY] = action_answers_after_delivery,
            [EVENT_FILE_ASKED] = action_serve_again,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_asks_url_after_delivery,
            [EVENT_LAST_ACK] = action_delivery_is_certain,
            [EVENT_BLOCK_MISSING] = action_deliver_again,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_watched_enough,
        },
    [SESSION_UNCONFIRMED] =
        {
            [EVENT_DISCOVER] = action_asks_after_delivery,
            [EVENT_REPLY] = action_answers_after_delivery,
            [EVENT_FILE_ASKED] = action_serve_again,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_asks_url_after_delivery,
            [EVENT_LAST_ACK] = action_delivery_is_certain,
            [EVENT_BLOCK_MISSING] = action_deliver_again,
            [EVENT_FIRMWARE] = action_runs_firmware,
        },
    [SESSION_RETRY] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_REPLY] = action_be_found, /* whether it is meant is asked anew */
            [EVENT_ECHO] = action_be_echoed, /* late, but it has begun */
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_nothing,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_retry_is_late,
        },
    [SESSION_UNFIT_LEASE] =
        {
            [EVENT_DISCOVER] = action_restart,
            [EVENT_DHCP_REQUEST] = action_restart,
            [EVENT_LEASED] = action_nothing,
            [EVENT_ALIVE] = action_is_not_deaf,
            [EVENT_REPLY_EARLY] = action_nothing, /* its console takes half a second */
            [EVENT_REPLY] = action_answers_after_all,
            [EVENT_ECHO] = action_nothing,
            [EVENT_FILE_ASKED] = action_serve,
            [EVENT_URL_TRIED] = action_is_not_deaf,
            [EVENT_URL_ASKED] = action_serve_url,
            [EVENT_FIRMWARE] = action_runs_firmware,
            [EVENT_DEADLINE] = action_remind_of_power_cycle,
        },
    [SESSION_RECOVERED] =
        {
            [EVENT_DISCOVER] = action_nothing,
            [EVENT_FIRMWARE] = action_nothing,
        },
    [SESSION_FAILED] =
        {
            [EVENT_DISCOVER] = action_fail_anew,
            [EVENT_REPLY] = action_found_after_failure,
            [EVENT_URL_TRIED] = action_tries_url_after_failure,
            [EVENT_FIRMWARE] = action_recovered_after_failure,
        },
};

void session_handle(struct session *session, enum session_event event, instant_ns now_ns)
{
    action *act = table[session->state][event];
    if (act)
        act(session, now_ns);
    else
        journal_detail(&session->core->journal, now_ns, &session->mac,
                       "not expected in state \"%s\": %s", session_state_name(session->state),
                       event_names[event]);
}

/* ---- What comes due in time ---- */

static void deadline_came(void *owner, instant_ns now_ns)
{
    session_handle(owner, EVENT_DEADLINE, now_ns);
}

static void offer_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    dhcp_server_offer(&session->dhcp, now_ns);
}

static void repeat_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    switch (tftp_timer(session->core, &session->transfer, now_ns)) {
    case TFTP_PRESUMED:
        session_handle(session, EVENT_LAST_ACK_LOST, now_ns);
        break;
    case TFTP_STALLED:
        session_handle(session, EVENT_STALLED, now_ns);
        break;
    case TFTP_NOTHING:
        session_give_way(session, session->transfer.heard_ns, now_ns);
        break;
    case TFTP_ADVANCED:
    case TFTP_COMPLETE:
        break;
    }
}

static void http_came_due(void *owner, instant_ns now_ns)
{
    struct session *session = owner;
    session_http_result(session, http_timer(session->core, &session->http, now_ns), now_ns);
    session_give_way(session, session->http.heard_ns, now_ns);
}

void session_http_result(struct session *session, enum http_result result, instant_ns now_ns)
{
    switch (result) {
    case HTTP_ASKED:
        session_handle(session, EVENT_URL_ASKED, now_ns);
        break;
    case HTTP_ADVANCED:
        session_goes_forward(session, now_ns);
        journal_add(&session->core->journal, now_ns, STATION_EVENT_PROGRESS, &session->mac);
        break;
    case HTTP_PRESUMED:
        session_handle(session, EVENT_LAST_ACK_LOST, now_ns);
        break;
    case HTTP_COMPLETE:
        session_handle(session, EVENT_LAST_ACK, now_ns);
        break;
    case HTTP_BROKEN:
        session_handle(session, EVENT_STALLED, now_ns);
        break;
    case HTTP_NOTHING:
        break;
    }
}

void session_attach_timers(struct session *session)
{
    session->timer = timer_for(deadline_came, session);
    session->dhcp.timer = timer_for(offer_came_due, session);
    session->transfer.timer = timer_for(repeat_came_due, session);
    session->http.timer = timer_for(http_came_due, session);
}
