/* SPDX-License-Identifier: BSD-2-Clause */
/* OFFER and ACK for recovery loaders: see service/dhcp.h. */
#include "engine/service/dhcp.h"

#include "engine/limits.h"

#define OPTION_RENEWAL_TIME   58
#define OPTION_REBINDING_TIME 59

static uint32_t mask_of(const struct dhcp_server *server)
{
    return ipv4_mask(server->core->config.prefix_length);
}

static bool is_avoided(const struct dhcp_server *server, uint32_t ip)
{
    for (unsigned i = 0; i < DHCP_AVOIDED_MAXIMUM; i++) {
        if (server->avoided[i] == ip)
            return true;
    }
    return false;
}

void dhcp_server_avoid(struct dhcp_server *server, uint32_t ip)
{
    bool ours = ((ip ^ server->core->config.address) & mask_of(server)) == 0;
    if (!ours || ip == server->core->config.address || is_avoided(server, ip))
        return;
    server->avoided[server->avoided_next++ % DHCP_AVOIDED_MAXIMUM] = ip;
}

static bool is_free(const struct dhcp_server *server, uint32_t ip)
{
    const struct dhcp_client *holder;
    uint32_t mask = mask_of(server);
    uint32_t own = server->core->config.address;
    uint32_t host = ip & ~mask;
    if (((ip ^ own) & mask) != 0 || ip == own || host == 0 || host == ~mask ||
        is_avoided(server, ip))
        return false;
    HASH_FIND(hh, server->leases, &ip, sizeof ip, holder);
    return holder == NULL;
}

static void hold(struct dhcp_client *client, uint32_t ip)
{
    dhcp_client_release(client);
    client->lease_ip = ip;
    HASH_ADD(hh, client->server->leases, lease_ip, sizeof client->lease_ip, client);
}

/* In a long pool such an address is a host's, but who knows old stacks gives it to nobody. */
static bool looks_like_a_network(uint32_t ip)
{
    return (ip & 0xff) == 0 || (ip & 0xff) == 0xff;
}

/*
 * The phone's own address, which every copy and every run of this program would choose: in the host
 * part the end of its MAC address (00:24:14:a1:b2:c3 gets 198.18.178.195), or where that is taken
 * the next one that is free. Returns: false when the pool is exhausted.
 */
static bool take_lease(struct dhcp_client *client)
{
    const struct dhcp_server *server = client->server;
    const uint8_t *octet = client->mac.octet;
    uint32_t mask = mask_of(server);
    uint32_t end =
        (uint32_t)octet[2] << 24 | (uint32_t)octet[3] << 16 | (uint32_t)octet[4] << 8 | octet[5];
    /* Each of the 65 others that can be in the way takes one address, each phone one more, and two
     * of 256 are left out. */
    uint64_t tries = (uint64_t)HASH_COUNT(server->leases) + DHCP_AVOIDED_MAXIMUM + 4;
    tries += tries / 64 + 4;
    for (; tries > 0; tries--, end++) {
        uint32_t ip = (server->core->config.address & mask) | (end & ~mask);
        if (!looks_like_a_network(ip) && is_free(server, ip)) {
            hold(client, ip);
            return true;
        }
    }
    return false;
}

void dhcp_client_release(struct dhcp_client *client)
{
    if (client->lease_ip)
        HASH_DELETE(hh, client->server->leases, client);
    client->lease_ip = 0;
}

/* A phone that insists on an address, of an OFFER that an earlier run made: it may have it if
 * nobody else can. */
static bool grant(struct dhcp_client *client, uint32_t ip)
{
    if (!is_free(client->server, ip))
        return false;
    hold(client, ip);
    return true;
}

