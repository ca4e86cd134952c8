/* SPDX-License-Identifier: BSD-2-Clause */
/* Building and queueing our own frames: see transmit.h. */
#include "engine/transmit.h"

#include <stdlib.h>
#include <string.h>

#define TIME_TO_LIVE         64
#define PHONE_FRAME_MAXIMUM  1496 /* docs: protocol, what the phone accepts */
#define OUTPUTS_AT_THE_START 16

static bool reserve(struct transmit *transmit, size_t capacity)
{
    struct station_output *outputs = malloc(capacity * sizeof *outputs);
    if (!outputs)
        return false;
    for (size_t i = 0; i < transmit->count; i++)
        outputs[i] = transmit->outputs[(transmit->first + i) % transmit->capacity];
    free(transmit->outputs);
    transmit->outputs = outputs;
    transmit->first = 0;
    transmit->capacity = capacity;
    return true;
}

bool transmit_init(struct transmit *transmit, const struct station_config *config,
                   uint16_t first_identification, struct error *ret_error)
{
    *transmit = (struct transmit){.config = config, .ip_identification = first_identification};
    if (!reserve(transmit, OUTPUTS_AT_THE_START))
        return error_set(ret_error, ERROR_ENVIRONMENT, "not enough memory for the output queue");
    transmit->craft = craft_new(ret_error);
    return transmit->craft != NULL;
}

void transmit_free(struct transmit *transmit)
{
    craft_free(transmit->craft);
    free(transmit->outputs);
}

/* Returns: the place to build the next frame in; it counts once `queue` is told its length. */
static struct station_output *next_place(struct transmit *transmit)
{
    if (transmit->count == transmit->capacity && !reserve(transmit, transmit->capacity * 2))
        abort();
    return &transmit->outputs[(transmit->first + transmit->count) % transmit->capacity];
}

static void queue(struct transmit *transmit, struct station_output *output, size_t length)
{
    if (length == 0 || length > PHONE_FRAME_MAXIMUM)
        return;
    output->length = length;
    transmit->count++;
    transmit->frames_out++;
}

void transmit_udp(struct transmit *transmit, const struct mac_address *to_mac, uint32_t to_ip,
                  uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    if (transmit->silent)
        return;
    const struct station_config *config = transmit->config;
    struct craft_udp header = {
        .source_mac = config->source_mac,
        .destination_mac = *to_mac,
        .source_ip = config->address,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .ip_identification = transmit->ip_identification++,
        .time_to_live = TIME_TO_LIVE,
        .vlan = config->vlan,
    };
    struct station_output *output = next_place(transmit);
    queue(transmit, output, craft_udp(transmit->craft, &header, payload, length, output->bytes));
}

void transmit_arp(struct transmit *transmit, const struct mac_address *to,
                  const struct arp_packet *packet)
{
    if (transmit->silent)
        return;
    const struct station_config *config = transmit->config;
    struct station_output *output = next_place(transmit);
    queue(transmit, output,
          craft_arp(transmit->craft, &config->source_mac, to, config->vlan, packet, output->bytes));
}

void transmit_igmp_report(struct transmit *transmit, uint32_t group_ip)
{
    if (transmit->silent)
        return;
    const struct station_config *config = transmit->config;
    struct station_output *output = next_place(transmit);
    queue(transmit, output,
          craft_igmp_report(transmit->craft, &config->source_mac, config->vlan, config->address,
                            group_ip, output->bytes));
}

void transmit_tcp(struct transmit *transmit, struct craft_tcp *header, const uint8_t *payload,
                  size_t length)
{
    if (transmit->silent)
        return;
    header->source_mac = transmit->config->source_mac;
    header->ip_identification = transmit->ip_identification++;
    header->time_to_live = TIME_TO_LIVE;
    header->vlan = transmit->config->vlan;
    struct station_output *output = next_place(transmit);
    queue(transmit, output, craft_tcp(transmit->craft, header, payload, length, output->bytes));
}

bool transmit_next(struct transmit *transmit, struct station_output *ret)
{
    if (!transmit->count)
        return false;
    const struct station_output *output = &transmit->outputs[transmit->first];
    ret->length = output->length;
    memcpy(ret->bytes, output->bytes, output->length);
    transmit->first = (transmit->first + 1) % transmit->capacity;
    transmit->count--;
    return true;
}

void transmit_clear(struct transmit *transmit)
{
    transmit->count = 0;
}
