/* SPDX-License-Identifier: BSD-2-Clause */
/* Building and queueing our own frames: see outbox.h. */
#include "engine/outbox.h"

#include "engine/limits.h"
#include "loader/loader.h"

#include <stdlib.h>
#include <string.h>

#define OUTPUTS_AT_THE_START 16

static bool reserve(struct outbox *outbox, size_t capacity)
{
    struct station_output *outputs = malloc(capacity * sizeof *outputs);
    if (!outputs)
        return false;
    for (size_t i = 0; i < outbox->count; i++)
        outputs[i] = outbox->outputs[(outbox->first + i) % outbox->capacity];
    free(outbox->outputs);
    outbox->outputs = outputs;
    outbox->first = 0;
    outbox->capacity = capacity;
    return true;
}

bool outbox_init(struct outbox *outbox, const struct station_config *config,
                 uint16_t first_identification, struct error *ret_error)
{
    *outbox = (struct outbox){.config = config, .ip_identification = first_identification};
    if (!reserve(outbox, OUTPUTS_AT_THE_START))
        return error_set(ret_error, ERROR_ENVIRONMENT, "not enough memory for the output queue");
    outbox->craft = craft_new(ret_error);
    return outbox->craft != NULL;
}

void outbox_free(struct outbox *outbox)
{
    craft_free(outbox->craft);
    free(outbox->outputs);
}

/* Returns: the place to build the next frame in; it counts once `queue` is told its length. */
static struct station_output *next_place(struct outbox *outbox)
{
    if (outbox->count == outbox->capacity && !reserve(outbox, outbox->capacity * 2))
        abort();
    return &outbox->outputs[(outbox->first + outbox->count) % outbox->capacity];
}

static void queue(struct outbox *outbox, struct station_output *output, size_t length)
{
    if (length == 0 || length > LOADER_FRAME_MAXIMUM)
        return;
    output->length = length;
    outbox->count++;
    outbox->frames_out++;
}

static size_t build_udp(struct outbox *outbox, uint32_t from_ip, const struct mac_address *to_mac,
                        uint32_t to_ip, uint16_t from_port, uint16_t to_port,
                        const uint8_t *payload, size_t length, uint8_t ret[CRAFT_FRAME_SIZE])
{
    const struct station_config *config = outbox->config;
    struct craft_udp header = {
        .source_mac = config->source_mac,
        .destination_mac = *to_mac,
        .source_ip = from_ip,
        .destination_ip = to_ip,
        .source_port = from_port,
        .destination_port = to_port,
        .ip_identification = outbox->ip_identification++,
        .time_to_live = OWN_TIME_TO_LIVE,
        .vlan = config->vlan,
    };
    return craft_udp(outbox->craft, &header, payload, length, ret);
}

void outbox_udp_as(struct outbox *outbox, uint32_t from_ip, const struct mac_address *to_mac,
                   uint32_t to_ip, uint16_t from_port, uint16_t to_port, const uint8_t *payload,
                   size_t length)
{
    if (outbox->silent)
        return;
    struct station_output *output = next_place(outbox);
    queue(outbox, output,
          build_udp(outbox, from_ip, to_mac, to_ip, from_port, to_port, payload, length,
                    output->bytes));
}

void outbox_build_udp(struct outbox *outbox, const struct mac_address *to_mac, uint32_t to_ip,
                      uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length,
                      struct station_output *ret)
{
    ret->length = build_udp(outbox, outbox->config->address, to_mac, to_ip, from_port, to_port,
                            payload, length, ret->bytes);
}

void outbox_built(struct outbox *outbox, const struct station_output *built)
{
    if (outbox->silent)
        return;
    struct station_output *output = next_place(outbox);
    memcpy(output->bytes, built->bytes, built->length);
    queue(outbox, output, built->length);
}

void outbox_udp(struct outbox *outbox, const struct mac_address *to_mac, uint32_t to_ip,
                uint16_t from_port, uint16_t to_port, const uint8_t *payload, size_t length)
{
    outbox_udp_as(outbox, outbox->config->address, to_mac, to_ip, from_port, to_port, payload,
                  length);
}

void outbox_arp(struct outbox *outbox, const struct mac_address *to,
                const struct arp_packet *packet)
{
    if (outbox->silent)
        return;
    const struct station_config *config = outbox->config;
    struct station_output *output = next_place(outbox);
    queue(outbox, output,
          craft_arp(outbox->craft, &config->source_mac, to, config->vlan, packet, output->bytes));
}

void outbox_igmp_report(struct outbox *outbox, uint32_t group_ip)
{
    if (outbox->silent)
        return;
    const struct station_config *config = outbox->config;
    struct station_output *output = next_place(outbox);
    queue(outbox, output,
          craft_igmp_report(outbox->craft, &config->source_mac, config->vlan, config->address,
                            group_ip, output->bytes));
}

void outbox_tcp(struct outbox *outbox, struct craft_tcp *header, const uint8_t *payload,
                size_t length)
{
    if (outbox->silent)
        return;
    header->source_mac = outbox->config->source_mac;
    header->ip_identification = outbox->ip_identification++;
    header->time_to_live = OWN_TIME_TO_LIVE;
    header->vlan = outbox->config->vlan;
    struct station_output *output = next_place(outbox);
    queue(outbox, output, craft_tcp(outbox->craft, header, payload, length, output->bytes));
}

bool outbox_next(struct outbox *outbox, struct station_output *ret)
{
    if (!outbox->count)
        return false;
    const struct station_output *output = &outbox->outputs[outbox->first];
    ret->length = output->length;
    memcpy(ret->bytes, output->bytes, output->length);
    outbox->first = (outbox->first + 1) % outbox->capacity;
    outbox->count--;
    return true;
}

void outbox_clear(struct outbox *outbox)
{
    outbox->count = 0;
}
