/* SPDX-License-Identifier: BSD-2-Clause */
/* Records out of pcap and pcapng: see capture_reader.h. */
#include "port/capture_reader.h"

#include "port/capture_input.h"
#include "port/foreign_format.h"
#include "port/pcapng.h"

#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#define READ_BUFFER_BYTES ((size_t)64 * 1024) /* stays in the processor's cache: measured */
#define MAGIC_LENGTH      4
#define NANOSECONDS_LIMIT (4 * NS_PER_S) /* of the part of a second in a damaged record */

struct capture_reader {
    char *name;
    struct capture_input *input;
    char *buffer; /* of the stream; NULL = the C library's */
    FILE *stream; /* of the pcapng reader; libpcap owns its own */
    pcap_t *pcap; /* one of the two is there */
    struct pcapng *pcapng;
    int link_type;
    uint64_t records;
    char reader_error[PCAP_ERRBUF_SIZE];
};

static bool is_pcapng(const uint8_t *head, size_t length)
{
    static const uint8_t magic[MAGIC_LENGTH] = {0x0a, 0x0d, 0x0d, 0x0a};
    return length >= MAGIC_LENGTH && memcmp(head, magic, MAGIC_LENGTH) == 0;
}

/* Every magic number of libpcap in either byte order: microseconds, nanoseconds, two that patched
 * libraries once wrote. */
static bool is_pcap(const uint8_t *head, size_t length)
{
    static const uint8_t magics[][MAGIC_LENGTH] = {
        {0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
        {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1},
        {0xa1, 0xe2, 0xcb, 0x12}, {0x12, 0xcb, 0xe2, 0xa1},
    };
    for (size_t i = 0; length >= MAGIC_LENGTH && i < sizeof magics / sizeof magics[0]; i++)
        if (memcmp(head, magics[i], MAGIC_LENGTH) == 0)
            return true;
    return false;
}

static bool open_stream(struct capture_reader *reader, struct error *ret_error)
{
    reader->stream = capture_input_stream(reader->input);
    if (!reader->stream)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", reader->name);
    reader->buffer = malloc(READ_BUFFER_BYTES);
    if (reader->buffer)
        setvbuf(reader->stream, reader->buffer, _IOFBF, READ_BUFFER_BYTES);
    /* Two reads a record, and no other thread. */
    __fsetlocking(reader->stream, FSETLOCKING_BYCALLER);
    return true;
}

static bool open_pcap(struct capture_reader *reader, struct error *ret_error)
{
    reader->pcap = pcap_fopen_offline_with_tstamp_precision(
        reader->stream, PCAP_TSTAMP_PRECISION_NANO, reader->reader_error);
    bool is_cut;
    const char *trouble = capture_input_trouble(reader->input, &is_cut);
    if (!reader->pcap && trouble)
        return error_set(ret_error, ERROR_INPUT, "%s: unusable trace: %s", reader->name, trouble);
    if (!reader->pcap)
        return error_set(ret_error, ERROR_INPUT,
                         "%s: unusable trace: expected a pcap or pcapng file, found %s",
                         reader->name, reader->reader_error);
    reader->stream = NULL; /* libpcap's */
    reader->link_type = pcap_datalink(reader->pcap);
    return true;
}

static bool open_container(struct capture_reader *reader, struct error *ret_error)
{
    const uint8_t *head;
    size_t length = capture_input_peek(reader->input, MAGIC_LENGTH, &head);
    reader->link_type = -1;
    if (is_pcapng(head, length)) {
        reader->pcapng = open_stream(reader, ret_error) ? pcapng_new(reader->stream) : NULL;
        return reader->pcapng ||
               error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", reader->name);
    }
    if (!is_pcap(head, length)) {
        length = capture_input_peek(reader->input, CAPTURE_INPUT_HEAD, &head);
        const char *advice = foreign_format_advice(head, length, reader->name);
        if (advice)
            return error_set(ret_error, ERROR_INPUT,
                             "%s: unusable trace: expected a pcap or pcapng file, found %s",
                             reader->name, advice);
    }
    return open_stream(reader, ret_error) && open_pcap(reader, ret_error);
}

struct capture_reader *capture_reader_new(int descriptor, const char *name, struct error *ret_error)
{
    struct capture_reader *reader = calloc(1, sizeof *reader);
    if (reader)
        reader->name = strdup(name);
    if (!reader || !reader->name) {
        free(reader);
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", name);
        return NULL;
    }
    reader->input = capture_input_new(descriptor, name, ret_error);
    if (!reader->input || !open_container(reader, ret_error)) {
        capture_reader_free(reader);
        return NULL;
    }
    return reader;
}

void capture_reader_free(struct capture_reader *reader)
{
    if (!reader)
        return;
    if (reader->pcap)
        pcap_close(reader->pcap);
    pcapng_free(reader->pcapng);
    if (reader->stream)
        fclose(reader->stream);
    free(reader->buffer); /* only now: closing the stream still uses it */
    capture_input_free(reader->input);
    free(reader->name);
    free(reader);
}

int capture_reader_link_type(const struct capture_reader *reader)
{
    return reader->link_type;
}

unsigned capture_reader_extras(const struct capture_reader *reader)
{
    return reader->pcapng ? pcapng_extras(reader->pcapng) : 0;
}

/* Damaged files can hold any time: it is kept a day inside instant_ns, so that whoever adds a wait
 * to it stays inside as well. */
#define LATEST_S  (INT64_MAX / NS_PER_S - 86400)
#define LATEST_NS (LATEST_S * NS_PER_S)

static instant_ns instant_of(const struct timeval *time)
{
    const int64_t latest_s = LATEST_S - 1;
    int64_t seconds = (int64_t)time->tv_sec;
    if (seconds < 0)
        seconds = 0;
    if (seconds > latest_s)
        seconds = latest_s;
    int64_t fraction_ns = (int64_t)time->tv_usec; /* opened with nanosecond precision */
    if (fraction_ns < 0 || fraction_ns > NANOSECONDS_LIMIT)
        fraction_ns = 0;
    return seconds * NS_PER_S + fraction_ns;
}

static enum capture_event fail(const struct capture_reader *reader, bool is_damaged,
                               const char *why, struct error *ret_error)
{
    char hint[128] = "";
    if (reader->records > 0)
        snprintf(hint, sizeof hint,
                 "\nThe frames before that can be used on their own: editcap -r IN OUT 1-%" PRIu64,
                 reader->records);
    error_set(ret_error, ERROR_INPUT, "%s: %s after frame %" PRIu64 ": %s%s", reader->name,
              is_damaged ? "damaged" : "cannot be read on", reader->records, why, hint);
    return CAPTURE_FAILED;
}

/* The container says how it ended; a compressed stream may know better. */
static enum capture_event end(const struct capture_reader *reader, enum capture_event event,
                              const char *why, bool is_damaged, struct error *ret_error)
{
    bool is_cut;
    const char *trouble = capture_input_trouble(reader->input, &is_cut);
    if (trouble && is_cut && event != CAPTURE_FAILED)
        return CAPTURE_CUT;
    if (trouble && !is_cut)
        return fail(reader, strstr(trouble, "damaged") != NULL, trouble, ret_error);
    return event == CAPTURE_FAILED ? fail(reader, is_damaged, why, ret_error) : event;
}

static enum capture_event next_pcap(struct capture_reader *reader, struct capture_record *ret,
                                    struct error *ret_error)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    int status = pcap_next_ex(reader->pcap, &header, &bytes);
    if (status == 1) {
        *ret = (struct capture_record){
            .has_time = true,
            .time_ns = instant_of(&header->ts),
            .link_type = reader->link_type,
            .interface_name = "",
            .bytes = bytes,
            .captured = header->caplen,
            .length = header->len < header->caplen ? header->caplen : header->len,
        };
        return CAPTURE_RECORD;
    }
    if (status == PCAP_ERROR_BREAK)
        return end(reader, CAPTURE_END, NULL, false, ret_error);
    const char *why = pcap_geterr(reader->pcap);
    bool is_cut = strncmp(why, "truncated", strlen("truncated")) == 0;
    return end(reader, is_cut ? CAPTURE_CUT : CAPTURE_FAILED, why, true, ret_error);
}

