/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's TFTP client (docs: protocol, TFTP client), with its block rule: only a repetition of
 * the last block is ignored, any other number is appended and acknowledged.
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/recm.h"
#include "wire/tftp.h"

#define TFTP_HEADER_LENGTH 4

static void send_to_server(struct phone *phone, const struct writer *writer, uint16_t port)
{
    uint32_t destination =
        phone->attempt.kind == ATTEMPT_UPGRADE ? RECM_GROUP_IP : phone->attempt.host_ip;
    phone_transmit_udp(phone, destination, TFTP_PHONE_PORT, port, writer->start, writer->length);
}

static void send_again(struct phone *phone)
{
    struct tftp_client *client = &phone->tftp;
    uint8_t payload[PHONE_URL_SIZE + 16];
    struct writer writer = writer_over(payload, sizeof payload);
    if (client->last_sent_is_ack)
        tftp_write_ack(&writer, client->last_block);
    else
        tftp_write_rrq(&writer, phone->attempt.file);
    client->transmissions++;
    send_to_server(phone, &writer, client->server_port);
    phone_set_timer(phone, phone_stretch(phone, LOADER_TFTP_WAIT_NOMINAL_NS), true);
}

void tftp_client_start(struct phone *phone)
{
    phone->tftp = (struct tftp_client){.server_port = TFTP_SERVER_PORT};
    phone->download_length = 0;
    phone->slow_receive = false;
    phone_set_state(phone, PHONE_TFTP);
    send_again(phone);
}

void tftp_client_timer(struct phone *phone)
{
    if (phone->tftp.transmissions < LOADER_TFTP_TRANSMISSIONS)
        send_again(phone);
    else
        recovery_download_failed(phone, "TFTP time-out");
}

static void send_ack(struct phone *phone, uint16_t block)
{
    phone->tftp.last_block = block;
    phone->tftp.last_sent_is_ack = true;
    phone->tftp.transmissions = 0;
    send_again(phone);
}

static void take_data(struct phone *phone, uint16_t block, const uint8_t *data, size_t length)
{
    struct tftp_client *client = &phone->tftp;
    if (block == client->last_block)
        return;
    if (!recovery_download_append(phone, data, length, LOADER_DOWNLOAD_MAXIMUM))
        return;
    if (!client->block_1_arrived && block != 1) {
        client->last_block = block;
        client->transmissions = 0;
        send_again(phone); /* the RRQ, to the learnt port */
        return;
    }
    client->block_1_arrived = true;
    if (length >= TFTP_BLOCK_LENGTH || !phone->config.faults.final_ack_not_sent)
        send_ack(phone, block);
    fault_block_stored(phone, block);
    if (length >= TFTP_BLOCK_LENGTH)
        return;
    if (phone->download_length == 0)
        recovery_download_failed(phone, "empty file");
    else
        recovery_download_complete(phone);
}

static void answer_oack(struct phone *phone)
{
    uint8_t payload[TFTP_HEADER_LENGTH];
    struct writer writer = writer_over(payload, sizeof payload);
    tftp_write_ack(&writer, 0);
    send_to_server(phone, &writer, phone->tftp.server_port);
}

void tftp_client_packet(struct phone *phone, const struct packet *packet)
{
    struct tftp_client *client = &phone->tftp;
    if (phone->state != PHONE_TFTP || packet->payload_length < TFTP_HEADER_LENGTH)
        return;
    if (client->block_1_arrived && packet->source_port != client->server_port)
        return;
    client->server_port = packet->source_port;
    const uint8_t *payload = packet->payload;
    switch (bytes_load_be16(payload)) {
    case TFTP_DATA:
        take_data(phone, bytes_load_be16(payload + 2), payload + TFTP_HEADER_LENGTH,
                  packet->payload_length - TFTP_HEADER_LENGTH);
        break;
    case TFTP_ERROR:
        recovery_download_failed(phone, "TFTP error from the server");
        break;
    case TFTP_OACK:
        answer_oack(phone);
        break;
    default:
        break;
    }
}
