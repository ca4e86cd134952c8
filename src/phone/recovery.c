/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening for recovery messages (docs: protocol, boot and listening; recovery messages): is the
 * address complete, the windows between the URL attempts, and RECM in the loader's order of checks.
 */
#include "phone/internal.h"

#include "base/bytes.h"
#include "wire/recm.h"

#include <string.h>

#define OFFSET_MAGIC     4
#define OFFSET_SERIAL    8
#define OFFSET_PRODUCT   28
#define OFFSET_TFTP_PORT 28
#define OFFSET_FILE_NAME 32
#define OFFSET_MAC       48
#define OFFSET_SOFTWARE  54
#define OFFSET_HARDWARE  74
#define OFFSET_IP        94
#define OFFSET_TAIL      98
#define RECM_MAGIC       UINT32_C(0x5245434d)

/* ---- Boot and listening ---- */

static bool in_subnet(const struct phone *phone, uint32_t ip)
{
    return (ip & phone->mask) == (phone->ip & phone->mask);
}

void recovery_configured(struct phone *phone)
{
    uint32_t server_ip = phone->server_ip ? phone->server_ip : LOADER_DEFAULT_SERVER_IP;
    const char *missing = NULL;
    if (phone->ip == 0)
        missing = "no address";
    else if (phone->mask == 0)
        missing = "no subnet mask";
    else if (phone->gateway == 0 && !in_subnet(phone, server_ip))
        missing = "no gateway to the server address";
    if (missing || phone->config.faults.deaf_after_lease) {
        phone_stop_timer(phone);
        phone_note(phone, "console: %s, serial prompt", missing ? missing : "fault: deaf");
        phone_set_state(phone, PHONE_SERIAL_PROMPT);
        return;
    }
    recovery_listen(phone);
}

void recovery_listen(struct phone *phone)
{
    phone_set_state(phone, PHONE_LISTENING);
    if (!phone->urls[0].present && !phone->urls[1].present) {
        phone_stop_timer(phone); /* empty URLs cost no time: it listens always */
        return;
    }
    duration_ns nominal_ns = LOADER_WINDOW_NOMINAL_NS << phone->window;
    phone_set_timer(phone, phone_stretch(phone, nominal_ns), true);
}

void recovery_timer(struct phone *phone)
{
    phone->next_url = 0;
    url_next_attempt(phone);
}

/* ---- RECM ---- */

/* NUL padded; a text as long as the field has no NUL. */
static void put_text(uint8_t *field, const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    memcpy(field, text, length);
    memset(field + length, 0, size - length);
}

/* With the NUL only: what stands behind it is what the heap held before. */
static void put_text_over(uint8_t *field, const char *text, size_t size)
{
    size_t length = strlen(text) + 1;
    memcpy(field, text, length < size ? length : size);
}

static void send_message(struct phone *phone)
{
    phone_transmit_udp(phone, RECM_GROUP_IP, RECM_PHONE_PORT, RECM_PC_PORT, phone->reply_buffer,
                       sizeof phone->reply_buffer);
}

static void answer_request(struct phone *phone)
{
    const struct phone_config *config = &phone->config;
    uint8_t *reply = phone->reply_buffer;
    phone_print_cost(phone, LOADER_REPLY_PRINT_NS);
    reply[0] = RECM_REPLY;
    phone_transmit_garbage(phone, reply + 1, 3);
    bytes_store_be32(reply + OFFSET_MAGIC, RECM_MAGIC);
    put_text(reply + OFFSET_SERIAL, config->serial, RECM_TEXT_SIZE);
    put_text(reply + OFFSET_PRODUCT, config->product, RECM_TEXT_SIZE);
    memcpy(reply + OFFSET_MAC, config->mac.octet, sizeof config->mac.octet);
    put_text_over(reply + OFFSET_SOFTWARE, config->software, RECM_TEXT_SIZE);
    put_text_over(reply + OFFSET_HARDWARE, config->hardware, RECM_TEXT_SIZE);
    bytes_store_be32(reply + OFFSET_IP, phone->ip);
    bytes_store_be16(reply + OFFSET_TAIL, 0xffff);
    send_message(phone);
}