/* Byte for byte the form of the recorded OFFER and ACK that the loader accepts. */
static size_t write_reply(const struct dhcp_client *client, uint8_t type, uint32_t transaction_id,
                          uint8_t ret[static DHCP_REPLY_LENGTH])
{
    const struct dhcp_server *server = client->server;
    uint32_t own = server->core->config.address;
    struct dhcp_message message = {
        .operation = DHCP_BOOTREPLY,
        .transaction_id = transaction_id,
        .your_ip = client->lease_ip,
        .server_ip = own,
        .client_mac = client->mac,
    };
    struct writer writer = writer_over(ret, DHCP_REPLY_LENGTH);
    dhcp_write_fixed(&writer, &message);
    dhcp_write_option_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, type);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SERVER_IDENTIFIER, own);
    dhcp_write_option_ip(&writer, DHCP_OPTION_LEASE_TIME, LEASE_TIME_S);
    dhcp_write_option_ip(&writer, OPTION_RENEWAL_TIME, LEASE_TIME_S / 2);
    dhcp_write_option_ip(&writer, OPTION_REBINDING_TIME, LEASE_TIME_S / 8 * 7);
    dhcp_write_option_ip(&writer, DHCP_OPTION_SUBNET_MASK, mask_of(server));
    dhcp_write_option_ip(&writer, DHCP_OPTION_ROUTER, own);
    dhcp_write_option_ip(&writer, DHCP_OPTION_DNS_SERVER, own);
    dhcp_write_end(&writer, DHCP_REPLY_LENGTH);
    return writer.failed ? 0 : writer.length;
}

static void send_reply(const struct dhcp_client *client, uint8_t type, uint32_t transaction_id)
{
    uint8_t payload[DHCP_REPLY_LENGTH];
    size_t length = write_reply(client, type, transaction_id, payload);
    if (length)
        outbox_udp(&client->server->core->outbox, &client->mac, client->lease_ip, DHCP_SERVER_PORT,
                   DHCP_CLIENT_PORT, payload, length);
}

/* ---- ahead of its time ---- */

static uint32_t first_transaction(const struct dhcp_client *client)
{
    return loader_transaction_id(&client->mac, 1);
}

static void will_compete(struct dhcp_client *client)
{
    enum dhcp_policy policy = client->server->core->config.dhcp;
    bool is_first = client->goes_first || policy == DHCP_POLICY_ALWAYS;
    if (is_first && policy != DHCP_POLICY_NEVER && client->lease_ip)
        client->server->to_prepare = client;
}

void dhcp_server_prepare(struct dhcp_server *server)
{
    struct dhcp_client *client = server->to_prepare;
    uint8_t payload[DHCP_REPLY_LENGTH];
    server->to_prepare = NULL;
    if (!client || client->ready_ip == client->lease_ip)
        return;
    size_t length = write_reply(client, DHCP_OFFER, first_transaction(client), payload);
    if (!client->ready)
        client->ready = malloc(sizeof *client->ready);
    if (!client->ready)
        abort();
    if (length == 0)
        return;
    outbox_build_udp(&server->core->outbox, &client->mac, client->lease_ip, DHCP_SERVER_PORT,
                     DHCP_CLIENT_PORT, payload, length, client->ready);
    client->ready_ip = client->lease_ip;
}

/* Returns: false if none was ready for this DISCOVER. */
static bool send_ready_offer(struct dhcp_client *client)
{
    if (client->ready_ip == 0 || client->ready_ip != client->lease_ip ||
        client->transaction_id != first_transaction(client))
        return false;
    outbox_built(&client->server->core->outbox, client->ready);
    client->ready_ip = 0;
    return true;
}

static bool has_lease(struct dhcp_client *client, instant_ns now_ns)
{
    struct core *core = client->server->core;
    bool has = client->lease_ip != 0 || take_lease(client);
    if (!has)
        journal_message(&core->journal, now_ns, &client->mac,
                        "No address is left in the pool: the phone's DHCP DISCOVER is not "
                        "answered. Give a shorter prefix with --address.");
    return has;
}

/* ---- other servers ---- */

static bool is_remembered(const struct foreign_server *foreign, instant_ns now_ns)
{
    return now_ns - foreign->heard_ns < FOREIGN_SERVER_NS;
}

