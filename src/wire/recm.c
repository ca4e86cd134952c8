/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and builds recovery messages. Reading checks in the loader's own order, so that the reason
 * is the one for which the loader dropped the message; the fields are filled in any case.
 */
#include "wire/recm.h"

#include "base/bytes.h"

#include <string.h>

enum {
    OFFSET_OPERATION = 0,
    OFFSET_MAGIC = 4,
    OFFSET_SERIAL = 8,
    OFFSET_PRODUCT = 28,
    OFFSET_TFTP_PORT = 28,
    OFFSET_FILE_NAME = 32,
    OFFSET_MAC = 48,
    OFFSET_SOFTWARE = 54,
    OFFSET_HARDWARE = 74,
    OFFSET_IP = 94,
    OFFSET_REPLY_END = 98,
    HEAD_LENGTH = OFFSET_SERIAL,
    FILE_NAME_SURVIVABLE = 67, /* docs: protocol, recovery messages: 68 damages the heap */
};

static const uint8_t magic[4] = {'R', 'E', 'C', 'M'};

/* Copies a NUL-padded field as far as it was captured. Returns: true if a NUL ends it. */
static bool read_text(const uint8_t *bytes, size_t captured, size_t offset, size_t size, char *ret)
{
    size_t there = captured > offset ? captured - offset : 0;
    size_t limit = there < size ? there : size;
    size_t length = limit > 0 ? strnlen((const char *)bytes + offset, limit) : 0;

    if (length > 0)
        memcpy(ret, bytes + offset, length);
    ret[length] = '\0';
    return length < limit;
}

static void read_reply(const uint8_t *bytes, size_t captured, struct recm_message *ret)
{
    read_text(bytes, captured, OFFSET_PRODUCT, RECM_TEXT_SIZE, ret->product);
    read_text(bytes, captured, OFFSET_SOFTWARE, RECM_TEXT_SIZE, ret->software);
    read_text(bytes, captured, OFFSET_HARDWARE, RECM_TEXT_SIZE, ret->hardware);
    if (captured >= OFFSET_MAC + sizeof ret->mac.octet)
        memcpy(ret->mac.octet, bytes + OFFSET_MAC, sizeof ret->mac.octet);
    if (captured >= OFFSET_IP + 4)
        ret->ip = bytes_load_be32(bytes + OFFSET_IP);
}

/* Returns: true if a NUL ends the file name within the captured bytes. */
static bool read_upgrade(const uint8_t *bytes, size_t captured, struct recm_message *ret)
{
    bool terminated;

    if (captured >= OFFSET_TFTP_PORT + 2)
        ret->tftp_port = bytes_load_be16(bytes + OFFSET_TFTP_PORT);
    terminated =
        read_text(bytes, captured, OFFSET_FILE_NAME, sizeof ret->file_name - 1, ret->file_name);
    if (!terminated)
        ret->file_name[0] = '\0';
    return terminated;
}

static bool ports_are_right(const struct recm_message *message, uint16_t source_port,
                            uint16_t destination_port)
{
    if (message->from_phone)
        return source_port == RECM_PHONE_PORT && destination_port == RECM_PC_PORT;
    return source_port == RECM_PC_PORT && destination_port == RECM_PHONE_PORT;
}

static bool operation_is_right(const struct recm_message *message)
{
    return message->operation == RECM_UPGRADE ||
           message->operation == (message->from_phone ? RECM_REPLY : RECM_REQUEST);
}

/* The bytes that must be captured before the message can be called right. */
static size_t needed_length(const struct recm_message *message)
{
    switch (message->operation) {
    case RECM_REQUEST:
        return OFFSET_SERIAL + RECM_TEXT_SIZE;
    case RECM_REPLY:
        return OFFSET_REPLY_END;
    default:
        return OFFSET_FILE_NAME;
    }
}

static enum wire_reason judge_file_name(const struct recm_message *message, bool terminated,
                                        bool cut)
{
    size_t length = strlen(message->file_name);

    if (!terminated)
        return cut ? WIRE_TRUNCATED : WIRE_RECM_FILE_NAME_UNTERMINATED;
    if (length == 0 || length > FILE_NAME_SURVIVABLE)
        return WIRE_RECM_FILE_NAME_LENGTH;
    return WIRE_OK;
}

enum wire_reason recm_parse(const uint8_t *bytes, size_t captured, size_t length,
                            uint16_t source_port, uint16_t destination_port,
                            struct recm_message *ret)
{
    bool name_terminated = true;
    bool cut = captured < length;

