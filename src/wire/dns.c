/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads DNS messages with one question, and writes the answer the loader takes. Only A records are
 * read; names in answers are skipped, never followed.
 */
#include "wire/dns.h"

#include <string.h>

#define FLAG_RESPONSE          0x8000
#define FLAG_RECURSION_DESIRED 0x0100
#define FLAG_RECURSION_THERE   0x0080
#define RESPONSE_CODE_MASK     0x000f
#define LABEL_MAXIMUM          63
#define DOTTED_MAXIMUM         253 /* 255 bytes as labels (RFC 1035 section 2.3.4) */
#define POINTER_BITS           0xc0
#define TYPE_A                 1
#define CLASS_INTERNET         1
#define QUESTION_POINTER       0xc00c /* to the name behind the 12-byte header */
#define HEADER_LENGTH          12

/* Reads an uncompressed name, as the first name of a message always is. */
static enum wire_reason read_question_name(struct reader *reader, char ret[DNS_NAME_SIZE])
{
    size_t length = 0;

    for (;;) {
        uint8_t label = reader_u8(reader);
        if (reader->failed)
            return WIRE_DNS_SHORT;
        if (label == 0)
            break;
        if (label > LABEL_MAXIMUM)
            return WIRE_DNS_NAME;
        if (length > 0)
            ret[length++] = '.';
        if (length + label > DOTTED_MAXIMUM)
            return WIRE_DNS_NAME;
        reader_copy(reader, ret + length, label);
        if (reader->failed) {
            ret[length] = '\0';
            return WIRE_DNS_SHORT;
        }
        /* A NUL would hide the rest of the name from everybody who reads it as text. */
        if (memchr(ret + length, '\0', label) != NULL)
            return WIRE_DNS_NAME;
        length += label;
        ret[length] = '\0';
    }
    return WIRE_OK;
}

static enum wire_reason skip_name(struct reader *reader)
{
    for (;;) {
        uint8_t label = reader_u8(reader);
        if (reader->failed)
            return WIRE_DNS_SHORT;
        if (label == 0)
            return WIRE_OK;
        if ((label & POINTER_BITS) == POINTER_BITS) {
            reader_skip(reader, 1);
            return reader->failed ? WIRE_DNS_SHORT : WIRE_OK;
        }
        if (label > LABEL_MAXIMUM)
            return WIRE_DNS_NAME;
        reader_skip(reader, label);
    }
}

static enum wire_reason read_answers(struct reader *reader, struct dns_message *ret)
{
    for (unsigned i = 0; i < ret->answer_count && !ret->has_address; i++) {
        enum wire_reason reason = skip_name(reader);
        if (reason != WIRE_OK)
            return reason;
        uint16_t type = reader_be16(reader);
        uint16_t class = reader_be16(reader);
        reader_skip(reader, 4); /* time to live */
        uint16_t data_length = reader_be16(reader);
        if (type == TYPE_A && class == CLASS_INTERNET && data_length == 4) {
            ret->address = reader_be32(reader);
            ret->has_address = !reader->failed;
        } else {
            reader_skip(reader, data_length);
        }
        if (reader->failed)
            return WIRE_DNS_SHORT;
    }
    return WIRE_OK;
}

enum wire_reason dns_parse(const uint8_t *bytes, size_t length, struct dns_message *ret)
{
    struct reader reader = reader_over(bytes, length);
    enum wire_reason reason;

    *ret = (struct dns_message){0};
    ret->identification = reader_be16(&reader);
    uint16_t flags = reader_be16(&reader);
    ret->is_response = (flags & FLAG_RESPONSE) != 0;
    ret->recursion_desired = (flags & FLAG_RECURSION_DESIRED) != 0;
    ret->response_code = flags & RESPONSE_CODE_MASK;
    ret->question_count = reader_be16(&reader);
    ret->answer_count = reader_be16(&reader);
    reader_skip(&reader, 4); /* authority and additional records */
    if (reader.failed)
        return WIRE_DNS_SHORT;

    for (unsigned i = 0; i < ret->question_count; i++) {
        reason = i == 0 ? read_question_name(&reader, ret->name) : skip_name(&reader);
        if (reason != WIRE_OK)
            return reason;
        uint16_t type = reader_be16(&reader);
        uint16_t class = reader_be16(&reader);
        if (reader.failed)
            return WIRE_DNS_SHORT;
        if (i == 0) {
            ret->query_type = type;
            ret->query_class = class;
        }
    }
    return read_answers(&reader, ret);
}

static void write_header(struct writer *writer, uint16_t identification, uint16_t flags,
                         uint16_t answer_count)
{
    writer_be16(writer, identification);
    writer_be16(writer, flags);
    writer_be16(writer, 1);
    writer_be16(writer, answer_count);
    writer_zeros(writer, 4);
}

static void write_name(struct writer *writer, const char *name)
{
    while (*name != '\0') {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > LABEL_MAXIMUM) {
            writer->failed = true;
            return;
        }
        writer_u8(writer, (uint8_t)label);
        writer_copy(writer, name, label);
        name += label;
        if (*name == '.')
            name++;
    }
    writer_u8(writer, 0);
}

static void write_question(struct writer *writer, const char *name)
{
    write_name(writer, name);
    writer_be16(writer, TYPE_A);
    writer_be16(writer, CLASS_INTERNET);
}

void dns_write_query(struct writer *writer, uint16_t identification, const char *name)
{
    write_header(writer, identification, FLAG_RECURSION_DESIRED, 0);
    write_question(writer, name);
}

void dns_write_answer(struct writer *writer, const uint8_t *query_bytes, size_t query_length,
                      uint32_t address, uint32_t time_to_live_s)
{
    struct reader query = reader_over(query_bytes, query_length);
    uint16_t identification = reader_be16(&query);
    uint16_t flags = reader_be16(&query) & FLAG_RECURSION_DESIRED;
    size_t question_length;

    reader_skip(&query, HEADER_LENGTH - 4);
    if (skip_name(&query) != WIRE_OK)
        query.failed = true;
    reader_skip(&query, 4);
    if (query.failed) {
        writer->failed = true;
        return;
    }
    question_length = query.position - HEADER_LENGTH;

    write_header(writer, identification, flags | FLAG_RESPONSE | FLAG_RECURSION_THERE, 1);
    writer_copy(writer, query_bytes + HEADER_LENGTH, question_length);
    writer_be16(writer, QUESTION_POINTER);
    writer_be16(writer, TYPE_A);
    writer_be16(writer, CLASS_INTERNET);
    writer_be32(writer, time_to_live_s);
    writer_be16(writer, 4);
    writer_be32(writer, address);
}