static enum capture_event next_pcapng(struct capture_reader *reader, struct capture_record *ret,
                                      struct error *ret_error)
{
    struct pcapng_packet packet;
    enum pcapng_event event = pcapng_next(reader->pcapng, &packet);
    const char *why = pcapng_reason(reader->pcapng);
    switch (event) {
    case PCAPNG_PACKET:
        *ret = (struct capture_record){
            .has_time = packet.has_time,
            .time_ns = packet.time_ns < LATEST_NS ? packet.time_ns : LATEST_NS,
            .link_type = packet.interface->link_type,
            .interface = packet.interface_number,
            .interface_name = packet.interface->name,
            .bytes = packet.bytes,
            .captured = packet.captured,
            .length = packet.length,
        };
        return CAPTURE_RECORD;
    case PCAPNG_END:
        return end(reader, CAPTURE_END, NULL, false, ret_error);
    case PCAPNG_CUT:
        return end(reader, CAPTURE_CUT, NULL, false, ret_error);
    default:
        return end(reader, CAPTURE_FAILED, why, event == PCAPNG_DAMAGED, ret_error);
    }
}

enum capture_event capture_reader_next(struct capture_reader *reader, struct capture_record *ret,
                                       struct error *ret_error)
{
    enum capture_event event =
        reader->pcap ? next_pcap(reader, ret, ret_error) : next_pcapng(reader, ret, ret_error);
    reader->records += event == CAPTURE_RECORD;
    return event;
}