    *ret = (struct recm_message){.length = length, .from_phone = destination_port == RECM_PC_PORT};
    if (captured > OFFSET_OPERATION)
        ret->operation = bytes[OFFSET_OPERATION];
    ret->magic_good =
        captured >= HEAD_LENGTH && memcmp(bytes + OFFSET_MAGIC, magic, sizeof magic) == 0;
    ret->serial_terminated = read_text(bytes, captured, OFFSET_SERIAL, RECM_TEXT_SIZE, ret->serial);
    if (ret->operation == RECM_REPLY)
        read_reply(bytes, captured, ret);
    else if (ret->operation == RECM_UPGRADE)
        name_terminated = read_upgrade(bytes, captured, ret);

    if (!ports_are_right(ret, source_port, destination_port))
        return WIRE_RECM_PORT;
    if (length > RECM_PC_LENGTH)
        return WIRE_RECM_LENGTH;
    if (captured < HEAD_LENGTH)
        return cut ? WIRE_TRUNCATED : WIRE_RECM_SHORT;
    if (!ret->magic_good)
        return WIRE_RECM_MAGIC;
    if (!operation_is_right(ret))
        return WIRE_RECM_OPERATION;
    if (length != (ret->from_phone ? RECM_PHONE_LENGTH : RECM_PC_LENGTH))
        return WIRE_RECM_LENGTH;
    if (captured < needed_length(ret))
        return WIRE_TRUNCATED;
    /* The phone itself may send a serial number that fills the field. */
    if (!ret->from_phone && !ret->serial_terminated)
        return WIRE_RECM_SERIAL_UNTERMINATED;
    if (ret->operation == RECM_UPGRADE)
        return judge_file_name(ret, name_terminated, cut);
    return WIRE_OK;
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool is_sendable(const char *text, size_t maximum)
{
    size_t length = strlen(text);

    return length >= 1 && length <= maximum && is_printable(text);
}

bool recm_serial_is_sendable(const char *serial)
{
    return is_sendable(serial, RECM_TEXT_SIZE - 1);
}

bool recm_file_name_is_sendable(const char *file_name)
{
    return is_sendable(file_name, RECM_FILE_NAME_MAXIMUM);
}

static void put_text(uint8_t *field, size_t size, const char *text)
{
    memcpy(field, text, strnlen(text, size));
}

static void start_message(enum recm_operation operation, const char *serial, uint8_t *ret,
                          size_t length)
{
    memset(ret, 0, length);
    ret[OFFSET_OPERATION] = (uint8_t)operation;
    memcpy(ret + OFFSET_MAGIC, magic, sizeof magic);
    put_text(ret + OFFSET_SERIAL, RECM_TEXT_SIZE, serial);
}

void recm_build_request(const char *serial, uint8_t ret[RECM_PC_LENGTH])
{
    start_message(RECM_REQUEST, serial, ret, RECM_PC_LENGTH);
}

void recm_build_upgrade(const char *serial, uint16_t tftp_port, const char *file_name,
                        uint8_t ret[RECM_PC_LENGTH])
{
    start_message(RECM_UPGRADE, serial, ret, RECM_PC_LENGTH);
    bytes_store_be16(ret + OFFSET_TFTP_PORT, tftp_port);
    put_text(ret + OFFSET_FILE_NAME, RECM_FILE_NAME_MAXIMUM, file_name);
}

void recm_build_reply(const struct recm_message *message, uint8_t ret[RECM_PHONE_LENGTH])
{
    start_message(RECM_REPLY, message->serial, ret, RECM_PHONE_LENGTH);
    put_text(ret + OFFSET_PRODUCT, RECM_TEXT_SIZE, message->product);
    memcpy(ret + OFFSET_MAC, message->mac.octet, sizeof message->mac.octet);
    put_text(ret + OFFSET_SOFTWARE, RECM_TEXT_SIZE, message->software);
    put_text(ret + OFFSET_HARDWARE, RECM_TEXT_SIZE, message->hardware);
    bytes_store_be32(ret + OFFSET_IP, message->ip);
    bytes_store_be16(ret + OFFSET_REPLY_END, UINT16_MAX);
}

void recm_build_echo(const char *serial, uint16_t tftp_port, const char *file_name,
                     uint8_t ret[RECM_PHONE_LENGTH])
{
    start_message(RECM_UPGRADE, serial, ret, RECM_PHONE_LENGTH);
    bytes_store_be16(ret + OFFSET_TFTP_PORT, tftp_port);
    put_text(ret + OFFSET_FILE_NAME, FILE_NAME_SURVIVABLE, file_name);
}
