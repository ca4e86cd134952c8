/* SPDX-License-Identifier: BSD-2-Clause */
/* Comments at frames: see annotate.h. */
#include "port/annotate.h"

#include "base/instant.h"
#include "base/text.h"
#include "port/files.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION_HEADER         0x0a0d0d0au
#define INTERFACE_BLOCK        1u
#define PACKET_BLOCK           6u
#define BYTE_ORDER_MAGIC       0x1a2b3c4du
#define OPTION_COMMENT         1
#define OPTION_TIME_RESOLUTION 9
#define COMMENT_MAXIMUM        1024

static void put_u16(struct text *block, uint16_t value)
{
    text_add_bytes(block, (const char *)&value, sizeof value);
}

static void put_u32(struct text *block, uint32_t value)
{
    text_add_bytes(block, (const char *)&value, sizeof value);
}

/* Bytes, filled up to a multiple of four. */
static void put_padded(struct text *block, const void *bytes, size_t length)
{
    static const char zeros[4];
    text_add_bytes(block, bytes, length);
    text_add_bytes(block, zeros, -length % 4);
}

static void put_option(struct text *block, uint16_t code, const void *bytes, size_t length)
{
    put_u16(block, code);
    put_u16(block, (uint16_t)length);
    put_padded(block, bytes, length);
}

/* Writes a block around its body and empties that. */
static bool write_block(FILE *file, uint32_t type, struct text *body)
{
    const uint32_t head[2] = {type, (uint32_t)body->length + 12};
    bool good = fwrite(head, sizeof head, 1, file) == 1 &&
                fwrite(text_chars(body), 1, body->length, file) == body->length &&
                fwrite(&head[1], sizeof head[1], 1, file) == 1;
    body->length = 0;
    return good;
}

static bool write_heads(FILE *file, uint32_t snapshot_length)
{
    static const uint8_t nanoseconds = 9;
    struct text body = TEXT_EMPTY;
    put_u32(&body, BYTE_ORDER_MAGIC);
    put_u16(&body, 1); /* version 1.0 */
    put_u16(&body, 0);
    put_u32(&body, UINT32_MAX); /* length of the section: not known, 64 bits */
    put_u32(&body, UINT32_MAX);
    bool good = write_block(file, SECTION_HEADER, &body);
    put_u16(&body, DLT_EN10MB);
    put_u16(&body, 0);
    put_u32(&body, snapshot_length);
    put_option(&body, OPTION_TIME_RESOLUTION, &nanoseconds, sizeof nanoseconds);
    put_u32(&body, 0); /* end of options */
    good = good && write_block(file, INTERFACE_BLOCK, &body);
    text_free(&body);
    return good;
}

static bool write_packet(FILE *file, const struct pcap_pkthdr *header, const uint8_t *bytes,
                         const char *comment)
{
    uint64_t time_ns =
        (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec; /* nanoseconds */
    struct text body = TEXT_EMPTY;
    put_u32(&body, 0); /* the interface */
    put_u32(&body, (uint32_t)(time_ns >> 32));
    put_u32(&body, (uint32_t)time_ns);
    put_u32(&body, header->caplen);
    put_u32(&body, header->len);
    put_padded(&body, bytes, header->caplen);
    if (comment) {
        put_option(&body, OPTION_COMMENT, comment, strnlen(comment, COMMENT_MAXIMUM));
        put_u32(&body, 0);
    }
    bool good = write_block(file, PACKET_BLOCK, &body);
    text_free(&body);
    return good;
}

static bool copy_frames(pcap_t *from, FILE *to, const uint64_t *numbers, size_t count,
                        const char *comment)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    size_t next = 0;
    int status;
    bool good = write_heads(to, (uint32_t)pcap_snapshot(from));
    for (uint64_t number = 1; good && (status = pcap_next_ex(from, &header, &bytes)) == 1;
         number++) {
        while (next < count && numbers[next] < number)
            next++;
        bool is_marked = next < count && numbers[next] == number;
        good = write_packet(to, header, bytes, is_marked ? comment : NULL);
    }
    return good;
}

/* `ret_status`: of the file, which the copy takes the place of. Returns: NULL with ret_reason. */
static pcap_t *open_capture(const char *path, struct stat *ret_status,
                            char ret_reason[PCAP_ERRBUF_SIZE])
{
    int descriptor = files_read(path);
    bool good = descriptor >= 0 && fstat(descriptor, ret_status) == 0;
    FILE *file = good ? fdopen(descriptor, "rb") : NULL;
    pcap_t *capture = NULL;
    if (file) /* libpcap's, if it succeeds */
        capture =
            pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, ret_reason);
    else
        snprintf(ret_reason, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
    if (file && !capture)
        fclose(file);
    else if (!file && descriptor >= 0)
        close(descriptor);
    return capture;
}

bool annotate_file(const char *path, const uint64_t *numbers, size_t count, const char *comment,
                   struct error *ret_error)
{
    char reason[PCAP_ERRBUF_SIZE];
    struct text aside = TEXT_EMPTY;
    struct stat status;
    pcap_t *from = open_capture(path, &status, reason);
    if (!from)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: no comments were added: %s",
                         path_shown(path).text, reason);
    text_add(&aside, "%s.XXXXXX", path);
    int descriptor = files_create_unique(aside.chars, 0, status.st_mode & 0777);
    FILE *to = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    bool good = to && copy_frames(from, to, numbers, count, comment);
    if (to && fclose(to) != 0)
        good = false;
    good = good && files_rename(aside.chars, path);
    if (!good) {
        error_set(ret_error, ERROR_ENVIRONMENT,
                  "%s: no comments were added, the trace stays as it was written: %s",
                  path_shown(path).text, strerror(errno));
        if (descriptor >= 0)
            files_remove(aside.chars);
    }
    pcap_close(from);
    text_free(&aside);
    return good;
}
