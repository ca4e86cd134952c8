/* SPDX-License-Identifier: BSD-2-Clause */
/* Own address, nudge and stand-in: see service/arp.h. */
#include "engine/service/arp.h"

#define NUDGE_AT    2 /* the second who-has: nobody answered the first */
#define STAND_IN_AT 3 /* the last one before the phone gives up */

void arp_answer_for(struct core *core, const struct arp_packet *request)
{
    struct arp_packet reply = {
        .operation = ARP_REPLY_OPERATION,
        .sender_mac = core->config.source_mac,
        .sender_ip = request->target_ip,
        .target_mac = request->sender_mac,
        .target_ip = request->sender_ip,
    };
    outbox_arp(&core->outbox, &request->sender_mac, &reply);
}

void arp_probe(struct core *core, const struct mac_address *mac, uint32_t ip)
{
    struct arp_packet probe = {
        .operation = ARP_REQUEST_OPERATION,
        .sender_mac = core->config.source_mac,
        .target_ip = ip,
    };
    outbox_arp(&core->outbox, mac, &probe);
}

const char *arp_help(struct core *core, struct gateway_help *help, const struct arp_packet *request)
{
    enum gateway_policy policy = core->config.gateway;
    if (help->gateway_ip != request->target_ip)
        *help = (struct gateway_help){.gateway_ip = request->target_ip};
    help->asked++;
    unsigned reached = help->asked + help->failed;
    if (reached >= STAND_IN_AT &&
        (policy == GATEWAY_POLICY_AUTO || policy == GATEWAY_POLICY_STAND_IN)) {
        arp_answer_for(core, request);
        return "told the phone alone that this program stands in for its gateway";
    }
    if (reached >= NUDGE_AT && (policy == GATEWAY_POLICY_AUTO || policy == GATEWAY_POLICY_NUDGE)) {
        arp_probe(core, &request->sender_mac, request->sender_ip);
        return "nudged the phone past its gateway with an ARP probe";
    }
    return NULL;
}
