/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes TFTP packets. Strings are views that are proved to end inside the packet;
 * nothing is copied. What a block number means is not decided here.
 */
#include "wire/tftp.h"

#include <string.h>
#include <strings.h>

static const char *read_string(struct reader *reader)
{
    const uint8_t *rest = reader->start + reader->position;
    size_t left = reader_left(reader);
    const uint8_t *end = left > 0 ? memchr(rest, '\0', left) : NULL;

    if (end == NULL) {
        reader->failed = true;
        return NULL;
    }
    return (const char *)reader_view(reader, (size_t)(end - rest) + 1);
}

static enum wire_reason read_options(struct reader *reader, struct tftp_packet *ret)
{
    while (reader_left(reader) > 0) {
        if (ret->option_count == TFTP_OPTIONS_MAX)
            return WIRE_TFTP_OPTION;
        const char *name = read_string(reader);
        if (name == NULL)
            return WIRE_TFTP_STRING;
        if (reader_left(reader) == 0)
            return WIRE_TFTP_OPTION;
        const char *value = read_string(reader);
        if (value == NULL)
            return WIRE_TFTP_STRING;
        ret->options[ret->option_count++] = (struct tftp_option){name, value};
    }
    return WIRE_OK;
}

static enum wire_reason read_request(struct reader *reader, struct tftp_packet *ret)
{
    ret->file_name = read_string(reader);
    if (ret->file_name == NULL)
        return WIRE_TFTP_STRING;
    ret->mode = read_string(reader);
    if (ret->mode == NULL)
        return WIRE_TFTP_STRING;
    if (strcasecmp(ret->mode, "octet") != 0 && strcasecmp(ret->mode, "netascii") != 0 &&
        strcasecmp(ret->mode, "mail") != 0)
        return WIRE_TFTP_MODE;
    return read_options(reader, ret);
}

static enum wire_reason read_data(struct reader *reader, struct tftp_packet *ret)
{
    ret->block = reader_be16(reader);
    if (reader->failed)
        return WIRE_TFTP_SHORT;
    ret->data_length = reader_left(reader);
    ret->data = reader_view(reader, ret->data_length);
    ret->wire_length = ret->data_length;
    return WIRE_OK;
}

static enum wire_reason read_ack(struct reader *reader, struct tftp_packet *ret)
{
    ret->block = reader_be16(reader);
    if (reader->failed)
        return WIRE_TFTP_SHORT;
    return reader_left(reader) == 0 ? WIRE_OK : WIRE_TFTP_TRAILING;
}

static enum wire_reason read_error(struct reader *reader, struct tftp_packet *ret)
{
    ret->error_code = reader_be16(reader);
    if (reader->failed)
        return WIRE_TFTP_SHORT;
    ret->error_text = read_string(reader);
    if (ret->error_text == NULL)
        return WIRE_TFTP_STRING;
    return reader_left(reader) == 0 ? WIRE_OK : WIRE_TFTP_TRAILING;
}

enum wire_reason tftp_parse(const uint8_t *bytes, size_t length, struct tftp_packet *ret)
{
    struct reader reader = reader_over(bytes, length);

    *ret = (struct tftp_packet){0};
    ret->opcode = reader_be16(&reader);
    if (reader.failed)
        return WIRE_TFTP_SHORT;
    switch (ret->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        return read_request(&reader, ret);
    case TFTP_DATA:
        return read_data(&reader, ret);
    case TFTP_ACK:
        return read_ack(&reader, ret);
    case TFTP_ERROR:
        return read_error(&reader, ret);
    case TFTP_OACK:
        return read_options(&reader, ret);
    default:
        return WIRE_TFTP_OPCODE;
    }
}

static void write_string(struct writer *writer, const char *string)
{
    writer_copy(writer, string, strlen(string) + 1);
}

void tftp_write_rrq(struct writer *writer, const char *file_name)
{
    writer_be16(writer, TFTP_RRQ);
    write_string(writer, file_name);
    write_string(writer, "octet");
}

void tftp_write_data(struct writer *writer, uint16_t block, const uint8_t *data, size_t length)
{
    writer_be16(writer, TFTP_DATA);
    writer_be16(writer, block);
    writer_copy(writer, data, length);
}

void tftp_write_ack(struct writer *writer, uint16_t block)
{
    writer_be16(writer, TFTP_ACK);
    writer_be16(writer, block);
}

void tftp_write_error(struct writer *writer, uint16_t code, const char *text)
{
    writer_be16(writer, TFTP_ERROR);
    writer_be16(writer, code);
    write_string(writer, text);
}
