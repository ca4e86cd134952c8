/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be asked of a session, from what is known of it: see session.h. */
#include "engine/session.h"

#include "base/text.h"

#include <stdio.h>
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
    [SESSION_UNCONFIRMED] = "delivered", /* what became of the image is the same to users */
    [SESSION_RETRY] = "to be tried again",
    [SESSION_UNFIT_LEASE] = "needs a power cycle",
    [SESSION_RECOVERED] = "recovered",
    [SESSION_FAILED] = "failed",
};

const char *session_state_name(enum session_state state)
{
    return state_names[state];
}

bool session_state_is_active(enum session_state state)
{
    return state >= SESSION_ORDERED && state <= SESSION_TRANSFER;
}

bool session_is_active(const struct session *session)
{
    return session_state_is_active(session->state);
}

bool session_has_foreign_lease(const struct session *session)
{
    return session->lease_server != 0 && session->lease_server != session->core->config.address;
}

bool session_is_over(const struct session *session)
{
    return session->state == SESSION_RECOVERED || session->state == SESSION_FAILED ||
           session->state == SESSION_UNCONFIRMED;
}

bool session_has_image(const struct session *session)
{
    return session->state == SESSION_DELIVERED || session->state == SESSION_UNCONFIRMED;
}

bool session_is_due(const struct session *session)
{
    switch (session->state) {
    case SESSION_ADDRESSED:
    case SESSION_UNFIT_LEASE:
        return true;
    case SESSION_RETRY:
        return session->answered;
    case SESSION_DELIVERED:
    case SESSION_UNCONFIRMED:
        return session->answered && session->probe_is_due;
    default:
        return false;
    }
}

bool session_is_lost(const struct session *session)
{
    return session->state == SESSION_UNFIT_LEASE ||
           (session->power_cycle_asked && !session_is_over(session));
}

/* Returns: its serial number where it is known, else its MAC address; in `buffer`. */
const char *session_name(const struct session *session, size_t size, char buffer[static size])
{
    if (session->answered && session->serial[0])
        return text_escape(session->serial, strlen(session->serial), buffer, size);
    snprintf(buffer, size, "%s", mac_format(&session->mac).text);
    return buffer;
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

bool session_is_credible(const struct session *session)
{
    return session->stage_ns != 0 || session->replies > 1;
}