bool dhcp_server_has_others(const struct dhcp_server *server, instant_ns now_ns)
{
    for (unsigned i = 0; i < server->foreign_count; i++) {
        if (is_remembered(&server->foreign[i], now_ns))
            return true;
    }
    return false;
}

bool dhcp_server_has_unfit(const struct dhcp_server *server, instant_ns now_ns)
{
    for (unsigned i = 0; i < server->foreign_count; i++) {
        if (server->foreign[i].unfit && is_remembered(&server->foreign[i], now_ns))
            return true;
    }
    return false;
}

/* The record of this server; a new one takes the place of the one heard longest ago. */
static struct foreign_server *find_or_add_foreign(struct dhcp_server *server, uint32_t identifier,
                                                  instant_ns now_ns)
{
    struct foreign_server *foreign = server->foreign;
    for (unsigned i = 0; i < server->foreign_count; i++) {
        if (server->foreign[i].identifier == identifier)
            return &server->foreign[i];
        if (server->foreign[i].heard_ns < foreign->heard_ns)
            foreign = &server->foreign[i];
    }
    if (server->foreign_count < DHCP_FOREIGN_MAXIMUM)
        foreign = &server->foreign[server->foreign_count++];
    *foreign = (struct foreign_server){.identifier = identifier, .heard_ns = now_ns};
    return foreign;
}

void dhcp_server_is_unfit(struct dhcp_server *server, uint32_t identifier, instant_ns now_ns)
{
    if (identifier && identifier != server->core->config.address)
        find_or_add_foreign(server, identifier, now_ns)->unfit = true;
}

/* ---- rule 1 ---- */

bool dhcp_server_may_offer(const struct dhcp_client *client, instant_ns now_ns)
{
    switch (client->server->core->config.dhcp) {
    case DHCP_POLICY_ALWAYS:
        return true;
    case DHCP_POLICY_AUTO:
        return client->goes_first || !dhcp_server_has_others(client->server, now_ns);
    case DHCP_POLICY_YIELD:
        return !dhcp_server_has_others(client->server, now_ns);
    case DHCP_POLICY_NEVER:
        break;
    }
    return false;
}

bool dhcp_server_competes(const struct dhcp_server *server)
{
    enum dhcp_policy policy = server->core->config.dhcp;
    return policy == DHCP_POLICY_AUTO || policy == DHCP_POLICY_ALWAYS;
}

static bool is_polite(const struct dhcp_server *server)
{
    enum dhcp_policy policy = server->core->config.dhcp;
    return policy == DHCP_POLICY_AUTO || policy == DHCP_POLICY_YIELD;
}

/* Other servers may be there that were not heard yet: they are given the time for their OFFER. */
static bool waits_for_others(const struct dhcp_client *client)
{
    bool first = client->transaction_id == first_transaction(client);
    return is_polite(client->server) && first && !client->goes_first;
}

void dhcp_server_discover(struct dhcp_client *client, const struct dhcp_message *message,
                          instant_ns now_ns)
{
    struct dhcp_server *server = client->server;
    struct timers *timers = &server->core->timers;
    client->transaction_id = message->transaction_id;
    client->offered = false;
    client->asked_ns = now_ns;
    client->offer_repeats = 0;
    timer_stop(timers, &client->timer);
    if (!dhcp_server_may_offer(client, now_ns))
        return;
    bool waits = waits_for_others(client);
    instant_ns due_ns = now_ns + (waits ? OFFER_DELAY_NS : 0);
    instant_ns *next_ns = waits ? &server->next_late_offer_ns : &server->next_offer_ns;
    if (due_ns < *next_ns)
        due_ns = *next_ns;
    if (due_ns > now_ns + OFFER_LATEST_NS)
        return; /* too many at once: it asks again after 5 s, and is answered then */
    *next_ns = due_ns + OFFER_SPACING_NS;
    server->quiet_until_ns = due_ns + DHCP_EXCHANGE_NS;
    if (due_ns > now_ns)
        timer_set(timers, &client->timer, due_ns);
    else
        dhcp_server_offer(client, now_ns);
}