static void echo_upgrade(struct phone *phone, uint16_t tftp_port, const char *file_name)
{
    uint8_t *echo = phone->reply_buffer;
    phone_print_cost(phone, LOADER_ECHO_PRINT_NS);
    memset(echo, 0, OFFSET_MAGIC);
    echo[0] = RECM_UPGRADE;
    bytes_store_be32(echo + OFFSET_MAGIC, RECM_MAGIC);
    put_text(echo + OFFSET_SERIAL, phone->config.serial, RECM_TEXT_SIZE);
    bytes_store_be16(echo + OFFSET_TFTP_PORT, tftp_port);
    bytes_store_be16(echo + OFFSET_TFTP_PORT + 2, 0);
    put_text_over(echo + OFFSET_FILE_NAME, file_name, RECM_PHONE_LENGTH - OFFSET_FILE_NAME);
    send_message(phone);
}

static void start_upgrade(struct phone *phone, const char *file_name)
{
    phone_print_cost(phone, LOADER_UPGRADE_PRINT_NS);
    if (phone->state == PHONE_DHCP) {
        phone->address_spoilt = true;
        phone_note(phone, "console: upgrade failed, no address yet; the address is spoilt");
        return;
    }
    if (phone->state == PHONE_TFTP)
        phone_note(phone, "a nested upgrade begins");
    phone->attempt = (struct attempt){.kind = ATTEMPT_UPGRADE};
    strcpy(phone->attempt.file, file_name);
    if (phone->gateway == 0)
        recovery_download_failed(phone, "no gateway");
    else
        arp_resolve(phone, phone->gateway);
}

static void take_upgrade(struct phone *phone, const uint8_t *message)
{
    char file_name[RECM_PC_LENGTH - OFFSET_FILE_NAME + 1] = {0};
    memcpy(file_name, message + OFFSET_FILE_NAME, RECM_PC_LENGTH - OFFSET_FILE_NAME);
    echo_upgrade(phone, bytes_load_be16(message + OFFSET_TFTP_PORT), file_name);
    if (strlen(file_name) > LOADER_FILE_NAME_MAXIMUM) {
        phone_damaged(phone, "file name of %zu characters in an UPGRADE", strlen(file_name));
        file_name[LOADER_FILE_NAME_MAXIMUM] = '\0';
    }
    phone_note(phone, "upgrade to \"%s\" ordered", file_name);
    start_upgrade(phone, file_name);
}

/* Byte for byte and with its NUL: the wildcard or the phone's own. */
static bool serial_matches(const struct phone *phone, const uint8_t *serial)
{
    const char *own = phone->config.serial;
    size_t own_length = strlen(own);
    if (memcmp(serial, RECM_WILDCARD_SERIAL, sizeof RECM_WILDCARD_SERIAL) == 0)
        return true;
    return own_length < RECM_TEXT_SIZE && memcmp(serial, own, own_length + 1) == 0;
}

void recovery_packet(struct phone *phone, const struct packet *packet)
{
    if (packet->source_port != RECM_PC_PORT)
        return;
    if (packet->udp_length < 8 || packet->udp_length - 8 > LOADER_RECM_BUFFER_LENGTH) {
        phone_damaged(phone, "RECM message with a UDP length of %u", packet->udp_length);
        return;
    }
    phone_print_cost(phone, LOADER_RECM_PRINT_NS);
    const uint8_t *message = packet->payload;
    if (packet->payload_length < OFFSET_SERIAL ||
        bytes_load_be32(message + OFFSET_MAGIC) != RECM_MAGIC)
        return;
    if (message[0] != RECM_REQUEST && message[0] != RECM_UPGRADE)
        return;
    if (packet->udp_length - 8 != RECM_PC_LENGTH || packet->payload_length != RECM_PC_LENGTH)
        return;
    if (!serial_matches(phone, message + OFFSET_SERIAL))
        return;
    if (message[0] == RECM_UPGRADE) {
        if (!phone->config.faults.ignores_upgrade)
            take_upgrade(phone, message);
        return;
    }
    answer_request(phone);
    if (phone->config.faults.frozen_after_reply)
        phone_set_fate(phone, FATE_CRASH, 1);
}
