/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching: see watched.h. */
#include "engine/watched.h"

#include "observe/observer.h"

#include <string.h>

static enum session_state state_of(const struct phone_facts *phone)
{
    const struct attempt *attempt = &phone->attempt;
    const struct boot *boot = &phone->boot;
    bool is_current = attempt->begun && attempt->boot_number == phone->boot_number;
    if (phone->in_firmware)
        return attempt->firmware_after.total ? SESSION_RECOVERED : SESSION_NEW;
    if (is_current && attempt->loader_after.total)
        return SESSION_FOUND; /* it refused the file and listens again */
    if (is_current && attempt->complete)
        return SESSION_DELIVERED;
    if (is_current && attempt->acks.total)
        return SESSION_TRANSFER;
    if (is_current && attempt->gateway_asks.total)
        return SESSION_GATEWAY;
    if (is_current)
        return SESSION_ECHOED;
    if (boot->replies.total)
        return SESSION_FOUND;
    if (boot->acks.total || boot->arp_answers.total || boot->url.total)
        return SESSION_ADDRESSED;
    return boot->discovers.total || boot->dhcp_requests.total ? SESSION_ADDRESSING : SESSION_NEW;
}

static instant_ns state_since(const struct phone_facts *phone, enum session_state state)
{
    const struct attempt *attempt = &phone->attempt;
    switch (state) {
    case SESSION_DELIVERED:
        return attempt->last_ack_ns;
    case SESSION_TRANSFER:
    case SESSION_GATEWAY:
    case SESSION_ECHOED:
        return attempt->begin_ns;
    case SESSION_RECOVERED:
        return attempt->firmware_after.first_ns;
    case SESSION_FOUND:
        return phone->boot.replies.total ? phone->boot.replies.first_ns : phone->seen_ns;
    default:
        return phone->boot.begin_ns;
    }
}

static void describe(const struct phone_facts *phone, struct session_status *ret)
{
    const struct attempt *attempt = &phone->attempt;
    *ret = (struct session_status){
        .mac = phone->mac,
        .answered = phone->answered,
        .ip = phone->ip,
        .selected = true,
        .state = state_of(phone),
        .attempts = phone->attempts,
        .bytes_acknowledged = attempt->begun ? attempt_acknowledged_bytes(attempt) : 0,
        .bytes_total = attempt->file_length,
    };
    ret->state_since_ns = state_since(phone, ret->state);
    if (attempt->acks.total)
        ret->transfer_start_ns = attempt->acks.first_ns;
    if (attempt->complete)
        ret->transfer_end_ns = attempt->last_ack_ns;
    memcpy(ret->serial, phone->reply.serial, sizeof ret->serial);
    memcpy(ret->product, phone->reply.product, sizeof ret->product);
    memcpy(ret->software, phone->reply.software, sizeof ret->software);
    memcpy(ret->hardware, phone->reply.hardware, sizeof ret->hardware);
}

void watched_follow(struct watched *watched, struct observer *observer)
{
    const struct phone_facts *phone;
    while ((phone = observer_next_touched(observer))) {
        size_t index = phone->index;
        if (watched->phones[index])
            session_set_put(&watched->in_state[watched->states[index]], index, false);
        watched->phones[index] = phone;
        watched->states[index] = state_of(phone);
        session_set_put(&watched->in_state[watched->states[index]], index, true);
    }
}

void watched_phone(const struct watched *watched, size_t index, struct session_status *ret)
{
    describe(watched->phones[index], ret);
}

bool watched_phone_of(const struct facts *facts, const struct mac_address *mac,
                      struct session_status *ret)
{
    const struct phone_facts *phone;
    HASH_FIND(by_mac, facts->phones, mac, sizeof *mac, phone);
    if (phone)
        describe(phone, ret);
    return phone != NULL;
}