/* In case the phone's buffers were full. */
static void plan_repeat(struct dhcp_client *client, instant_ns now_ns)
{
    struct dhcp_server *server = client->server;
    if (client->offer_repeats >= OFFER_REPEATS_MOST)
        return;
    instant_ns due_ns = now_ns + (OFFER_REPEAT_NS << client->offer_repeats);
    if (due_ns < server->next_repeat_ns)
        due_ns = server->next_repeat_ns;
    if (due_ns > client->asked_ns + OFFER_LATEST_NS)
        return;
    client->offer_repeats++;
    server->next_repeat_ns = due_ns + OFFER_SPACING_NS;
    timer_set(&server->core->timers, &client->timer, due_ns);
}

void dhcp_server_offer(struct dhcp_client *client, instant_ns now_ns)
{
    struct dhcp_server *server = client->server;
    if (!dhcp_server_may_offer(client, now_ns) || !has_lease(client, now_ns))
        return;
    bool repeated = client->offered;
    client->offered = true;
    if (!send_ready_offer(client))
        send_reply(client, DHCP_OFFER, client->transaction_id);
    will_compete(client);
    plan_repeat(client, now_ns);
    if (repeated)
        return;
    journal_detail(&server->core->journal, now_ns, &client->mac, "offered the address %s",
                   ipv4_format(client->lease_ip).text);
}

bool dhcp_server_request(struct dhcp_client *client, const struct dhcp_message *message,
                         instant_ns now_ns)
{
    struct dhcp_server *server = client->server;
    timer_stop(&server->core->timers, &client->timer); /* it has taken an OFFER */
    will_compete(client);
    if (!message->has_server_identifier ||
        message->server_identifier != server->core->config.address)
        return false;
    /* The phone chose us, so it relies on us even if another server has shown up since. Without an
     * offer of this run it holds one of an earlier run: the same rules as for an OFFER. */
    if (!client->offered && !dhcp_server_may_offer(client, now_ns))
        return false;
    uint32_t wanted_ip = message->has_requested_ip ? message->requested_ip : client->lease_ip;
    if (wanted_ip == 0 || (wanted_ip != client->lease_ip && !grant(client, wanted_ip)))
        return false;
    send_reply(client, DHCP_ACK, message->transaction_id);
    return true;
}

void dhcp_server_witness(struct dhcp_server *server, const struct mac_address *from,
                         const struct dhcp_message *message, instant_ns now_ns)
{
    uint32_t own = server->core->config.address;
    uint32_t identifier = message->has_server_identifier ? message->server_identifier : 0;
    bool has_answered = loader_is_answered(message);
    bool was_chosen = message->type == DHCP_REQUEST && identifier && loader_is_dhcp(message);
    if (identifier == own || (!has_answered && !was_chosen))
        return; /* what it does for others than loaders says nothing */
    bool had_others = dhcp_server_has_others(server, now_ns);
    find_or_add_foreign(server, identifier, now_ns)->heard_ns = now_ns;
    if (had_others || !is_polite(server) || server->core->config.mode == STATION_WATCH)
        return;
    bool until_unfit = dhcp_server_competes(server);
    if (has_answered)
        journal_message(&server->core->journal, now_ns, NULL,
                        "Another DHCP server answers on this segment: %s (%s). It gives the "
                        "addresses from now on%s; this program gives none.",
                        ipv4_format(identifier).text, mac_format(from).text,
                        until_unfit ? ", as long as phones can use them" : "");
    else
        journal_message(&server->core->journal, now_ns, NULL,
                        "A client on this segment has chosen another DHCP server: %s. This "
                        "program gives no addresses from now on%s.",
                        ipv4_format(identifier).text,
                        until_unfit ? ", unless phones cannot use that server's" : "");
}
